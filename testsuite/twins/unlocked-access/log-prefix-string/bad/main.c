/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "log.h"

#include <pthread.h>
#include <stdio.h>

static void *worker_main(void *arg) {
    const char *text = arg;
    for (int i = 0; i < 2000; i++)
        log_write(text);
    return NULL;
}

static void *control_main(void *arg) {
    (void)arg;
    for (int i = 0; i < 500; i++) {
        char prefix[24];
        snprintf(prefix, sizeof(prefix), "daemon[%d]", i);
        log_set_prefix(prefix);
    }
    return NULL;
}

int main(void) {
    pthread_t workers[2], control;
    static char texts[2][16] = {"connected", "closed"};

    log_set_prefix("daemon");
    if (pthread_create(&control, NULL, control_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&workers[i], NULL, worker_main, texts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(workers[i], NULL);
    pthread_join(control, NULL);
    log_close();
    return 0;
}
