/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Runs the compiler with the plugin over sources, several at a time. The facts and the compiler's
 * messages come back through anonymous memory files, so that nothing is left behind whatever
 * happens. A flag that this compiler does not know (the database may be another compiler's) is
 * dropped, and the source is tried again.
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { FACTS_DESCRIPTOR = 30, RETRY_MAX = 8 };

struct worker {
    pid_t process; /* 0: idle */
    const struct job *job;
    size_t position;     /* of the job */
    int facts, messages; /* memory files */
    int tries;
    struct words unknown; /* flags to leave out; owned texts */
};

struct extraction {
    struct units *units;
    const struct cli_options *options;
    char *plugin;
    char *model; /* absolute; the compiler may run elsewhere */
    struct result {
        char *facts;
        size_t size;
    } *results; /* by job: units are added in the order of the jobs, whichever ends first */
    size_t done, total;
    bool progress;
    bool stopped; /* no compiler: every other job would end the same way */
};

/* ---- starting ------------------------------------------------------------------------------ */

static bool is_unknown(const struct worker *worker, const char *flag) {
    for (size_t i = 0; i < worker->unknown.count; i++)
        if (strcmp(worker->unknown.items[i], flag) == 0)
            return true;
    return false;
}

/* The texts made here are the plugin's flags, at fixed places; free_command knows them. */
static struct words build_command(const struct extraction *extraction,
                                  const struct worker *worker) {
    struct words command = {0};
    const char *own[] = {
        ms_format("-fplugin=%s", extraction->plugin),
        ms_format("-fplugin-arg-mapsan-emit=/proc/self/fd/%d", FACTS_DESCRIPTOR),
        extraction->model ? ms_format("-fplugin-arg-mapsan-model=%s", extraction->model) : NULL,
    };
    MS_PUSH(command.items, command.count, extraction->options->compiler);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i])
            MS_PUSH(command.items, command.count, own[i]);
    for (size_t i = 0; i < worker->job->argument_count; i++)
        if (!is_unknown(worker, worker->job->arguments[i]))
            MS_PUSH(command.items, command.count, worker->job->arguments[i]);
    static const char *const last[] = {"-fplugin-arg-mapsan-analyze=off",
                                       "-fplugin-arg-mapsan-facts=off",
                                       "-fsyntax-only",
                                       "-w",
                                       "-fno-color-diagnostics",
                                       "--"};
    for (size_t i = 0; i < sizeof last / sizeof *last; i++)
        MS_PUSH(command.items, command.count, last[i]);
    MS_PUSH(command.items, command.count, worker->job->source);
    MS_PUSH(command.items, command.count, NULL);
    return command;
}

static void free_command(struct words *command, bool model) {
    for (int i = 1; i <= 2 + model; i++)
        free((char *)command->items[i]);
    free(command->items);
}

static bool start(struct extraction *extraction, struct worker *worker) {
    const char *directory = worker->job->directory ? worker->job->directory : ".";
    if (access(directory, X_OK) != 0) {
        complain("%s: its directory %s cannot be entered: %s; write the database anew",
                 worker->job->source, directory, strerror(errno));
        return false;
    }
    worker->facts = memfd_create("facts", MFD_CLOEXEC);
    worker->messages = memfd_create("messages", MFD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, worker->messages, 1);
    posix_spawn_file_actions_adddup2(&actions, worker->messages, 2);
    posix_spawn_file_actions_adddup2(&actions, worker->facts, FACTS_DESCRIPTOR);
    posix_spawn_file_actions_addchdir_np(&actions, directory);
    struct words command = build_command(extraction, worker);
    int failure = posix_spawnp(&worker->process, command.items[0], &actions, NULL,
                               (char *const *)command.items, environ);
    free_command(&command, extraction->model != NULL);
    posix_spawn_file_actions_destroy(&actions);
    if (!failure)
        return true;
    close(worker->facts);
    close(worker->messages);
    worker->process = 0;
    extraction->stopped = true;
    complain("%s cannot be run: %s; install it, or name another with --clang=FILE",
             extraction->options->compiler, strerror(failure));
    return false;
}

/* ---- ending -------------------------------------------------------------------------------- */

/* All of a memory file, terminated. */
static char *read_back(int file, size_t *size) {
    struct stat status;
    *size = fstat(file, &status) == 0 ? (size_t)status.st_size : 0;
    char *text = ms_allocate(*size + 1);
    size_t have = 0;
    for (ssize_t count; have < *size; have += (size_t)count)
        if ((count = pread(file, text + have, *size - have, (off_t)have)) <= 0)
            break;
    *size = have;
    return text;
}

