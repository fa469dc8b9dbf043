/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "modules.h"
#include <pthread.h>
#include <stdio.h>

static void *player_main(void *arg) {
    (void)arg;
    for (unsigned i = 0; i < 100; i++) {
        library_add(i);
        playlist_append(i);
        if (i % 2)
            playlist_remove(i);
    }
    return NULL;
}

static void *sweeper_main(void *arg) {
    size_t swept = 0;
    (void)arg;
    for (int i = 0; i < 50; i++)
        swept += library_sweep();
    return (void *)swept;
}

int main(void) {
    pthread_t player, sweeper;
    void *swept;
    if (pthread_create(&player, NULL, player_main, NULL) != 0)
        return 1;
    if (pthread_create(&sweeper, NULL, sweeper_main, NULL) != 0)
        return 1;
    pthread_join(player, NULL);
    pthread_join(sweeper, &swept);
    printf("%zu swept\n", (size_t)swept);
    return 0;
}
