/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=glib, note=jobs of a thread pool add to one table without a lock
/*
 * A package manager checks files in a GThreadPool with several threads. Each job adds what it found to
 * the transaction's table of problems, which has no lock: it was a loop before it was a pool.
 */
#include <glib.h>

typedef struct {
    GHashTable *problems; /* package -> number of files */
    guint files;
} Transaction;

typedef struct {
    char *path;
    char *package;
} FileJob;

static FileJob *file_job_new(guint i) {
    FileJob *job = g_new0(FileJob, 1);
    job->path = g_strdup_printf("/usr/share/doc/%u", i);
    job->package = g_strdup_printf("pkg-%u", i % 23);
    return job;
}

static void file_job_free(FileJob *job) {
    g_free(job->path);
    g_free(job->package);
    g_free(job);
}

static gboolean file_is_damaged(const char *path) { return g_str_hash(path) % 3 == 0; }

static void transaction_problem(Transaction *self, const char *package) {
    gpointer old = g_hash_table_lookup(self->problems, package); // BAD(unlocked-access)
    g_hash_table_replace(self->problems, g_strdup(package), GUINT_TO_POINTER(GPOINTER_TO_UINT(old) + 1)); // BAD(unlocked-access)
}

static void check_file(gpointer data, gpointer user_data) {
    FileJob *job = data;
    Transaction *self = user_data;
    gboolean damaged = file_is_damaged(job->path);

    if (damaged)
        transaction_problem(self, job->package); // BAD(unlocked-access)
    self->files++; // BAD(unlocked-access)
    file_job_free(job);
}

static void transaction_verify(Transaction *self, guint files) {
    GThreadPool *pool = g_thread_pool_new(check_file, self, 4, FALSE, NULL);
    for (guint i = 0; i < files; i++)
        g_thread_pool_push(pool, file_job_new(i), NULL);
    g_thread_pool_free(pool, FALSE, TRUE);
}

static void print_problem(gpointer key, gpointer value, gpointer user_data) {
    guint *sum = user_data;
    g_print("%s: %u\n", (char *)key, GPOINTER_TO_UINT(value));
    *sum += GPOINTER_TO_UINT(value);
}

int main(void) {
    Transaction *self = g_new0(Transaction, 1);
    guint sum = 0;

    self->problems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    transaction_verify(self, 3000);
    g_hash_table_foreach(self->problems, print_problem, &sum);
    g_print("%u of %u\n", sum, self->files);
    g_hash_table_unref(self->problems);
    g_free(self);
    return 0;
}
