/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A stand-in for klib's khash with the same interface: KHASH_MAP_INIT_INT makes static inline
 * functions kh_OPERATION_NAME, and the macros call them. Linear probing, keys never leave.
 */
#ifndef PROGRAMS_KHASH_H
#define PROGRAMS_KHASH_H

#include <stdint.h>
#include <stdlib.h>

typedef uint32_t khint_t;
typedef khint_t khiter_t;

#define khash_t(name) kh_##name##_t

#define KHASH_MAP_INIT_INT(name, value_type)                                                       \
    typedef struct {                                                                               \
        khint_t n_buckets, size;                                                                   \
        uint8_t *flags;                                                                            \
        uint32_t *keys;                                                                            \
        value_type *vals;                                                                          \
    } kh_##name##_t;                                                                               \
    static inline kh_##name##_t *kh_init_##name(void) { return calloc(1, sizeof(kh_##name##_t)); } \
    static inline void kh_destroy_##name(kh_##name##_t *h) {                                       \
        free(h->flags);                                                                            \
        free(h->keys);                                                                             \
        free(h->vals);                                                                             \
        free(h);                                                                                   \
    }                                                                                              \
    static inline khint_t kh_probe_##name(const kh_##name##_t *h, uint32_t key) {                  \
        khint_t at = key * 2654435769u & (h->n_buckets - 1);                                       \
        while (h->flags[at] && h->keys[at] != key)                                                 \
            at = (at + 1) & (h->n_buckets - 1);                                                    \
        return at;                                                                                 \
    }                                                                                              \
    static inline khint_t kh_get_##name(const kh_##name##_t *h, uint32_t key) {                    \
        khint_t at = h->n_buckets ? kh_probe_##name(h, key) : 0;                                   \
        return h->n_buckets && h->flags[at] == 1 ? at : h->n_buckets;                              \
    }                                                                                              \
    static inline void kh_resize_##name(kh_##name##_t *h, khint_t n) {                             \
        kh_##name##_t old = *h;                                                                    \
        h->n_buckets = n;                                                                          \
        h->flags = calloc(n, 1);                                                                   \
        h->keys = calloc(n, sizeof *h->keys);                                                      \
        h->vals = calloc(n, sizeof *h->vals);                                                      \
        for (khint_t i = 0; i < old.n_buckets; i++)                                                \
            if (old.flags[i]) {                                                                    \
                khint_t at = kh_probe_##name(h, old.keys[i]);                                      \
                h->flags[at] = old.flags[i];                                                       \
                h->keys[at] = old.keys[i];                                                         \
                h->vals[at] = old.vals[i];                                                         \
            }                                                                                      \
        free(old.flags);                                                                           \
        free(old.keys);                                                                            \
        free(old.vals);                                                                            \
    }                                                                                              \
    static inline khint_t kh_put_##name(kh_##name##_t *h, uint32_t key, int *absent) {             \
        if (h->size * 4 >= h->n_buckets * 3)                                                       \
            kh_resize_##name(h, h->n_buckets ? h->n_buckets * 2 : 4);                              \
        khint_t at = kh_probe_##name(h, key);                                                      \
        *absent = h->flags[at] != 1;                                                               \
        h->size += h->flags[at] == 0;                                                              \
        h->flags[at] = 1;                                                                          \
        h->keys[at] = key;                                                                         \
        return at;                                                                                 \
    }                                                                                              \
    static inline void kh_del_##name(kh_##name##_t *h, khint_t at) { h->flags[at] = 2; }

#define kh_init(name) kh_init_##name()
#define kh_destroy(name, h) kh_destroy_##name(h)
#define kh_get(name, h, k) kh_get_##name(h, k)
#define kh_put(name, h, k, r) kh_put_##name(h, k, r)
#define kh_del(name, h, x) kh_del_##name(h, x)
#define kh_exist(h, x) ((h)->flags[x] == 1)
#define kh_key(h, x) ((h)->keys[x])
#define kh_val(h, x) ((h)->vals[x])
#define kh_value(h, x) ((h)->vals[x])
#define kh_begin(h) ((khint_t)0)
#define kh_end(h) ((h)->n_buckets)
#define kh_foreach(h, kvar, vvar, code)                                                            \
    {                                                                                              \
        khint_t __i;                                                                               \
        for (__i = kh_begin(h); __i != kh_end(h); ++__i) {                                         \
            if (!kh_exist(h, __i))                                                                 \
                continue;                                                                          \
            (kvar) = kh_key(h, __i);                                                               \
            (vvar) = kh_val(h, __i);                                                               \
            code;                                                                                  \
        }                                                                                          \
    }

#endif
