/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The parts of `mapsan confirm`: static findings in, each with what a run of the program said of it
 * out.
 */
#ifndef MAPSAN_CLI_CONFIRM_H
#define MAPSAN_CLI_CONFIRM_H

#include "cli.h"

#include <jansson.h>

enum verdict {
    VERDICT_STATIC,      /* of a kind that no run can show to be right */
    VERDICT_NOT_REACHED, /* the runs did not come to its places */
    VERDICT_REACHED,     /* they did, and nothing collided there */
    VERDICT_UNORDERED,   /* two threads were there, and nothing orders one before the other */
    VERDICT_CONFIRMED,   /* they met there */
    VERDICT_COUNT
};

struct evidence {
    enum verdict verdict;
    json_t *report; /* the runtime's, for the last two verdicts; owned by the object below */
};

/* What all runs said. */
struct evidence_lines {
    json_t *lines;
    bool started; /* the program holds mapsan's runtime */
};

/* plan.c: the places where the runtime is to hold threads up. Complains and returns false if it
 * cannot be written. */
bool write_plan(const struct ms_findings *findings, const char *file);

/* Can a run of the program show findings of this check to be right? */
bool is_confirmable(enum ms_check check);

/* evidence.c */
void read_evidence(struct evidence_lines *lines, const char *file);
void weigh_evidence(const struct evidence_lines *lines, const struct ms_findings *findings,
                    struct evidence *evidence);

#endif
