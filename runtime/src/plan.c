/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The plan file: read once at start, before any thread; added to by any thread; written at the end,
 * to a new file that takes the old one's name, so that it is whole at any moment.
 */
#define _GNU_SOURCE
#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flags.h"
#include "output.h"

enum { ITEMS = 4096, LINE = 1024, LONGEST = 64 << 20, NAMES = 1 << 18, OUTPUT = 1 << 20 };

static struct mapsan_plan_item items[ITEMS];
static size_t count;
static bool learned;
static char
    names[NAMES]; /* of learned files: a module may be unloaded before the plan is written */
static size_t names_used;

static const struct {
    const char *word;
    int places;
} kinds[] = {[MAPSAN_PLAN_POINT] = {"point", 1},
             [MAPSAN_PLAN_ACT] = {"act", 2},
             [MAPSAN_PLAN_PAIR] = {"pair", 2}};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* "FILE:LINE", cut in place. */
static bool parse_place(char *text, struct mapsan_place *place) {
    char *colon = text ? strrchr(text, ':') : NULL, *end;
    if (!colon || colon == text)
        return false;
    const unsigned long line = strtoul(colon + 1, &end, 10);
    *colon = '\0';
    *place = (struct mapsan_place){text, (uint32_t)line};
    return end > colon + 1 && !*end && line > 0 && line < UINT32_MAX;
}

static bool parse_line(char *line) {
    char *rest = line;
    const char *word = strsep(&rest, "\t");
    for (int kind = 0; kind < KINDS; kind++) {
        struct mapsan_plan_item item = {.kind = (enum mapsan_plan_kind)kind};
        if (strcmp(word, kinds[kind].word) != 0)
            continue;
        if (!parse_place(strsep(&rest, "\t"), &item.one) ||
            (kinds[kind].places == 2 && !parse_place(strsep(&rest, "\t"), &item.other)) || rest)
            return false;
        if (count < ITEMS)
            items[count++] = item;
        return true;
    }
    return false;
}

/* The file in memory that stays, as the items point into it; NULL: `error` says why. A private
 * copy, ended by the zeros behind the last page's end. */
