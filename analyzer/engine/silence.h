/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What users do not want to hear again: comments in the source, lines of suppression files, entries
 * of baselines, headers that are not theirs. Each remembers whether it silenced anything; one that
 * did not is a finding of its own, because it would silence the next real one.
 */
#ifndef MAPSAN_SILENCE_H
#define MAPSAN_SILENCE_H

#include "program.h"

/* A line of a suppression file, "check:glob", or of a baseline, "fingerprint ...". */
struct ms_silencer {
    enum ms_check check;  /* suppression; MS_CHECK_NONE: any */
    char *glob;           /* suppression: the function or the file; NULL: a baseline's entry */
    uint64_t fingerprint; /* baseline */
    uint32_t file, line;  /* where it stands */
};

struct ms_silencers {
    struct ms_silencer *items;
    size_t count;
    char **files;
    size_t file_count;
    struct ms_index fingerprints;
};

/* silence_files.c: adds the lines of a file. On error returns false with one line in `message`. */
bool ms_silencers_read(struct ms_silencers **silencers, bool baseline, const char *file,
                       char *message, size_t message_size);
void ms_silencers_free(struct ms_silencers *silencers);

/* A comment of a unit; its strings are the linked program's. */
void ms_silence_add_comment(struct ms_program *program, uint32_t unit,
                            const struct ms_attribute *comment);

/* Whether something silences this finding; marks what does as used. */
bool ms_silenced(struct ms_program *program, const struct ms_finding *finding);

/* Whether the place is in a header that the user did not ask about. */
bool ms_in_filtered_header(const struct ms_program *program, const struct ms_place *where);

/* Adds a finding for everything that silences nothing, or cannot. */
void ms_report_stale(struct ms_program *program);
void ms_silence_free(struct ms_program *program);

#endif
