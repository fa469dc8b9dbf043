/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=glib, note=settings lock and window lock nested both ways, one of them through
// a stored callback
/*
 * A terminal emulator: changing a setting notifies windows under the settings' reader-writer lock. A window
 * that redraws reads a setting under its own lock. The fix reads the setting first.
 */
#include <glib.h>

typedef void (*SettingsNotify)(guint value, gpointer data);

typedef struct {
    GRWLock lock;
    guint font_size;
    SettingsNotify notify;
    gpointer notify_data;
} Settings;

typedef struct {
    GMutex mutex;
    Settings *settings;
    guint columns;
    guint redraws;
    guint pending;
} Window;

static guint settings_get_font_size(Settings *self) {
    g_rw_lock_reader_lock(&self->lock);
    guint size = self->font_size;
    g_rw_lock_reader_unlock(&self->lock);
    return size;
}

static void settings_set_font_size(Settings *self, guint size) {
    g_rw_lock_writer_lock(&self->lock);
    self->font_size = size;
    if (self->notify)
        self->notify(size, self->notify_data);
    g_rw_lock_writer_unlock(&self->lock);
}

static void settings_connect(Settings *self, SettingsNotify notify, gpointer data) {
    g_rw_lock_writer_lock(&self->lock);
    self->notify = notify;
    self->notify_data = data;
    g_rw_lock_writer_unlock(&self->lock);
}

static void window_font_changed(guint value, gpointer data) {
    Window *window = data;
    g_mutex_lock(&window->mutex);
    window->pending = value;
    g_mutex_unlock(&window->mutex);
}

static guint window_redraw(Window *window) {
    guint columns;
    guint size = settings_get_font_size(window->settings);

    g_mutex_lock(&window->mutex);
    window->columns = 800 / size;
    window->pending = 0;
    window->redraws++;
    columns = window->columns;
    g_mutex_unlock(&window->mutex);
    return columns;
}

static gpointer preferences_main(gpointer data) {
    Settings *settings = data;
    for (guint i = 0; i < 1000; i++)
        settings_set_font_size(settings, 8 + i % 16);
    return NULL;
}

static gpointer render_main(gpointer data) {
    Window *window = data;
    guint sum = 0;
    for (guint i = 0; i < 1000; i++)
        sum += window_redraw(window);
    return GUINT_TO_POINTER(sum);
}

int main(void) {
    static Settings settings = {.font_size = 10};
    static Window window = {.settings = &settings};
    GThread *preferences, *render;

    g_rw_lock_init(&settings.lock);
    g_mutex_init(&window.mutex);
    settings_connect(&settings, window_font_changed, &window);
    preferences = g_thread_new("preferences", preferences_main, &settings);
    render = g_thread_new("render", render_main, &window);
    g_thread_join(preferences);
    g_print("%u\n", GPOINTER_TO_UINT(g_thread_join(render)));
    g_mutex_clear(&window.mutex);
    g_rw_lock_clear(&settings.lock);
    return 0;
}
