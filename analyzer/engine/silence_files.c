/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Suppression files and baselines: text, one entry a line, `#` begins a comment line.
 *
 *     suppression   CHECK:FUNCTION-OR-FILE, with * and ?; * as the check stands for all
 *     baseline      FINGERPRINT and then whatever helps a reader; written by `mapsan check`
 */
#include "silence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct ms_silencers *silencers;
    const char *file;
    uint32_t line;
    char *message;
    size_t message_size;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct reader *reader, const char *format,
                                                       ...) {
    int used =
        snprintf(reader->message, reader->message_size, "%s:%u: ", reader->file, reader->line);
    va_list arguments;
    va_start(arguments, format);
    if (used > 0 && (size_t)used < reader->message_size)
        vsnprintf(reader->message + used, reader->message_size - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

static void add(struct reader *reader, struct ms_silencer silencer) {
    silencer.file = (uint32_t)reader->silencers->file_count - 1;
    silencer.line = reader->line;
    MS_PUSH(reader->silencers->items, reader->silencers->count, silencer);
}

static bool add_suppression(struct reader *reader, const char *text) {
    size_t length = strcspn(text, ":");
    char check[64];
    if (!text[length] || !text[length + 1])
        return fail(reader, "not a suppression; write CHECK:FUNCTION-OR-FILE");
    snprintf(check, sizeof check, "%.*s", (int)length, text);
    bool any = strcmp(check, "*") == 0;
    enum ms_check found = any ? MS_CHECK_NONE : ms_check_find(check);
    if (!any && found == MS_CHECK_NONE)
        return fail(reader, "unknown check '%s'; 'mapsan checks' lists them", check);
    add(reader, (struct ms_silencer){.check = found, .glob = ms_format("%s", text + length + 1)});
    return true;
}

static bool add_entry(struct reader *reader, const char *text) {
    if (strspn(text, "0123456789abcdef") != 16 || (text[16] && text[16] != ' '))
        return fail(reader, "no entry of a baseline; --write-baseline=FILE makes one");
    uint64_t fingerprint = strtoull(text, NULL, 16);
    ms_index_add(&reader->silencers->fingerprints, fingerprint, (uint32_t)reader->silencers->count);
    add(reader, (struct ms_silencer){.fingerprint = fingerprint});
    return true;
}

bool ms_silencers_read(struct ms_silencers **silencers, bool baseline, const char *file,
                       char *message, size_t message_size) {
    FILE *stream = fopen(file, "r");
    if (!stream) {
        snprintf(message, message_size, "%s: cannot be read: %s", file, strerror(errno));
        return false;
    }
    if (!*silencers)
        *silencers = ms_allocate(sizeof **silencers);
    struct reader reader = {*silencers, file, 0, message, message_size};
    MS_PUSH((*silencers)->files, (*silencers)->file_count, ms_format("%s", file));
    char *line = NULL;
    size_t room = 0;
    bool good = true;
    while (good && getline(&line, &room, stream) >= 0) {
        reader.line++;
        char *text = line + strspn(line, " \t");
        text[strcspn(text, "\r\n")] = '\0';
        if (*text && *text != '#')
            good = baseline ? add_entry(&reader, text) : add_suppression(&reader, text);
    }
    if (good && ferror(stream))
        good = fail(&reader, "cannot be read");
    free(line);
    fclose(stream);
    return good;
}

void ms_silencers_free(struct ms_silencers *silencers) {
    if (!silencers)
        return;
    for (size_t i = 0; i < silencers->count; i++)
        free(silencers->items[i].glob);
    for (size_t i = 0; i < silencers->file_count; i++)
        free(silencers->files[i]);
    ms_index_free(&silencers->fingerprints);
    free(silencers->items);
    free(silencers->files);
    free(silencers);
}
