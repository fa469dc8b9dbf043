/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=pointers to requests handed over through a pipe
/*
 * A daemon's event loop hands requests to a helper thread as pointers written into a pipe, and gets them back
 * through another. Whoever has read the pointer owns the request; the kernel orders the rest.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct request {
    unsigned id;
    unsigned answer;
    char host[24];
};

static int to_helper[2], from_helper[2];
static unsigned helper_served; /* the helper's alone until it is joined */

static int send_pointer(int fd, struct request *r) { return write(fd, &r, sizeof(r)) == sizeof(r); }

static struct request *receive_pointer(int fd) {
    struct request *r;
    return read(fd, &r, sizeof(r)) == sizeof(r) ? r : NULL;
}

static void *helper_main(void *arg) {
    struct request *r;
    (void)arg;
    while ((r = receive_pointer(to_helper[0]))) {
        r->answer = 0;
        for (const char *p = r->host; *p; p++)
            r->answer = r->answer * 33 + (unsigned char)*p;
        helper_served++;
        if (!send_pointer(from_helper[1], r))
            break;
    }
    return NULL;
}

static struct request *request_new(unsigned id) {
    struct request *r = calloc(1, sizeof(*r));
    if (r) {
        r->id = id;
        snprintf(r->host, sizeof(r->host), "host%u", id);
    }
    return r;
}

int main(void) {
    pthread_t helper;
    unsigned sum = 0, in_flight = 0;

    if (pipe(to_helper) != 0 || pipe(from_helper) != 0 || pthread_create(&helper, NULL, helper_main, NULL) != 0)
        return 1;
    for (unsigned id = 0; id < 500 || in_flight > 0;) {
        if (id < 500 && in_flight < 8) {
            struct request *r = request_new(id++);
            if (!r || !send_pointer(to_helper[1], r))
                return 1;
            in_flight++;
            continue;
        }
        struct request *r = receive_pointer(from_helper[0]);
        if (!r)
            return 1;
        r->answer += r->id;
        sum += r->answer;
        free(r);
        in_flight--;
    }
    close(to_helper[1]);
    pthread_join(helper, NULL);
    printf("%u, %u served\n", sum, helper_served);
    return 0;
}
