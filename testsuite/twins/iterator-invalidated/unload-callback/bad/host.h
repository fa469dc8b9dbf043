/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef HOST_H
#define HOST_H

struct plugin {
    const char *name;
    int (*load)(void);
    void (*unload)(void);
};

void host_init(void);
int host_register(const struct plugin *plugin);
void host_unregister(const char *name);
void host_unload_all(void);
unsigned host_count(void);
extern const struct plugin plugin_dsp, plugin_osd;
#endif
