/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reads a model file (docs/models.md). libyaml makes a tree in which every node knows its place;
 * this walks it along the few levels that a model file has and refuses all else, so that no mistake
 * is silent:
 *
 *     library: NAME
 *     types:     {SPELLING: ROLE | {role: ROLE, constructor: FUNCTION}}
 *     functions: {NAME: EFFECT | [EFFECT, ...]}
 *     macros:    {NAME: EFFECT | [EFFECT, ...]}
 */
#include "models_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static const char *const roles[MS_ROLE_COUNT] = {
    [MS_ROLE_NONE] = "",
    [MS_ROLE_MUTEX] = "mutex",
    [MS_ROLE_RECURSIVE_MUTEX] = "recursive-mutex",
    [MS_ROLE_RWLOCK] = "rwlock",
    [MS_ROLE_SPINLOCK] = "spinlock",
    [MS_ROLE_MAP] = "map",
    [MS_ROLE_SELF_LOCKING_MAP] = "self-locking-map",
    [MS_ROLE_CONDITION] = "condition",
    [MS_ROLE_ATOMIC] = "atomic",
    [MS_ROLE_ITERATOR] = "iterator",
    [MS_ROLE_THREAD] = "thread",
    [MS_ROLE_SEMAPHORE] = "semaphore",
};

const char *ms_role_word(enum ms_type_role role) { return roles[role]; }

struct reader {
    struct ms_models_draft *draft;
    const char *file;
    const char *library;
    yaml_document_t document;
    struct ms_index seen; /* hashes of section and name -> nodes of the tree, to find duplicates */
    char *message;
    size_t message_size;
};

__attribute__((format(printf, 4, 5))) static bool fail(struct reader *reader, yaml_mark_t mark,
                                                       size_t offset, const char *format, ...) {
    int used = snprintf(reader->message, reader->message_size, "%s:%zu:%zu: ", reader->file,
                        mark.line + 1, mark.column + offset + 1);
    if (used < 0 || (size_t)used >= reader->message_size)
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->message + used, reader->message_size - (size_t)used, format, arguments);
    va_end(arguments);
    for (char *at = reader->message; *at; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' '; /* what it quotes may be a scalar of several lines */
    return false;
}

static yaml_node_t *node_at(struct reader *reader, int index) {
    return yaml_document_get_node(&reader->document, index);
}

/* The text of a scalar; NULL if it is none, is empty or cannot be a C string. */
static const char *scalar(const yaml_node_t *node) {
    if (node->type != YAML_SCALAR_NODE || node->data.scalar.length == 0)
        return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

static const char *keep(struct reader *reader, const char *text) {
    return ms_arena_copy(&reader->draft->storage, text, strlen(text));
}

/* Says of `word`, which is none of `words`, what it should have been. */
static bool fail_word(struct reader *reader, const yaml_node_t *node, const char *what,
                      const char *word, const char *const *words, size_t count) {
    const char *near = ms_nearest_word(word, strlen(word), words, count);
    if (near)
        return fail(reader, node->start_mark, 0, "unknown %s '%s'; did you mean '%s'?", what, word,
                    near);
    struct ms_text list = {0};
    for (size_t i = 0; i < count; i++)
        ms_text_add(&list, i ? ", %s" : "%s", words[i]);
    fail(reader, node->start_mark, 0, "unknown %s '%s'; write one of %s", what, word, list.data);
    free(list.data);
    return false;
}

/* Has this section (of this file, or of another one of the draft) defined the name before? */
static bool is_new(struct reader *reader, int section, const yaml_node_t *key, const char *name,
                   bool in_draft) {
    if (in_draft)
        return fail(reader, key->start_mark, 0,
                    "'%s' is defined twice; its first place is in an "
                    "earlier file",
                    name);
    uint64_t hash = ms_hash_mix(ms_name_hash(name), (uint64_t)section);
    size_t cursor = ms_index_start(&reader->seen, hash);
    for (uint32_t at; (at = ms_index_next(&reader->seen, hash, &cursor)) != MS_INDEX_END;) {
        const yaml_node_t *first = node_at(reader, (int)at);
        if (strcmp(scalar(first), name) == 0)
            return fail(reader, key->start_mark, 0,
                        "'%s' is defined twice; remove this one or the one in line %zu", name,
                        first->start_mark.line + 1);
    }
    ms_index_add(&reader->seen, hash, (uint32_t)(key - reader->document.nodes.start) + 1);
    return true;
}

static bool check_name(struct reader *reader, const yaml_node_t *key, const char *name) {
    const char *star = strchr(name, '*');
    if (star && strchr(star + 1, '*'))
        return fail(reader, key->start_mark, (size_t)(strchr(star + 1, '*') - name),
                    "a name may hold one '*' at most");
    if (strcmp(name, "*") == 0)
        return fail(reader, key->start_mark, 0, "'*' would match every name; write a part of it");
    return true;
}

/* ---- functions and macros ------------------------------------------------------------------ */

static bool read_effect(struct reader *reader, const yaml_node_t *node, struct ms_model *model) {
    const char *text = scalar(node);
    if (!text)
        return fail(reader, node->start_mark, 0,
                    "an effect is a line of text such as 'acquire arg0'");
    if (model->effect_count == MS_EFFECTS_MAX)
        return fail(reader, node->start_mark, 0, "'%s' has more than %d effects", model->name,
                    MS_EFFECTS_MAX);
    size_t offset = 0;
    char why[256];
    if (ms_effect_parse(text, &model->effects[model->effect_count], &offset, why, sizeof why)) {
        model->effect_count++;
        return true;
    }
    bool quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return fail(reader, node->start_mark, offset + quoted, "%s", why);
}

static bool read_model(struct reader *reader, const yaml_node_t *key, const yaml_node_t *value,
                       bool macro) {
    struct ms_model model = {.name = keep(reader, scalar(key)), .library = reader->library};
    model.macro = macro;
    if (value->type == YAML_MAPPING_NODE)
        return fail(reader, value->start_mark, 0,
                    "'%s' needs a list of effects, such as "
                    "[acquire arg0]",
                    model.name);
    if (value->type == YAML_SCALAR_NODE) {
        if (!read_effect(reader, value, &model))
            return false;
    } else {
        const yaml_node_item_t *item = value->data.sequence.items.start;
        for (; item < value->data.sequence.items.top; item++)
            if (!read_effect(reader, node_at(reader, *item), &model))
                return false;
    }
    if (model.effect_count == 0)
        return fail(reader, value->start_mark, 0,
                    "'%s' has no effect; write 'nothing' if it has "
                    "none",
                    model.name);
    struct ms_models_draft *draft = reader->draft;
    if (macro)
        MS_PUSH(draft->macros, draft->macro_count, model);
    else
        MS_PUSH(draft->functions, draft->function_count, model);
    return true;
}

static bool in_models(const struct ms_model *models, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(models[i].name, name) == 0)
            return true;
    return false;
}

