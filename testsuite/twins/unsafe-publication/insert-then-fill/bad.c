/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=glib+pthread, note=fields set after the insertion, without
// the lock
/*
 * A transcoder inserts a job into the shared table so that it can be found, gives the lock back,
 * and fills in the job's fields afterwards. A status thread finds the job half made.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>

struct job {
    unsigned id;
    char *input, *output;
    unsigned frames;
    unsigned done; /* under jobs_mutex */
};

static pthread_mutex_t jobs_mutex = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *jobs;
static unsigned next_id;

static void job_free(gpointer data) {
    struct job *job = data;
    g_free(job->input);
    g_free(job->output);
    g_free(job);
}

static unsigned job_submit(const char *input, unsigned frames) {
    struct job *job = g_new0(struct job, 1);
    unsigned id;
    pthread_mutex_lock(&jobs_mutex);
    id = job->id = ++next_id;
    g_hash_table_insert(jobs, GUINT_TO_POINTER(id), job);
    pthread_mutex_unlock(&jobs_mutex);
    job->input = g_strdup(input); // BAD(unsafe-publication,guard-bypass,unlocked-access)
    job->output = g_strdup_printf("%s.webm", input); // BAD(unsafe-publication,guard-bypass,unlocked-access)
    job->frames = frames; // BAD(unsafe-publication,guard-bypass,unlocked-access)
    return id;
}

static int job_status(unsigned id, char *text, size_t size) {
    int length = -1;
    pthread_mutex_lock(&jobs_mutex);
    struct job *job = g_hash_table_lookup(jobs, GUINT_TO_POINTER(id));
    if (job)
        length = snprintf(text, size, "%s -> %s: %u/%u", job->input ? job->input : "?",
                          job->output ? job->output : "?", job->done, job->frames);
    pthread_mutex_unlock(&jobs_mutex);
    return length;
}

static int job_step(unsigned id) {
    int left = 0;
    pthread_mutex_lock(&jobs_mutex);
    struct job *job = g_hash_table_lookup(jobs, GUINT_TO_POINTER(id));
    if (job && job->done < job->frames) {
        job->done++;
        left = (int)(job->frames - job->done);
    } else if (job) {
        g_hash_table_remove(jobs, GUINT_TO_POINTER(id));
    }
    pthread_mutex_unlock(&jobs_mutex);
    return left;
}

static void *client_main(void *arg) {
    const char *name = arg;
    for (unsigned i = 0; i < 50; i++) {
        unsigned id = job_submit(name, 3 + i % 4);
        while (job_step(id) > 0)
            ;
    }
    return NULL;
}

static void *status_main(void *arg) {
    char text[128];
    size_t seen = 0;
    (void)arg;
    for (unsigned id = 1; id < 100; id++)
        seen += job_status(id, text, sizeof(text)) > 0;
    return (void *)seen;
}

int main(void) {
    pthread_t clients[2], status;
    static char names[2][8] = {"a.avi", "b.mkv"};
    jobs = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, job_free);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, names[i]) != 0)
            return 1;
    if (pthread_create(&status, NULL, status_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    pthread_join(status, NULL);
    printf("%u jobs left\n", g_hash_table_size(jobs));
    g_hash_table_destroy(jobs);
    return 0;
}
