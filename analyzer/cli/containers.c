/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Containers of objects that libelf does not open: thin archives, which hold names instead of
 * members (GNU ar's format: headers of 60 bytes; "//" is the table of names, "/N" a name at N in
 * it), and LLVM bitcode, which -flto leaves in object files.
 */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- thin archives ------------------------------------------------------------------------- */

enum { HEADER = 60, NAME = 16, SIZE_AT = 48, SIZE_LENGTH = 10, MAGIC = 8 };

/* A number of up to `length` decimal digits and blanks. */
static bool number_at(const char *text, size_t length, size_t *number) {
    size_t at = 0;
    *number = 0;
    for (; at < length && isdigit((unsigned char)text[at]); at++)
        *number = *number * 10 + (size_t)(text[at] - '0');
    return at > 0 && (at == length || text[at] == ' ' || text[at] == ':');
}

/* A name of the table ends in "/\n". */
static bool add_member(struct words *members, const char *names, size_t size, size_t at) {
    const char *end = at < size ? memchr(names + at, '\n', size - at) : NULL;
    if (!end || end - (names + at) < 2 || end[-1] != '/')
        return false;
    MS_PUSH(members->items, members->count,
            ms_format("%.*s", (int)(end - 1 - (names + at)), names + at));
    return true;
}

static bool walk_headers(const char *data, size_t size, struct words *members) {
    const char *names = NULL;
    size_t names_size = 0;
    for (size_t at = MAGIC; at < size;) {
        const char *header = data + at;
        size_t member_size, name;
        if (size - at < HEADER || memcmp(header + HEADER - 2, "`\n", 2) != 0 ||
            !number_at(header + SIZE_AT, SIZE_LENGTH, &member_size))
            return false;
        at += HEADER;
        if (number_at(header + 1, NAME - 1, &name) && header[0] == '/') {
            if (!add_member(members, names, names_size, name))
                return false;
            continue;
        }
        /* Tables stand in the archive itself; a short name is a member's. */
        if (header[0] != '/') {
            size_t length = strcspn(header, "/");
            if (length >= NAME)
                return false;
            MS_PUSH(members->items, members->count, ms_format("%.*s", (int)length, header));
            continue;
        }
        if (member_size > size - at)
            return false;
        if (header[1] == '/') {
            names = data + at;
            names_size = member_size;
        }
        at += member_size + member_size % 2;
    }
    return true;
}

bool thin_members(int file, struct words *members) {
    struct stat status;
    if (fstat(file, &status) != 0 || status.st_size < MAGIC)
        return false;
    size_t size = (size_t)status.st_size;
    char *data = ms_allocate(size + 1); /* terminated */
    bool good = pread(file, data, size, 0) == (ssize_t)size && walk_headers(data, size, members);
    free(data);
    return good;
}

/* ---- bitcode ------------------------------------------------------------------------------- */

int assemble_bitcode(const char *name, const char *path, const char *compiler, bool *said) {
    enum { OUTPUT = 30 };
    int object = memfd_create("object", MFD_CLOEXEC);
    const char *command[] = {compiler,           "-x", "ir", "-c", "-w", "-O0", "-fno-lto", "-o",
                             "/proc/self/fd/30", "--", path, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int stream = 0; stream < 3; stream++)
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, object, OUTPUT);
    pid_t process;
    int status = 0;
    int failure = posix_spawnp(&process, compiler, &actions, NULL, (char *const *)command, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (!failure && waitpid(process, &status, 0) == process && WIFEXITED(status) &&
        WEXITSTATUS(status) == 0)
        return object;
    if (failure)
        complain("%s cannot be run: %s; install it, or name another with --clang=FILE", compiler,
                 strerror(failure));
    else
        complain("%s: LLVM bitcode (-flto) that %s does not read; name the program that it was "
                 "linked into",
                 name, compiler);
    *said = true;
    close(object);
    return -1;
}
