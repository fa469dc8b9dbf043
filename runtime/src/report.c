/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The text of a report. What the sites say stands without symbols; the stacks of both operations
 * and of the creation of both threads are resolved in one go and follow below each.
 */
#define _GNU_SOURCE
#include "report.h"

#include <stdio.h>
#include <unistd.h>
#include <unwind.h>

#include "../include/mapsan/mapsan.h"
#include "encoding.h"
#include "flags.h"
#include "json.h"
#include "output.h"
#include "report_locks.h"
#include "suppress.h"
#include "symbolize.h"

enum { REPORT = 1 << 16 };

static char memory[REPORT];

static const char *color(const char *code) { return mapsan_output_colored() ? code : ""; }

static struct mapsan_frames add_frames(const uintptr_t *pc, uint32_t depth) {
    struct mapsan_frames frames = {0, 0};
    const uint32_t most = (uint32_t)mapsan_flags.stack_depth;
    for (uint32_t i = 0; i < depth && i < most; i++) {
        if (_Unwind_FindEnclosingFunction((void *)(pc[i] - 1)) == (void *)mapsan_thread_launch)
            break;
        const size_t position = mapsan_symbols_add(pc[i]);
        frames.first = i ? frames.first : position;
        frames.count++;
    }
    return frames;
}

static struct mapsan_frames add_side(const struct mapsan_side *side) {
    mapsan_locks_add(&side->stack);
    if (side->stack.depth)
        return add_frames(side->stack.pc, side->stack.depth);
    return add_frames(&side->pc, side->pc ? 1 : 0);
}

static void print_frames(struct mapsan_text *text, struct mapsan_frames frames) {
    unsigned number = 0;
    for (size_t i = 0; i < frames.count; i++)
        number = mapsan_symbols_print(text, frames.first + i, number);
}

static void print_thread(struct mapsan_text *text, const struct mapsan_thread *thread) {
    char name[MAPSAN_NAME_SIZE];
    mapsan_thread_name(thread, name);
    mapsan_text_add(text, "thread T%u", thread->number);
    if (name[0])
        mapsan_text_add(text, " '%s'", name);
    if (thread->tid)
        mapsan_text_add(text, " (tid %d)", (int)thread->tid);
    else
        mapsan_text_add(text, " (ended)");
}

/* "server->sessions", or what there is. */
static const char *map_name(const struct mapsan_site *site) {
    return site->map[0] ? site->map : site->flags & MAPSAN_SITE_DATA ? "data" : "a map";
}

static void print_place(struct mapsan_text *text, const char *before,
                        const struct mapsan_site *site) {
    if (!site->file[0])
        return; /* of a program that was not instrumented: the stack tells */
    mapsan_text_add(text, "%s%s:%u", before, site->file, site->line);
    if (site->column)
        mapsan_text_add(text, ":%u", site->column);
    if (site->caller[0])
        mapsan_text_add(text, " in %s", site->caller);
}

/* Not an operation inside another: one before this one, which made its iterator invalid. */
static bool since_last_step(const struct mapsan_collision *collision) {
    return collision->same_thread && collision->sides[1].finished;
}

static void print_side(struct mapsan_text *text, const struct mapsan_collision *collision,
                       int index, struct mapsan_frames frames) {
    static const char *const nouns[] = {"Use",   "Making",    "Read",
                                        "Write", "Iteration", "Destruction"};
    const struct mapsan_side *side = &collision->sides[index];
    const unsigned operation = side->site->operation;
    const char *when = "";
    if (index == 1)
        when = collision->check             ? "In between: "
               : since_last_step(collision) ? "Since the last step: "
               : collision->same_thread     ? "Inside: "
               : side->unordered            ? "Earlier, and not ordered before it: "
               : side->finished             ? "Just before: "
                                            : "Meanwhile: ";
    mapsan_text_add(text, "  %s%s%s of %s by ", color("\033[1m"), when,
                    nouns[operation <= MAPSAN_OP_DESTROY ? operation : 0], map_name(side->site));
    print_thread(text, side->thread);
    mapsan_text_add(text, "%s\n    %s", color("\033[0m"), side->site->function);
    print_place(text, " at ", side->site);
    mapsan_text_add(text, "\n");
    if (index == 1 && collision->same_thread && !side->finished)
        return; /* it is on the stack above */
    print_frames(text, frames);
    if (!side->stack.depth)
        mapsan_text_add(text, "    (%s)\n",
                        side->finished ? "the operation was over before its stack could be had"
                                       : "the thread did not supply its stack in time");
    mapsan_locks_print(text, &side->stack);
}

