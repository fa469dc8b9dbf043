/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=wrong-lock, libs=pthread, note=a plugin locks its own mutex for the core's list
/*
 * A media server's core keeps the list of inputs under inputs_lock. A discovery plugin adds to
 * the core's list, in another file, while holding a mutex of its own, which excludes nobody
 * else. Here the plugin takes the core's lock for the list.
 */
#include "core.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct input *core_inputs;
pthread_mutex_t core_inputs_lock = PTHREAD_MUTEX_INITIALIZER;

struct input *input_new(const char *uri, int score) {
    struct input *input = calloc(1, sizeof(*input));
    if (input) {
        snprintf(input->uri, sizeof(input->uri), "%s", uri);
        input->score = score;
    }
    return input;
}

void core_add(struct input *input) {
    pthread_mutex_lock(&core_inputs_lock);
    input->next = core_inputs;
    core_inputs = input;
    pthread_mutex_unlock(&core_inputs_lock);
}

int core_remove(const char *uri) {
    struct input **link, *gone = NULL;
    pthread_mutex_lock(&core_inputs_lock);
    for (link = &core_inputs; *link; link = &(*link)->next) {
        if (strcmp((*link)->uri, uri) == 0) {
            gone = *link;
            *link = gone->next;
            break;
        }
    }
    pthread_mutex_unlock(&core_inputs_lock);
    free(gone);
    return gone ? 0 : -1;
}

int core_best_score(void) {
    int best = 0;
    pthread_mutex_lock(&core_inputs_lock);
    for (struct input *i = core_inputs; i; i = i->next)
        if (i->score > best)
            best = i->score;
    pthread_mutex_unlock(&core_inputs_lock);
    return best;
}

int main(void) {
    int best = 0;
    if (upnp_start() != 0)
        return 1;
    for (int n = 0; n < 200; n++) {
        char uri[64];
        snprintf(uri, sizeof(uri), "file:///music/%d.ogg", n);
        struct input *input = input_new(uri, n % 10);
        if (input)
            core_add(input);
        if (core_best_score() > best)
            best = core_best_score();
        core_remove(uri);
    }
    printf("best %d, %d found by discovery\n", best, upnp_stop());
    while (core_inputs && core_remove(core_inputs->uri) == 0)
        ;
    return 0;
}
