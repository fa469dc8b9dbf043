/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "host-table.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

static atomic_uint packet_clock;
static atomic_bool manager_stop;

static void *PacketLoop(void *data) {
    uint32_t seed = *(uint32_t *)data;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 1103515245u + 12345u;
        uint32_t now = atomic_fetch_add(&packet_clock, 1);
        HostHandlePacket(seed >> 20, now);
    }
    return NULL;
}

static void *FlowManager(void *data) {
    (void)data;
    while (!atomic_load(&manager_stop))
        HostTimeoutSweep(atomic_load(&packet_clock), 500);
    return NULL;
}

int main(void) {
    pthread_t workers[2], manager;
    uint32_t seeds[2] = {17, 4711};

    HostTableInit();
    if (pthread_create(&manager, NULL, FlowManager, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&workers[i], NULL, PacketLoop, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(workers[i], NULL);
    printf("%u\n", HostPackets(seeds[0] >> 20));
    atomic_store(&manager_stop, true);
    pthread_join(manager, NULL);
    HostTableShutdown();
    return 0;
}
