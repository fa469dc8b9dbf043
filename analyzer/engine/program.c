/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The engine's face: options, the order of the passes, and the findings that come out. */
#include "program.h"
#include "atomic_locks.h"

#include "checks.h"
#include "epochs.h"
#include "publications.h"
#include "races.h"
#include "report.h"
#include "silence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ms_options ms_options_default(void) {
    return (struct ms_options){.confidence = MS_CONFIDENCE_MEDIUM};
}

/* "-a,+b": switches off, on; "*" is all of them. */
static bool set_checks(struct ms_options *options, const char *value, char *message, size_t size) {
    for (const char *at = value; *at;) {
        size_t length = strcspn(at, ",");
        bool on = *at != '-';
        const char *start = *at == '-' || *at == '+' ? at + 1 : at;
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(length - (size_t)(start - at)), start);
        enum ms_check check = ms_check_find(name);
        uint32_t bits = !strcmp(name, "*") ? ~(uint32_t)0 : check ? 1u << check : 0;
        if (!bits) {
            snprintf(message, size, "unknown check '%s'; `mapsan checks` lists them", name);
            return false;
        }
        options->disabled_checks =
            on ? options->disabled_checks & ~bits : options->disabled_checks | bits;
        at += length + (at[length] == ',');
    }
    return true;
}

static bool set_confidence(struct ms_options *options, const char *value, char *message,
                           size_t size) {
    static const char *const levels[] = {"low", "medium", "high"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(value, levels[i])) {
            options->confidence = (enum ms_confidence)i;
            return true;
        }
    snprintf(message, size, "confidence is low, medium or high, not '%s'", value);
    return false;
}

static bool set_suppressions(struct ms_options *options, const char *value, char *message,
                             size_t size) {
    return ms_silencers_read(&options->silencers, false, value, message, size);
}

static bool set_baseline(struct ms_options *options, const char *value, char *message,
                         size_t size) {
    return ms_silencers_read(&options->silencers, true, value, message, size);
}

static bool set_header_filter(struct ms_options *options, const char *value, char *message,
                              size_t size) {
    (void)message;
    (void)size;
    free(options->header_filter);
    options->header_filter = ms_format("%s", value);
    return true;
}

static const struct option {
    const char *name;
    bool (*set)(struct ms_options *options, const char *value, char *message, size_t size);
} option_table[] = {{"checks", set_checks},
                    {"confidence", set_confidence},
                    {"suppressions", set_suppressions},
                    {"baseline", set_baseline},
                    {"header-filter", set_header_filter}};

static const struct option *find_option(const char *name) {
    for (size_t i = 0; i < sizeof option_table / sizeof *option_table; i++)
        if (!strcmp(name, option_table[i].name))
            return &option_table[i];
    return NULL;
}

bool ms_options_knows(const char *name) { return find_option(name) != NULL; }

bool ms_options_set(struct ms_options *options, const char *name, const char *value, char *message,
                    size_t message_size) {
    const struct option *option = find_option(name);
    if (option)
        return option->set(options, value, message, message_size);
    snprintf(message, message_size, "unknown option '%s'", name);
    return false;
}

void ms_options_free(struct ms_options *options) {
    ms_silencers_free(options->silencers);
    free(options->header_filter);
    *options = ms_options_default();
}

struct ms_program *ms_program_new(const struct ms_options *options) {
    struct ms_program *program = ms_allocate(sizeof *program);
    program->options = *options;
    if (!program->options.models)
        program->options.models = ms_models_builtin();
    return program;
}

void ms_program_add(struct ms_program *program, struct ms_unit *unit) {
    MS_PUSH(program->units, program->unit_count, unit);
}

void ms_remark(struct ms_program *program, const char *format, ...) {
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        ms_out_of_memory(0);
    va_end(arguments);
    uint64_t hash = ms_hash_bytes(text, strlen(text), 0);
    size_t cursor = ms_index_start(&program->remark_index, hash);
    for (uint32_t at; (at = ms_index_next(&program->remark_index, hash, &cursor)) != MS_INDEX_END;)
        if (!strcmp(program->remarks[at], text)) {
            free(text);
            return;
        }
    ms_index_add(&program->remark_index, hash, (uint32_t)program->remark_count);
    MS_PUSH(program->remarks, program->remark_count, text);
}

