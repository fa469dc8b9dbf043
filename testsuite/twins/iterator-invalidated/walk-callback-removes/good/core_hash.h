/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef CORE_HASH_H
#define CORE_HASH_H

typedef struct core_hash core_hash;
/* Returns non-zero to end the walk. */
typedef int (*core_hash_walker)(core_hash *table, int key, void *value, void *arg);
typedef int (*core_hash_filter)(int key, void *value, void *arg);

core_hash *core_hash_new(void);
void core_hash_free(core_hash *t);
int core_hash_insert(core_hash *t, int key, void *value);
void *core_hash_delete(core_hash *t, int key);
int core_hash_walk(core_hash *t, core_hash_walker fn, void *arg);
/* Deletes what the filter accepts and has it destroyed; returns how many. */
int core_hash_remove_if(core_hash *t, core_hash_filter fn, void *arg, void (*destroy)(void *));
int core_hash_size(const core_hash *t);

#endif
