/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reads a command line of clang: which words are files, and which options decide what is made. Two
 * tables say all that is known about clang's options; anything else that begins with a dash is an
 * option without a value that does not matter here.
 */
#include "mapsan_clang.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ms_clang_out_of_memory(void) {
    fputs("mapsan-clang: out of memory\n", stderr);
    exit(2);
}

void ms_words_add(struct ms_words *words, const char *word) {
    if (words->count == words->capacity) {
        words->capacity = words->capacity ? words->capacity * 2 : 32;
        words->at = realloc(words->at, words->capacity * sizeof *words->at);
        if (!words->at)
            ms_clang_out_of_memory();
    }
    words->at[words->count++] = word;
}

void ms_words_add_all(struct ms_words *words, const char *const *more) {
    for (; *more; more++)
        ms_words_add(words, *more);
}

void ms_words_add_joined(struct ms_words *words, const char *first, const char *second) {
    char *word;
    if (asprintf(&word, "%s%s", first, second) < 0)
        ms_clang_out_of_memory();
    ms_words_add(words, word);
}

/* Options whose value is the next word, which is thus no file. */
static const char *const with_value[] = {
    "-o",
    "-x",
    "-I",
    "-D",
    "-U",
    "-L",
    "-l",
    "-T",
    "-u",
    "-z",
    "-e",
    "-h",
    "-A",
    "-B",
    "-F",
    "-G",
    "-MF",
    "-MT",
    "-MQ",
    "-MJ",
    "-Xclang",
    "-Xlinker",
    "-Xassembler",
    "-Xpreprocessor",
    "-Xanalyzer",
    "-Xarch_host",
    "-Xarch_device",
    "-mllvm",
    "-target",
    "-arch",
    "-include",
    "-imacros",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-isysroot",
    "-iprefix",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-include-pch",
    "-cxx-isystem",
    "-ivfsoverlay",
    "-working-directory",
    "-dumpdir",
    "-framework",
    "--param",
    "--sysroot",
    "--config",
    "--output",
    "--language",
    "--include-directory",
    "--define-macro",
    "--undefine-macro",
    "--serialize-diagnostics",
    "-serialize-diagnostics",
    "-dependency-file",
    "-rpath",
    "-soname",
};

enum effect {
    NO_CODE = 1u << 0,     /* stops before there is code: nothing of ours applies */
    NO_LINK = 1u << 1,     /* stops before the linker */
    SHARED = 1u << 2,      /* the linker makes a shared object */
    BARE = 1u << 3,        /* the linker is given no libraries: the user places all of them */
    SEPARATE_IR = 1u << 4, /* every step writes a file; code generation reads IR */
    NO_UNDEFINED = 1u << 5,
    ANSWERS = 1u << 6, /* prints something and ends, files or not */
    STATIC = 1u << 7,
};

static const struct {
    const char *option;
    unsigned effects;
} effects[] = {
    {"-c", NO_LINK},
    {"-S", NO_LINK},
    {"--compile", NO_LINK},
    {"--assemble", NO_LINK},
    {"-E", NO_CODE | NO_LINK},
    {"-M", NO_CODE | NO_LINK},
    {"-MM", NO_CODE | NO_LINK},
    {"--preprocess", NO_CODE | NO_LINK},
    {"-fsyntax-only", NO_CODE | NO_LINK},
    {"--analyze", NO_CODE | NO_LINK},
    {"-emit-ast", NO_CODE | NO_LINK},
    {"--precompile", NO_CODE | NO_LINK},
    {"-cc1", ANSWERS},
    {"-cc1as", ANSWERS},
    {"--version", ANSWERS},
    {"-dumpversion", ANSWERS},
    {"-dumpmachine", ANSWERS},
    {"--help", ANSWERS},
    {"-static", STATIC},
    {"--static", STATIC},
    {"-static-pie", STATIC},
    {"-shared", SHARED},
    {"--shared", SHARED},
    {"-r", BARE},
    {"-nostdlib", BARE},
    {"--no-standard-libraries", BARE},
    {"-nodefaultlibs", BARE},
    {"-nolibc", BARE},
    {"-save-temps", SEPARATE_IR},
    {"-save-temps=cwd", SEPARATE_IR},
    {"-save-temps=obj", SEPARATE_IR},
    {"--save-temps", SEPARATE_IR},
    {"-Wl,--no-undefined", NO_UNDEFINED},
    {"-Wl,-no-undefined", NO_UNDEFINED},
    {"-Wl,-z,defs", NO_UNDEFINED},
    {"-Wl,-zdefs", NO_UNDEFINED},
    {"-Wl,defs", NO_UNDEFINED},       /* after -Wl,-z */
    {"--no-undefined", NO_UNDEFINED}, /* after -Xlinker */
    {"defs", NO_UNDEFINED},           /* after -z, or after -Xlinker */
};

