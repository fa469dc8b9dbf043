/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef SAMPLER_H
#define SAMPLER_H

struct sampler;

struct sampler *sampler_start(void);
void sampler_watch(struct sampler *s, const char *name);
unsigned long sampler_reading(struct sampler *s, const char *name);
void sampler_stop(struct sampler *s);

#endif
