/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Static findings as a plan for the runtime's delay mode (runtime/src/plan.h): a `point` for each
 * place that a finding names; where one critical section acts on what another saw, the pairs of
 * check and `act`, between which the thread is held up when it has released the lock.
 */
#include "confirm.h"

#include <errno.h>
#include <string.h>

bool is_confirmable(enum ms_check check) {
    static const char *const by_reading_alone[] = {"lock-imbalance", "lock-order", "lock-copied",
                                                   "raw-internals"};
    for (size_t i = 0; i < sizeof by_reading_alone / sizeof *by_reading_alone; i++)
        if (strcmp(ms_check_name(check), by_reading_alone[i]) == 0)
            return false;
    return true;
}

static bool is_check_then_act(const struct ms_finding *finding) {
    return strcmp(ms_check_name(finding->check), "check-then-act") == 0;
}

static bool is_written(const struct ms_place *where) {
    return where->file && where->line && !strpbrk(where->file, "\t\n");
}

static void print_point(FILE *out, const struct ms_place *where) {
    if (is_written(where))
        fprintf(out, "point\t%s:%u\n", where->file, where->line);
}

static void print_finding(FILE *out, const struct ms_finding *finding) {
    for (size_t i = 0; i < finding->note_count; i++) {
        const struct ms_place *note = &finding->notes[i].where;
        if (!is_check_then_act(finding))
            print_point(out, note);
        else if (is_written(note) && is_written(&finding->where))
            fprintf(out, "act\t%s:%u\t%s:%u\n", note->file, note->line, finding->where.file,
                    finding->where.line);
    }
    if (!is_check_then_act(finding))
        print_point(out, &finding->where);
}

bool write_plan(const struct ms_findings *findings, const char *file) {
    FILE *out = fopen(file, "w");
    for (size_t i = 0; out && i < findings->count; i++)
        if (is_confirmable(findings->items[i].check))
            print_finding(out, &findings->items[i]);
    if (out && fclose(out) == 0)
        return true;
    complain("%s: cannot be written: %s", file, strerror(errno));
    return false;
}
