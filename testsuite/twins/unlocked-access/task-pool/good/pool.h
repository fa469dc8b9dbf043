/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef POOL_H
#define POOL_H

typedef void (*task_fn)(void *argument);

struct pool;
struct pool *pool_create(int threads);
int pool_submit(struct pool *pool, task_fn run, void *argument);
void pool_finish(struct pool *pool); /* runs what is queued, joins, frees */
#endif
