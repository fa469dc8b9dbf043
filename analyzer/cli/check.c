/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* `mapsan check` and `mapsan dump`: collect units; judge and report them, or print them. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool wants_color(const struct cli_options *options) {
    if (strcmp(options->color, "auto") != 0)
        return strcmp(options->color, "always") == 0;
    const char *never = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(never && *never);
}

static size_t count_functions(const struct units *units) {
    size_t functions = 0;
    for (size_t i = 0; i < units->count; i++)
        for (size_t at = 1; at < units->items[i]->function_count; at++)
            functions += units->items[i]->functions[at].blocks.count > 0;
    return functions;
}

static void print_statistics(const struct run *run, size_t duplicates) {
    const char *remark;
    for (size_t i = 0; (remark = ms_program_remark(run->program, i)); i++)
        fprintf(stderr, "mapsan: remark: %s\n", remark);
    fprintf(
        stderr,
        "mapsan: %zu units (%zu more were copies), %zu functions, %zu findings, %zu suppressed, "
        "%.2f s\n",
        run->units, duplicates, run->functions, run->findings->count, run->findings->suppressed,
        run->seconds);
}

/* Prints and writes all that was asked for; false if something could not be written. */
static bool report(const struct run *run, const struct cli_options *options) {
    struct sources *sources = sources_new();
    bool good = true;
    if (!options->quiet && !options->write_baseline)
        report_text(run, sources, wants_color(options), stdout);
    if (options->json)
        good = report_json(run, sources, options->json) && good;
    if (options->sarif)
        good = report_sarif(run, sources, options->sarif) && good;
    if (options->html)
        good = report_html(run, sources, options->html) && good;
    sources_free(sources);
    if (fflush(stdout) != 0) {
        complain("standard output cannot be written");
        good = false;
    }
    return good;
}

/* The program takes the units over. */
static int judge(struct units *units, struct cli_options *options, double began) {
    struct run run = {.units = units->count, .functions = count_functions(units)};
    run.failures = units->failures;
    options->judge.complete = run.failures == 0;
    run.program = ms_program_new(&options->judge);
    for (size_t i = 0; i < units->count; i++)
        ms_program_add(run.program, units->items[i]);
    units->count = 0;
    struct ms_findings *findings = ms_program_judge(run.program);
    run.findings = findings;
    run.seconds = now() - began;
    bool good = report(&run, options);
    if (options->verbose)
        print_statistics(&run, units->duplicates);
    else if (!options->quiet && !options->write_baseline && findings->count)
        fprintf(stderr, "%zu warning%s generated.\n", findings->count,
                findings->count == 1 ? "" : "s");
    bool accepted = options->write_baseline && write_baseline(findings, options->write_baseline);
    good = good && (accepted || !options->write_baseline);
    int code = !good || run.failures          ? EXIT_FAILED
               : findings->count && !accepted ? EXIT_FINDINGS
                                              : EXIT_NONE;
    ms_findings_free(findings);
    ms_program_free(run.program);
    return code;
}

int command_check(int count, char **words) {
    double began = now();
    struct cli_options options;
    struct units units = {0};
    int code = EXIT_FAILED;
    if (parse_options(&options, count, words)) {
        collect_units(&units, &options);
        if (units.count)
            code = judge(&units, &options, began);
    }
    free_units(&units);
    free_options(&options);
    return code;
}

int command_dump(int count, char **words) {
    struct cli_options options;
    struct units units = {0};
    bool good = parse_options(&options, count, words);
    if (good) {
        collect_units(&units, &options);
        good = units.count && !units.failures;
        fputs("[\n", stdout);
        for (size_t i = 0; i < units.count; i++) {
            fputs(i ? ",\n" : "", stdout);
            ms_unit_dump(units.items[i], stdout);
        }
        fputs("]\n", stdout);
    }
    free_units(&units);
    free_options(&options);
    return good && fflush(stdout) == 0 ? EXIT_NONE : EXIT_FAILED;
}
