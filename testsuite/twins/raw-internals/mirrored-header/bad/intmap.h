/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef INTMAP_H
#define INTMAP_H
#include <stdbool.h>
#include <stddef.h>

struct intmap;
struct intmap *intmap_create(size_t capacity);
bool intmap_set(struct intmap *map, unsigned key, long value);
bool intmap_get(struct intmap *map, unsigned key, long *value);
size_t intmap_count(struct intmap *map);
void intmap_destroy(struct intmap *map);
#endif