static bool in_types(const struct ms_type_model *types, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(types[i].name, name) == 0)
            return true;
    return false;
}

/* ---- types --------------------------------------------------------------------------------- */

static bool read_role(struct reader *reader, const yaml_node_t *node, struct ms_type_model *type) {
    const char *word = scalar(node);
    if (!word)
        return fail(reader, node->start_mark, 0, "the role of '%s' is one word such as 'mutex'",
                    type->name);
    for (int role = MS_ROLE_NONE + 1; role < MS_ROLE_COUNT; role++)
        if (strcmp(roles[role], word) == 0)
            type->role = (uint8_t)role;
    return type->role != MS_ROLE_NONE ||
           fail_word(reader, node, "role", word, roles + 1, MS_ROLE_COUNT - 1);
}

static bool read_type_key(struct reader *reader, const yaml_node_t *key, const yaml_node_t *value,
                          struct ms_type_model *type) {
    static const char *const words[] = {"role", "constructor"};
    const char *word = scalar(key);
    if (!word)
        return fail(reader, key->start_mark, 0, "a key is one word: role or constructor");
    if (strcmp(word, "role") == 0)
        return read_role(reader, value, type);
    if (strcmp(word, "constructor") != 0)
        return fail_word(reader, key, "key", word, words, 2);
    if (!scalar(value))
        return fail(reader, value->start_mark, 0, "the constructor is the name of a function");
    type->constructor = keep(reader, scalar(value));
    return true;
}

static bool read_type(struct reader *reader, const yaml_node_t *key, const yaml_node_t *value) {
    struct ms_type_model type = {.name = keep(reader, scalar(key)), .library = reader->library};
    if (value->type == YAML_MAPPING_NODE) {
        const yaml_node_pair_t *pair = value->data.mapping.pairs.start;
        for (; pair < value->data.mapping.pairs.top; pair++)
            if (!read_type_key(reader, node_at(reader, pair->key), node_at(reader, pair->value),
                               &type))
                return false;
        if (type.role == MS_ROLE_NONE)
            return fail(reader, value->start_mark, 0, "'%s' has no role; add 'role: mutex' or so",
                        type.name);
    } else if (!read_role(reader, value, &type)) {
        return false;
    }
    MS_PUSH(reader->draft->types, reader->draft->type_count, type);
    return true;
}

/* ---- the file ------------------------------------------------------------------------------ */

enum section { SECTION_LIBRARY, SECTION_TYPES, SECTION_FUNCTIONS, SECTION_MACROS, SECTION_COUNT };
static const char *const sections[SECTION_COUNT] = {"library", "types", "functions", "macros"};

