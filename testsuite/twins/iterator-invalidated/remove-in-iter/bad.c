/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=glib, note=g_hash_table_remove in a GHashTableIter loop
/*
 * An ICE agent drops failed candidates in a loop over the table with g_hash_table_remove, which
 * invalidates the iterator that the loop goes on with.
 */
#include <glib.h>
#include <stdio.h>

typedef enum { STATE_WAITING, STATE_OK, STATE_FAILED } State;

typedef struct {
    guint id;
    State state;
    guint checks;
} Candidate;

typedef struct {
    GMutex lock;
    GHashTable *candidates;
    guint next_id;
} Agent;

static Agent *agent_new(void) {
    Agent *agent = g_new0(Agent, 1);
    g_mutex_init(&agent->lock);
    agent->candidates = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    return agent;
}

static guint agent_add(Agent *agent) {
    Candidate *c = g_new0(Candidate, 1);
    g_mutex_lock(&agent->lock);
    c->id = ++agent->next_id;
    g_hash_table_insert(agent->candidates, GUINT_TO_POINTER(c->id), c);
    guint id = c->id;
    g_mutex_unlock(&agent->lock);
    return id;
}

static void agent_check(Agent *agent, guint id) {
    Candidate *c;
    g_mutex_lock(&agent->lock);
    c = g_hash_table_lookup(agent->candidates, GUINT_TO_POINTER(id));
    if (c) {
        c->checks++;
        c->state = c->id % 3 == 0 ? STATE_FAILED : STATE_OK;
    }
    g_mutex_unlock(&agent->lock);
}

static guint agent_prune(Agent *agent) {
    GHashTableIter iter;
    gpointer key, value;
    guint pruned = 0;
    g_mutex_lock(&agent->lock);
    g_hash_table_iter_init(&iter, agent->candidates);
    while (g_hash_table_iter_next(&iter, &key, &value)) { // BAD(iterator-invalidated)
        const Candidate *c = value;
        if (c->state != STATE_FAILED)
            continue;
        g_hash_table_remove(agent->candidates, key); // BAD(iterator-invalidated)
        pruned++;
    }
    g_mutex_unlock(&agent->lock);
    return pruned;
}

static guint agent_drop_first_ok(Agent *agent) {
    GHashTableIter iter;
    gpointer key, value;
    guint dropped = 0;
    g_mutex_lock(&agent->lock);
    g_hash_table_iter_init(&iter, agent->candidates);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (((const Candidate *)value)->state == STATE_OK) {
            dropped = GPOINTER_TO_UINT(key);
            g_hash_table_remove(agent->candidates, key);
            break;
        }
    }
    g_mutex_unlock(&agent->lock);
    return dropped;
}

static gpointer stream_main(gpointer data) {
    Agent *agent = data;
    for (int i = 0; i < 100; i++) {
        guint id = agent_add(agent);
        agent_check(agent, id);
        if (i % 40 == 39)
            agent_drop_first_ok(agent);
    }
    return NULL;
}

int main(int argc, char **argv) {
    Agent *agent = agent_new();
    GThread *streams[2];
    (void)argv;
    for (int i = 0; i < 2; i++)
        streams[i] = g_thread_new("stream", stream_main, agent);
    for (int i = 0; i < 2; i++)
        g_thread_join(streams[i]);
    if (argc > 1)
        printf("%u pruned\n", agent_prune(agent));
    printf("%u left\n", g_hash_table_size(agent->candidates));
    g_hash_table_destroy(agent->candidates);
    g_mutex_clear(&agent->lock);
    g_free(agent);
    return 0;
}
