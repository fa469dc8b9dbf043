/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Parser and help of the options, both driven by the table that flags.inc becomes here. Allocates
 * nothing: it runs before main, possibly before malloc.
 */
#include "flags.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mapsan_flags mapsan_flags = {
#define MAPSAN_BOOL(name, value, help) .name = value,
#define MAPSAN_INT(name, value, least, most, help) .name = value,
#define MAPSAN_CHOICE(name, value, words, help) .name = value,
#define MAPSAN_STRING(name, value, help) .name = value,
#include "flags.inc"
#undef MAPSAN_BOOL
#undef MAPSAN_INT
#undef MAPSAN_CHOICE
#undef MAPSAN_STRING
};

enum kind { BOOL, INT, CHOICE, STRING };

struct flag {
    const char *name, *help, *words;
    size_t offset;
    int least, most;
    enum kind kind;
};

#define OFFSET(name) offsetof(struct mapsan_flags, name)
static const struct flag table[] = {
#define MAPSAN_BOOL(name, value, help) {#name, help, NULL, OFFSET(name), 0, 1, BOOL},
#define MAPSAN_INT(name, value, least, most, help)                                                 \
    {#name, help, NULL, OFFSET(name), least, most, INT},
#define MAPSAN_CHOICE(name, value, words, help) {#name, help, words, OFFSET(name), 0, 0, CHOICE},
#define MAPSAN_STRING(name, value, help) {#name, help, NULL, OFFSET(name), 0, 0, STRING},
#include "flags.inc"
#undef MAPSAN_BOOL
#undef MAPSAN_INT
#undef MAPSAN_CHOICE
#undef MAPSAN_STRING
};
enum { FLAGS = sizeof table / sizeof *table, LINE = 640 };

static void *value_of(struct mapsan_flags *flags, const struct flag *flag) {
    return (char *)flags + flag->offset;
}

/* The position of a word in "a|b|c", or -1. */
static int choice(const char *words, const char *word) {
    for (int position = 0; words; position++) {
        const size_t length = strcspn(words, "|");
        if (strlen(word) == length && memcmp(words, word, length) == 0)
            return position;
        words = words[length] ? words + length + 1 : NULL;
    }
    return -1;
}

static bool parse_bool(const char *text, bool *value) {
    static const char *const no[] = {"0", "no", "false"}, *const yes[] = {"1", "yes", "true"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, no[i]) == 0 || strcmp(text, yes[i]) == 0) {
            *value = strcmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

/* Sets one option; false, and what would be right in `wanted`, if the text is no value for it. */
static bool set(struct mapsan_flags *flags, const struct flag *flag, const char *text, char *wanted,
                size_t size) {
    char *end;
    long number;
    int position;
    switch (flag->kind) {
    case BOOL:
        snprintf(wanted, size, "0 or 1");
        return parse_bool(text, value_of(flags, flag));
    case INT:
        snprintf(wanted, size, "a number from %d to %d", flag->least, flag->most);
        number = strtol(text, &end, 0);
        if (end == text || *end || number < flag->least || number > flag->most)
            return false;
        *(int *)value_of(flags, flag) = (int)number;
        return true;
    case CHOICE:
        snprintf(wanted, size, "one of %s", flag->words);
        position = choice(flag->words, text);
        if (position < 0)
            return false;
        *(int *)value_of(flags, flag) = position;
        return true;
    case STRING:
        snprintf(wanted, size, "at most %d characters", MAPSAN_FLAG_STRING - 1);
        if (strlen(text) >= MAPSAN_FLAG_STRING)
            return false;
        strcpy(value_of(flags, flag), text);
        return true;
    }
    return false;
}

static void format_value(const struct mapsan_flags *flags, const struct flag *flag, char *text,
                         size_t size) {
    const void *value = (const char *)flags + flag->offset;
    const char *word = flag->words;
    switch (flag->kind) {
    case BOOL:
        snprintf(text, size, "%d", *(const bool *)value);
        break;
    case INT:
        snprintf(text, size, "%d", *(const int *)value);
        break;
    case CHOICE:
        for (int i = *(const int *)value; i > 0; i--)
            word += strcspn(word, "|") + 1;
        snprintf(text, size, "%.*s", (int)strcspn(word, "|"), word);
        break;
    case STRING:
        snprintf(text, size, "'%s'", (const char *)value);
        break;
    }
}

static void apply(struct mapsan_flags *flags, const char *name, const char *value,
                  const char *origin, mapsan_line_sink *complain) {
    char line[LINE], wanted[64], now[MAPSAN_FLAG_STRING + 2];
    for (int i = 0; i < FLAGS; i++) {
        if (strcmp(table[i].name, name) != 0)
            continue;
        if (value && set(flags, &table[i], value, wanted, sizeof wanted))
            return;
        if (!value)
            snprintf(wanted, sizeof wanted, "a value");
        format_value(flags, &table[i], now, sizeof now);
        snprintf(line, sizeof line, "mapsan: %s: %s=%.100s: needs %s; it stays at %s\n", origin,
                 name, value ? value : "", wanted, now);
        complain(line);
        return;
    }
    snprintf(line, sizeof line,
             "mapsan: %s: there is no option '%.100s'; MAPSAN_OPTIONS=help=1 lists all\n", origin,
             name);
    complain(line);
}

/* Copies up to the end of a name or value; the text goes on behind it. */
static const char *token(const char *text, const char *ends, char *copy, size_t size) {
    const char quote = *text == '\'' || *text == '"' ? *text++ : '\0';
    const char until[2] = {quote, '\0'};
    const size_t length = strcspn(text, quote ? until : ends);
    snprintf(copy, size, "%.*s", (int)length, text);
    return text + length + (quote && text[length] == quote);
}

void mapsan_flags_parse(struct mapsan_flags *flags, const char *text, const char *origin,
                        mapsan_line_sink *complain) {
    static const char separators[] = ": ,\t\n";
    char name[128], value[2 * MAPSAN_FLAG_STRING];
    while (text) {
        text += strspn(text, separators);
        if (!*text)
            return;
        text = token(text, "=: ,\t\n", name, sizeof name);
        const bool has_value = *text == '=';
        if (has_value)
            text = token(text + 1, separators, value, sizeof value);
        apply(flags, name, has_value ? value : NULL, origin, complain);
        text += strcspn(text, separators); /* what is glued to a closing quote */
    }
}

void mapsan_flags_help(const struct mapsan_flags *flags, mapsan_line_sink *print) {
    char line[LINE], now[MAPSAN_FLAG_STRING + 2];
    print("mapsan: options of MAPSAN_OPTIONS=name=value:... (values in force in brackets)\n");
    for (int i = 0; i < FLAGS; i++) {
        format_value(flags, &table[i], now, sizeof now);
        snprintf(line, sizeof line, "  %-26s %s [%s]\n", table[i].name, table[i].help, now);
        print(line);
    }
}
