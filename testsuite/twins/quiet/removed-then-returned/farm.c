/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "jobs.h"

static gpointer builder_main(gpointer data) {
    guint first = GPOINTER_TO_UINT(data), done = 0;
    for (guint i = 0; i < 2000; i++) {
        Job *job = i % 2 ? jobs_claim((first + i) % 30) : jobs_claim_any();
        if (!job) {
            jobs_add((first + i) % 30, "make check");
            continue;
        }
        job->attempts++;
        if (job->attempts > 2) {
            job_free(job);
            done++;
        } else {
            g_autofree char *old = job->command;
            job->command = g_strconcat(old, " ", NULL);
            jobs_return(job);
        }
    }
    return GUINT_TO_POINTER(done);
}

int main(void) {
    GThread *builders[3];
    jobs_init();
    for (guint i = 0; i < 3; i++)
        builders[i] = g_thread_new("builder", builder_main, GUINT_TO_POINTER(i * 10));
    for (guint i = 0; i < 3; i++)
        g_print("%u done\n", GPOINTER_TO_UINT(g_thread_join(builders[i])));
    jobs_shutdown();
    return 0;
}
