/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * weaken FILE: makes the symbols that a shared object needs from elsewhere weak. A plugin that the
 * wrong compiler loads then does load, far enough for its own check (Version.cpp) to say in one
 * line what is wrong, where the dynamic linker would speak of some mangled name. In the right
 * compiler nothing changes: a weak reference finds its definition like any other.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *file, const char *what) {
    fprintf(stderr, "weaken: %s: %s\n", file, what);
    return 1;
}

static unsigned char *read_all(const char *file, size_t *size) {
    FILE *in = fopen(file, "rb");
    if (!in)
        return NULL;
    fseek(in, 0, SEEK_END);
    long length = ftell(in);
    rewind(in);
    unsigned char *data = length > 0 ? malloc((size_t)length) : NULL;
    if (data && fread(data, 1, (size_t)length, in) != (size_t)length) {
        free(data);
        data = NULL;
    }
    fclose(in);
    *size = data ? (size_t)length : 0;
    return data;
}

static void weaken_symbols(unsigned char *data, const Elf64_Shdr *section) {
    for (Elf64_Xword at = 0; at + sizeof(Elf64_Sym) <= section->sh_size; at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        memcpy(&symbol, data + section->sh_offset + at, sizeof symbol);
        if (symbol.st_shndx != SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL)
            continue;
        symbol.st_info = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(symbol.st_info));
        memcpy(data + section->sh_offset + at, &symbol, sizeof symbol);
    }
}

int main(int count, char **arguments) {
    size_t size;
    Elf64_Ehdr header;
    if (count != 2)
        return fail("usage", "weaken FILE");
    unsigned char *data = read_all(arguments[1], &size);
    if (!data || size < sizeof header)
        return fail(arguments[1], "cannot be read");
    memcpy(&header, data, sizeof header);
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64)
        return fail(arguments[1], "is not a 64-bit ELF file");
    for (int i = 0; i < header.e_shnum; i++) {
        Elf64_Shdr section;
        size_t at = header.e_shoff + (size_t)i * sizeof section;
        if (at + sizeof section > size)
            return fail(arguments[1], "is truncated");
        memcpy(&section, data + at, sizeof section);
        if (section.sh_type == SHT_DYNSYM && section.sh_offset + section.sh_size <= size)
            weaken_symbols(data, &section);
    }
    FILE *out = fopen(arguments[1], "r+b");
    if (!out || fwrite(data, 1, size, out) != size || fclose(out) != 0)
        return fail(arguments[1], "cannot be written");
    free(data);
    return 0;
}
