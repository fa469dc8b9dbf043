/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What to compile, and how: a compilation database
 * (https://clang.llvm.org/docs/JSONCompilationDatabase.html) or sources with flags. A command loses
 * its compiler, its output and what writes other files; what is left says how the source is to be
 * read.
 */
#include "cli.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct argument_list {
    char **items;
    size_t count;
};

static void add_argument(struct argument_list *list, const char *text, size_t length) {
    MS_PUSH(list->items, list->count, ms_format("%.*s", (int)length, text));
}

static void free_arguments(struct argument_list *list) {
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
}

/* As a POSIX shell splits words: blanks, '...', "...", backslash. */
static void split_command(struct argument_list *list, const char *command) {
    const char *at = command + strspn(command, " \t\n");
    char *word = ms_allocate(strlen(command) + 1);
    while (*at) {
        size_t length = 0;
        char quote = 0;
        for (; *at && (quote || !strchr(" \t\n", *at)); at++) {
            if (!quote && (*at == '"' || *at == '\''))
                quote = *at;
            else if (*at == quote)
                quote = 0;
            else if (*at == '\\' && quote != '\'' && at[1] && (!quote || strchr("\"\\$`\n", at[1])))
                word[length++] = *++at;
            else
                word[length++] = *at;
        }
        add_argument(list, word, length);
        at += strspn(at, " \t\n");
    }
    free(word);
}

/* Options that name outputs, write other files, or make warnings fatal; how many words they take
 * when their value is a word of its own. */
static const struct dropped {
    const char *name;
    bool has_value; /* -o FILE or -oFILE */
    bool exact;     /* no other text may follow */
} dropped[] = {
    {"-o", true, false},    {"-MF", true, false},          {"-MT", true, false},
    {"-MQ", true, false},   {"-MJ", true, false},          {"-MD", false, true},
    {"-MMD", false, true},  {"-MP", false, true},          {"-MG", false, true},
    {"-M", false, true},    {"-MM", false, true},          {"-c", false, true},
    {"-S", false, true},    {"-E", false, true},           {"-Werror", false, false},
    {"-pipe", false, true}, {"-save-temps", false, false}, {"-fplugin", false, false},
};

static size_t dropped_words(const char *argument) {
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++) {
        size_t length = strlen(dropped[i].name);
        if (strncmp(argument, dropped[i].name, length) != 0)
            continue;
        if (!argument[length])
            return dropped[i].has_value ? 2 : 1;
        if (!dropped[i].exact)
            return 1;
    }
    return 0;
}

static bool is_launcher(const char *word) {
    static const char *const launchers[] = {"ccache", "distcc", "sccache", "icecc", "env"};
    const char *base = strrchr(word, '/');
    base = base ? base + 1 : word;
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
        if (strcmp(base, launchers[i]) == 0)
            return true;
    return false;
}

static bool is_c_source(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".i") == 0);
}

static void add_job(struct jobs *jobs, const char *directory, const char *source,
                    const struct argument_list *words, size_t first) {
    struct job job = {.source = ms_format("%s", source)};
    if (directory)
        job.directory = ms_format("%s", directory);
    for (size_t i = first, drop; i < words->count; i += drop ? drop : 1) {
        const char *word = words->items[i];
        drop = dropped_words(word);
        if (!drop && strcmp(word, source) != 0 && strcmp(word, "--") != 0)
            MS_PUSH(job.arguments, job.argument_count, ms_format("%s", word));
    }
    MS_PUSH(jobs->items, jobs->count, job);
}

void jobs_for_sources(struct jobs *jobs, const struct words *sources, const struct words *flags) {
    struct argument_list words = {0};
    for (size_t i = 0; i < flags->count; i++)
        add_argument(&words, flags->items[i], strlen(flags->items[i]));
    for (size_t i = 0; i < sources->count; i++)
        add_job(jobs, NULL, sources->items[i], &words, 0);
    free_arguments(&words);
}

void free_jobs(struct jobs *jobs) {
    for (size_t i = 0; i < jobs->count; i++) {
        struct argument_list words = {jobs->items[i].arguments, jobs->items[i].argument_count};
        free_arguments(&words);
        free(jobs->items[i].directory);
        free(jobs->items[i].source);
    }
    free(jobs->items);
}

/* ---- the database -------------------------------------------------------------------------- */

static bool same_source(const struct jobs *jobs, const char *directory, const char *source) {
    for (size_t i = 0; i < jobs->count; i++)
        if (strcmp(jobs->items[i].source, source) == 0 &&
            strcmp(jobs->items[i].directory, directory) == 0)
            return true;
    return false;
}

static bool read_entry(struct jobs *jobs, json_t *entry, const char *path, size_t position) {
    const char *directory = json_string_value(json_object_get(entry, "directory"));
    const char *source = json_string_value(json_object_get(entry, "file"));
    const char *command = json_string_value(json_object_get(entry, "command"));
    json_t *arguments = json_object_get(entry, "arguments");
    if (!directory || !source || (!command && !json_is_array(arguments))) {
        complain("%s: entry %zu lacks directory, file or command; write the database anew", path,
                 position + 1);
        return false;
    }
    /* One source may serve several targets: what it does is judged once. */
    if (!is_c_source(source) || same_source(jobs, directory, source)) {
        jobs->skipped++;
        return true;
    }
    struct argument_list words = {0};
    size_t at;
    json_t *word;
    if (command)
        split_command(&words, command);
    else
        json_array_foreach(arguments, at, word)
            add_argument(&words, json_string_value(word) ? json_string_value(word) : "",
                         json_string_length(word));
    size_t first = words.count && is_launcher(words.items[0]) ? 2 : 1;
    add_job(jobs, directory, source, &words, first);
    free_arguments(&words);
    return true;
}

static char *database_file(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return ms_format("%s/compile_commands.json", path);
    return ms_format("%s", path);
}

bool read_database(struct jobs *jobs, const char *path) {
    char *file = database_file(path);
    FILE *stream = fopen(file, "r");
    json_error_t error;
    json_t *root = stream ? json_loadf(stream, 0, &error) : NULL;
    bool good = false;
    if (!stream)
        complain("%s: cannot be read: %s; make it with cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, "
                 "or with 'bear -- make'",
                 file, strerror(errno));
    else if (!root)
        complain("%s:%d:%d: %s; write the database anew", file, error.line, error.column,
                 error.text);
    else if (!json_is_array(root))
        complain("%s: no compilation database; it must be a list", file);
    else {
        good = true;
        size_t at;
        json_t *entry;
        json_array_foreach(root, at, entry) good = good && read_entry(jobs, entry, file, at);
        if (good && !jobs->count) {
            complain("%s: compiles no C source", file);
            good = false;
        }
    }
    json_decref(root);
    if (stream)
        fclose(stream);
    free(file);
    return good;
}
