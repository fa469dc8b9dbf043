/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=glib, note=list of values outlives the lock; its elements
// belong to the table
/*
 * A player registry returns g_hash_table_get_values after the unlock. The list is the caller's,
 * but the players in it belong to the table and can be freed while the caller prints them. Here
 * the function returns a list of copies made under the lock.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    gchar *nick;
    guint score;
} Player;

static GMutex players_lock;
static GHashTable *players;

static void player_free(gpointer data) {
    Player *player = data;
    g_free(player->nick);
    g_free(player);
}

static gpointer player_copy(gconstpointer data, gpointer user_data) {
    const Player *player = data;
    Player *copy = g_new(Player, 1);
    (void)user_data;
    copy->nick = g_strdup(player->nick);
    copy->score = player->score;
    return copy;
}

static void player_join(const gchar *nick) {
    Player *player = g_new0(Player, 1);
    player->nick = g_strdup(nick);
    g_mutex_lock(&players_lock);
    g_hash_table_replace(players, player->nick, player);
    g_mutex_unlock(&players_lock);
}

static void player_score(const gchar *nick, guint points) {
    Player *player;
    g_mutex_lock(&players_lock);
    player = g_hash_table_lookup(players, nick);
    if (player)
        player->score += points;
    g_mutex_unlock(&players_lock);
}

static void player_quit(const gchar *nick) {
    g_mutex_lock(&players_lock);
    g_hash_table_remove(players, nick);
    g_mutex_unlock(&players_lock);
}

static GList *players_snapshot(void) {
    GList *list;
    GList *values;
    g_mutex_lock(&players_lock);
    values = g_hash_table_get_values(players);
    list = g_list_copy_deep(values, player_copy, NULL);
    g_mutex_unlock(&players_lock);
    g_list_free(values);
    return list;
}

static guint scoreboard_best(void) {
    GList *list = players_snapshot();
    guint best = 0;
    for (GList *l = list; l; l = l->next) {
        const Player *player = l->data;
        best = MAX(best, player->score);
    }
    g_list_free_full(list, player_free);
    return best;
}

static gpointer game_main(gpointer data) {
    const gchar *team = data;
    for (guint i = 0; i < 200; i++) {
        g_autofree gchar *nick = g_strdup_printf("%s%u", team, i % 7);
        player_join(nick);
        player_score(nick, i);
        if (i % 5 == 0)
            player_quit(nick);
    }
    return NULL;
}

static gpointer board_main(gpointer data) {
    guint best = 0;
    for (int i = 0; i < 100; i++)
        best = MAX(best, scoreboard_best());
    *(guint *)data = best;
    return NULL;
}

int main(void) {
    GThread *games[2], *board;
    guint best = 0;
    players = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, player_free);
    board = g_thread_new("board", board_main, &best);
    games[0] = g_thread_new("red", game_main, "red");
    games[1] = g_thread_new("blue", game_main, "blue");
    for (int i = 0; i < 2; i++)
        g_thread_join(games[i]);
    g_thread_join(board);
    printf("best %u\n", best);
    g_hash_table_destroy(players);
    return 0;
}
