/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The runtime's one way out. The file of log_path is opened at the first word, with the process id
 * in its name, and again in the child of a fork.
 */
#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "flags.h"

static int log_file = -1;
static pid_t log_owner;

void mapsan_text_add(struct mapsan_text *text, const char *format, ...) {
    va_list arguments;
    const size_t room = text->capacity - text->size;
    va_start(arguments, format);
    const int length = vsnprintf(text->data + text->size, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        text->size += (size_t)length < room ? (size_t)length : room - 1;
}

static void write_all(int file, const char *data, size_t size) {
    while (size > 0) {
        const ssize_t written = write(file, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        data += written;
        size -= (size_t)written;
    }
}

static int destination(void) {
    char path[MAPSAN_FLAG_STRING + 16], line[MAPSAN_FLAG_STRING + 160];
    if (strcmp(mapsan_flags.log_path, "stderr") == 0 || !mapsan_flags.log_path[0])
        return STDERR_FILENO;
    if (strcmp(mapsan_flags.log_path, "stdout") == 0)
        return STDOUT_FILENO;
    if (log_owner == getpid())
        return log_file;
    log_owner = getpid();
    snprintf(path, sizeof path, "%s.%d", mapsan_flags.log_path, (int)log_owner);
    log_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log_file >= 0)
        return log_file;
    const int length = snprintf(
        line, sizeof line, "mapsan: log_path: cannot write %s (error %d); reports go to stderr\n",
        path, errno);
    write_all(STDERR_FILENO, line, (size_t)length);
    return log_file = STDERR_FILENO;
}

void mapsan_output(const char *data, size_t size) {
    const int saved = errno;
    write_all(destination(), data, size);
    errno = saved;
}

void mapsan_say(const char *line) { mapsan_output(line, strlen(line)); }

bool mapsan_output_colored(void) {
    enum { AUTO, ALWAYS };
    return mapsan_flags.color == ALWAYS || (mapsan_flags.color == AUTO && isatty(destination()));
}
