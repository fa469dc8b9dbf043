/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The interface of klib's khash, just enough of it: functions written by a macro, macros that call them. */
typedef unsigned khint_t;
typedef khint_t khiter_t;
#define khash_t(name) kh_##name##_t
#define KHASH_INIT(name, key_type, value_type)                                                     \
    typedef struct {                                                                               \
        khint_t n_buckets;                                                                         \
        unsigned char *flags;                                                                      \
        key_type *keys;                                                                            \
        value_type *vals;                                                                          \
    } kh_##name##_t;                                                                               \
    static inline khint_t kh_put_##name(kh_##name##_t *h, key_type key, int *absent) {             \
        h->keys[0] = key;                                                                          \
        return *absent = 0;                                                                        \
    }                                                                                              \
    static inline khint_t kh_get_##name(const kh_##name##_t *h, key_type key) {                    \
        return h->keys[0] == key ? 0 : h->n_buckets;                                               \
    }
#define kh_put(name, h, k, r) kh_put_##name(h, k, r)
#define kh_get(name, h, k) kh_get_##name(h, k)
#define kh_exist(h, x) ((h)->flags[x] == 1)
#define kh_key(h, x) ((h)->keys[x])
#define kh_val(h, x) ((h)->vals[x])
#define kh_end(h) ((h)->n_buckets)
#define kh_foreach(h, kvar, vvar, code)                                                            \
    {                                                                                              \
        khint_t __i;                                                                               \
        for (__i = 0; __i != kh_end(h); ++__i) {                                                   \
            if (!kh_exist(h, __i))                                                                 \
                continue;                                                                          \
            (kvar) = kh_key(h, __i);                                                               \
            (vvar) = kh_val(h, __i);                                                               \
            code;                                                                                  \
        }                                                                                          \
    }
