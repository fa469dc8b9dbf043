/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Fields that count, program-wide, by how they are used. A reference count goes up and down, or is
 * changed and tested for the last one in one place. A position in a ring or stack goes down, or is
 * compared with another field of its record: to move it is to take what it stands at. */
#include "epoch_frame.h"

#include <stdlib.h>

enum { GOES_UP = 1, GOES_DOWN = 2, TESTED_FOR_LAST = 4, COMPARED = 8 };

static uint8_t use_of(const struct ms_epochs *epochs, ms_path key) {
    size_t low = 0, high = epochs->count_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (epochs->counts[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return key && low < epochs->count_count && epochs->counts[low].key == key
               ? epochs->counts[low].use
               : 0;
}

bool ms_is_count(const struct ms_epochs *epochs, ms_path key) {
    uint8_t use = use_of(epochs, key);
    return (use & TESTED_FOR_LAST) || (use & (GOES_UP | GOES_DOWN)) == (GOES_UP | GOES_DOWN);
}

bool ms_is_position(const struct ms_epochs *epochs, ms_path key) {
    return use_of(epochs, key) & (GOES_DOWN | COMPARED);
}

static bool tests_last(const struct ms_program *program, const struct ms_block *block,
                       const struct ms_event *event, ms_path path) {
    const struct ms_path_node *right = ms_node(program, block->right);
    if (block->compare == MS_COMPARE_NONE || right->kind != MS_PATH_CONSTANT)
        return false;
    int64_t constant = program->facts->constants[right->operand];
    const struct ms_path_node *left = ms_node(program, block->left);
    return (constant == 0 || constant == 1) &&
           (block->left == path ||
            (event->result && left->kind == MS_PATH_RESULT && left->operand == event->result));
}

/* The field that an event counts with. */
static ms_path counted(struct ms_program *program, const struct ms_event *event) {
    if (event->kind == MS_EVENT_WRITE && (event->flags & MS_EVENT_MODIFY))
        return event->path;
    if (event->kind != MS_EVENT_CALL || !event->arguments.count)
        return 0;
    struct ms_known_effects known = ms_effects_of(program, event);
    ms_path value = program->facts->arguments[event->arguments.first];
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == MS_VERB_ATOMIC_WRITE)
            return ms_make(program, MS_PATH_DEREF, value, 0, 0);
    return 0;
}

static void note_use(struct ms_program *program, struct ms_epochs *epochs, ms_path path,
                     uint8_t use) {
    ms_path key = path ? ms_path_key(program, path) : 0;
    if (key)
        MS_PUSH(epochs->counts, epochs->count_count, (struct ms_counted){key, use});
}

static bool are_fields_of_one(const struct ms_program *program, ms_path one, ms_path other) {
    const struct ms_path_node *a = ms_node(program, one), *b = ms_node(program, other);
    return a->kind == MS_PATH_FIELD && b->kind == MS_PATH_FIELD && a->base == b->base &&
           a->extra != b->extra;
}

static void note_event(struct ms_program *program, struct ms_epochs *epochs, struct ms_block block,
                       uint32_t number) {
    struct ms_event event = program->facts->events[number];
    ms_path path = counted(program, &event);
    if (path) {
        bool last = tests_last(program, &block, &event, path);
        note_use(program, epochs, path,
                 (last ? TESTED_FOR_LAST : 0) |
                     (event.flags & MS_EVENT_DECREASE ? GOES_DOWN : GOES_UP));
    }
    if (event.kind == MS_EVENT_CALL || event.arguments.count < 2)
        return;
    for (uint32_t i = 1; i < event.arguments.count; i++) {
        const ms_path *from = &program->facts->arguments[event.arguments.first];
        ms_path one = from[i - 1], other = from[i];
        if (!are_fields_of_one(program, one, other))
            continue;
        note_use(program, epochs, one, COMPARED);
        note_use(program, epochs, other, COMPARED);
    }
}

static int by_key(const void *a, const void *b) {
    ms_path one = ((const struct ms_counted *)a)->key, other = ((const struct ms_counted *)b)->key;
    return one < other ? -1 : one > other;
}

void ms_find_counts(struct ms_program *program, struct ms_epochs *epochs) {
    for (size_t o = 0; o < program->order_count; o++) {
        struct ms_range blocks = ms_function_at(program, program->order[o])->blocks;
        for (uint32_t b = 0; b < blocks.count; b++) {
            struct ms_block block = program->facts->blocks[blocks.first + b];
            for (uint32_t e = 0; e < block.events.count; e++)
                note_event(program, epochs, block, block.events.first + e);
            if (!are_fields_of_one(program, block.left, block.right))
                continue;
            note_use(program, epochs, block.left, COMPARED);
            note_use(program, epochs, block.right, COMPARED);
        }
    }
    if (epochs->count_count)
        qsort(epochs->counts, epochs->count_count, sizeof *epochs->counts, by_key);
    size_t kept = 0;
    for (size_t i = 0; i < epochs->count_count; i++) {
        if (kept && epochs->counts[kept - 1].key == epochs->counts[i].key)
            epochs->counts[kept - 1].use |= epochs->counts[i].use;
        else
            epochs->counts[kept++] = epochs->counts[i];
    }
    epochs->count_count = kept;
}
