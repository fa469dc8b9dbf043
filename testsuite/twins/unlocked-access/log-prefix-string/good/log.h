/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LOG_H
#define LOG_H

void log_set_prefix(const char *prefix);
void log_write(const char *text);
unsigned log_lines(void);
void log_close(void);

#endif
