/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Locksets in words (the idea is Eraser's: Savage et al., TOCS 1997): two operations exclude each
 * other if they hold a lock in common, which the writer holds exclusively.
 */
#include "report_locks.h"

#include "symbolize.h"
#include "sync.h"

static bool is_known(const struct mapsan_stack *stack) {
    return stack->held_count != MAPSAN_HELD_UNKNOWN;
}

void mapsan_locks_add(const struct mapsan_stack *stack) {
    for (uint32_t i = 0; is_known(stack) && i < stack->held_count; i++)
        mapsan_symbols_add(stack->held[i].pc);
}

static void print_lock(struct mapsan_text *text, const struct mapsan_held *held) {
    mapsan_text_add(text, "%s %p", mapsan_lock_kind_name((unsigned)held->kind), held->lock);
}

void mapsan_locks_print(struct mapsan_text *text, const struct mapsan_stack *stack) {
    if (!is_known(stack))
        return;
    if (!stack->held_count)
        mapsan_text_add(text, "    holding no lock\n");
    for (uint32_t i = 0; i < stack->held_count; i++) {
        const struct mapsan_held *held = &stack->held[i];
        mapsan_text_add(text, "    holding ");
        print_lock(text, held);
        mapsan_text_add(text, "%s, taken at\n",
                        held->kind & MAPSAN_LOCK_SHARED ? " for reading" : "");
        mapsan_symbols_print(text, mapsan_symbols_find(held->pc), 0);
    }
}

static const struct mapsan_held *find(const struct mapsan_stack *stack, const void *lock) {
    for (uint32_t i = 0; i < stack->held_count; i++)
        if (stack->held[i].lock == lock)
            return &stack->held[i];
    return NULL;
}

void mapsan_locks_compare(struct mapsan_text *text, const struct mapsan_side *one,
                          const struct mapsan_side *other) {
    const struct mapsan_stack *mine = &one->stack, *theirs = &other->stack;
    if (!is_known(mine) || !is_known(theirs))
        return;
    mapsan_text_add(text, "  Locks: ");
    for (uint32_t i = 0; i < mine->held_count; i++) {
        if (!find(theirs, mine->held[i].lock))
            continue;
        print_lock(text, &mine->held[i]);
        mapsan_text_add(text, " is held on both sides, but not exclusively where the map is "
                              "written\n");
        return;
    }
    if (mine->held_count && theirs->held_count) {
        mapsan_text_add(text, "each side holds a lock, but none is held by both\n");
    } else if (mine->held_count || theirs->held_count) {
        const bool first = mine->held_count;
        mapsan_text_add(text, "T%u holds ", (first ? one : other)->thread->number);
        print_lock(text, first ? &mine->held[0] : &theirs->held[0]);
        mapsan_text_add(text,
                        ", T%u holds none: if that lock guards the map, it is missing there\n",
                        (first ? other : one)->thread->number);
    } else {
        mapsan_text_add(text, "neither side holds any\n");
    }
}
