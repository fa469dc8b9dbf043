/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Peer: liburcu's lock-free resizable hash table, memb flavour, nodes freed after a grace period.
 */
#include <mapsan/maps/hash.h>
#include <stdlib.h>
#include <urcu.h>
#include <urcu/rculfhash.h>

struct node {
    struct cds_lfht_node link;
    struct rcu_head head;
    uint64_t key;
    uint64_t value;
};

static int match(struct cds_lfht_node *link, const void *key) {
    return caa_container_of(link, struct node, link)->key == *(const uint64_t *)key;
}

static void free_node(struct rcu_head *head) { free(caa_container_of(head, struct node, head)); }

static struct cds_lfht *create(void) {
    rcu_register_thread();
    return cds_lfht_new(1024, 1, 0, CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING, NULL);
}

static inline int get(struct cds_lfht *map, uint64_t key, uint64_t *out) {
    struct cds_lfht_iter iter;
    rcu_read_lock();
    cds_lfht_lookup(map, mapsan_hash_word(key, 1), match, &key, &iter);
    struct cds_lfht_node *link = cds_lfht_iter_get_node(&iter);
    if (link != NULL)
        *out = caa_container_of(link, struct node, link)->value;
    rcu_read_unlock();
    return link != NULL;
}

static inline void put(struct cds_lfht *map, uint64_t key, uint64_t value) {
    struct node *node = malloc(sizeof *node);
    node->key = key;
    node->value = value;
    rcu_read_lock();
    struct cds_lfht_node *old =
        cds_lfht_add_replace(map, mapsan_hash_word(key, 1), match, &key, &node->link);
    rcu_read_unlock();
    if (old != NULL)
        call_rcu(&caa_container_of(old, struct node, link)->head, free_node);
}

static inline void take(struct cds_lfht *map, uint64_t key) {
    struct cds_lfht_iter iter;
    rcu_read_lock();
    cds_lfht_lookup(map, mapsan_hash_word(key, 1), match, &key, &iter);
    struct cds_lfht_node *link = cds_lfht_iter_get_node(&iter);
    int gone = link != NULL ? cds_lfht_del(map, link) : -1;
    rcu_read_unlock();
    if (gone == 0)
        call_rcu(&caa_container_of(link, struct node, link)->head, free_node);
}

static uint64_t sum(struct cds_lfht *map) {
    struct cds_lfht_iter iter;
    struct node *node;
    uint64_t total = 0;
    rcu_read_lock();
    cds_lfht_for_each_entry(map, &iter, node, link) total += node->value;
    rcu_read_unlock();
    return total;
}

static void destroy(struct cds_lfht *map) {
    struct cds_lfht_iter iter;
    struct node *node;
    rcu_read_lock();
    cds_lfht_for_each_entry(map, &iter, node, link) {
        if (cds_lfht_del(map, &node->link) == 0)
            call_rcu(&node->head, free_node);
    }
    rcu_read_unlock();
    rcu_barrier();
    cds_lfht_destroy(map, NULL);
    rcu_unregister_thread();
}

#define BENCH_NAME urcu_lfht
#define BENCH_THREADS 1
#define BENCH_MAP struct cds_lfht
#define BENCH_CREATE() create()
#define BENCH_DESTROY(map) destroy(map)
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) put(map, key, value)
#define BENCH_REMOVE(map, key) take(map, key)
#define BENCH_SUM(map) sum(map)
#define BENCH_THREAD_BEGIN() rcu_register_thread()
#define BENCH_THREAD_END() rcu_unregister_thread()
#include "loops.h"
