/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The effect language: one verb of effects.def, its operands, when it takes place.
 *
 *     effect    = verb [object ["with" object]] ["on" outcome] ["when" "argN" "is" INTEGER]
 *     object    = "argN" | "*argN" | "&argN" | "result" | "global" NAME
 *     outcome   = "zero" | "nonzero" | "negative" | "not-negative"
 *
 * Words are separated by spaces. The parser reads word by word and knows at any time the word it
 * stands at: that is where an error points to.
 */
#include "mapsan/models.h"
#include "models_table.h"
#include "support.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONDITION_NEVER = 0, CONDITION_ALLOWED = 1, CONDITION_REQUIRED = 2 };

static const struct {
    const char *word, *meaning;
    uint8_t operands, condition;
} verbs[MS_VERB_COUNT] = {
    [MS_VERB_NONE] = {"", "", 0, 0},
#define MS_EFFECT(id, word, operands, conditional, meaning)                                        \
    [MS_VERB_##id] = {word, meaning, operands, conditional},
#include "mapsan/effects.def"
#undef MS_EFFECT
};

static const char *const outcomes[] = {
    [MS_OUTCOME_ZERO] = "zero",
    [MS_OUTCOME_NONZERO] = "nonzero",
    [MS_OUTCOME_NEGATIVE] = "negative",
    [MS_OUTCOME_NOT_NEGATIVE] = "not-negative",
};
enum { OUTCOME_COUNT = sizeof outcomes / sizeof *outcomes };

enum { ARGUMENT_MAX = 63 };

struct parser {
    const char *text;
    const char *word; /* the word we stand at; at the end of the text an empty one */
    size_t length;
    size_t *error_offset;
    char *message;
    size_t message_size;
};

static void step(struct parser *parser) {
    const char *at = parser->word + parser->length;
    at += strspn(at, " \t");
    parser->word = at;
    parser->length = strcspn(at, " \t");
}

static bool at_word(const struct parser *parser, const char *word) {
    return strlen(word) == parser->length && memcmp(parser->word, word, parser->length) == 0;
}

__attribute__((format(printf, 2, 3))) static bool fail(struct parser *parser, const char *format,
                                                       ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(parser->message, parser->message_size, format, arguments);
    va_end(arguments);
    *parser->error_offset = (size_t)(parser->word - parser->text);
    return false;
}

/* Names in effects outlive every set of models, since attributes have no set that could own them: a
 * list that only grows. Few programs name more than a handful. */
static const char *intern(const char *name, size_t length) {
    struct interned {
        struct interned *next;
        char name[];
    };
    static struct interned *_Atomic list;

    struct interned *head = atomic_load_explicit(&list, memory_order_acquire);
    struct interned *added = ms_allocate(sizeof *added + length + 1);
    memcpy(added->name, name, length);
    do {
        for (struct interned *at = head; at; at = at->next)
            if (strcmp(at->name, added->name) == 0) {
                free(added);
                return at->name;
            }
        added->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&list, &head, added, memory_order_acq_rel,
                                                    memory_order_acquire));
    return added->name;
}

