/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Finding and running the user's program, for a limited time; what it left is removed. */
#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_SECONDS = 5 };

char *find_program(const char *name) {
    const char *path = getenv("PATH");
    if (strchr(name, '/'))
        return ms_format("%s", name);
    for (const char *at = path ? path : "/usr/bin:/bin"; *at;) {
        const size_t length = strcspn(at, ":");
        char *candidate = ms_format("%.*s%s%s", (int)length, at, length ? "/" : "./", name);
        if (access(candidate, X_OK) == 0)
            return candidate;
        free(candidate);
        at += length + (at[length] == ':');
    }
    return ms_format("%s", name);
}

void remove_directory(const char *path) {
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(path);
}

/* Waits until then, or for ever if `until` is 0; false: it still runs. */
static bool wait_until(pid_t child, time_t until, int *status) {
    const struct timespec moment = {.tv_nsec = 10000000};
    for (;;) {
        const pid_t ended = waitpid(child, status, until ? WNOHANG : 0);
        if (ended == child || (ended < 0 && errno != EINTR))
            return true;
        if (until && time(NULL) >= until)
            return false;
        if (until)
            nanosleep(&moment, NULL);
    }
}

int run_program(char **command, unsigned seconds) {
    int status = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        complain("%s: cannot be run: %s", command[0], strerror(errno));
        _exit(127);
    }
    if (child < 0) {
        complain("no process can be made: %s", strerror(errno));
        return 127 << 8;
    }
    /* Control-C is for the program; what it said until then is still to be told. */
    void (*interrupted)(int) = signal(SIGINT, SIG_IGN);
    const bool ended = wait_until(child, seconds ? time(NULL) + (time_t)seconds : 0, &status);
    if (!ended) {
        kill(child, SIGTERM);
        if (!wait_until(child, time(NULL) + GRACE_SECONDS, &status)) {
            kill(child, SIGKILL);
            wait_until(child, 0, &status);
        }
    }
    signal(SIGINT, interrupted);
    return ended ? status : RUN_TIMED_OUT;
}
