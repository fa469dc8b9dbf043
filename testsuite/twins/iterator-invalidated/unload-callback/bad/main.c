/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "host.h"
#include <pthread.h>
#include <stdio.h>

static void *loader_main(void *arg) {
    const struct plugin *plugin = arg;
    for (int i = 0; i < 20; i++)
        if (host_register(plugin) != 0)
            break;
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t loaders[2];
    (void)argv;
    host_init();
    if (pthread_create(&loaders[0], NULL, loader_main, (void *)&plugin_dsp) != 0)
        return 1;
    if (pthread_create(&loaders[1], NULL, loader_main, (void *)&plugin_osd) != 0)
        return 1;
    pthread_join(loaders[0], NULL);
    pthread_join(loaders[1], NULL);
    if (argc > 1)
        host_unload_all();
    printf("%u plugins\n", host_count());
    return 0;
}
