/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=wrong-lock, libs=glib+pthread, note=the lock of another instance of the same struct
/*
 * A chat server moves a member from one room to another. It locks the room that the member
 * leaves, twice over the course of the move, and never the room whose table it inserts into.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>

struct room {
    char name[32];
    pthread_mutex_t lock;
    GHashTable *members; /* nick -> joined at */
    unsigned moved_in;
};

static void room_init(struct room *room, const char *name) {
    g_strlcpy(room->name, name, sizeof(room->name));
    pthread_mutex_init(&room->lock, NULL);
    room->members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    room->moved_in = 0;
}

static void room_join(struct room *room, const char *nick, unsigned when) {
    pthread_mutex_lock(&room->lock);
    g_hash_table_replace(room->members, g_strdup(nick), GUINT_TO_POINTER(when));
    pthread_mutex_unlock(&room->lock);
}

static gboolean room_leave(struct room *room, const char *nick) {
    gboolean present;
    pthread_mutex_lock(&room->lock);
    present = g_hash_table_remove(room->members, nick);
    pthread_mutex_unlock(&room->lock);
    return present;
}

static unsigned room_size(struct room *room) {
    unsigned size;
    pthread_mutex_lock(&room->lock);
    size = g_hash_table_size(room->members);
    pthread_mutex_unlock(&room->lock);
    return size;
}

static void room_move(struct room *from, struct room *to, const char *nick, unsigned when) {
    pthread_mutex_lock(&from->lock);
    g_hash_table_remove(from->members, nick);
    pthread_mutex_unlock(&from->lock);

    pthread_mutex_lock(&from->lock);
    g_hash_table_replace(to->members, g_strdup(nick), GUINT_TO_POINTER(when)); // BAD(wrong-lock,guard-bypass,unlocked-access)
    to->moved_in++; // BAD(wrong-lock,guard-bypass,unlocked-access)
    pthread_mutex_unlock(&from->lock);
}

static unsigned room_moved_in(struct room *room) {
    pthread_mutex_lock(&room->lock);
    unsigned moved = room->moved_in;
    pthread_mutex_unlock(&room->lock);
    return moved;
}

static struct room lobby, lounge;

static void *client_main(void *arg) {
    const char *nick = arg;
    for (unsigned i = 0; i < 200; i++) {
        room_join(&lobby, nick, i);
        room_move(&lobby, &lounge, nick, i);
        if (i % 3 == 0)
            room_leave(&lounge, nick);
    }
    return NULL;
}

static void *greeter_main(void *arg) {
    size_t seen = 0;
    (void)arg;
    for (int i = 0; i < 200; i++)
        seen += room_size(&lobby) + room_size(&lounge);
    return (void *)seen;
}

int main(void) {
    pthread_t clients[2], greeter;
    static char nicks[2][8] = {"ann", "ben"};
    room_init(&lobby, "lobby");
    room_init(&lounge, "lounge");
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, nicks[i]) != 0)
            return 1;
    if (pthread_create(&greeter, NULL, greeter_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    pthread_join(greeter, NULL);
    printf("%u moved into %s\n", room_moved_in(&lounge), lounge.name);
    g_hash_table_destroy(lobby.members);
    g_hash_table_destroy(lounge.members);
    return 0;
}
