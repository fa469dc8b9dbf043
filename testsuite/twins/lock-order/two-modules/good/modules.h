/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef MODULES_H
#define MODULES_H
#include <stdbool.h>

bool playlist_contains(unsigned track);
bool playlist_append(unsigned track);
bool playlist_remove(unsigned track);

void library_track_unused(unsigned track);
unsigned library_sweep(void);
void library_add(unsigned track);
#endif
