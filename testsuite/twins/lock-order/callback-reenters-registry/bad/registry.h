/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef REGISTRY_H
#define REGISTRY_H

typedef void (*observer_fn)(int event, void *data);

int registry_subscribe(observer_fn fn, void *data);
int registry_publish(int event);

#endif
