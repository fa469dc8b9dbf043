/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Facts out of what was built: ELF programs, shared objects, object files and archives of them. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
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

static size_t read_archive(struct units *units, int file, Elf *archive, const char *name) {
    size_t images = 0;
    Elf *member;
    for (Elf_Cmd next = ELF_C_READ; (member = elf_begin(file, next, archive));) {
        Elf_Arhdr *header = elf_getarhdr(member);
        if (header && header->ar_name && header->ar_name[0] != '/' &&
            elf_kind(member) == ELF_K_ELF) {
            char *where = ms_format("%s(%s)", name, header->ar_name);
            images += read_elf(units, member, where);
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

/* Says what a file is that is no ELF file. */
static void complain_kind(int file, const char *name) {
    char start[8] = {0};
    if (pread(file, start, sizeof start, 0) < 0)
        complain("%s: cannot be read: %s", name, strerror(errno));
    else if (memcmp(start, "!<thin>\n", 8) == 0)
        complain("%s: a thin archive; name the program that it was linked into", name);
    else if (memcmp(start, "BC\xc0\xde", 4) == 0)
        complain("%s: LLVM bitcode (-flto); name the program that it was linked into", name);
    else if (has_suffix(name, ".c") || has_suffix(name, ".h"))
        complain("%s: a source; give its flags after --: mapsan check %s -- -I...", name, name);
    else
        complain("%s: no program, object or archive (ELF)", name);
}

static void read_object(struct units *units, const char *name, const char *plugin) {
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        complain("%s: cannot be opened: %s", name, strerror(errno));
        units->failures++;
        return;
    }
    Elf *elf = elf_begin(file, ELF_C_READ, NULL);
    Elf_Kind kind = elf ? elf_kind(elf) : ELF_K_NONE;
    size_t images = 0;
    if (kind == ELF_K_ELF)
        images = read_elf(units, elf, name);
    else if (kind == ELF_K_AR)
        images = read_archive(units, file, elf, name);
    if (kind != ELF_K_ELF && kind != ELF_K_AR)
        complain_kind(file, name);
    else if (images == 0)
        complain("%s: no facts in it; build it with %s -fplugin=%s, or judge its sources with "
                 "-p BUILD_DIR",
                 name, MAPSAN_CLANG, plugin ? plugin : "mapsan.so");
    units->failures += images == 0;
    elf_end(elf);
    close(file);
}

void read_objects(struct units *units, const struct words *files, const char *plugin_hint) {
    elf_version(EV_CURRENT);
    for (size_t i = 0; i < files->count; i++)
        read_object(units, files->items[i], plugin_hint);
}
