/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Facts out of what was built: ELF programs, shared objects, object files and archives of them. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Images in one ELF file. A relocatable link may leave several sections of the name. */
static size_t read_elf(struct units *units, Elf *elf, const char *where) {
    size_t names, images = 0;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return 0;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header))
            continue;
        const char *name = elf_strptr(elf, names, header.sh_name);
        if (!name || strcmp(name, MS_FACTS_SECTION) != 0 || header.sh_type == SHT_NOBITS)
            continue;
        Elf_Data *data = elf_rawdata(section, NULL);
        if (!data || !data->d_buf) {
            complain("%s: %s cannot be read: %s", where, MS_FACTS_SECTION, elf_errmsg(-1));
            units->failures++;
            images++; /* it has facts, if bad ones: once complained of is enough */
            continue;
        }
        images += add_images(units, data->d_buf, data->d_size, where);
    }
    return images;
}

/* Facts are assembly in bitcode; the compiler makes an object of it. */
static size_t read_bitcode(struct units *units, const char *name, const char *path,
                           const char *compiler, bool *said) {
    int object = assemble_bitcode(name, path, compiler, said);
    size_t images = 0;
    if (object < 0)
        return 0;
    Elf *elf = elf_begin(object, ELF_C_READ, NULL);
    if (elf && elf_kind(elf) == ELF_K_ELF)
        images = read_elf(units, elf, name);
    elf_end(elf);
    close(object);
    return images;
}

/* A member that is bitcode; the compiler reads it from a memory file. */
static size_t read_member_bitcode(struct units *units, Elf *member, const char *where,
                                  const char *compiler, bool *said) {
    size_t size, images = 0;
    const char *data = elf_rawfile(member, &size);
    if (!data || size < 4 || memcmp(data, "BC\xc0\xde", 4) != 0)
        return 0;
    int copy = memfd_create("member", 0); /* the compiler inherits it */
    char *path = ms_format("/proc/self/fd/%d", copy);
    if (copy >= 0 && write(copy, data, size) == (ssize_t)size)
        images = read_bitcode(units, where, path, compiler, said);
    free(path);
    close(copy);
    return images;
}

static size_t read_archive(struct units *units, int file, Elf *archive, const char *name,
                           const char *compiler, bool *said) {
    size_t images = 0;
    Elf *member;
    for (Elf_Cmd next = ELF_C_READ; (member = elf_begin(file, next, archive));) {
        Elf_Arhdr *header = elf_getarhdr(member);
        if (header && header->ar_name && header->ar_name[0] != '/') {
            char *where = ms_format("%s(%s)", name, header->ar_name);
            images += elf_kind(member) == ELF_K_ELF
                          ? read_elf(units, member, where)
                          : read_member_bitcode(units, member, where, compiler, said);
            free(where);
        }
        next = elf_next(member);
        elf_end(member);
    }
    return images;
}

static bool has_suffix(const char *name, const char *suffix) {
    size_t length = strlen(name), tail = strlen(suffix);
    return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static size_t read_file(struct units *units, const char *name, const char *compiler, bool member,
                        bool *said);

/* A thin archive names its members, relative to itself. */
static size_t read_thin_archive(struct units *units, int file, const char *name,
                                const char *compiler, bool *said) {
    struct words members = {0};
    size_t images = 0;
    if (!thin_members(file, &members)) {
        complain("%s: a damaged thin archive; make it again", name);
        *said = true;
    }
    const char *slash = strrchr(name, '/');
    int folder = slash ? (int)(slash - name + 1) : 0;
    for (size_t i = 0; i < members.count; i++) {
        const char *member = members.items[i];
        char *path = ms_format("%.*s%s", member[0] == '/' ? 0 : folder, name, member);
        images += read_file(units, path, compiler, true, said);
        free(path);
        free((char *)member);
    }
    free(members.items);
    return images;
}

/* Says what a file is that is no ELF file. */
static void complain_kind(int file, const char *name) {
    char start[8] = {0};
    if (pread(file, start, sizeof start, 0) < 0)
        complain("%s: cannot be read: %s", name, strerror(errno));
    else if (has_suffix(name, ".c") || has_suffix(name, ".h"))
        complain("%s: a source; give its flags after --: mapsan check %s -- -I...", name, name);
    else
        complain("%s: no program, object or archive (ELF)", name);
}

static bool starts_with(int file, const char *start, size_t size) {
    char have[8] = {0};
    return pread(file, have, sizeof have, 0) >= (ssize_t)size && memcmp(have, start, size) == 0;
}

/* The images in one file of any kind; *said if it has been complained of. A member of a thin
 * archive comes here as well, but a thin archive in it does not. */
static size_t read_file(struct units *units, const char *name, const char *compiler, bool member,
                        bool *said) {
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        complain("%s: cannot be opened: %s", name, strerror(errno));
        *said = true;
        return 0;
    }
    size_t images = 0;
    if (!member && starts_with(file, "!<thin>\n", 8)) {
        images = read_thin_archive(units, file, name, compiler, said);
    } else if (starts_with(file, "BC\xc0\xde", 4)) {
        images = read_bitcode(units, name, name, compiler, said);
    } else {
        Elf *elf = elf_begin(file, ELF_C_READ, NULL);
        Elf_Kind kind = elf ? elf_kind(elf) : ELF_K_NONE;
        if (kind == ELF_K_ELF)
            images = read_elf(units, elf, name);
        else if (kind == ELF_K_AR)
            images = read_archive(units, file, elf, name, compiler, said);
        else
            complain_kind(file, name);
        *said |= kind != ELF_K_ELF && kind != ELF_K_AR;
        elf_end(elf);
    }
    close(file);
    return images;
}

void read_objects(struct units *units, const struct cli_options *options, const char *plugin) {
    elf_version(EV_CURRENT);
    for (size_t i = 0; i < options->inputs.count; i++) {
        const char *name = options->inputs.items[i];
        bool said = false;
        size_t images = read_file(units, name, options->compiler, false, &said);
        if (images == 0 && !said)
            complain("%s: no facts in it; build it with %s -fplugin=%s, or judge its sources with "
                     "-p BUILD_DIR",
                     name, MAPSAN_CLANG, plugin ? plugin : "mapsan.so");
        units->failures += images == 0 || said;
    }
}
