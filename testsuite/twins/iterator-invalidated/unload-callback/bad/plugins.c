/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "host.h"
#include <stdatomic.h>
#include <stdio.h>

static atomic_int dsp_users, osd_users;

static int dsp_load(void) {
    atomic_fetch_add(&dsp_users, 1);
    return 0;
}

static void dsp_unload(void) {
    atomic_fetch_sub(&dsp_users, 1);
    host_unregister("dsp");
}

static int osd_load(void) {
    atomic_fetch_add(&osd_users, 1);
    return 0;
}

static void osd_unload(void) {
    if (atomic_fetch_sub(&osd_users, 1) == 1)
        host_unregister("osd");
}

const struct plugin plugin_dsp = {"dsp", dsp_load, dsp_unload};
const struct plugin plugin_osd = {"osd", osd_load, osd_unload};
