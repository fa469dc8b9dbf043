/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `mapsan annotate`: what the analysis knows, as a unified diff that writes it into the sources.
 * The place of a declaration comes from the facts, that of the attribute from the source's text:
 * behind the name of a field or variable, behind the parameters of a function.
 */
#include "cli.h"
#include "edits.h"
#include "mapsan/annotations.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *macro_of(const struct ms_annotation *annotation) {
    static const char *const macros[] = {
        [MS_ANNOTATE_GUARDED] = "MAPSAN_GUARDED_BY",
        [MS_ANNOTATE_REQUIRES] = "MAPSAN_REQUIRES",
        [MS_ANNOTATE_REQUIRES_SHARED] = "MAPSAN_REQUIRES_SHARED",
        [MS_ANNOTATE_ACQUIRES] = "MAPSAN_TAKES",
        [MS_ANNOTATE_ACQUIRES_SHARED] = "MAPSAN_TAKES_SHARED",
        [MS_ANNOTATE_RELEASES] = "MAPSAN_GIVES_BACK",
        [MS_ANNOTATE_NO_ANALYSIS] = "MAPSAN_NO_THREAD_SAFETY",
    };
    return annotation->late ? "MAPSAN_GUARDED_BY_LATER" : macros[annotation->kind];
}

/* ---- text ---------------------------------------------------------------------------------- */

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool word_at(const char *text, size_t at, const char *word) {
    size_t length = strlen(word);
    return (at == 0 || !is_word(text[at - 1])) && strncmp(text + at, word, length) == 0 &&
           !is_word(text[at + length]);
}

/* Past white space and comments. */
static size_t skip_blank(const char *text, size_t at) {
    for (;;) {
        if (isspace((unsigned char)text[at]))
            at++;
        else if (text[at] == '/' && text[at + 1] == '*' && strstr(text + at + 2, "*/"))
            at = (size_t)(strstr(text + at + 2, "*/") + 2 - text);
        else if (text[at] == '/' && text[at + 1] == '/')
            at += strcspn(text + at, "\n");
        else
            return at;
    }
}

/* Past a bracket and what it holds; 0 if it does not close. */
static size_t skip_brackets(const char *text, size_t at) {
    char open = text[at], close = open == '(' ? ')' : ']';
    int depth = 0;
    for (; text[at]; at++) {
        depth += (text[at] == open) - (text[at] == close);
        if (depth == 0)
            return at + 1;
    }
    return 0;
}

/* ---- places -------------------------------------------------------------------------------- */

/* Behind `name` and the sizes of an array; 0 where the declarator goes on in other ways. */
static size_t behind_variable(const char *text, size_t name, size_t length) {
    size_t at = name + length, end = at;
    for (at = skip_blank(text, at); text[at] == '['; at = skip_blank(text, at)) {
        at = skip_brackets(text, at);
        if (!at)
            return 0;
        end = at;
    }
    return text[at] && strchr(";,=:", text[at]) ? end : 0;
}

static size_t behind_parameters(const char *text, size_t name, size_t length) {
    size_t at = skip_blank(text, name + length);
    return text[at] == '(' ? skip_brackets(text, at) : 0;
}

/* The name of parameter `number` between the parentheses that end before `end`: the last word in
 * it. malloc'ed, "" if it has none. */
static char *parameter_name(const char *text, size_t end, int number) {
    size_t at = end - 1;
    for (int depth = 0; at > 0; at--) {
        depth += (text[at] == ')') - (text[at] == '(');
        if (!depth)
            break;
    }
    int depth = 0, count = 0;
    size_t word = 0, length = 0;
    for (at++; at + 1 < end && count <= number; at++) {
        depth += (text[at] == '(') - (text[at] == ')');
        if (text[at] == ',' && !depth) {
            count++;
        } else if (count == number && is_word(text[at]) && !is_word(text[at - 1])) {
            word = at;
            length = strspn(text + at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                                       "0123456789");
        }
    }
    return ms_format("%.*s", (int)length, text + word);
}

/* ` MACRO(lock)`, with the lock as this declaration's parameter names it; malloc'ed. */
static char *attribute_text(const struct ms_annotation *annotation, const char *from,
                            const char *to) {
    if (annotation->kind == MS_ANNOTATE_NO_ANALYSIS)
        return ms_format(" %s", macro_of(annotation));
    const char *lock = annotation->lock;
    size_t at = strspn(lock, "*&(");
    if (*from && *to && word_at(lock, at, from))
        return ms_format(" %s(%.*s%s%s)", macro_of(annotation), (int)at, lock, to,
                         lock + at + strlen(from));
    return ms_format(" %s(%s)", macro_of(annotation), lock);
}

/* Puts an attribute behind a declarator, unless it stands there. */
static void put(struct edited_file *file, size_t end, const char *attribute) {
    size_t rest = strcspn(file->text + end, "{;=");
    const char *there = strstr(file->text + end, attribute + 1);
    if (!there || there > file->text + end + rest)
        edit_insert(file, end, attribute);
}

