/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Symbols out of process. All addresses of a report go to one llvm-symbolizer over a socket pair (a
 * write to a dead peer is an error there, not a signal); addr2line, which knows one module at a
 * time, is run once for each. Whatever goes wrong leaves "module+offset", which is always known.
 */
#define _GNU_SOURCE
#include "symbolize.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flags.h"

enum { MODULES = 64, OUTPUT = 1 << 18, TIMEOUT_MS = 20000 };

struct place {
    uintptr_t pc, offset; /* in the module's own addresses */
    const char *module;   /* NULL: in no module */
    const char *answer;   /* lines "function", "file:line:column", in pairs; NULL: none */
};

static struct place places[MAPSAN_BATCH];
static size_t place_count;
static char module_paths[MODULES][PATH_MAX];
static unsigned module_count;
static char output[OUTPUT];
static char queries[MAPSAN_BATCH * 128];

void mapsan_symbols_begin(void) {
    place_count = 0;
    module_count = 0;
}

static const char *module_path(const char *name) {
    char *path = module_paths[module_count];
    if (name[0]) {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
        path[length > 0 ? length : 0] = '\0';
    }
    for (unsigned i = 0; i < module_count; i++)
        if (strcmp(module_paths[i], path) == 0)
            return module_paths[i];
    if (module_count < MODULES - 1)
        module_count++;
    return path;
}

static int find_module(struct dl_phdr_info *info, size_t size, void *argument) {
    struct place *place = argument;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        const uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type != PT_LOAD || place->pc < start ||
            place->pc - start >= segment->p_memsz)
            continue;
        place->offset = place->pc - info->dlpi_addr;
        place->module = module_path(info->dlpi_name);
        return 1;
    }
    return 0;
}

size_t mapsan_symbols_add(uintptr_t pc) {
    const size_t position = place_count < MAPSAN_BATCH ? place_count++ : MAPSAN_BATCH - 1;
    places[position] = (struct place){.pc = pc ? pc - 1 : 0};
    if (pc)
        dl_iterate_phdr(find_module, &places[position]);
    return position;
}

size_t mapsan_symbols_find(uintptr_t pc) {
    size_t position = 0;
    while (position + 1 < place_count && places[position].pc != pc - 1)
        position++;
    return position;
}

/* The symbolizer: the one asked for, else the best in PATH. */
static bool find_tool(char *path, size_t size) {
    static const char *const names[] = {"llvm-symbolizer", "llvm-symbolizer-19", "addr2line"};
    const char *directories = getenv("PATH");
    if (mapsan_flags.external_symbolizer_path[0]) {
        snprintf(path, size, "%s", mapsan_flags.external_symbolizer_path);
        if (access(path, X_OK) == 0)
            return true;
        char line[MAPSAN_FLAG_STRING + 120];
        snprintf(line, sizeof line,
                 "mapsan: external_symbolizer_path: cannot run %s; looking in PATH instead\n",
                 path);
        mapsan_say(line);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *rest = directories ? directories : "/usr/bin:/bin";
        while (*rest) {
            const size_t length = strcspn(rest, ":");
            snprintf(path, size, "%.*s/%s", (int)length, rest, names[i]);
            if (length && access(path, X_OK) == 0)
                return true;
            rest += length + (rest[length] == ':');
        }
    }
    return false;
}

/* Runs the tool with `input`, reads all it says to `reply`. Returns the length, 0 for none. The
 * child sends no SIGCHLD, so that the program's own waiting is not disturbed. */
static size_t run(const char *const *arguments, const char *input, size_t size, char *reply,
                  size_t room) {
    int ends[2];
    size_t length = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return 0;
    const pid_t child = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
    if (child == 0) {
        static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
        const int null = open("/dev/null", O_WRONLY);
        if (dup2(ends[1], STDIN_FILENO) < 0 || dup2(ends[1], STDOUT_FILENO) < 0 ||
            dup2(null, STDERR_FILENO) < 0)
            _exit(127);
        execve(arguments[0], (char *const *)arguments, (char *const *)environment);
        _exit(127);
    }
    close(ends[1]);
    struct pollfd wait = {.fd = ends[0], .events = POLLIN | POLLOUT};
    while (child > 0 && length < room && poll(&wait, 1, TIMEOUT_MS) > 0) {
        if (wait.revents & POLLOUT) {
            const ssize_t sent = send(ends[0], input, size, MSG_NOSIGNAL | MSG_DONTWAIT);
            input += sent > 0 ? sent : 0;
            size -= sent > 0 ? (size_t)sent : 0;
            if (size == 0 || (sent < 0 && errno != EAGAIN && errno != EINTR)) {
                shutdown(ends[0], SHUT_WR);
                wait.events = POLLIN;
            }
        }
        if (wait.revents & (POLLIN | POLLHUP)) {
            const ssize_t got = recv(ends[0], reply + length, room - length, MSG_DONTWAIT);
            if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
                break;
            length += got > 0 ? (size_t)got : 0;
        }
    }
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, __WALL);
    }
    return length;
}

