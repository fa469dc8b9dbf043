/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef HANDLES_H
#define HANDLES_H

#include <glib.h>

typedef struct _HandleTable HandleTable;

typedef struct {
    guint64 inode;
    guint opens;
    gboolean delete_pending;
} Handle;

HandleTable *handle_table_new(void);
void handle_table_free(HandleTable *t);
gboolean handle_table_open(HandleTable *t, guint64 inode);
void handle_table_close(HandleTable *t, guint64 inode);
gboolean handle_table_remove_unused(HandleTable *t, guint64 inode);

#endif
