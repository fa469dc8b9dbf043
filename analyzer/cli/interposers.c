/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Models as interposers, in C: one function for each that a model describes and that a shared
 * library may export, which hands its arguments to the runtime. The build makes libmapsan_run.so
 * from the built-in models; `mapsan run --model` does it for the user's.
 */
#include "cli.h"

#include <errno.h>
#include <string.h>

#include "mapsan/hooks.h"
#include "mapsan/map_operations.h"
#include "models_table.h"

/* What a wrapper can see of the map; 0: nothing. */
static int map_kind(const struct ms_map_operation *operation) {
    if (operation->when_argument || operation->object.index >= MAPSAN_INTERPOSED_ARGUMENTS)
        return 0;
    switch (operation->object.kind) {
    case MS_OPERAND_ARGUMENT:
        return MAPSAN_MAP_IS_ARGUMENT;
    case MS_OPERAND_INDIRECT:
        return MAPSAN_MAP_IS_FIRST_IN;
    case MS_OPERAND_RESULT:
        /* Only after the call is there a map. */
        return operation->operation == MAPSAN_OP_INIT || operation->operation == MS_MAP_REFERENCE
                   ? MAPSAN_MAP_IS_RESULT
                   : 0;
    default:
        return 0;
    }
}

static bool write_function(FILE *out, const struct ms_model *model) {
    struct ms_map_operation operations[MS_EFFECTS_MAX];
    const size_t count = ms_map_operations(model, operations);
    size_t used = 0;
    for (size_t i = 0; i < count && used < MAPSAN_INTERPOSED_OPERATIONS; i++) {
        const struct ms_map_operation *operation = &operations[i];
        const int kind = map_kind(operation);
        if (!kind)
            continue;
        if (used++ == 0)
            fprintf(out, "INTERPOSED(%s", model->name);
        fprintf(out, ", {%d, %d, %d, %d, %d, %d}", kind, operation->object.index,
                operation->operation, operation->flags,
                operation->iterator.kind ? operation->iterator.index + 1 : 0,
                ms_makes_iterator(operation));
    }
    if (used)
        fputs(")\n", out);
    return used > 0;
}

size_t write_interposers(const struct ms_models *models, FILE *out) {
    size_t written = 0;
    fputs("/* Made by `mapsan interposers`. */\n"
          "#include <mapsan/hooks.h>\n"
          "#define INTERPOSED(function, ...) \\\n"
          "    static struct mapsan_interposed interposed_##function = {#function, 0, \\\n"
          "        sizeof (struct mapsan_interposed_operation[]){__VA_ARGS__} / \\\n"
          "            sizeof(struct mapsan_interposed_operation), {__VA_ARGS__}}; \\\n"
          "    __attribute__((visibility(\"default\"))) intptr_t mapsan_run_##function( \\\n"
          "        intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f) \\\n"
          "        __asm__(#function); \\\n"
          "    intptr_t mapsan_run_##function(intptr_t a, intptr_t b, intptr_t c, intptr_t d, \\\n"
          "                                   intptr_t e, intptr_t f) { \\\n"
          "        const intptr_t arguments[] = {a, b, c, d, e, f}; \\\n"
          "        return __mapsan_interposed(&interposed_##function, arguments, \\\n"
          "                                   (uintptr_t)__builtin_return_address(0), \\\n"
          "                                   (uintptr_t)__builtin_dwarf_cfa()); \\\n"
          "    }\n",
          out);
    const struct ms_model *functions = models->functions.entries;
    for (uint32_t i = 0; i < models->functions.count; i++)
        if (!strchr(functions[i].name, '*'))
            written += write_function(out, &functions[i]);
    return written;
}

int command_interposers(int count, char **words) {
    if (count != 1) {
        complain("write: mapsan interposers FILE");
        return EXIT_FAILED;
    }
    FILE *out = fopen(words[0], "w");
    if (out)
        write_interposers(ms_models_builtin(), out);
    if (out && fclose(out) == 0)
        return EXIT_NONE;
    complain("%s: cannot be written: %s", words[0], strerror(errno));
    return EXIT_FAILED;
}
