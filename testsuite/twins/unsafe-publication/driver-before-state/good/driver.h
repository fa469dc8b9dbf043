/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef DRIVER_H
#define DRIVER_H

struct driver {
    const char *name;
    long (*poll)(void *state);
    void *state;
};

int driver_register(const struct driver *d);
long drivers_poll(void);

int serial_module_load(void);
void serial_module_unload(void);

#endif
