/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Where the plugin is: beside this command, in the build tree as in the installed one. */
#include "cli.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *own_directory(void) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    return strdup(path);
}

char *find_plugin(const struct cli_options *options) {
    static const char *const places[] = {"../lib/" MAPSAN_PLUGIN,
                                         "../" MAPSAN_LIBDIR "/" MAPSAN_PLUGIN};
    if (options->plugin)
        return realpath(options->plugin, NULL);
    char *directory = own_directory();
    char *found = NULL;
    for (size_t i = 0; directory && !found && i < sizeof places / sizeof *places; i++) {
        char *path = ms_format("%s/%s", directory, places[i]);
        found = realpath(path, NULL);
        free(path);
    }
    free(directory);
    return found;
}
