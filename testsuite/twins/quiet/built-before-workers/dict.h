/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef DICT_H
#define DICT_H

struct dict;

struct dict *dict_new(void);
void dict_free(struct dict *d);
int dict_add(struct dict *d, const char *word);
int dict_contains(const struct dict *d, const char *word);
unsigned dict_size(const struct dict *d);

#endif
