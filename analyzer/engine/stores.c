/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Pointers that always point to one thing. If every place in the program that writes a field (or a
 * global) writes the address of the same object into it, what that field points to is that object,
 * whoever reads it: `args[i].cache = &cache` makes `arg->cache->table` the table of `cache`. Flow-
 * and instance-insensitive; a second object, or one that has no name, ends it.
 */
#include "paths.h"
#include "program.h"

#include <stdlib.h>

struct ms_stores {
    struct stored {
        ms_path key;
        ms_path value; /* 0: several, or unknown */
    } *items;
    size_t count;
    struct ms_index index;
};

static struct stored *find(struct ms_program *program, ms_path key) {
    struct ms_stores *stores = program->stores;
    size_t cursor = ms_index_start(&stores->index, ms_hash_mix(key, 0));
    for (uint32_t at;
         (at = ms_index_next(&stores->index, ms_hash_mix(key, 0), &cursor)) != MS_INDEX_END;)
        if (stores->items[at].key == key)
            return &stores->items[at];
    return NULL;
}

/* The value as all functions can name it; 0 if they cannot. */
static ms_path shared_name(struct ms_program *program, ms_function function, ms_path value) {
    ms_path root = ms_path_root(program, value);
    switch ((int)ms_node(program, root)->kind) {
    case MS_PATH_GLOBAL:
        return value;
    case MS_PATH_LOCAL:
    case MS_PATH_RESULT:
        ms_hand_over(program, function, root);
        return ms_path_replace(program, value, root,
                               ms_make(program, MS_PATH_OBJECT, root, function, 0));
    default:
        return 0;
    }
}

void ms_note_store(struct ms_program *program, ms_function function, ms_path location,
                   ms_path value) {
    if (!program->stores)
        program->stores = ms_arena_allocate(&program->arena, sizeof *program->stores);
    ms_path key = ms_path_key(program, location);
    if (!key || ms_node(program, value)->kind == MS_PATH_CONSTANT ||
        ms_node(program, value)->kind == MS_PATH_FUNCTION)
        return;
    ms_path named = value ? shared_name(program, function, value) : 0;
    struct stored *known = find(program, key);
    if (known) {
        if (known->value != named)
            known->value = 0;
        return;
    }
    struct ms_stores *stores = program->stores;
    ms_index_add(&stores->index, ms_hash_mix(key, 0), (uint32_t)stores->count);
    MS_PUSH(stores->items, stores->count, (struct stored){key, named});
}

static bool is_address(const struct ms_program *program, ms_path value) {
    return ms_node(program, value)->kind == MS_PATH_ADDRESS;
}

ms_path ms_follow_stores(struct ms_program *program, ms_path path, bool made) {
    struct ms_path_node node = *ms_node(program, path);
    if (!program->stores || (node.kind != MS_PATH_FIELD && node.kind != MS_PATH_INDEX &&
                             node.kind != MS_PATH_DEREF && node.kind != MS_PATH_ADDRESS))
        return path;
    ms_path base = ms_follow_stores(program, node.base, made);
    if (node.kind == MS_PATH_DEREF) {
        uint8_t kind = ms_node(program, base)->kind;
        ms_path key =
            kind == MS_PATH_FIELD || kind == MS_PATH_INDEX ? ms_path_key(program, base) : 0;
        const struct stored *known = key ? find(program, key) : NULL;
        if (known && known->value && (made || is_address(program, known->value)))
            base = known->value;
    }
    return base == node.base ? path : ms_make(program, node.kind, base, node.operand, node.extra);
}

ms_path ms_only_value(struct ms_program *program, ms_path place) {
    bool is_one = ms_node(program, place)->kind == MS_PATH_GLOBAL;
    const struct stored *known = is_one && program->stores ? find(program, place) : NULL;
    if (!known || !known->value)
        return 0;
    /* A pointer to a global is that global. */
    const struct ms_path_node *value = ms_node(program, known->value);
    return value->kind == MS_PATH_ADDRESS ? value->base : known->value;
}

void ms_stores_free(struct ms_program *program) {
    if (!program->stores)
        return;
    free(program->stores->items);
    ms_index_free(&program->stores->index);
}
