/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `mapsan confirm`: static analysis says where to look, the runtime proves it. Judges the program,
 * hands the findings to the runtime as a plan, runs the program until each is confirmed or the runs
 * are over, and says of each what became of it.
 */
#include "confirm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
    struct cli_options options;
    unsigned runs;
    unsigned timeout; /* seconds a run may take; 0: any */
    char **command;
    char *directory; /* for plan, evidence and logs */
};

static bool take_number(const char *word, const char *name, unsigned most, unsigned *number,
                        bool *good) {
    const size_t length = strlen(name);
    char *end;
    if (strncmp(word, name, length) != 0 || word[length] != '=')
        return false;
    const unsigned long value = strtoul(word + length + 1, &end, 10);
    if (end == word + length + 1 || *end || value > most) {
        complain("%s needs a number from 0 to %u, not '%s'", name, most, word + length + 1);
        *good = false;
    }
    *number = (unsigned)value;
    return true;
}

/* OPTIONS [INPUTS] -- PROGRAM ARGS. Without inputs, the program itself is judged. */
static bool parse(struct request *request, int count, char **words) {
    char **ours = ms_allocate((size_t)(count + 1) * sizeof *ours);
    int kept = 0, at = 0;
    bool good = true;
    for (; at < count && strcmp(words[at], "--") != 0; at++)
        if (!take_number(words[at], "--runs", 1000, &request->runs, &good) &&
            !take_number(words[at], "--timeout", 86400, &request->timeout, &good))
            ours[kept++] = words[at];
    request->command = words + at + 1;
    if (at + 1 >= count) {
        complain(
            "nothing to run; write: mapsan confirm [OPTIONS] [FILES WITH FACTS] -- PROGRAM ARGS");
        good = false;
    }
    bool has_input = false;
    for (int i = 0; i < kept; i++)
        has_input = has_input || ours[i][0] != '-';
    if (good && !has_input)
        ours[kept++] = find_program(request->command[0]);
    good = good && parse_options(&request->options, kept, ours);
    free(ours);
    return good;
}

/* The last run looks for what did not meet, but is not ordered either. */
static char *environment_options(const char *directory, bool by_order) {
    const char *users = getenv("MAPSAN_OPTIONS");
    return ms_format("%s%shalt_on_error=0:exitcode=0:color=never:plan='%s/plan':json='%s/evidence':"
                     "log_path='%s/log':mode=%s",
                     users ? users : "", users && *users ? ":" : "", directory, directory,
                     directory, by_order ? "hb" : "overlap");
}

static void run_once(const struct request *request) {
    const int status = run_program(request->command, request->timeout);
    if (status == RUN_TIMED_OUT)
        fprintf(stderr,
                "mapsan: the program was ended after %u s; --timeout=SECONDS gives it more\n",
                request->timeout);
    else if (WIFSIGNALED(status))
        fprintf(stderr, "mapsan: the program was ended by signal %d\n", WTERMSIG(status));
}

static size_t count_verdicts(const struct evidence *evidence, size_t count, enum verdict verdict) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += evidence[i].verdict == verdict;
    return found;
}

static void print_indented(const char *text) {
    while (text && *text) {
        const size_t length = strcspn(text, "\n");
        printf("    %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void print_evidence(const struct ms_findings *findings, const struct evidence *evidence) {
    static const char *const words[VERDICT_COUNT] = {
        "static only", "not reached", "reached, not confirmed", "unordered", "confirmed"};
    for (size_t i = 0; i < findings->count; i++) {
        const struct ms_finding *finding = &findings->items[i];
        char *name = place_name(&finding->where);
        printf("%s:%u:%u: %s: %s [mapsan-%s]\n", name, finding->where.line, finding->where.column,
               words[evidence[i].verdict], finding->message, ms_check_name(finding->check));
        free(name);
        print_indented(json_string_value(json_object_get(evidence[i].report, "text")));
    }
}

static void print_summary(const struct evidence *evidence, size_t count, unsigned runs) {
    static const char *const words[VERDICT_COUNT] = {
        "static only", "not reached", "reached but not confirmed", "unordered", "confirmed"};
    fprintf(stderr, "%zu finding%s:", count, count == 1 ? "" : "s");
    for (int verdict = VERDICT_COUNT; verdict-- > 0;)
        fprintf(stderr, " %zu %s%s", count_verdicts(evidence, count, (enum verdict)verdict),
                words[verdict], verdict ? "," : ";");
    fprintf(stderr, " %u run%s.\n", runs, runs == 1 ? "" : "s");
}

/* Findings of which another run may say more. */
static size_t count_open(const struct evidence *evidence, size_t count) {
    return count - count_verdicts(evidence, count, VERDICT_CONFIRMED) -
           count_verdicts(evidence, count, VERDICT_STATIC);
}

/* Runs until nothing is open any more. */
static int confirm(struct request *request, const struct ms_findings *findings) {
    struct evidence_lines lines = {json_array(), false};
    struct evidence *evidence = ms_allocate((findings->count + 1) * sizeof *evidence);
    char *plan = ms_format("%s/plan", request->directory);
    char *file = ms_format("%s/evidence", request->directory);
    char *options[] = {environment_options(request->directory, false),
                       environment_options(request->directory, true)};
    bool good = write_plan(findings, plan);
    unsigned runs = 0;
    weigh_evidence(&lines, findings, evidence);
    for (; good && runs < request->runs && count_open(evidence, findings->count); runs++) {
        setenv("MAPSAN_OPTIONS", options[runs > 0 && runs + 1 == request->runs], 1);
        run_once(request);
        json_array_clear(lines.lines);
        read_evidence(&lines, file);
        good = lines.started;
        weigh_evidence(&lines, findings, evidence);
    }
    if (runs && !lines.started)
        complain("%s does not hold mapsan's runtime; build it with mapsan-clang",
                 request->command[0]);
    if (good) {
        print_evidence(findings, evidence);
        print_summary(evidence, findings->count, runs);
    }
    const bool any = count_verdicts(evidence, findings->count, VERDICT_CONFIRMED) ||
                     count_verdicts(evidence, findings->count, VERDICT_UNORDERED);
    json_decref(lines.lines);
    free(evidence);
    free(options[0]);
    free(options[1]);
    free(file);
    free(plan);
    return !good ? EXIT_FAILED : any ? EXIT_FINDINGS : EXIT_NONE;
}

static int judge_and_confirm(struct request *request) {
    struct units units = {0};
    int code = EXIT_FAILED;
    collect_units(&units, &request->options);
    if (units.count) {
        struct ms_program *program = ms_program_new(&request->options.judge);
        for (size_t i = 0; i < units.count; i++)
            ms_program_add(program, units.items[i]);
        units.count = 0;
        struct ms_findings *findings = ms_program_judge(program);
        char directory[] = "/tmp/mapsan-confirm-XXXXXX";
        request->directory = mkdtemp(directory);
        if (findings->count == 0) {
            fputs("No findings: nothing to confirm.\n", stderr);
            code = EXIT_NONE;
        } else if (request->directory) {
            code = confirm(request, findings);
            remove_directory(directory);
        } else {
            complain("no directory can be made in /tmp: %s", strerror(errno));
        }
        ms_findings_free(findings);
        ms_program_free(program);
    }
    free_units(&units);
    return code;
}

int command_confirm(int count, char **words) {
    struct request request = {.runs = 5, .timeout = 120};
    int code = EXIT_FAILED;
    if (parse(&request, count, words))
        code = judge_and_confirm(&request);
    free_options(&request.options);
    return code;
}