/* argN at `text`; returns -1 if it is none. */
static int argument_number(const char *text, size_t length) {
    if (length < 4 || length > 5 || memcmp(text, "arg", 3) != 0)
        return -1;
    int number = 0;
    for (size_t i = 3; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number <= ARGUMENT_MAX ? number : -1;
}

static bool parse_global(struct parser *parser, struct ms_operand *operand) {
    step(parser);
    if (parser->length == 0)
        return fail(parser, "'global' needs the name of the object");
    operand->kind = MS_OPERAND_GLOBAL;
    operand->global = intern(parser->word, parser->length);
    step(parser);
    return true;
}

static bool parse_operand(struct parser *parser, const char *verb, struct ms_operand *operand) {
    static const char forms[] = "write argN, *argN, &argN, result or global NAME";
    if (parser->length == 0)
        return fail(parser, "'%s' needs an object; %s", verb, forms);
    if (at_word(parser, "global"))
        return parse_global(parser, operand);
    if (at_word(parser, "result")) {
        operand->kind = MS_OPERAND_RESULT;
        step(parser);
        return true;
    }
    char mark = parser->word[0];
    bool marked = mark == '*' || mark == '&';
    int number = argument_number(parser->word + marked, parser->length - marked);
    if (number < 0)
        return fail(parser, "'%.*s' is not an object; %s with N from 0 to %d", (int)parser->length,
                    parser->word, forms, ARGUMENT_MAX);
    operand->kind = mark == '*'   ? MS_OPERAND_INDIRECT
                    : mark == '&' ? MS_OPERAND_ITSELF
                                  : MS_OPERAND_ARGUMENT;
    operand->index = (uint8_t)number;
    step(parser);
    return true;
}

static bool parse_verb(struct parser *parser, struct ms_effect *effect) {
    if (parser->length == 0)
        return fail(parser, "an effect is missing; write one such as 'acquire arg0'");
    const char *words[MS_VERB_COUNT];
    for (int verb = MS_VERB_NONE + 1; verb < MS_VERB_COUNT; verb++) {
        words[verb - 1] = verbs[verb].word;
        if (at_word(parser, verbs[verb].word))
            effect->verb = (uint8_t)verb;
    }
    if (effect->verb != MS_VERB_NONE) {
        step(parser);
        return true;
    }
    const char *near = ms_nearest_word(parser->word, parser->length, words, MS_VERB_COUNT - 1);
    if (near)
        return fail(parser, "unknown verb '%.*s'; did you mean '%s'?", (int)parser->length,
                    parser->word, near);
    return fail(parser, "unknown verb '%.*s'; docs/models.md lists them", (int)parser->length,
                parser->word);
}

static bool parse_outcome(struct parser *parser, struct ms_effect *effect) {
    const char *verb = verbs[effect->verb].word;
    int condition = verbs[effect->verb].condition;
    if (!at_word(parser, "on"))
        return condition != CONDITION_REQUIRED ||
               fail(parser, "'%s' needs the outcome; write 'on zero' or 'on nonzero'", verb);
    if (condition == CONDITION_NEVER)
        return fail(parser, "'%s' does not depend on an outcome; leave 'on' out", verb);
    step(parser);
    for (int outcome = MS_OUTCOME_ZERO; outcome < OUTCOME_COUNT; outcome++)
        if (at_word(parser, outcomes[outcome]))
            effect->outcome = (uint8_t)outcome;
    if (effect->outcome == MS_OUTCOME_ALWAYS)
        return fail(parser,
                    "'%.*s' is not an outcome; write zero, nonzero, negative or "
                    "not-negative",
                    (int)parser->length, parser->word);
    step(parser);
    return true;
}

static bool parse_when(struct parser *parser, struct ms_effect *effect) {
    if (!at_word(parser, "when"))
        return true;
    step(parser);
    int number = argument_number(parser->word, parser->length);
    if (number < 0)
        return fail(parser, "'when' needs an argument; write 'when argN is INTEGER'");
    effect->when_argument = (uint8_t)(number + 1);
    step(parser);
    if (!at_word(parser, "is"))
        return fail(parser, "'is' is missing; write 'when argN is INTEGER'");
    step(parser);
    char *end;
    long value = strtol(parser->word, &end, 0);
    if (parser->length == 0 || end != parser->word + parser->length || value < INT_MIN ||
        value > INT_MAX)
        return fail(parser, "'%.*s' is not an integer", (int)parser->length, parser->word);
    effect->when_value = (int32_t)value;
    step(parser);
    return true;
}

static bool parse_operands(struct parser *parser, struct ms_effect *effect) {
    const char *verb = verbs[effect->verb].word;
    if (verbs[effect->verb].operands == 0)
        return true;
    if (!parse_operand(parser, verb, &effect->object))
        return false;
    if (!at_word(parser, "with"))
        return true;
    if (verbs[effect->verb].operands < 2)
        return fail(parser, "'%s' takes one object; leave 'with' out", verb);
    step(parser);
    return parse_operand(parser, "with", &effect->other);
}

bool ms_effect_parse(const char *text, struct ms_effect *effect, size_t *error_offset,
                     char *message, size_t message_size) {
    struct parser parser = {text, text, 0, error_offset, message, message_size};
    *effect = (struct ms_effect){0};
    step(&parser);
    if (!parse_verb(&parser, effect) || !parse_operands(&parser, effect) ||
        !parse_outcome(&parser, effect) || !parse_when(&parser, effect))
        return false;
    return parser.length == 0 || fail(&parser, "'%.*s' is too much; the effect ends before it",
                                      (int)parser.length, parser.word);
}

const char *ms_verb_word(enum ms_verb verb) { return verbs[verb].word; }

const char *ms_verb_meaning(enum ms_verb verb) { return verbs[verb].meaning; }

/* A dropped reference is no access: only the last one ends the map, and who drops it owns it alone.
 */
enum ms_map_access ms_verb_map_access(enum ms_verb verb) {
    static const uint8_t access[MS_VERB_COUNT] = {
        [MS_VERB_INIT] = MS_MAP_INIT,       [MS_VERB_LOOKUP] = MS_MAP_READ,
        [MS_VERB_READ] = MS_MAP_READ,       [MS_VERB_SIZE] = MS_MAP_READ,
        [MS_VERB_COPY_OUT] = MS_MAP_READ,   [MS_VERB_INSERT] = MS_MAP_WRITE,
        [MS_VERB_REMOVE] = MS_MAP_WRITE,    [MS_VERB_WRITE] = MS_MAP_WRITE,
        [MS_VERB_CLEAR] = MS_MAP_WRITE,     [MS_VERB_ITERATE_REMOVE] = MS_MAP_WRITE,
        [MS_VERB_ITERATE] = MS_MAP_ITERATE, [MS_VERB_ITERATOR_INIT] = MS_MAP_ITERATE,
        [MS_VERB_DESTROY] = MS_MAP_DESTROY,
    };
    return access[verb];
}
