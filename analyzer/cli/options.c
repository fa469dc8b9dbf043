/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Options of `check` and `dump`: one table that is parser and help at once. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models_table.h"

typedef bool (*setter)(struct cli_options *options, const char *name, const char *value);

static bool set_judge(struct cli_options *options, const char *name, const char *value) {
    char message[512];
    options->baseline |= strcmp(name, "baseline") == 0;
    if (ms_options_set(&options->judge, name, value, message, sizeof message))
        return true;
    complain("--%s: %s", name, message);
    return false;
}

static bool set_model(struct cli_options *options, const char *name, const char *value) {
    (void)name;
    char message[512];
    if (options->models) {
        complain("--model is given twice; put both models into one file");
        return false;
    }
    options->models = ms_models_load(ms_models_builtin(), value, message, sizeof message);
    if (!options->models)
        complain("%s", message);
    options->model_file = value;
    options->judge.models = options->models;
    return options->models != NULL;
}

static bool set_jobs(struct cli_options *options, const char *name, const char *value) {
    (void)name;
    char *end;
    long jobs = strtol(value, &end, 10);
    if (*end || end == value || jobs < 1 || jobs > 1024) {
        complain("-j needs a number from 1 to 1024, not '%s'", value);
        return false;
    }
    options->jobs = (unsigned)jobs;
    return true;
}

static bool set_text(struct cli_options *options, const char *name, const char *value) {
    const struct {
        const char *name, **field;
    } fields[] = {{"json", &options->json},
                  {"sarif", &options->sarif},
                  {"html", &options->html},
                  {"p", &options->database},
                  {"clang", &options->compiler},
                  {"plugin", &options->plugin},
                  {"write-baseline", &options->write_baseline}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i].name, name) == 0)
            *fields[i].field = value;
    return true;
}

static bool set_color(struct cli_options *options, const char *name, const char *value) {
    (void)name;
    options->color = value;
    if (strcmp(value, "auto") == 0 || strcmp(value, "always") == 0 || strcmp(value, "never") == 0)
        return true;
    complain("--color is auto, always or never, not '%s'", value);
    return false;
}

static bool set_verbose(struct cli_options *options, const char *name, const char *value) {
    (void)value;
    if (strcmp(name, "verbose") == 0)
        options->verbose = true;
    else
        options->quiet = true;
    return true;
}

static const struct option {
    const char *name;  /* one letter: -x VALUE; else --name=VALUE */
    const char *value; /* NULL: takes none */
    setter set;
    const char *help;
} table[] = {
    {"p", "DIR", set_text, "judge what compile_commands.json in DIR compiles"},
    {"j", "N", set_jobs, "run N compilers at once (default: one per processor)"},
    {"checks", "LIST", set_judge,
     "such as -lock-imbalance,+wrong-lock; 'mapsan checks' lists them"},
    {"confidence", "LEVEL", set_judge, "report from this level on: low, medium (default) or high"},
    {"model", "FILE", set_model, "describes your own locks and maps (docs/models.md)"},
    {"suppressions", "FILE", set_judge, "lines CHECK:FUNCTION-OR-FILE, with * and ?"},
    {"baseline", "FILE", set_judge, "leave out the findings that it lists"},
    {"write-baseline", "FILE", set_text, "write the findings into a baseline and exit with 0"},
    {"header-filter", "GLOBS", set_judge, "headers to report on, such as -*/vendor/*"},
    {"json", "FILE", set_text, "write the findings as JSON"},
    {"sarif", "FILE", set_text, "write the findings as SARIF 2.1.0"},
    {"html", "FILE", set_text, "write the findings as a page to read"},
    {"clang", "FILE", set_text, "the compiler that reads sources (default: " MAPSAN_CLANG ")"},
    {"plugin", "FILE", set_text, "the plugin it loads (default: the one built with this command)"},
    {"color", "WHEN", set_color, "auto (default), always or never"},
    {"verbose", NULL, set_verbose, "say what was given up on, and statistics"},
    {"quiet", NULL, set_verbose, "print no findings, only write the files asked for"},
};
enum { OPTION_COUNT = sizeof table / sizeof *table };

