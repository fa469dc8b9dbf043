/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Makes a program N times as large: reads the images of a program's facts, writes them N times with
 * everything that the program defines renamed (external functions and data, records, files), and
 * one more unit whose main() calls that of each copy. What models know keeps its name, and so do
 * static functions: large programs have many of one name. For measuring how the cost of
 * judging grows: each copy is as hard as the program itself.
 *
 *     replicate N < images > images
 */
#include "mapsan/facts.h"
#include "mapsan/models.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct program {
    struct ms_text images;
    struct ms_arena names;
    struct ms_index defined; /* names to change */
    const char **items;
    size_t count;
};

static void fail(const char *text) {
    fprintf(stderr, "replicate: %s\n", text);
    exit(2);
}

static void read_input(struct program *program) {
    char buffer[65536];
    for (size_t count; (count = fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
        program->images.data = ms_reallocate(program->images.data, program->images.length + count);
        memcpy(program->images.data + program->images.length, buffer, count);
        program->images.length += count;
    }
}

static struct ms_unit *next_unit(const struct program *program, size_t *at) {
    const char *error;
    size_t used;
    if (*at >= program->images.length)
        return NULL;
    struct ms_unit *unit = ms_unit_read((const unsigned char *)program->images.data + *at,
                                        program->images.length - *at, &used, &error);
    if (!unit)
        fail(error);
    *at += used;
    return unit;
}

static bool is_defined(const struct program *program, const char *name) {
    uint64_t hash = ms_hash_bytes(name, strlen(name), 0);
    size_t cursor = ms_index_start(&program->defined, hash);
    for (uint32_t at; (at = ms_index_next(&program->defined, hash, &cursor)) != MS_INDEX_END;)
        if (strcmp(program->items[at], name) == 0)
            return true;
    return false;
}

static void define(struct program *program, const struct ms_unit *unit, ms_string string) {
    const char *name = ms_unit_text(unit, string);
    const struct ms_models *models = ms_models_builtin();
    if (!*name || is_defined(program, name) || ms_models_function(models, name) ||
        ms_models_macro(models, name) || ms_models_type(models, name))
        return;
    ms_index_add(&program->defined, ms_hash_bytes(name, strlen(name), 0), (uint32_t)program->count);
    MS_PUSH(program->items, program->count, ms_arena_copy(&program->names, name, strlen(name)));
}

static void collect(struct program *program) {
    size_t at = 0;
    for (struct ms_unit *unit; (unit = next_unit(program, &at));) {
        for (size_t i = 1; i < unit->function_count; i++)
            if (unit->functions[i].flags & MS_FUNCTION_DEFINED) {
                if (!(unit->functions[i].flags & MS_FUNCTION_INTERNAL))
                    define(program, unit, unit->functions[i].name);
                define(program, unit, unit->functions[i].where.file);
            }
        for (size_t i = 1; i < unit->variable_count; i++)
            if ((unit->variables[i].flags &
                 (MS_VARIABLE_GLOBAL | MS_VARIABLE_DEFINED | MS_VARIABLE_INTERNAL)) ==
                (MS_VARIABLE_GLOBAL | MS_VARIABLE_DEFINED))
                define(program, unit, unit->variables[i].name);
        for (size_t i = 1; i < unit->record_count; i++)
            if (!(unit->records[i].flags & MS_RECORD_SYSTEM))
                define(program, unit, unit->records[i].name);
        ms_unit_free(unit);
    }
}

static void put_unit(struct ms_unit *unit) {
    size_t size;
    unsigned char *image = ms_unit_write(unit, &size);
    if (fwrite(image, 1, size, stdout) != size)
        fail("cannot write");
    free(image);
    ms_unit_free(unit);
}

static void put_copy(const struct program *program, int number) {
    size_t at = 0;
    for (struct ms_unit *unit; (unit = next_unit(program, &at));) {
        struct ms_arena names = {0};
        for (size_t i = 1; i < unit->string_count; i++)
            if (is_defined(program, unit->strings[i]))
                unit->strings[i] = ms_arena_format(&names, "%s__%d", unit->strings[i], number);
        if (unit->directory)
            unit->strings[unit->directory] =
                ms_arena_format(&names, "%s/%d", unit->strings[unit->directory], number);
        put_unit(unit);
        ms_arena_free(&names);
    }
}

/* int main(void) { main__0(); main__1(); ... } */
static void put_main(int copies) {
    struct ms_unit *unit = ms_unit_new("copies.c", "/", "");
    ms_function *mains = ms_allocate((size_t)copies * sizeof *mains);
    struct ms_function_node node = {.name = ms_unit_string(unit, "main", 4),
                                    .flags = MS_FUNCTION_DEFINED};
    ms_function whole = ms_unit_add_function(unit, node);
    for (int i = 0; i < copies; i++) {
        char *name = ms_format("main__%d", i);
        mains[i] = ms_unit_add_function(
            unit, (struct ms_function_node){.name = ms_unit_string(unit, name, strlen(name))});
        free(name);
    }
    struct ms_block block = {.events = {(uint32_t)unit->event_count, (uint32_t)copies}};
    for (int i = 0; i < copies; i++)
        ms_unit_add_event(unit, (struct ms_event){.kind = MS_EVENT_CALL, .callee = mains[i]});
    unit->functions[whole].blocks = (struct ms_range){ms_unit_add_block(unit, block), 1};
    free(mains);
    put_unit(unit);
}

int main(int count, char **words) {
    int copies = count == 2 ? atoi(words[1]) : 0;
    if (copies < 1)
        fail("how many copies? replicate N < images > images");
    struct program program = {0};
    read_input(&program);
    collect(&program);
    for (int i = 0; i < copies; i++)
        put_copy(&program, i);
    put_main(copies);
    return fflush(stdout) == 0 ? 0 : 2;
}
