/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* `mapsan`: picks the command. */
#include "cli.h"

#include <stdarg.h>
#include <string.h>

#include "models_table.h"

static const struct command {
    const char *name, *usage, *summary;
    int (*run)(int count, char **words);
} commands[] = {
    {"check", "PROGRAM.. | -p BUILD_DIR | FILES.. -- FLAGS", "judges a whole program",
     command_check},
    {"confirm", "[--runs=N] [--timeout=SECONDS] [FILES] -- PROGRAM ARGS",
     "runs a program that mapsan-clang built, and says which findings it confirms",
     command_confirm},
    {"annotate", "(as check)",
     "prints a patch that writes the guards inferred into the sources, as attributes",
     command_annotate},
    {"run", "[--model=FILE] -- PROGRAM ARGS",
     "runs a program that cannot be rebuilt, and watches the maps of its libraries", command_run},
    {"interposers", "FILE", "writes what `run` puts before the libraries, as C",
     command_interposers},
    {"dump", "(as check)", "prints the facts as JSON", command_dump},
    {"explain", "CHECK", "what a check finds, why, and how to fix or silence it", command_explain},
    {"checks", "", "lists the checks", command_checks},
    {"models", "", "lists the verbs with which a model file describes functions", command_models},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("mapsan: error: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static int print_help(FILE *out, int code) {
    fputs("mapsan finds concurrent misuse of maps and other data that a lock guards.\n\n", out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  mapsan %s%s%s\n      %s\n", commands[i].name, *commands[i].usage ? " " : "",
                commands[i].usage, commands[i].summary);
    fputs("\nOptions of check, confirm, annotate and dump:\n", out);
    print_options(out);
    fputs("\nExit code: 0 nothing found, 1 findings, 2 something could not be read or judged.\n",
          out);
    return code;
}

static int unknown_command(const char *word) {
    const char *names[COMMAND_COUNT];
    for (int i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *near = ms_nearest_word(word, strlen(word), names, COMMAND_COUNT);
    if (near)
        complain("unknown command '%s'; did you mean 'mapsan %s'?", word, near);
    else
        complain("unknown command '%s'; 'mapsan --help' lists them", word);
    return EXIT_FAILED;
}

int main(int argc, char **argv) {
    if (argc < 2)
        return print_help(stderr, EXIT_FAILED);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help(stdout, EXIT_NONE);
    if (strcmp(argv[1], "--version") == 0) {
        printf("mapsan %s (for clang %d, facts format %d)\n", MAPSAN_VERSION, MAPSAN_CLANG_MAJOR,
               MS_FACTS_VERSION);
        return EXIT_NONE;
    }
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, argv[1]) == 0) {
            if (argc == 3 && strcmp(argv[2], "--help") == 0)
                return print_help(stdout, EXIT_NONE);
            return commands[i].run(argc - 2, argv + 2);
        }
    return unknown_command(argv[1]);
}
