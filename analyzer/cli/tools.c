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

char *find_sibling_file(const char *directory, const char *name) {
    const char *places[] = {directory, strcmp(directory, "lib") == 0 ? MAPSAN_LIBDIR : directory};
    char *own = own_directory(), *found = NULL;
    for (size_t i = 0; own && !found && i < sizeof places / sizeof *places; i++) {
        char *path = ms_format("%s/../%s/%s", own, places[i], name);
        found = realpath(path, NULL);
        free(path);
    }
    free(own);
    return found;
}

char *find_plugin(const struct cli_options *options) {
    return options->plugin ? realpath(options->plugin, NULL)
                           : find_sibling_file("lib", MAPSAN_PLUGIN);
}