/* What the first side relies on: its own earlier look at the map. */
static void print_check(struct mapsan_text *text, const struct mapsan_check *check,
                        struct mapsan_frames frames) {
    mapsan_text_add(text, "  %sBefore: Check of %s by the first thread%s\n    %s", color("\033[1m"),
                    map_name(check->site), color("\033[0m"), check->site->function);
    print_place(text, " at ", check->site);
    mapsan_text_add(text, "\n");
    print_frames(text, frames);
}

static void print_birth(struct mapsan_text *text, const struct mapsan_thread *thread,
                        struct mapsan_frames frames) {
    if (thread->birth.number == MAPSAN_NO_NUMBER)
        return;
    mapsan_text_add(text, "  Thread T%u was created by thread T%u\n", thread->number,
                    thread->birth.creator);
    print_frames(text, frames);
}

static void print_map(struct mapsan_text *text, const struct mapsan_collision *collision) {
    const struct mapsan_site *site = mapsan_claim_site(collision->made);
    if (collision->sides[0].site->flags & MAPSAN_SITE_DATA) {
        mapsan_text_add(text, "  The data is at %p\n", collision->map);
        return;
    }
    mapsan_text_add(text, "  The map at %p", collision->map);
    if (collision->elements >= 0)
        mapsan_text_add(text, ", of %ld element%s,", collision->elements,
                        collision->elements == 1 ? "" : "s");
    if (site) {
        mapsan_text_add(text, " was made by %s", site->function);
        print_place(text, " at ", site);
        mapsan_text_add(text, ", thread T%u",
                        mapsan_thread_of(mapsan_word_slot(collision->made))->number);
    } else {
        mapsan_text_add(text, ": where it was made is not known");
    }
    mapsan_text_add(text, "\n");
}

static void summarize(struct mapsan_text *text, const struct mapsan_collision *collision) {
    const struct mapsan_site *site = collision->sides[0].site;
    mapsan_text_add(text, "SUMMARY: mapsan: %s", collision->title);
    print_place(text, " ", site);
    mapsan_text_add(text, site->file[0] ? "\n" : " in %s\n", site->function);
}

static struct mapsan_stacks resolve(const struct mapsan_collision *collision) {
    struct mapsan_stacks stacks = {0};
    mapsan_symbols_begin();
    for (int i = 0; i < 2; i++) {
        const struct mapsan_birth *birth = &collision->sides[i].thread->birth;
        stacks.sides[i] = add_side(&collision->sides[i]);
        stacks.births[i] = add_frames(birth->pc, birth->depth);
    }
    if (collision->check)
        stacks.check = add_frames(collision->check->pc, collision->check->depth);
    mapsan_symbols_resolve();
    return stacks;
}

static void print(struct mapsan_text *text, const struct mapsan_collision *collision,
                  const struct mapsan_stacks *stacks) {
    mapsan_text_add(text, "%s==%d==mapsan: fatal: %s%s\n", color("\033[1;31m"), (int)getpid(),
                    collision->title, color("\033[0m"));
    for (int i = 0; i < 2; i++)
        print_side(text, collision, i, stacks->sides[i]);
    if (collision->check)
        print_check(text, collision->check, stacks->check);
    print_map(text, collision);
    for (int i = 0; i < (collision->same_thread ? 1 : 2); i++)
        print_birth(text, collision->sides[i].thread, stacks->births[i]);
    if (!collision->same_thread)
        mapsan_locks_compare(text, &collision->sides[0], &collision->sides[1]);
    mapsan_text_add(text, "  What to do: %s\n", collision->advice);
    summarize(text, collision);
}

bool mapsan_report(const struct mapsan_collision *collision) {
    struct mapsan_text text = {memory, 0, REPORT};
    const struct mapsan_side *sides = collision->sides;
    const struct mapsan_stacks stacks = resolve(collision);
    if (mapsan_suppressed(collision, &stacks))
        return false;
    print(&text, collision, &stacks);
    mapsan_output(text.data, text.size);
    mapsan_json_report(collision, &stacks, &text);
    if (__mapsan_on_report) {
        const struct mapsan_report report = {.title = collision->title,
                                             .text = text.data,
                                             .length = text.size,
                                             .map = collision->map,
                                             .sites = {sides[0].site, sides[1].site}};
        __mapsan_on_report(&report);
    }
    return true;
}
