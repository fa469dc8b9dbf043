/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef TIMER_H
#define TIMER_H

typedef void (*timer_callback)(void *data);

int timer_service_start(void);
void timer_service_stop(void);
int timer_add(timer_callback callback, void *data);
void timer_remove(int id); /* the callback is not running when this returns */
#endif