static bool takes_value(const char *word) {
    for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
        if (strcmp(word, with_value[i]) == 0)
            return true;
    return false;
}

static unsigned effects_of(const char *word) {
    if (strncmp(word, "-print-", 7) == 0 || strncmp(word, "--print-", 8) == 0)
        return ANSWERS;
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        if (strcmp(word, effects[i].option) == 0)
            return effects[i].effects;
    /* One -Wl may hold several of the linker's options. */
    if (strncmp(word, "-Wl,", 4) == 0 &&
        (strstr(word, ",--no-undefined") || strstr(word, ",-z,defs")))
        return NO_UNDEFINED;
    return 0;
}

static bool ends_in(const char *word, const char *ending) {
    size_t length = strlen(word), tail = strlen(ending);
    return length > tail && strcmp(word + length - tail, ending) == 0;
}

/* Takes the words of a response file apart as clang does on Unix: spaces, quotes, backslashes. */
static void split_words(char *text, struct ms_words *words) {
    char *in = text, *out = text;
    for (;;) {
        while (isspace((unsigned char)*in))
            in++;
        if (!*in)
            return;
        ms_words_add(words, out);
        for (char quote = 0; *in && (quote || !isspace((unsigned char)*in)); in++) {
            if (*in == '\\' && in[1] && quote != '\'')
                *out++ = *++in;
            else if (*in == quote)
                quote = 0;
            else if (!quote && (*in == '"' || *in == '\''))
                quote = *in;
            else
                *out++ = *in;
        }
        bool more = *in != '\0';
        *out++ = '\0';
        in += more;
        if (!more)
            return;
    }
}

static bool read_response(const char *name, struct ms_words *words) {
    FILE *file = fopen(name, "rb");
    if (!file)
        return false;
    size_t size = 0, capacity = 4096;
    char *text = malloc(capacity);
    while (text) {
        size += fread(text + size, 1, capacity - size - 1, file);
        if (size < capacity - 1)
            break;
        text = realloc(text, capacity *= 2);
    }
    fclose(file);
    if (!text)
        ms_clang_out_of_memory();
    text[size] = '\0';
    split_words(text, words);
    return true;
}

struct state {
    unsigned effects;
    bool file, code;
};

#define MAX_RESPONSE_DEPTH 16

static void classify(struct state *state, const struct ms_words *words, int depth) {
    bool only_files = false;
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->at[i];
        struct ms_words inner = {0};
        if (word[0] == '@' && depth < MAX_RESPONSE_DEPTH && read_response(word + 1, &inner)) {
            classify(state, &inner, depth + 1);
            continue;
        }
        if (only_files || word[0] != '-' || strcmp(word, "-") == 0) {
            state->file = true;
            if (ends_in(word, ".bc") || ends_in(word, ".ll"))
                state->effects |= SEPARATE_IR;
            if (!ends_in(word, ".o") && !ends_in(word, ".a") && !ends_in(word, ".so"))
                state->code = true;
            continue;
        }
        only_files = strcmp(word, "--") == 0;
        state->effects |= effects_of(word);
        if (takes_value(word) && i + 1 < words->count) {
            i++;
            if (strcmp(word, "-x") == 0 && strcmp(words->at[i], "ir") == 0)
                state->effects |= SEPARATE_IR;
            if (strcmp(word, "-Xlinker") == 0 || strcmp(word, "-z") == 0)
                state->effects |= effects_of(words->at[i]) & NO_UNDEFINED;
        } else if (strcmp(word, "-xir") == 0) {
            state->effects |= SEPARATE_IR;
        }
    }
}

unsigned ms_clang_classify(const struct ms_words *arguments) {
    struct state state = {0};
    classify(&state, arguments, 0);
    unsigned result = 0;
    if (!state.file || (state.effects & ANSWERS))
        return 0;
    if (state.code && !(state.effects & NO_CODE))
        result |= MS_CLANG_COMPILES;
    if (!(state.effects & (NO_LINK | BARE)))
        result |= MS_CLANG_LINKS;
    if (state.effects & SHARED)
        result |= MS_CLANG_SHARED | MS_CLANG_LINKS;
    if (state.effects & (NO_LINK | NO_CODE))
        result &= ~(unsigned)MS_CLANG_LINKS;
    if (state.effects & NO_UNDEFINED)
        result |= MS_CLANG_NO_UNDEFINED;
    if (state.effects & SEPARATE_IR)
        result |= MS_CLANG_FROM_IR;
    if (state.effects & STATIC)
        result |= MS_CLANG_STATIC;
    return result;
}
