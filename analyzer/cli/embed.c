/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Build-time tool: puts the pages of analyzer/rules/ into a C file, by the name of their check. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int embed_page(FILE *out, const char *file) {
    FILE *page = fopen(file, "rb");
    if (!page)
        return -1;
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    fprintf(out, "    if (strcmp(check, \"%.*s\") == 0) {\n        static const char page[] = {\n",
            (int)strcspn(base, "."), base);
    int byte;
    for (size_t column = 0; (byte = fgetc(page)) != EOF; column++)
        fprintf(out, "%d,%s", byte < 128 ? byte : byte - 256, column % 24 == 23 ? "\n" : "");
    fputs("0};\n        return page;\n    }\n", out);
    return ferror(page) | fclose(page);
}

int main(int argc, char **argv) {
    FILE *out = argc > 1 ? fopen(argv[1], "w") : NULL;
    if (!out) {
        fprintf(stderr, "usage: embed OUT.c PAGES.md...\n");
        return 2;
    }
    fputs("/* Written by the build from analyzer/rules/. */\n#include \"cli.h\"\n"
          "#include <string.h>\n\nconst char *rule_page(const char *check)\n{\n    (void)check;\n",
          out);
    for (int i = 2; i < argc; i++)
        if (embed_page(out, argv[i]) != 0) {
            fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
            return 1;
        }
    fputs("    return NULL;\n}\n", out);
    return fclose(out) != 0;
}
