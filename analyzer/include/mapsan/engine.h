/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The engine: facts in, findings out. This is the one boundary between the C++ that talks to Clang
 * and the C that knows what a race is. Not thread-safe per program; independent programs may be
 * judged on different threads.
 */
#ifndef MAPSAN_ENGINE_H
#define MAPSAN_ENGINE_H

#include "mapsan/facts.h"
#include "mapsan/findings.h"
#include "mapsan/models.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ms_options {
    /* One translation unit of a larger program (the plugin), or everything that was linked
     * (`mapsan check`). In a part, functions with external linkage may have callers we do not see. */
    bool whole_program;
    enum ms_confidence confidence;    /* print findings from this level on */
    uint32_t disabled_checks;         /* bit 1u << enum ms_check */
    const struct ms_models *models;   /* NULL: the built-in ones */
    struct ms_silencers *silencers;   /* lines of suppression files and baselines; NULL: none */
    char *header_filter;              /* globs "a,-b" on headers; NULL: findings in all of them */
    bool complete; /* all that findings may be about is there: say what silences nothing */
};

struct ms_options ms_options_default(void);
void ms_options_free(struct ms_options *options);

/* Parses "name=value" as given to -fplugin-arg-mapsan- and on the command line: checks=-a,+b,
 * confidence=low|medium|high, suppressions=FILE, baseline=FILE, header-filter=GLOBS. On error returns
 * false and writes one line to message. */
bool ms_options_set(struct ms_options *options, const char *name, const char *value, char *message, size_t message_size);
/* The names that it knows. */
bool ms_options_knows(const char *name);

struct ms_program;

struct ms_program *ms_program_new(const struct ms_options *options);

/* Adds a unit; the program owns it from now on. Units are numbered in the order of the calls. */
void ms_program_add(struct ms_program *program, struct ms_unit *unit);

/* Links, analyses and judges. May be called once. The findings belong to the caller; their places
 * point into the program and live as long as it does. */
struct ms_findings *ms_program_judge(struct ms_program *program);

void ms_program_free(struct ms_program *program);

/* What the analysis had to give up on ("function f: more than N blocks"), for --verbose: one line
 * each, position from 0; NULL after the last. */
const char *ms_program_remark(const struct ms_program *program, size_t position);

#ifdef __cplusplus
}
#endif
#endif
