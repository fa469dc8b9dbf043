/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the analysis knows and Clang's thread-safety attributes can say: which lock guards a field or
 * a global, and what a function requires, takes and gives back. For `mapsan annotate`. */
#ifndef MAPSAN_ANNOTATIONS_H
#define MAPSAN_ANNOTATIONS_H

#include "mapsan/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ms_annotation_kind {
    MS_ANNOTATE_GUARDED = 1, /* a field or variable; lock: a sibling's name, or a global */
    MS_ANNOTATE_REQUIRES,
    MS_ANNOTATE_REQUIRES_SHARED,
    MS_ANNOTATE_ACQUIRES,
    MS_ANNOTATE_ACQUIRES_SHARED,
    MS_ANNOTATE_RELEASES,
    MS_ANNOTATE_NO_ANALYSIS, /* correct for reasons that the attributes cannot express */
};

struct ms_annotation {
    enum ms_annotation_kind kind;
    const char *name;      /* of what is annotated, which stands at `where` */
    struct ms_place where; /* of a function: its definition */
    const char *lock;      /* an expression of C; of a function, after `parameter` */
    int parameter;         /* the lock is reached through this one: `->lock` follows; -1: it is not */
    bool internal;         /* a static function, or a field: declared nowhere else */
    bool late;             /* a field that stands before its lock */
};

struct ms_annotations_found {
    struct ms_annotation *items;
    size_t count;
};

/* After ms_program_judge. Texts live as long as the program; free() the items. */
struct ms_annotations_found ms_program_annotations(struct ms_program *program);

#ifdef __cplusplus
}
#endif
#endif
