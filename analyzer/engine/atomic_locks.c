/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Locks made of atomics, known by their shape: a word that is set to a constant by an exchange or a
 * compare-and-swap whose result is looked at, and that is set back to zero. To set it is to try to
 * take the lock, to clear it is to give it back; spinning, testing first, backing off and yielding
 * are then nothing but control flow. A word that is never cleared is a flag, and one that is never
 * set so is data.
 */
#include "atomic_locks.h"

#include "transfer.h"

#include <stdlib.h>
#include <string.h>

/* Whether the new value is one that we know, and which. */
static bool writes_constant(const struct ms_program *program, const struct ms_event *event,
                            bool *zero) {
    const struct ms_path_node *value = ms_node(program, event->value);
    if (value->kind != MS_PATH_CONSTANT)
        return false;
    *zero = program->facts->constants[value->operand] == 0;
    return true;
}

static bool is_taking(const struct ms_program *program, const struct ms_event *event) {
    const unsigned wanted = MS_EVENT_ATOMIC | MS_EVENT_MODIFY;
    bool zero;
    return event->kind == MS_EVENT_WRITE && (event->flags & wanted) == wanted && event->result &&
           writes_constant(program, event, &zero) && !zero;
}

static bool is_giving(const struct ms_program *program, const struct ms_event *event) {
    bool zero;
    return event->kind == MS_EVENT_WRITE && (event->flags & MS_EVENT_ATOMIC) &&
           !(event->flags & MS_EVENT_COMPARE) && writes_constant(program, event, &zero) && zero;
}

/* The name of a word; 0 for one that a caller names, which all such words share. */
static ms_path word_of(struct ms_program *program, ms_path path) {
    return ms_path_key(program, path);
}

static bool contains(const struct ms_words *words, ms_path word) {
    for (size_t i = 0; i < words->count; i++)
        if (words->items[i] == word)
            return true;
    return false;
}

static void add(struct ms_words *words, ms_path word) {
    if (!contains(words, word))
        MS_PUSH(words->items, words->count, word);
}

/* Whether the word is part of what is declared to be a lock: it is its state then, and the lock's
 * own functions say, by their effects, what is held when. */
static bool in_declared_lock(struct ms_program *program, ms_path word) {
    const struct ms_path_node *node = ms_node(program, word);
    for (; node->kind == MS_PATH_FIELD; node = ms_node(program, node->base)) {
        struct ms_range range = program->facts->records[node->operand].attributes;
        for (uint32_t i = 0; i < range.count; i++) {
            const struct ms_attribute *attribute = &program->facts->attributes[range.first + i];
            if (attribute->kind == MS_ATTRIBUTE_CAPABILITY ||
                (attribute->kind == MS_ATTRIBUTE_EFFECT &&
                 !strcmp(ms_name(program, attribute->text), "lock")))
                return true;
        }
    }
    return false;
}

void ms_find_atomic_locks(struct ms_program *program) {
    struct ms_words taken = {0}, given = {0};
    for (size_t e = 1; e < program->facts->event_count; e++) {
        const struct ms_event *event = &program->facts->events[e];
        if (event->kind != MS_EVENT_WRITE || in_declared_lock(program, event->path))
            continue;
        if (is_taking(program, event))
            add(&taken, word_of(program, event->path));
        else if (is_giving(program, event))
            add(&given, word_of(program, event->path));
    }
    for (size_t i = 0; i < taken.count; i++)
        if (contains(&given, taken.items[i]))
            add(&program->lock_words, taken.items[i]);
    free(taken.items);
    free(given.items);
}

bool ms_is_lock_word(struct ms_program *program, ms_path path) {
    return program->lock_words.count && contains(&program->lock_words, word_of(program, path));
}

static void take(struct ms_local *local, struct ms_states *states, uint32_t event) {
    const struct ms_event *write = &local->program->facts->events[event];
    ms_path result = ms_result_of(local, event);
    enum ms_compare success =
        write->flags & MS_EVENT_COMPARE ? MS_COMPARE_NOT_EQUAL : MS_COMPARE_EQUAL;
    struct ms_states after = {0};
    for (uint32_t i = 0; i < states->count; i++) {
        ms_path lock = ms_state_location(&local->frame, states->items[i], write->path);
        struct ms_state *taken = ms_state_copy(&local->frame, states->items[i]);
        struct ms_state *failed = ms_state_copy(&local->frame, states->items[i]);
        if (ms_state_assume(&local->frame, taken, result, success, 0)) {
            ms_change_lock(local, taken, event, lock, MS_MODE_EXCLUSIVE, +1);
            ms_states_add(&local->frame, &after, taken, event);
        }
        ms_state_fail_lock(&local->frame, failed, lock, event);
        if (ms_state_assume(&local->frame, failed, result, ms_compare_negate(success), 0))
            ms_states_add(&local->frame, &after, failed, event);
    }
    *states = after;
}

void ms_transfer_lock_word(struct ms_local *local, struct ms_states *states, uint32_t event) {
    struct ms_program *program = local->program;
    const struct ms_event *write = &program->facts->events[event];
    bool zero = false;
    if (!program->lock_words.count || !writes_constant(program, write, &zero) ||
        !contains(&program->lock_words, word_of(program, write->path)))
        return;
    if (is_taking(program, write)) {
        for (uint32_t i = 0; i < states->count; i++)
            ms_state_set_result(&local->frame, states->items[i], write->result, 0);
        take(local, states, event);
    }
    for (uint32_t i = 0; zero && i < states->count; i++) {
        struct ms_state *state = states->items[i];
        ms_path lock = ms_state_location(&local->frame, state, write->path);
        const struct ms_held *held = ms_state_find_lock(state, lock);
        /* A plain store, after a fence perhaps, gives back what is held; it may also be the first.
         */
        if (is_giving(program, write) || (held && held->level > 0))
            ms_change_lock(local, state, event, lock, MS_MODE_EXCLUSIVE, -1);
    }
}
