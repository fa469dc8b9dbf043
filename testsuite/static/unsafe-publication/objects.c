/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Objects that others find, or that a thread is given, before they are complete. */
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

struct job {
    int frames;
    char *input;
    int ready;
    struct job *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t made = PTHREAD_COND_INITIALIZER;
static GHashTable *jobs;
static struct job *list;

size_t job_input(int id) {
    size_t length = 0;
    pthread_mutex_lock(&lock);
    struct job *job = g_hash_table_lookup(jobs, GINT_TO_POINTER(id));
    if (job && job->input)
        length = job->input[0] + job->frames; // expected-note 3 {{is read here, in job_input()}}
    pthread_mutex_unlock(&lock);
    return length;
}

void job_add_bad(int id, int frames) {
    struct job *job = calloc(1, sizeof *job);
    pthread_mutex_lock(&lock);
    g_hash_table_insert(jobs, GINT_TO_POINTER(id), job); // expected-note {{it is made known to others here}}
    pthread_mutex_unlock(&lock);
    job->frames = frames; // expected-warning {{`job->frames` is set here after others can find it: whoever gets there first sees it half made}}
}

void job_add_ok(int id, int frames) {
    struct job *job = calloc(1, sizeof *job);
    job->frames = frames;
    pthread_mutex_lock(&lock);
    g_hash_table_insert(jobs, GINT_TO_POINTER(id), job);
    pthread_mutex_unlock(&lock);
}

/* What the insertion and the filling stand in does not matter. */
static void jobs_insert(int id, struct job *job) {
    pthread_mutex_lock(&lock);
    g_hash_table_insert(jobs, GINT_TO_POINTER(id), job);
    pthread_mutex_unlock(&lock);
}

static void job_fill(struct job *job, int frames) {
    job->frames = frames; // expected-warning {{`job->frames` is set here after others can find it}}
}

void job_add_in_parts_bad(int id, int frames) {
    struct job *job = calloc(1, sizeof *job);
    jobs_insert(id, job); // expected-note {{it is made known to others here}}
    job_fill(job, frames);
}

/* Readers wait for the mark, which is set under the lock. */
void job_add_then_mark_ok(int id, int frames) {
    struct job *job = calloc(1, sizeof *job);
    pthread_mutex_lock(&lock);
    g_hash_table_insert(jobs, GINT_TO_POINTER(id), job);
    pthread_mutex_unlock(&lock);
    job->frames = frames;
    pthread_mutex_lock(&lock);
    job->ready = 1;
    pthread_cond_broadcast(&made);
    pthread_mutex_unlock(&lock);
}

/* An intrusive list. */
int jobs_count(void) {
    int count = 0;
    pthread_mutex_lock(&lock);
    for (struct job *job = list; job; job = job->next)
        count += job->frames;
    pthread_mutex_unlock(&lock);
    return count;
}

void job_link_bad(int frames) {
    struct job *job = calloc(1, sizeof *job);
    pthread_mutex_lock(&lock);
    job->next = list;
    list = job; // expected-note {{it is made known to others here}}
    pthread_mutex_unlock(&lock);
    job->frames = frames; // expected-warning {{`job->frames` is set here after others can find it}}
}

void job_link_ok(int frames) {
    struct job *job = calloc(1, sizeof *job);
    pthread_mutex_lock(&lock);
    job->next = list;
    list = job;
    job->frames = frames;
    pthread_mutex_unlock(&lock);
}

/* ---- threads ---- */

struct watcher {
    GMutex lock;
    GHashTable *paths;
    GThread *thread;
};

static gpointer watcher_main(gpointer data) {
    struct watcher *w = data;
    g_mutex_lock(&w->lock);
    g_hash_table_remove_all(w->paths); // expected-note {{is written here, in watcher_main()}}
    g_mutex_unlock(&w->lock);
    return NULL;
}

struct watcher *watcher_new_bad(void) {
    struct watcher *w = g_new0(struct watcher, 1);
    g_mutex_init(&w->lock);
    w->thread = g_thread_new("watcher", watcher_main, w); // expected-note {{the thread is started here}} expected-note 0+ {{started here}}
    w->paths = g_hash_table_new(NULL, NULL); // expected-warning {{`w->paths` is set here after it was given to a thread}}
    return w;
}

struct watcher *watcher_new_ok(void) {
    struct watcher *w = g_new0(struct watcher, 1);
    g_mutex_init(&w->lock);
    w->paths = g_hash_table_new(NULL, NULL);
    w->thread = g_thread_new("watcher", watcher_main, w);
    return w;
}

struct watcher *watcher_new_locked_ok(void) {
    struct watcher *w = g_new0(struct watcher, 1);
    g_mutex_init(&w->lock);
    g_mutex_lock(&w->lock);
    w->thread = g_thread_new("watcher", watcher_main, w);
    w->paths = g_hash_table_new(NULL, NULL);
    g_mutex_unlock(&w->lock);
    return w;
}
