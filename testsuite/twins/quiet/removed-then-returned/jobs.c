/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=elements stolen from the table under the lock belong to who stole them, and
// may be given back
/*
 * Job table of a build farm. A claim steals the job from the table under the lock and returns it: it belongs to
 * the caller, who changes it freely, and either frees it or puts it back.
 */
#include "jobs.h"

static GMutex jobs_mutex;
static GHashTable *jobs;

void job_free(Job *job) {
    g_free(job->command);
    g_free(job);
}

void jobs_init(void) {
    g_mutex_init(&jobs_mutex);
    jobs = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)job_free);
}

/* After the last thread has ended. */
void jobs_shutdown(void) {
    g_hash_table_unref(jobs);
    g_mutex_clear(&jobs_mutex);
}

void jobs_return(Job *job) {
    g_mutex_lock(&jobs_mutex);
    if (!g_hash_table_contains(jobs, GUINT_TO_POINTER(job->id))) {
        g_hash_table_insert(jobs, GUINT_TO_POINTER(job->id), job);
        job = NULL;
    }
    g_mutex_unlock(&jobs_mutex);
    if (job)
        job_free(job);
}

void jobs_add(guint id, const char *command) {
    Job *job = g_new0(Job, 1);
    job->id = id;
    job->command = g_strdup(command);
    jobs_return(job);
}

Job *jobs_claim(guint id) {
    gpointer job = NULL;
    g_mutex_lock(&jobs_mutex);
    if (!g_hash_table_steal_extended(jobs, GUINT_TO_POINTER(id), NULL, &job))
        job = NULL;
    g_mutex_unlock(&jobs_mutex);
    return job;
}

Job *jobs_claim_any(void) {
    GHashTableIter iter;
    gpointer job = NULL;
    g_mutex_lock(&jobs_mutex);
    g_hash_table_iter_init(&iter, jobs);
    if (g_hash_table_iter_next(&iter, NULL, &job))
        g_hash_table_iter_steal(&iter);
    g_mutex_unlock(&jobs_mutex);
    return job;
}
