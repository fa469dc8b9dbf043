/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * JSON by hand, into a buffer of its own: no allocation, as everywhere in a report.
 */
#define _GNU_SOURCE
#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "encoding.h"
#include "flags.h"
#include "operations.h"
#include "output.h"

enum { OBJECT = 1 << 18 };

static char memory[OBJECT];

/* "name": of the member of an object; the comma before it, unless it is the first. */
static void name_member(struct mapsan_text *text, const char *name) {
    const char last = text->size ? text->data[text->size - 1] : '{';
    mapsan_text_add(text, "%s\"%s\":", last == '{' || last == '[' ? "" : ",", name);
}

static void add_string(struct mapsan_text *text, const char *string, size_t length) {
    mapsan_text_add(text, "\"");
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)string[i];
        if (c == '"' || c == '\\')
            mapsan_text_add(text, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            mapsan_text_add(text, "\\u%04x", c);
        else
            mapsan_text_add(text, "%c", c);
    }
    mapsan_text_add(text, "\"");
}

static void member(struct mapsan_text *text, const char *name, const char *string) {
    name_member(text, name);
    add_string(text, string, strlen(string));
}

static void number(struct mapsan_text *text, const char *name, unsigned long value) {
    name_member(text, name);
    mapsan_text_add(text, "%lu", value);
}

static void address(struct mapsan_text *text, const char *name, uintptr_t value) {
    name_member(text, name);
    mapsan_text_add(text, "\"0x%lx\"", (unsigned long)value);
}

static void add_site(struct mapsan_text *text, const struct mapsan_site *site) {
    member(text, "function", site->function);
    member(text, "file", site->file);
    number(text, "line", site->line);
    number(text, "column", site->column);
    member(text, "caller", site->caller);
}

static void add_frame(struct mapsan_text *text, const struct mapsan_frame *frame) {
    mapsan_text_add(text, text->data[text->size - 1] == '[' ? "{" : ",{");
    address(text, "pc", frame->pc);
    if (frame->function_length) {
        name_member(text, "function");
        add_string(text, frame->function, (size_t)frame->function_length);
    }
    if (frame->source_length) {
        name_member(text, "source");
        add_string(text, frame->source, (size_t)frame->source_length);
    }
    if (frame->module) {
        member(text, "module", frame->module);
        address(text, "offset", frame->offset);
    }
    mapsan_text_add(text, "}");
}

static void add_frames(struct mapsan_text *text, const char *name, struct mapsan_frames frames) {
    struct mapsan_frame inlined[MAPSAN_INLINED];
    name_member(text, name);
    mapsan_text_add(text, "[");
    for (size_t i = 0; i < frames.count; i++) {
        const size_t count = mapsan_symbols_frames(frames.first + i, inlined, MAPSAN_INLINED);
        for (size_t j = 0; j < count; j++)
            add_frame(text, &inlined[j]);
    }
    mapsan_text_add(text, "]");
}

static void add_thread(struct mapsan_text *text, const struct mapsan_thread *thread,
                       struct mapsan_frames birth) {
    char name[MAPSAN_NAME_SIZE];
    mapsan_thread_name(thread, name);
    name_member(text, "thread");
    mapsan_text_add(text, "{");
    number(text, "number", thread->number);
    member(text, "name", name);
    if (thread->tid)
        number(text, "tid", (unsigned long)thread->tid);
    if (thread->birth.number != MAPSAN_NO_NUMBER) {
        number(text, "creator", thread->birth.creator);
        add_frames(text, "created", birth);
    }
    mapsan_text_add(text, "}");
}

static const char *operation_word(const struct mapsan_site *site) {
    static const char *const words[] = {"use", "init", "read", "write", "iterate", "destroy"};
    return words[site->operation <= MAPSAN_OP_DESTROY ? site->operation : 0];
}

static void add_side(struct mapsan_text *text, const struct mapsan_side *side,
                     struct mapsan_frames frames, struct mapsan_frames birth) {
    mapsan_text_add(text, text->data[text->size - 1] == '[' ? "{" : ",{");
    member(text, "operation", operation_word(side->site));
    member(text, "map", side->site->map);
    add_site(text, side->site);
    name_member(text, "finished");
    mapsan_text_add(text, side->finished ? "true" : "false");
    name_member(text, "unordered");
    mapsan_text_add(text, side->unordered ? "true" : "false");
    add_thread(text, side->thread, birth);
    add_frames(text, "stack", frames);
    mapsan_text_add(text, "}");
}

static void add_map(struct mapsan_text *text, const struct mapsan_collision *collision) {
    const struct mapsan_site *site = mapsan_claim_site(collision->made);
    name_member(text, "map");
    mapsan_text_add(text, "{");
    address(text, "address", (uintptr_t)collision->map);
    if (collision->elements >= 0)
        number(text, "elements", (unsigned long)collision->elements);
    if (site) {
        name_member(text, "made");
        mapsan_text_add(text, "{");
        add_site(text, site);
        number(text, "thread", mapsan_thread_of(mapsan_word_slot(collision->made))->number);
        mapsan_text_add(text, "}");
    }
    mapsan_text_add(text, "}");
}

/* In one write to a file opened for appending: whole, whoever else writes there. */
static void write_line(struct mapsan_text *text) {
    static bool complained;
    char line[MAPSAN_FLAG_STRING + 80];
    const int saved = errno;
    mapsan_text_add(text, "\n");
    const int file = open(mapsan_flags.json, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const bool good = file >= 0 && write(file, text->data, text->size) == (ssize_t)text->size;
    if (!good && !complained) {
        snprintf(line, sizeof line, "mapsan: json: cannot write %s (error %d)\n", mapsan_flags.json,
                 errno);
        complained = true;
        mapsan_say(line);
    }
    if (file >= 0)
        close(file);
    errno = saved;
}

static void begin(struct mapsan_text *text, const char *kind) {
    mapsan_text_add(text, "{");
    member(text, "kind", kind);
    number(text, "pid", (unsigned long)getpid());
}

void mapsan_json_report(const struct mapsan_collision *collision,
                        const struct mapsan_stacks *stacks, const struct mapsan_text *words) {
    struct mapsan_text text = {memory, 0, OBJECT};
    if (!mapsan_flags.json[0])
        return;
    begin(&text, "report");
    member(&text, "title", collision->title);
    name_member(&text, "sides");
    mapsan_text_add(&text, "[");
    for (int i = 0; i < 2; i++)
        add_side(&text, &collision->sides[i], stacks->sides[i], stacks->births[i]);
    mapsan_text_add(&text, "]");
    if (collision->check) {
        name_member(&text, "check");
        mapsan_text_add(&text, "{");
        add_site(&text, collision->check->site);
        add_frames(&text, "stack", stacks->check);
        mapsan_text_add(&text, "}");
    }
    add_map(&text, collision);
    member(&text, "advice", collision->advice);
    name_member(&text, "text");
    add_string(&text, words->data, words->size);
    mapsan_text_add(&text, "}");
    write_line(&text);
}

void mapsan_json_start(void) {
    char room[128];
    struct mapsan_text text = {room, 0, sizeof room - 2};
    if (!mapsan_flags.json[0])
        return;
    begin(&text, "start");
    mapsan_text_add(&text, "}");
    write_line(&text);
}

void mapsan_json_reached(const struct mapsan_site *site) {
    char room[2048];
    struct mapsan_text text = {room, 0, sizeof room - 2};
    if (!mapsan_flags.json[0])
        return;
    begin(&text, "reached");
    add_site(&text, site);
    mapsan_text_add(&text, "}");
    write_line(&text);
}
