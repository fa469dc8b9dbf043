/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef DAEMON_H
#define DAEMON_H

unsigned users_count(void);
void users_login(unsigned uid);

unsigned jobs_count(void);
void jobs_submit(unsigned uid);

unsigned mail_count(void);
void mail_deliver(unsigned uid);

#endif