static char *load(const char *name, size_t *size, int *error) {
    struct stat status;
    const int file = open(name, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    *error = 0;
    if (file < 0 || fstat(file, &status) != 0) {
        *error = errno;
    } else if (!S_ISREG(status.st_mode) || status.st_size > LONGEST) {
        *error = EINVAL;
    } else {
        *size = (size_t)status.st_size;
        text = mmap(NULL, *size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (text == MAP_FAILED || read(file, text, *size) != (ssize_t)*size) {
            *error = EIO;
            text = NULL;
        }
    }
    if (file >= 0)
        close(file);
    return text;
}

/* One line of the file; as it may be anything, only what can be printed of it is. */
static void take(const char *file, size_t number, char *text) {
    char line[LINE], shown[64];
    snprintf(shown, sizeof shown, "%s", text);
    for (char *at = shown; *at; at++)
        *at = *at >= ' ' && *at < 0x7f ? *at : *at == '\t' ? ' ' : '?';
    if (parse_line(text))
        return;
    snprintf(
        line, sizeof line,
        "mapsan: plan: %s:%zu: '%s' is not understood, and passed over; 'mapsan confirm' writes "
        "plans\n",
        file, number, shown);
    mapsan_say(line);
}

void mapsan_plan_read(const char *name, bool may_be_new) {
    char line[LINE];
    size_t size = 0, number = 0;
    int error;
    char *rest = load(name, &size, &error);
    if (!rest && may_be_new && error == ENOENT)
        return;
    if (!rest) {
        snprintf(line, sizeof line, "mapsan: plan: cannot read %s (error %d); there is no plan\n",
                 name, error);
        mapsan_say(line);
        return;
    }
    const char *end = rest + size;
    while (rest && rest < end) {
        char *text = strsep(&rest, "\n");
        number++;
        if (*text && *text != '#')
            take(name, number, text);
    }
    if (count == ITEMS) {
        snprintf(line, sizeof line, "mapsan: plan: %s: only %d items are used\n", name, ITEMS);
        mapsan_say(line);
    }
}

/* The last component of a name, and what comes before it. */
static const char *last_component(const char *name, size_t *length) {
    const char *slash = memrchr(name, '/', *length);
    const char *last = slash ? slash + 1 : name;
    const size_t before = slash ? (size_t)(slash - name) : 0;
    const size_t own = *length - (size_t)(last - name);
    *length = before;
    return own ? last : NULL;
}

static bool same_file(const char *one, const char *other) {
    size_t one_left = strlen(one), other_left = strlen(other);
    bool any = false;
    while (one_left && other_left) {
        const size_t one_end = one_left, other_end = other_left;
        const char *a = last_component(one, &one_left), *b = last_component(other, &other_left);
        if (!a || !b)
            break;
        const size_t a_length = one_end - (size_t)(a - one),
                     b_length = other_end - (size_t)(b - other);
        if (a_length != b_length || memcmp(a, b, a_length) != 0)
            return any && (*a == '.' || *b == '.');
        any = true;
    }
    return any;
}

bool mapsan_place_is(const struct mapsan_place *place, const struct mapsan_site *site) {
    return place->line == site->line && same_file(place->file, site->file);
}

static bool known(const struct mapsan_site *one, const struct mapsan_site *other) {
    const size_t size = __atomic_load_n(&count, __ATOMIC_ACQUIRE);
    for (size_t i = 0; i < size && i < ITEMS; i++) {
        const struct mapsan_plan_item *item = &items[i];
        if (item->kind == MAPSAN_PLAN_PAIR && item->one.file && item->other.file &&
            ((mapsan_place_is(&item->one, one) && mapsan_place_is(&item->other, other)) ||
             (mapsan_place_is(&item->one, other) && mapsan_place_is(&item->other, one))))
            return true;
    }
    return false;
}

/* A copy that stays; NULL when there is no room. */
static const char *keep(const char *name) {
    const size_t size = strlen(name) + 1;
    const size_t at = __atomic_fetch_add(&names_used, size, __ATOMIC_RELAXED);
    return at + size <= NAMES ? memcpy(names + at, name, size) : NULL;
}

void mapsan_plan_learn(const struct mapsan_site *one, const struct mapsan_site *other) {
    if (!one->line || !other->line || mapsan_plan_size() == ITEMS || known(one, other))
        return;
    const char *first = keep(one->file), *second = keep(other->file);
    const size_t at = first && second ? __atomic_fetch_add(&count, 1, __ATOMIC_ACQ_REL) : ITEMS;
    if (at >= ITEMS)
        return;
    items[at] =
        (struct mapsan_plan_item){MAPSAN_PLAN_PAIR, {first, one->line}, {second, other->line}};
    learned = true;
}

static void print(struct mapsan_text *text) {
    mapsan_text_add(text, "# mapsan plan: where delays may bring collisions to light\n");
    for (size_t i = 0; i < mapsan_plan_size(); i++) {
        const struct mapsan_plan_item *item = &items[i];
        if (!item->one.file)
            continue;
        mapsan_text_add(text, "%s\t%s:%u", kinds[item->kind].word, item->one.file, item->one.line);
        if (kinds[item->kind].places == 2)
            mapsan_text_add(text, "\t%s:%u", item->other.file, item->other.line);
        mapsan_text_add(text, "\n");
    }
}

void mapsan_plan_save(const char *name) {
    static char memory[OUTPUT];
    char path[MAPSAN_FLAG_STRING + 32], line[MAPSAN_FLAG_STRING + 160];
    struct mapsan_text text = {memory, 0, OUTPUT};
    if (!learned || !name[0])
        return;
    print(&text);
    snprintf(path, sizeof path, "%s.%d", name, (int)getpid());
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const bool whole =
        file >= 0 && write(file, text.data, text.size) == (ssize_t)text.size && close(file) == 0;
    if (whole && rename(path, name) == 0)
        return;
    snprintf(line, sizeof line,
             "mapsan: plan: cannot write %s (error %d); what was learned is lost\n", name, errno);
    if (file >= 0)
        unlink(path);
    mapsan_say(line);
}

size_t mapsan_plan_size(void) {
    const size_t size = __atomic_load_n(&count, __ATOMIC_ACQUIRE);
    return size < ITEMS ? size : ITEMS;
}

const struct mapsan_plan_item *mapsan_plan_item(size_t position) { return &items[position]; }
