/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=glib+pthread, note=no lock anywhere
/*
 * A presence server keeps the online users in a GHashTable. The network thread inserts and looks
 * up, a reaper thread throws idle users out, and nobody ever thought of a lock: both threads
 * write the same table at the same time.
 */
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

struct user {
    char *name;
    unsigned last_seen;
};

struct roster {
    GHashTable *users;
    unsigned idle_limit; /* set before the threads start */
};

static struct roster roster;
static atomic_bool stopping;
static atomic_uint clock_ticks;

static void user_free(gpointer data) {
    struct user *user = data;
    g_free(user->name);
    g_free(user);
}

static void roster_init(struct roster *r, unsigned idle_limit) {
    r->users = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, user_free);
    r->idle_limit = idle_limit;
}

static void roster_seen(struct roster *r, const char *name) {
    struct user *user = g_hash_table_lookup(r->users, name); // BAD(unlocked-access)
    if (!user) {
        user = g_new0(struct user, 1);
        user->name = g_strdup(name);
        g_hash_table_insert(r->users, user->name, user); // BAD(unlocked-access)
    }
    user->last_seen = atomic_load(&clock_ticks); // BAD(unlocked-access)
}

static gboolean user_is_idle(gpointer key, gpointer value, gpointer data) {
    const struct user *user = value;
    unsigned now = GPOINTER_TO_UINT(data);
    (void)key;
    return now - user->last_seen > roster.idle_limit; // BAD(unlocked-access)
}

static unsigned roster_reap(struct roster *r) {
    unsigned now = atomic_load(&clock_ticks);
    unsigned gone = g_hash_table_foreach_remove(r->users, user_is_idle, GUINT_TO_POINTER(now)); // BAD(unlocked-access)
    return gone;
}

static void *reaper_main(void *arg) {
    struct roster *r = arg;
    unsigned total = 0;
    while (!atomic_load(&stopping)) {
        atomic_fetch_add(&clock_ticks, 1);
        total += roster_reap(r);
        usleep(500);
    }
    printf("reaped %u\n", total);
    return NULL;
}

static void network_loop(struct roster *r, int packets) {
    char name[32];
    for (int i = 0; i < packets; i++) {
        snprintf(name, sizeof(name), "user%d", i % 17);
        roster_seen(r, name);
    }
}

int main(void) {
    pthread_t reaper;
    roster_init(&roster, 50);
    if (pthread_create(&reaper, NULL, reaper_main, &roster) != 0) {
        fprintf(stderr, "cannot start the reaper\n");
        return 1;
    }
    network_loop(&roster, 4);
    atomic_store(&stopping, true);
    pthread_join(reaper, NULL);
    printf("%u users at exit\n", g_hash_table_size(roster.users));
    g_hash_table_destroy(roster.users);
    return 0;
}
