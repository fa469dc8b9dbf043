/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=glib, note=a lookup that returns the object locked; one caller returns early
// without unlocking it
/*
 * Call objects of a telephony service. calls_get_locked() finds a call and returns it locked, or NULL. The hold
 * command forgets the unlock when the call is already held.
 */
#include <glib.h>

typedef enum { CALL_RINGING, CALL_ACTIVE, CALL_HELD } CallState;

typedef struct {
    GMutex mutex;
    guint id;
    CallState state;
    guint transitions;
} Call;

static Call calls[8];

static Call *calls_get_locked(guint id) {
    Call *call;
    if (id >= G_N_ELEMENTS(calls))
        return NULL;
    call = &calls[id];
    g_mutex_lock(&call->mutex);
    return call;
}

static void call_put(Call *call) { g_mutex_unlock(&call->mutex); }

static gboolean call_answer(guint id) {
    Call *call = calls_get_locked(id);
    gboolean answered;
    if (!call)
        return FALSE;
    answered = call->state == CALL_RINGING;
    if (answered) {
        call->state = CALL_ACTIVE;
        call->transitions++;
    }
    call_put(call);
    return answered;
}

static gboolean call_hold(guint id) {
    Call *call = calls_get_locked(id);
    if (!call)
        return FALSE;
    if (call->state == CALL_HELD) {
        call_put(call);
        return TRUE;
    }
    call->state = CALL_HELD;
    call->transitions++;
    call_put(call);
    return TRUE;
}

static guint call_reset(guint id) {
    Call *call = calls_get_locked(id);
    guint transitions = 0;
    if (call) {
        call->state = CALL_RINGING;
        transitions = call->transitions;
        call_put(call);
    }
    return transitions;
}

static gpointer line_main(gpointer data) {
    guint first = GPOINTER_TO_UINT(data), sum = 0;
    for (guint i = 0; i < 1000; i++) {
        guint id = (first + i) % 10;
        sum += call_answer(id);
        if (first == 0)
            sum += call_hold(id);
        sum += call_reset(id);
    }
    return GUINT_TO_POINTER(sum);
}

int main(void) {
    GThread *lines[2];
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_mutex_init(&calls[i].mutex);
        calls[i].id = i;
    }
    for (guint i = 0; i < 2; i++)
        lines[i] = g_thread_new("line", line_main, GUINT_TO_POINTER(i * 5));
    for (guint i = 0; i < 2; i++)
        g_thread_join(lines[i]);
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++)
        g_mutex_clear(&calls[i].mutex);
    return 0;
}