/* llvm-symbolizer: one block of lines for each query, a blank line behind it. */
static void ask_llvm(const char *tool) {
    const char *const arguments[] = {tool, "--demangle", "--inlines", NULL};
    size_t size = 0;
    for (size_t i = 0; i < place_count; i++) {
        if (!places[i].module)
            continue;
        const int length = snprintf(queries + size, sizeof queries - size, "CODE \"%s\" 0x%lx\n",
                                    places[i].module, (unsigned long)places[i].offset);
        if (length < 0 || size + (size_t)length >= sizeof queries) {
            places[i].module = NULL;
            continue;
        }
        size += (size_t)length;
    }
    const size_t length = run(arguments, queries, size, output, OUTPUT - 1);
    char *text = output;
    output[length] = '\0';
    for (size_t i = 0; i < place_count; i++) {
        if (!places[i].module)
            continue;
        char *end = strstr(text, "\n\n");
        if (!end)
            return;
        end[1] = '\0';
        places[i].answer = text;
        text = end + 2;
    }
}

/* addr2line: the address, then its block of lines, no mark behind it. */
static void ask_addr2line(const char *tool) {
    size_t used = 0;
    for (unsigned m = 0; m < module_count; m++) {
        const char *const arguments[] = {tool, "-a", "-f", "-i", "-C", "-e", module_paths[m], NULL};
        size_t size = 0;
        for (size_t i = 0; i < place_count; i++)
            if (places[i].module == module_paths[m])
                size += (size_t)snprintf(queries + size, sizeof queries - size, "0x%lx\n",
                                         (unsigned long)places[i].offset);
        const size_t length =
            size ? run(arguments, queries, size, output + used, OUTPUT - 1 - used) : 0;
        char *text = output + used;
        text[length] = '\0';
        used += length;
        for (size_t i = 0; i < place_count && (text = strstr(text, "0x")); i++) {
            if (places[i].module != module_paths[m])
                continue;
            if (text > output + used - length)
                text[-1] = '\0'; /* ends the block before */
            text += strcspn(text, "\n");
            places[i].answer = *text ? ++text : NULL;
        }
    }
}

void mapsan_symbols_resolve(void) {
    char tool[PATH_MAX];
    if (!mapsan_flags.symbolize || !find_tool(tool, sizeof tool))
        return;
    const char *name = strrchr(tool, '/');
    if (strstr(name ? name : tool, "addr2line"))
        ask_addr2line(tool);
    else
        ask_llvm(tool);
}

/* Takes the next frame off an answer; false at its end, or where it says nothing. */
static bool next_frame(const char **answer, struct mapsan_frame *frame) {
    const char *line = *answer;
    const size_t name = strcspn(line, "\n");
    const char *source = line + name + (line[name] == '\n');
    const size_t where = strcspn(source, "\n");
    if (name == 0 || where == 0 || strncmp(line, "??", 2) == 0)
        return false;
    frame->function = line;
    frame->function_length = (int)name;
    frame->source = source;
    frame->source_length = strncmp(source, "??", 2) == 0 ? 0 : (int)where;
    *answer = source + where + (source[where] == '\n');
    return true;
}

size_t mapsan_symbols_frames(size_t position, struct mapsan_frame *frames, size_t most) {
    const struct place *place = &places[position];
    const char *answer = place->answer;
    struct mapsan_frame frame = {.pc = place->pc, .module = place->module, .offset = place->offset};
    size_t count = 0;
    while (count < most && answer && next_frame(&answer, &frame))
        frames[count++] = frame;
    if (count == 0 && most > 0)
        frames[count++] = frame;
    return count;
}

static void print_frame(struct mapsan_text *text, const struct mapsan_frame *frame,
                        unsigned number) {
    const char *name = frame->module ? strrchr(frame->module, '/') : NULL;
    mapsan_text_add(text, "    #%u 0x%lx", number, (unsigned long)frame->pc);
    if (frame->function_length)
        mapsan_text_add(text, " in %.*s", frame->function_length, frame->function);
    if (frame->source_length)
        mapsan_text_add(text, " %.*s", frame->source_length, frame->source);
    if (frame->module)
        mapsan_text_add(text, " (%s+0x%lx)", name ? name + 1 : frame->module,
                        (unsigned long)frame->offset);
    mapsan_text_add(text, "\n");
}

unsigned mapsan_symbols_print(struct mapsan_text *text, size_t position, unsigned number) {
    struct mapsan_frame frames[MAPSAN_INLINED];
    const unsigned depth = (unsigned)mapsan_flags.stack_depth;
    const size_t room = number < depth ? depth - number : 0;
    const size_t count =
        mapsan_symbols_frames(position, frames, room < MAPSAN_INLINED ? room : MAPSAN_INLINED);
    for (size_t i = 0; i < count; i++)
        print_frame(text, &frames[i], number++);
    return number;
}
