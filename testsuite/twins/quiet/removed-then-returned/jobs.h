/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef JOBS_H
#define JOBS_H

#include <glib.h>

typedef struct {
    guint id;
    char *command;
    guint attempts;
} Job;

void jobs_init(void);
void jobs_shutdown(void);
void jobs_add(guint id, const char *command);
Job *jobs_claim(guint id);
Job *jobs_claim_any(void);
void jobs_return(Job *job);
void job_free(Job *job);

#endif
