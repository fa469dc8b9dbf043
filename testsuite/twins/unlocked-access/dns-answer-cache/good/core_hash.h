/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef CORE_HASH_H
#define CORE_HASH_H
#include <stddef.h>

struct core_hash;
typedef void (*core_hash_free_fn)(void *value);

struct core_hash *core_hash_create(size_t buckets, core_hash_free_fn free_value);
int core_hash_insert(struct core_hash *hash, const char *key, void *value);
void *core_hash_find(struct core_hash *hash, const char *key);
size_t core_hash_count(const struct core_hash *hash);
void core_hash_destroy(struct core_hash *hash);
#endif
