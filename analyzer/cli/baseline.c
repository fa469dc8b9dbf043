/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Writing a baseline: the findings that a project lives with, one a line, by fingerprint. Lines are
 * sorted by what does not change when code moves, so that a new version differs where it must. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted as text: file and function first, then moved behind the fingerprint. */
static char *line_of(const struct ms_finding *finding) {
    char *file = place_name(&finding->where);
    char *line = ms_format("%s:%s %s %016llx", file, finding->function ? finding->function : "",
                           ms_check_name(finding->check), (unsigned long long)finding->fingerprint);
    free(file);
    return line;
}

static void put_line(FILE *out, const char *line) {
    const char *fingerprint = strrchr(line, ' ');
    fprintf(out, "%s %.*s\n", fingerprint + 1, (int)(fingerprint - line), line);
}

bool write_baseline(const struct ms_findings *findings, const char *file) {
    char **lines = NULL;
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].check != MS_CHECK_STALE_SUPPRESSION)
            MS_PUSH(lines, count, line_of(&findings->items[i]));
    if (count)
        qsort(lines, count, sizeof *lines, by_name);
    FILE *out = fopen(file, "w");
    bool good = out != NULL;
    if (good) {
        fputs("# Findings that are known: mapsan check --baseline=FILE leaves them out.\n", out);
        for (size_t i = 0; i < count; i++)
            put_line(out, lines[i]);
        good = !ferror(out);
        good = fclose(out) == 0 && good;
    }
    if (!good)
        complain("%s: cannot be written: %s", file, strerror(errno));
    else
        fprintf(stderr, "mapsan: %zu finding%s written to %s\n", count, count == 1 ? "" : "s",
                file);
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
    free(lines);
    return good;
}
