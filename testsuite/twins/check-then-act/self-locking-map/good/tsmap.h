/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef TSMAP_H
#define TSMAP_H
#include <stdbool.h>
#include <stddef.h>

/* A string map that may be used from any thread: every call locks. */
struct tsmap;
struct tsmap *tsmap_new(void);
bool tsmap_contains(struct tsmap *map, const char *key);
bool tsmap_put(struct tsmap *map, const char *key, long value); /* replaces */
bool tsmap_put_if_absent(struct tsmap *map, const char *key, long value);
bool tsmap_remove(struct tsmap *map, const char *key);
size_t tsmap_size(struct tsmap *map);
void tsmap_free(struct tsmap *map);
#endif