void print_options(FILE *out) {
    for (int i = 0; i < OPTION_COUNT; i++) {
        bool letter = !table[i].name[1];
        int used = fprintf(out, "  %s%s%s%s", letter ? "-" : "--", table[i].name,
                           table[i].value ? (letter ? " " : "=") : "",
                           table[i].value ? table[i].value : "");
        fprintf(out, "%*s%s\n", used < 24 ? 24 - used : 1, "", table[i].help);
    }
}

static bool unknown_option(const char *word) {
    const char *names[OPTION_COUNT];
    for (int i = 0; i < OPTION_COUNT; i++)
        names[i] = table[i].name;
    const char *name = word + strspn(word, "-");
    const char *near = ms_nearest_word(name, strcspn(name, "="), names, OPTION_COUNT);
    if (near)
        complain("unknown option '%s'; did you mean '%s%s'?", word, near[1] ? "--" : "-", near);
    else
        complain("unknown option '%s'; 'mapsan --help' lists them", word);
    return false;
}

static const struct option *find_option(const char *word, const char **value) {
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &table[i];
        size_t length = strlen(option->name);
        bool letter = length == 1;
        const char *rest = word + (letter ? 2 : 2 + length);
        if (letter ? word[1] != option->name[0]
                   : strncmp(word, "--", 2) != 0 || strncmp(word + 2, option->name, length) != 0)
            continue;
        if (!letter && *rest && *rest != '=')
            continue;
        *value = !*rest ? NULL : letter ? rest : rest + 1;
        return option;
    }
    return NULL;
}

/* Takes the option at words[*at], and its value, which may be the next word. */
static bool take_option(struct cli_options *options, int count, char **words, int *at) {
    const char *value = NULL;
    const struct option *option = find_option(words[*at], &value);
    if (!option)
        return unknown_option(words[*at]);
    const char *dashes = option->name[1] ? "--" : "-";
    if (!option->value && value) {
        complain("%s%s takes no value", dashes, option->name);
        return false;
    }
    if (option->value && !value && *at + 1 < count && strcmp(words[*at + 1], "--") != 0)
        value = words[++*at];
    if (option->value && (!value || !*value)) {
        complain("%s%s needs a value: %s%s%s%s", dashes, option->name, dashes, option->name,
                 option->name[1] ? "=" : " ", option->value);
        return false;
    }
    return option->set(options, option->name, value);
}

bool parse_options(struct cli_options *options, int count, char **words) {
    *options = (struct cli_options){.judge = ms_options_default()};
    options->judge.whole_program = true;
    options->color = "auto";
    options->compiler = MAPSAN_CLANG;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    options->jobs = processors > 0 ? (unsigned)processors : 1;
    for (int at = 0; at < count; at++) {
        if (strcmp(words[at], "--") == 0) {
            options->has_flags = true;
            for (at++; at < count; at++)
                MS_PUSH(options->flags.items, options->flags.count, words[at]);
        } else if (words[at][0] != '-' || !words[at][1]) {
            MS_PUSH(options->inputs.items, options->inputs.count, words[at]);
        } else if (!take_option(options, count, words, &at)) {
            return false;
        }
    }
    if (options->database && (options->inputs.count || options->has_flags)) {
        complain("-p judges the whole database; leave the files out, or leave -p out");
        return false;
    }
    if (!options->database && !options->inputs.count) {
        complain("nothing to judge; name a program, -p BUILD_DIR, or sources and -- FLAGS");
        return false;
    }
    if (options->write_baseline && options->baseline) {
        complain("--write-baseline writes the whole list; leave --baseline out");
        return false;
    }
    return true;
}

void free_options(struct cli_options *options) {
    ms_options_free(&options->judge);
    ms_models_free(options->models);
    free(options->inputs.items);
    free(options->flags.items);
}
