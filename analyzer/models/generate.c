/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Compiles the model files of this folder to C, at build time: the tables of a set of models, index
 * included, written out as constants. What the compiler plugin and the command line share then
 * costs nothing at their start, and a mistake in a model file ends the build with its line and
 * column.
 */
#include "models_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_string(FILE *out, const char *text) {
    if (!text) {
        fputs("0", out);
        return;
    }
    fputc('"', out);
    for (; *text; text++)
        if (*text == '"' || *text == '\\' || *text < ' ' || *text > '~')
            fprintf(out, "\\%03o", (unsigned char)*text);
        else
            fputc(*text, out);
    fputc('"', out);
}

static void write_operand(FILE *out, const struct ms_operand *operand) {
    fprintf(out, "{%u,%u,", operand->kind, operand->index);
    write_string(out, operand->global);
    fputc('}', out);
}

static void write_models(FILE *out, const struct ms_name_table *table, const char *name) {
    const struct ms_model *model = table->entries;
    fprintf(out, "static const struct ms_model %s[] = {\n", name);
    for (uint32_t i = 0; i < table->count; i++, model++) {
        fputc('{', out);
        write_string(out, model->name);
        fputc(',', out);
        write_string(out, model->library);
        fprintf(out, ",%u,%d,{", model->effect_count, model->macro);
        for (int at = 0; at < model->effect_count; at++) {
            const struct ms_effect *effect = &model->effects[at];
            fprintf(out, "{%u,%u,%u,%d,", effect->verb, effect->outcome, effect->when_argument,
                    effect->when_value);
            write_operand(out, &effect->object);
            fputc(',', out);
            write_operand(out, &effect->other);
            fputs("},", out);
        }
        fputs("}},\n", out);
    }
    fputs("};\n", out);
}

static void write_types(FILE *out, const struct ms_name_table *table, const char *name) {
    const struct ms_type_model *type = table->entries;
    fprintf(out, "static const struct ms_type_model %s[] = {\n", name);
    for (uint32_t i = 0; i < table->count; i++, type++) {
        fputc('{', out);
        write_string(out, type->name);
        fputc(',', out);
        write_string(out, type->library);
        fprintf(out, ",%u,", type->role);
        write_string(out, type->constructor);
        fputs("},\n", out);
    }
    fputs("};\n", out);
}

static void write_numbers(FILE *out, const char *table, const char *what, const uint32_t *numbers,
                          uint32_t count) {
    fprintf(out, "static const uint32_t %s_%s[] = {", table, what);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%s%u,", i % 16 ? "" : "\n", numbers[i]);
    fputs("0};\n", out);
}

static void write_index(FILE *out, const struct ms_name_table *table, const char *name) {
    write_numbers(out, name, "slots", table->slots, table->mask + 1);
    write_numbers(out, name, "patterns", table->patterns, table->pattern_count);
}

static void write_table(FILE *out, const struct ms_name_table *table, const char *name) {
    fprintf(out, "    .%s = {%s, sizeof *%s, %u, %u, %s_slots, %s_patterns, %u},\n", name, name,
            name, table->count, table->mask, name, name, table->pattern_count);
}

static void write_set(FILE *out, const struct ms_models *models) {
    fputs("/* Written by the build from analyzer/models/. */\n#include \"models_table.h\"\n", out);
    write_models(out, &models->functions, "functions");
    write_index(out, &models->functions, "functions");
    write_models(out, &models->macros, "macros");
    write_index(out, &models->macros, "macros");
    write_types(out, &models->types, "types");
    write_index(out, &models->types, "types");
    fputs("const struct ms_models *ms_models_builtin(void)\n{\n"
          "    static const struct ms_models set = {\n",
          out);
    write_table(out, &models->functions, "functions");
    write_table(out, &models->macros, "macros");
    write_table(out, &models->types, "types");
    fputs("    };\n    return &set;\n}\n", out);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: %s OUT.c MODELS.yaml...\n", argv[0]);
        return 2;
    }
    struct ms_models_draft draft = {0};
    char message[512];
    for (int i = 2; i < argc; i++)
        if (!ms_models_read(&draft, argv[i], message, sizeof message)) {
            fprintf(stderr, "%s\n", message);
            ms_models_discard(&draft);
            return 1;
        }
    struct ms_models *models = ms_models_build(&draft, NULL);
    FILE *out = fopen(argv[1], "w");
    if (out)
        write_set(out, models);
    ms_models_free(models);
    if (!out || ferror(out) | fclose(out)) {
        fprintf(stderr, "%s: cannot be written: %s\n", argv[1], strerror(errno));
        return 1;
    }
    return 0;
}
