/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Findings as JSON, the engine's own words: for scripts. */
#include "cli.h"
#include "json_text.h"
#include "utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *text) {
    struct ms_text clean = {0};
    for (size_t length; *text; text += length ? length : 1) {
        length = ms_utf8_length(text);
        if (length)
            ms_text_add(&clean, "%.*s", (int)length, text);
        else
            ms_text_add(&clean, "\xef\xbf\xbd");
    }
    json_t *string = json_string(clean.data ? clean.data : "");
    free(clean.data);
    return string;
}

bool write_json(json_t *root, const char *file) {
    FILE *stream = fopen(file, "w");
    bool good = stream && json_dumpf(root, stream, JSON_INDENT(2)) == 0;
    good = good && fputc('\n', stream) != EOF;
    if (stream && fclose(stream) != 0)
        good = false;
    if (!good)
        complain("%s: cannot be written: %s", file, strerror(errno));
    json_decref(root);
    return good;
}

static void set_place(json_t *object, const struct ms_place *where) {
    char *name = place_name(where);
    json_object_set_new(object, "file", json_text(name));
    json_object_set_new(object, "line", json_integer(where->line));
    json_object_set_new(object, "column", json_integer(where->column));
    free(name);
}

static json_t *finding_object(const struct ms_finding *finding, struct sources *sources) {
    json_t *object = json_object();
    char fingerprint[24];
    snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)finding->fingerprint);
    json_object_set_new(object, "check", json_string(ms_check_name(finding->check)));
    json_object_set_new(object, "confidence", json_string(confidence_word(finding->confidence)));
    json_object_set_new(object, "message", json_text(finding->message));
    set_place(object, &finding->where);
    if (finding->function)
        json_object_set_new(object, "function", json_text(finding->function));
    json_object_set_new(object, "fingerprint", json_string(fingerprint));
    json_t *notes = json_array();
    for (size_t i = 0; i < finding->note_count; i++) {
        json_t *note = json_object();
        json_object_set_new(note, "message", json_text(finding->notes[i].text));
        set_place(note, &finding->notes[i].where);
        json_array_append_new(notes, note);
    }
    json_object_set_new(object, "notes", notes);
    struct ms_edit *edits;
    size_t count = repairs_of(sources, finding, &edits);
    json_t *repairs = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *repair = json_object();
        json_object_set_new(repair, "remove", json_integer((json_int_t)edits[i].remove));
        json_object_set_new(repair, "insert", json_text(edits[i].insert));
        set_place(repair, &finding->fixits[i].where);
        json_array_append_new(repairs, repair);
    }
    free_repairs(edits, count);
    json_object_set_new(object, "repairs", repairs);
    return object;
}

bool report_json(const struct run *run, struct sources *sources, const char *file) {
    json_t *root = json_object(), *findings = json_array(), *remarks = json_array();
    for (size_t i = 0; i < run->findings->count; i++)
        json_array_append_new(findings, finding_object(&run->findings->items[i], sources));
    const char *remark;
    for (size_t i = 0; (remark = ms_program_remark(run->program, i)); i++)
        json_array_append_new(remarks, json_text(remark));
    json_object_set_new(root, "version", json_string(MAPSAN_VERSION));
    json_object_set_new(root, "units", json_integer((json_int_t)run->units));
    json_object_set_new(root, "functions", json_integer((json_int_t)run->functions));
    json_object_set_new(root, "failures", json_integer((json_int_t)run->failures));
    json_object_set_new(root, "suppressed", json_integer((json_int_t)run->findings->suppressed));
    json_object_set_new(root, "findings", findings);
    json_object_set_new(root, "remarks", remarks);
    return write_json(root, file);
}