const char *ms_program_remark(const struct ms_program *program, size_t position) {
    return position < program->remark_count ? program->remarks[position] : NULL;
}

void ms_leave_out_body(struct ms_program *program, ms_function position) {
    struct ms_function_node *function = &program->facts->functions[position];
    function->blocks = (struct ms_range){0, 0};
    function->flags &= ~(uint32_t)MS_FUNCTION_DEFINED;
    ms_remark(program, "%s: too large, or not understood by the compiler; its body is left out",
              ms_name(program, function->name));
}

static void prepare(struct ms_program *program) {
    const struct ms_unit *facts = program->facts;
    program->code = ms_allocate(facts->function_count * sizeof *program->code);
    program->shared_locals = ms_allocate(facts->variable_count);
    for (ms_function f = 1; f < facts->function_count; f++) {
        const struct ms_function_node *function = &facts->functions[f];
        program->has_main |= function->blocks.count && !(function->flags & MS_FUNCTION_INTERNAL) &&
                             !strcmp(facts->strings[function->name], "main");
        if (function->flags & MS_FUNCTION_PARTIAL)
            ms_leave_out_body(program, f);
        program->recursive_mutexes |=
            !strcmp(facts->strings[function->name], "pthread_mutexattr_settype");
    }
}

static int by_place(const void *a, const void *b) {
    const struct ms_finding *one = a, *other = b;
    int file = strcmp(one->where.file, other->where.file);
    if (file)
        return file;
    if (one->where.line != other->where.line)
        return one->where.line < other->where.line ? -1 : 1;
    if (one->where.column != other->where.column)
        return one->where.column < other->where.column ? -1 : 1;
    return (int)one->check - (int)other->check;
}

struct ms_findings *ms_program_judge(struct ms_program *program) {
    struct ms_findings *findings = ms_allocate(sizeof *findings);
    if (!program->unit_count)
        return findings;
    ms_link(program);
    prepare(program);
    ms_resolve_pointers(program);
    ms_order_functions(program);
    ms_find_threads(program);
    ms_find_atomic_locks(program);
    ms_analyse_functions(program);
    ms_build_contexts(program);
    ms_judge_checks(program);
    ms_report_stale(program);
    if (program->finding_count)
        qsort(program->findings, program->finding_count, sizeof *program->findings, by_place);
    findings->items = program->findings;
    findings->count = program->finding_count;
    findings->suppressed = program->suppressed;
    program->findings = NULL;
    program->finding_count = 0;
    return findings;
}

void ms_findings_free(struct ms_findings *findings) {
    if (!findings)
        return;
    for (size_t i = 0; i < findings->count; i++) {
        struct ms_finding *finding = &findings->items[i];
        for (size_t n = 0; n < finding->note_count; n++)
            free(finding->notes[n].text);
        for (size_t n = 0; n < finding->fixit_count; n++)
            free(finding->fixits[n].remove), free(finding->fixits[n].insert);
        free(finding->notes);
        free(finding->fixits);
        free(finding->message);
    }
    free(findings->items);
    free(findings);
}

void ms_program_free(struct ms_program *program) {
    if (!program)
        return;
    for (size_t i = 0; program->code && i < program->facts->function_count; i++) {
        free(program->code[i].setup);
        free(program->code[i].acquired);
    }
    free(program->code);
    ms_pointers_free(program);
    ms_epochs_free(program);
    ms_groups_free(program);
    free(program->lock_words.items);
    ms_stores_free(program);
    ms_publications_free(program);
    for (size_t i = 0; i < program->unit_count; i++)
        ms_unit_free(program->units[i]);
    if (program->unit_count > 1)
        ms_unit_free(program->facts);
    for (size_t i = 0; i < program->remark_count; i++)
        free(program->remarks[i]);
    free(program->remarks);
    ms_index_free(&program->remark_index);
    free(program->known);
    ms_index_free(&program->known_index);
    ms_silence_free(program);
    free(program->units);
    free(program->function_unit);
    free(program->order);
    free(program->calls);
    free(program->accesses);
    free(program->acquisitions);
    free(program->lock_events);
    free(program->handed);
    ms_index_free(&program->handed_index);
    free(program->releases);
    ms_index_free(&program->handed_out);
    free(program->shared_locals);
    free(program->named_objects);
    ms_arena_free(&program->arena);
    free(program);
}