/* ---- one annotation ------------------------------------------------------------------------ */

static bool annotate_definition(struct edited_file *file, const struct ms_annotation *annotation,
                                char **parameter) {
    size_t name = edited_offset(file, annotation->where.line, annotation->where.column);
    size_t length = strlen(annotation->name);
    if (name == SIZE_MAX || !word_at(file->text, name, annotation->name))
        return false;
    bool variable = annotation->kind == MS_ANNOTATE_GUARDED;
    size_t end = variable ? behind_variable(file->text, name, length)
                          : behind_parameters(file->text, name, length);
    if (!end)
        return false;
    *parameter = !variable && annotation->parameter >= 0
                     ? parameter_name(file->text, end, annotation->parameter)
                     : ms_format("%s", "");
    char *text = attribute_text(annotation, "", "");
    put(file, end, text);
    free(text);
    return true;
}

/* Declarations of the function elsewhere: what callers see. */
static void annotate_declarations(struct edited_file *file, const struct ms_annotation *annotation,
                                  const char *parameter, size_t definition) {
    size_t length = strlen(annotation->name);
    for (const char *found = file->text; (found = strstr(found, annotation->name)); found++) {
        size_t at = (size_t)(found - file->text);
        if (at == definition || !edited_at_file_scope(file, at) ||
            !word_at(file->text, at, annotation->name))
            continue;
        size_t end = behind_parameters(file->text, at, length);
        if (!end || file->text[skip_blank(file->text, end)] != ';')
            continue;
        char *here = annotation->parameter >= 0
                         ? parameter_name(file->text, end, annotation->parameter)
                         : ms_format("%s", "");
        if (annotation->parameter < 0 || *here) {
            char *text = attribute_text(annotation, parameter, here);
            put(file, end, text);
            free(text);
        }
        free(here);
    }
}

static size_t apply(struct edits *edits, const struct ms_annotations_found *found) {
    size_t applied = 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct ms_annotation *annotation = &found->items[i];
        struct edited_file *file = edited_file(edits, &annotation->where);
        char *parameter = NULL;
        if (!file || !annotate_definition(file, annotation, &parameter))
            continue;
        applied++;
        size_t definition = edited_offset(file, annotation->where.line, annotation->where.column);
        bool function =
            annotation->kind != MS_ANNOTATE_GUARDED && annotation->kind != MS_ANNOTATE_NO_ANALYSIS;
        for (size_t f = 0; function && f < edits->count; f++)
            if (!annotation->internal || &edits->items[f] == file)
                annotate_declarations(&edits->items[f], annotation, parameter,
                                      &edits->items[f] == file ? definition : SIZE_MAX);
        free(parameter);
    }
    return applied;
}

/* ---- the command --------------------------------------------------------------------------- */

/* Headers and sources of the program: declarations stand in any of them. */
static void open_all(struct edits *edits, const struct units *units) {
    for (size_t u = 0; u < units->count; u++) {
        const struct ms_unit *unit = units->items[u];
        const char *directory = ms_unit_text(unit, unit->directory);
        for (size_t f = 1; f < unit->function_count; f++)
            if (!(unit->functions[f].flags & MS_FUNCTION_SYSTEM) && unit->functions[f].where.line)
                edited_file(edits, &(struct ms_place){
                                       .file = ms_unit_text(unit, unit->functions[f].where.file),
                                       .directory = directory});
    }
}

static int annotate(struct units *units, const struct cli_options *options) {
    struct edits edits = {0};
    struct ms_options judge = options->judge;
    bool failed = units->failures != 0;
    open_all(&edits, units);
    judge.disabled_checks = ~(uint32_t)0;
    struct ms_program *program = ms_program_new(&judge);
    for (size_t i = 0; i < units->count; i++)
        ms_program_add(program, units->items[i]);
    units->count = 0;
    ms_findings_free(ms_program_judge(program));
    struct ms_annotations_found found = ms_program_annotations(program);
    size_t applied = apply(&edits, &found);
    print_edits(&edits, "#include <mapsan/thread_safety.h>", stdout);
    if (options->verbose)
        fprintf(stderr, "mapsan: %zu annotations, %zu more have no place in the sources\n", applied,
                found.count - applied);
    free(found.items);
    free_edits(&edits);
    ms_program_free(program);
    return failed || fflush(stdout) != 0 ? EXIT_FAILED : EXIT_NONE;
}

int command_annotate(int count, char **words) {
    struct cli_options options;
    struct units units = {0};
    int code = EXIT_FAILED;
    if (parse_options(&options, count, words)) {
        collect_units(&units, &options);
        if (units.count)
            code = annotate(&units, &options);
    }
    free_units(&units);
    free_options(&options);
    return code;
}
