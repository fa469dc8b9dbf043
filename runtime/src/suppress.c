/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Suppressions are matched against what the report would say, after symbolizing.
 */
#define _GNU_SOURCE
#include "suppress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "flags.h"
#include "output.h"

enum { TEXT = 1 << 15, MOST = 512, LINE = MAPSAN_FLAG_STRING + 240 };

enum kind { FUNCTION, SOURCE, MAP, MODULE, KINDS };
static const char *const words[KINDS] = {"function", "file", "map", "module"};

static struct suppression {
    enum kind kind;
    const char *glob;
    unsigned used;
} list[MOST];
static size_t count;
static char text[TEXT];

/* `*` any characters, `?` one; `end` behind the text's last. */
static bool matches(const char *glob, const char *at, const char *end) {
    const char *star = NULL, *back = NULL;
    while (at < end) {
        if (*glob == '*') {
            star = ++glob;
            back = at;
        } else if (*glob && (*glob == '?' || *glob == *at)) {
            glob++;
            at++;
        } else if (star) {
            glob = star;
            at = ++back;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}

/* A file's name as it stands, or its last component. */
static bool matches_path(const char *glob, const char *name, size_t length) {
    const char *slash = memrchr(name, '/', length), *end = name + length;
    return matches(glob, name, end) || (slash && matches(glob, slash + 1, end));
}

static bool matches_frame(const struct suppression *one, const struct mapsan_frame *frame) {
    switch (one->kind) {
    case FUNCTION:
        return frame->function_length &&
               matches(one->glob, frame->function, frame->function + frame->function_length);
    case SOURCE: {
        const char *colon = memchr(frame->source, ':', (size_t)frame->source_length);
        const size_t length =
            colon ? (size_t)(colon - frame->source) : (size_t)frame->source_length;
        return frame->source_length && matches_path(one->glob, frame->source, length);
    }
    case MODULE:
        return frame->module && matches_path(one->glob, frame->module, strlen(frame->module));
    default:
        return false;
    }
}

static bool matches_side(const struct suppression *one, const struct mapsan_site *site,
                         struct mapsan_frames frames) {
    struct mapsan_frame inlined[MAPSAN_INLINED];
    const char *name = one->kind == MAP ? site->map : site->function;
    if ((one->kind == MAP || one->kind == FUNCTION) &&
        matches(one->glob, name, name + strlen(name)))
        return true;
    if (one->kind == FUNCTION &&
        matches(one->glob, site->caller, site->caller + strlen(site->caller)))
        return true;
    if (one->kind == SOURCE && matches_path(one->glob, site->file, strlen(site->file)))
        return true;
    for (size_t i = 0; i < frames.count; i++) {
        const size_t found = mapsan_symbols_frames(frames.first + i, inlined, MAPSAN_INLINED);
        for (size_t j = 0; j < found; j++)
            if (matches_frame(one, &inlined[j]))
                return true;
    }
    return false;
}

bool mapsan_suppressed(const struct mapsan_collision *collision,
                       const struct mapsan_stacks *stacks) {
    for (size_t i = 0; i < count; i++)
        for (int side = 0; side < 2; side++)
            if (matches_side(&list[i], collision->sides[side].site, stacks->sides[side])) {
                list[i].used++;
                return true;
            }
    return false;
}

static void take(const char *line, unsigned number) {
    char complaint[LINE];
    const char *colon = strchr(line, ':');
    for (int kind = 0; colon && colon[1] && kind < KINDS; kind++) {
        const size_t length = strlen(words[kind]);
        if ((size_t)(colon - line) != length || memcmp(line, words[kind], length) != 0)
            continue;
        if (count < MOST)
            list[count++] = (struct suppression){(enum kind)kind, colon + 1, 0};
        else
            break;
        return;
    }
    snprintf(complaint, sizeof complaint,
             count == MOST ? "mapsan: suppressions: %s:%u: '%.60s': too many, passed over\n"
                           : "mapsan: suppressions: %s:%u: '%.60s' is none; write function:GLOB, "
                             "file:GLOB, map:GLOB or module:GLOB\n",
             mapsan_flags.suppressions, number, line);
    mapsan_say(complaint);
}

void mapsan_suppressions_read(void) {
    char complaint[LINE];
    unsigned number = 0;
    if (!mapsan_flags.suppressions[0])
        return;
    const int file = open(mapsan_flags.suppressions, O_RDONLY | O_CLOEXEC);
    const ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (size < 0 || size == sizeof text - 1) {
        snprintf(complaint, sizeof complaint,
                 size < 0
                     ? "mapsan: suppressions: cannot read %s (error %d); nothing is suppressed\n"
                     : "mapsan: suppressions: %s is longer than %d bytes; the rest is not used\n",
                 mapsan_flags.suppressions, size < 0 ? errno : TEXT - 2);
        mapsan_say(complaint);
    }
    if (file >= 0)
        close(file);
    char *rest = size > 0 ? text : NULL;
    while (rest) {
        char *line = strsep(&rest, "\n");
        number++;
        line += strspn(line, " \t");
        line[strcspn(line, "\r")] = '\0';
        if (*line && *line != '#')
            take(line, number);
    }
}

void mapsan_suppressions_end(void) {
    char line[LINE];
    for (size_t i = 0; i < count && mapsan_flags.verbosity > 0; i++) {
        snprintf(line, sizeof line, "mapsan: suppressions: %s:%.100s held back %u report%s\n",
                 words[list[i].kind], list[i].glob, list[i].used, list[i].used == 1 ? "" : "s");
        mapsan_say(line);
    }
}