static bool read_section(struct reader *reader, enum section section, const yaml_node_t *value,
                         const struct ms_models_draft *earlier) {
    if (value->type != YAML_MAPPING_NODE)
        return fail(reader, value->start_mark, 0, "'%s' holds 'NAME: ...' entries, one each line",
                    sections[section]);
    const yaml_node_pair_t *pair = value->data.mapping.pairs.start;
    for (; pair < value->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_at(reader, pair->key);
        const yaml_node_t *entry = node_at(reader, pair->value);
        const char *name = scalar(key);
        if (!name)
            return fail(reader, key->start_mark, 0, "a name is missing here");
        struct ms_models_draft *draft = reader->draft;
        bool known = section == SECTION_TYPES ? in_types(draft->types, earlier->type_count, name)
                     : section == SECTION_FUNCTIONS
                         ? in_models(draft->functions, earlier->function_count, name)
                         : in_models(draft->macros, earlier->macro_count, name);
        if (!check_name(reader, key, name) || !is_new(reader, section, key, name, known))
            return false;
        bool read = section == SECTION_TYPES
                        ? read_type(reader, key, entry)
                        : read_model(reader, key, entry, section == SECTION_MACROS);
        if (!read)
            return false;
    }
    return true;
}

static bool find_section(struct reader *reader, const yaml_node_t *key, enum section *section) {
    const char *word = scalar(key);
    if (!word)
        return fail(reader, key->start_mark, 0,
                    "a key is one word: library, types, functions or "
                    "macros");
    for (int i = 0; i < SECTION_COUNT; i++)
        if (strcmp(sections[i], word) == 0) {
            *section = (enum section)i;
            return is_new(reader, SECTION_COUNT, key, word, false);
        }
    return fail_word(reader, key, "key", word, sections, SECTION_COUNT);
}

/* Goes first: entries before the line `library:` belong to it as well. */
static void find_library(struct reader *reader, const yaml_node_t *root) {
    const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
    for (; pair < root->data.mapping.pairs.top; pair++) {
        const char *key = scalar(node_at(reader, pair->key));
        const char *value = scalar(node_at(reader, pair->value));
        if (key && value && strcmp(key, sections[SECTION_LIBRARY]) == 0)
            reader->library = keep(reader, value);
    }
}

static bool read_document(struct reader *reader) {
    yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    if (!root)
        return fail(reader, (yaml_mark_t){0}, 0, "the file is empty; write 'functions:' and so on");
    if (root->type != YAML_MAPPING_NODE)
        return fail(reader, root->start_mark, 0,
                    "the file holds no model; write 'functions:' and "
                    "so on");
    const struct ms_models_draft earlier = *reader->draft;
    find_library(reader, root);
    const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
    for (; pair < root->data.mapping.pairs.top; pair++) {
        enum section section;
        if (!find_section(reader, node_at(reader, pair->key), &section))
            return false;
        const yaml_node_t *value = node_at(reader, pair->value);
        if (section == SECTION_LIBRARY && !scalar(value))
            return fail(reader, value->start_mark, 0, "'library' is followed by its name");
        if (section != SECTION_LIBRARY && !read_section(reader, section, value, &earlier))
            return false;
    }
    return true;
}

static bool fail_syntax(struct reader *reader, const yaml_parser_t *parser) {
    if (parser->error == YAML_MEMORY_ERROR)
        ms_out_of_memory(0);
    return fail(reader, parser->problem_mark, 0, "not YAML: %s",
                parser->problem ? parser->problem : "unreadable text");
}

/* A second document in the file would be ignored without a word. */
static bool at_end(struct reader *reader, yaml_parser_t *parser) {
    yaml_document_t more;
    if (!yaml_parser_load(parser, &more))
        return fail_syntax(reader, parser);
    yaml_node_t *root = yaml_document_get_root_node(&more);
    bool end = !root || fail(reader, root->start_mark, 0,
                             "a second document; put it into a file "
                             "of its own");
    yaml_document_delete(&more);
    return end;
}

bool ms_models_read_text(struct ms_models_draft *draft, const char *file, const char *text,
                         size_t size, char *message, size_t message_size) {
    struct reader reader = {.draft = draft, .file = file};
    reader.message = message;
    reader.message_size = message_size;
    reader.library = keep(&reader, file);
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        ms_out_of_memory(sizeof parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    bool read = yaml_parser_load(&parser, &reader.document);
    if (read) {
        read = read_document(&reader) && at_end(&reader, &parser);
        yaml_document_delete(&reader.document);
    } else {
        fail_syntax(&reader, &parser);
    }
    ms_index_free(&reader.seen);
    yaml_parser_delete(&parser);
    return read;
}

bool ms_models_read(struct ms_models_draft *draft, const char *file, char *message,
                    size_t message_size) {
    struct ms_text text = {0};
    FILE *stream = fopen(file, "rb");
    bool read = stream != NULL;
    if (stream) {
        char buffer[4096];
        for (size_t count; (count = fread(buffer, 1, sizeof buffer, stream)) > 0;) {
            text.data = ms_reallocate(text.data, text.length + count);
            memcpy(text.data + text.length, buffer, count);
            text.length += count;
        }
        read = !ferror(stream);
        fclose(stream);
    }
    if (read)
        read = ms_models_read_text(draft, file, text.data, text.length, message, message_size);
    else
        snprintf(message, message_size,
                 "%s: cannot be read: %s; name a model file (docs/models.md)", file,
                 strerror(errno));
    free(text.data);
    return read;
}
