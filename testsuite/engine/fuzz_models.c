/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Model files that nobody wrote (libFuzzer): read, or refused with one line that begins with the
 * place. */
#include "models_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    struct ms_models_draft draft = {0};
    char message[512] = "";
    if (ms_models_read_text(&draft, "f.yaml", (const char *)data, size, message, sizeof message)) {
        struct ms_models *models = ms_models_build(&draft, ms_models_builtin());
        ms_models_function(models, "g_hash_table_insert");
        ms_models_macro(models, "HASH_ADD_INT");
        ms_models_type(models, "struct conn");
        ms_models_free(models);
    } else {
        unsigned line, column;
        if (sscanf(message, "f.yaml:%u:%u: ", &line, &column) != 2 || strchr(message, '\n'))
            abort();
        ms_models_discard(&draft);
    }
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    struct ms_effect effect;
    size_t offset = 0;
    if (!ms_effect_parse(text, &effect, &offset, message, sizeof message) && offset > strlen(text))
        abort();
    free(text);
    return 0;
}
