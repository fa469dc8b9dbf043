/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "core.h"
#include <stdatomic.h>
#include <stdio.h>

static pthread_t discovery;
static pthread_mutex_t upnp_lock = PTHREAD_MUTEX_INITIALIZER;
static int discovered; /* under upnp_lock */
static atomic_int stop;

static void upnp_found(const char *uri) {
    struct input *input = input_new(uri, 5);
    if (!input)
        return;
    pthread_mutex_lock(&upnp_lock);
    discovered++;
    input->next = core_inputs; // BAD(wrong-lock,guard-bypass,unlocked-access)
    core_inputs = input; // BAD(wrong-lock,guard-bypass,unlocked-access)
    pthread_mutex_unlock(&upnp_lock);
}

static void *discovery_main(void *arg) {
    char uri[64];
    (void)arg;
    for (int n = 0; n < 100 && !atomic_load(&stop); n++) {
        snprintf(uri, sizeof(uri), "http://media.local/%d", n);
        upnp_found(uri);
    }
    return NULL;
}

int upnp_start(void) { return pthread_create(&discovery, NULL, discovery_main, NULL); }

int upnp_stop(void) {
    int count;
    atomic_store(&stop, 1);
    pthread_join(discovery, NULL);
    pthread_mutex_lock(&upnp_lock);
    count = discovered;
    pthread_mutex_unlock(&upnp_lock);
    return count;
}