/* Adds the flags that the compiler says it does not know; are there new ones? */
static bool learn_unknown_flags(struct worker *worker, const char *messages) {
    static const char *const heads[] = {"unknown argument: '", "unknown argument '",
                                        "unsupported option '"};
    bool learned = false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        for (const char *at = messages; (at = strstr(at, heads[i]));) {
            at += strlen(heads[i]);
            char *flag = ms_format("%.*s", (int)strcspn(at, "'\n"), at);
            if (is_unknown(worker, flag)) {
                free(flag);
                continue;
            }
            MS_PUSH(worker->unknown.items, worker->unknown.count, flag);
            learned = true;
        }
    return learned;
}

/* The first error among the messages, or the first line. */
static void complain_compiler(const struct worker *worker, const char *messages) {
    const char *error = strstr(messages, "error: ");
    const char *line = error ? error : messages;
    while (line > messages && line[-1] != '\n')
        line--;
    complain("%s: does not compile: %.*s", worker->job->source,
             *line ? (int)strcspn(line, "\n") : (int)strlen("the compiler says nothing"),
             *line ? line : "the compiler says nothing");
}

static void take_result(struct extraction *extraction, const struct worker *worker, bool failed,
                        const char *messages) {
    struct result *result = &extraction->results[worker->position];
    result->facts = read_back(worker->facts, &result->size);
    if (failed) { /* what parsed is judged all the same */
        complain_compiler(worker, messages);
        extraction->units->failures++;
    } else if (result->size == 0) {
        complain("%s: the plugin %s wrote no facts; is it of this version of mapsan?",
                 worker->job->source, extraction->plugin);
        extraction->units->failures++;
    }
}

static void forget(struct worker *worker) {
    for (size_t i = 0; i < worker->unknown.count; i++)
        free((char *)worker->unknown.items[i]);
    free(worker->unknown.items);
    *worker = (struct worker){0};
}

static void show_progress(struct extraction *extraction, const struct worker *worker) {
    extraction->done++;
    if (extraction->progress)
        fprintf(stderr, "\r\033[K[%zu/%zu] %s", extraction->done, extraction->total,
                worker->job->source);
}

static void finish(struct extraction *extraction, struct worker *worker, int status) {
    size_t size;
    char *messages = read_back(worker->messages, &size);
    bool failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    bool again = failed && worker->tries++ < RETRY_MAX && learn_unknown_flags(worker, messages);
    worker->process = 0;
    if (!again) {
        if (extraction->progress)
            fputs("\r\033[K", stderr);
        take_result(extraction, worker, failed, messages);
        show_progress(extraction, worker);
    }
    free(messages);
    close(worker->facts);
    close(worker->messages);
    if (again && start(extraction, worker))
        return;
    extraction->units->failures += again;
    forget(worker);
}

static void wait_for_one(struct extraction *extraction, struct worker *workers, size_t count) {
    int status;
    pid_t process = waitpid(-1, &status, 0);
    for (size_t i = 0; process > 0 && i < count; i++)
        if (workers[i].process == process)
            finish(extraction, &workers[i], status);
}

/* ---- the pool ------------------------------------------------------------------------------ */

static void run_jobs(struct extraction *extraction, const struct jobs *jobs) {
    size_t count = extraction->options->jobs, next = 0;
    struct worker *workers = ms_allocate(count * sizeof *workers);
    for (size_t running = 1; running || (next < jobs->count && !extraction->stopped);) {
        running = 0;
        for (size_t i = 0; i < count; i++) {
            if (!workers[i].process && next < jobs->count && !extraction->stopped) {
                workers[i].position = next;
                workers[i].job = &jobs->items[next++];
                extraction->units->failures += !start(extraction, &workers[i]);
            }
            running += workers[i].process != 0;
        }
        if (running)
            wait_for_one(extraction, workers, count);
    }
    free(workers);
}

static void add_results(struct extraction *extraction, const struct jobs *jobs) {
    for (size_t i = 0; i < jobs->count; i++) {
        const struct result *result = &extraction->results[i];
        if (result->size)
            add_images(extraction->units, (const unsigned char *)result->facts, result->size,
                       jobs->items[i].source);
        free(result->facts);
    }
    free(extraction->results);
}

void extract_units(struct units *units, const struct jobs *jobs,
                   const struct cli_options *options) {
    struct extraction extraction = {.units = units, .options = options, .total = jobs->count};
    extraction.plugin = find_plugin(options);
    extraction.progress = isatty(STDERR_FILENO) && !options->quiet;
    if (options->model_file)
        extraction.model = realpath(options->model_file, NULL);
    if (extraction.plugin) {
        extraction.results = ms_allocate(jobs->count * sizeof *extraction.results);
        run_jobs(&extraction, jobs);
        add_results(&extraction, jobs);
        if (extraction.progress)
            fputs("\r\033[K", stderr);
    } else {
        complain("the plugin %s is not where it belongs; name it with --plugin=FILE",
                 options->plugin ? options->plugin : MAPSAN_PLUGIN);
        units->failures++;
    }
    free(extraction.plugin);
    free(extraction.model);
}
