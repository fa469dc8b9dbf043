/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Findings: what the engine says. Plain data, ready to be printed by the plugin or by `mapsan`. */
#ifndef MAPSAN_FINDINGS_H
#define MAPSAN_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ms_check {
    MS_CHECK_NONE = 0,
#define MS_CHECK(id, name, summary) MS_CHECK_##id,
#include "mapsan/checks.def"
#undef MS_CHECK
    MS_CHECK_COUNT
};

const char *ms_check_name(enum ms_check check);    /* "guard-bypass" */
const char *ms_check_summary(enum ms_check check); /* one line */
enum ms_check ms_check_find(const char *name);     /* MS_CHECK_NONE if there is none */

enum ms_confidence { MS_CONFIDENCE_LOW = 0, MS_CONFIDENCE_MEDIUM, MS_CONFIDENCE_HIGH };

struct ms_place {
    const char *file;      /* as the compiler was given it */
    const char *directory; /* in which it was compiled; for relative file names */
    uint32_t line, column;
    uint32_t token; /* the extractor's own handle; valid only in the process that extracted */
    uint32_t unit;  /* position of the unit in the program, to go with token */
};

struct ms_note {
    struct ms_place where;
    char *text;
};

/* A mechanical repair: what to put at a place, and instead of what. */
struct ms_fixit {
    struct ms_place where;
    char *remove; /* "": nothing */
    char *insert;
    bool statement; /* a statement that is to run before the one at the place */
};

/* What a repair comes to in the text of its file. */
struct ms_edit {
    size_t remove; /* bytes, on one line */
    char *insert;  /* malloc'ed */
};

/* Fits a repair into its file: `at` is its place between `start` and `end`. False if it does not fit:
 * a macro may have written the code, or the source may be another by now. All repairs of a finding
 * belong together: if one does not fit, none is to be shown. */
bool ms_fix_fit(const struct ms_fixit *fix, const char *start, const char *at, const char *end, struct ms_edit *edit);

struct ms_finding {
    enum ms_check check;
    enum ms_confidence confidence;
    struct ms_place where; /* where the fix goes */
    const char *function;  /* in which it stands; may be NULL */
    char *message;
    struct ms_note *notes;
    size_t note_count;
    struct ms_fixit *fixits;
    size_t fixit_count;
    uint64_t
        fingerprint; /* same for the same problem after unrelated edits: no line numbers in it */
};

struct ms_findings {
    struct ms_finding *items; /* by file, line, column, check */
    size_t count;
    size_t suppressed;
};

void ms_findings_free(struct ms_findings *findings);

#ifdef __cplusplus
}
#endif
#endif
