/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=glib, note=removal from the table frees the element at once, although
// a worker holds its lock
/*
 * Job table of a download service. Workers look a job up and lock it while they hold the table's lock,
 * then work under the job's lock alone. job_cancel() takes the job out of the table and frees it without
 * waiting for the job's lock. The fix takes that lock once before it frees.
 */
#include <glib.h>

typedef struct {
    GMutex lock;
    guint id;
    guint done, size;
    GByteArray *data;
} Job;

static GMutex jobs_lock;
static GHashTable *jobs;

static Job *job_new(guint id, guint size) {
    Job *job = g_new0(Job, 1);
    g_mutex_init(&job->lock);
    job->id = id;
    job->size = size;
    job->data = g_byte_array_new();
    return job;
}

static void job_free(Job *job) {
    g_byte_array_unref(job->data); // BAD(destroy-in-use,guard-bypass,unlocked-access)
    g_mutex_clear(&job->lock); // BAD(destroy-in-use)
    g_free(job); // BAD(destroy-in-use)
}

static void job_start(guint id, guint size) {
    g_mutex_lock(&jobs_lock);
    if (!g_hash_table_contains(jobs, GUINT_TO_POINTER(id)))
        g_hash_table_insert(jobs, GUINT_TO_POINTER(id), job_new(id, size));
    g_mutex_unlock(&jobs_lock);
}

/* Returns the job locked. */
static Job *job_lookup(guint id) {
    Job *job;
    g_mutex_lock(&jobs_lock);
    job = g_hash_table_lookup(jobs, GUINT_TO_POINTER(id));
    if (job)
        g_mutex_lock(&job->lock);
    g_mutex_unlock(&jobs_lock);
    return job;
}

static gboolean job_receive(guint id, const guint8 *data, guint len) {
    Job *job = job_lookup(id);
    gboolean complete;

    if (!job)
        return FALSE;
    g_byte_array_append(job->data, data, len);
    job->done += len;
    complete = job->done >= job->size;
    g_mutex_unlock(&job->lock);
    return complete;
}

static gboolean job_cancel(guint id) {
    gpointer value = NULL;
    Job *job;

    g_mutex_lock(&jobs_lock);
    g_hash_table_steal_extended(jobs, GUINT_TO_POINTER(id), NULL, &value);
    g_mutex_unlock(&jobs_lock);
    job = value;
    if (!job)
        return FALSE;
    job_free(job); // BAD(destroy-in-use)
    return TRUE;
}

static gpointer network_main(gpointer unused) {
    guint8 packet[32] = {0};
    guint complete = 0;
    (void)unused;
    for (guint i = 0; i < 4000; i++)
        complete += job_receive(i % 10, packet, sizeof(packet));
    return GUINT_TO_POINTER(complete);
}

static gpointer user_main(gpointer unused) {
    guint cancelled = 0;
    (void)unused;
    for (guint i = 0; i < 2000; i++) {
        job_start(i % 10, 500);
        if (i % 3 == 0)
            cancelled += job_cancel(i * 7 % 10);
    }
    return GUINT_TO_POINTER(cancelled);
}

int main(void) {
    GThread *network, *user;

    g_mutex_init(&jobs_lock);
    jobs = g_hash_table_new(g_direct_hash, g_direct_equal);
    network = g_thread_new("network", network_main, NULL);
    user = g_thread_new("user", user_main, NULL);
    g_print("%u complete\n", GPOINTER_TO_UINT(g_thread_join(network)));
    g_print("%u cancelled\n", GPOINTER_TO_UINT(g_thread_join(user)));
    for (guint id = 0; id < 10; id++)
        job_cancel(id);
    g_hash_table_unref(jobs);
    g_mutex_clear(&jobs_lock);
    return 0;
}
