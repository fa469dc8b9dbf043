/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Findings as Clang prints its warnings: what editors and eyes know already. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

struct printer {
    FILE *out;
    struct sources *sources;
    bool color;
};

static const char bold[] = "\033[1m", magenta[] = "\033[0;1;35m", cyan[] = "\033[0;1;36m",
                  green[] = "\033[0;1;32m", plain[] = "\033[0m";

static const char *style(const struct printer *printer, const char *code) {
    return printer->color ? code : "";
}

/* The line, and below it a caret; tabs are kept, so that it stands right whatever their width. */
static void print_line(const struct printer *printer, const struct ms_place *where) {
    size_t length = 0;
    const char *line = source_line(printer->sources, where, where->line, &length);
    if (!line || where->column == 0 || where->column > length + 1)
        return;
    fprintf(printer->out, "%.*s\n", (int)length, line);
    for (uint32_t i = 0; i + 1 < where->column; i++)
        if ((line[i] & 0xc0) != 0x80) /* one column for a character of several bytes */
            fputc(line[i] == '\t' ? '\t' : ' ', printer->out);
    fprintf(printer->out, "%s^%s\n", style(printer, green), style(printer, plain));
}

static void print_place(const struct printer *printer, const struct ms_place *where) {
    char *name = place_name(where);
    fprintf(printer->out, "%s%s:%u:%u:%s ", style(printer, bold), name, where->line, where->column,
            style(printer, plain));
    free(name);
}

static void print_repair(const struct printer *printer, const struct ms_place *where,
                         const struct ms_edit *edit) {
    int length = (int)strcspn(edit->insert, "\n"); /* indentation may follow */
    print_place(printer, where);
    fprintf(printer->out, "%snote:%s a repair: %s `%.*s`\n", style(printer, cyan),
            style(printer, plain), edit->remove ? "write" : "insert", length, edit->insert);
    print_line(printer, where);
}

static void print_finding(const struct printer *printer, const struct ms_finding *finding) {
    print_place(printer, &finding->where);
    fprintf(printer->out, "%swarning:%s%s %s [mapsan-%s]%s\n", style(printer, magenta),
            style(printer, plain), style(printer, bold), finding->message,
            ms_check_name(finding->check), style(printer, plain));
    print_line(printer, &finding->where);
    for (size_t i = 0; i < finding->note_count; i++) {
        const struct ms_note *note = &finding->notes[i];
        print_place(printer, &note->where);
        fprintf(printer->out, "%snote:%s %s\n", style(printer, cyan), style(printer, plain),
                note->text);
        print_line(printer, &note->where);
    }
    struct ms_edit *edits;
    size_t count = repairs_of(printer->sources, finding, &edits);
    for (size_t i = 0; i < count; i++)
        print_repair(printer, &finding->fixits[i].where, &edits[i]);
    free_repairs(edits, count);
}

void report_text(const struct run *run, struct sources *sources, bool color, FILE *out) {
    struct printer printer = {out, sources, color};
    for (size_t i = 0; i < run->findings->count; i++)
        print_finding(&printer, &run->findings->items[i]);
}

const char *confidence_word(enum ms_confidence confidence) {
    static const char *const words[] = {"low", "medium", "high"};
    return words[confidence];
}
