/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=a rwlock and a mutex behind macros, the second taken
// in a helper
/*
 * A mail server reads its configuration under a rwlock and counts under stats_mutex. The report
 * holds stats_mutex and calls a helper that takes the configuration's lock; reloading holds the
 * configuration's lock for writing and counts.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_RDLOCK() pthread_rwlock_rdlock(&config_rwlock)
#define CONFIG_WRLOCK() pthread_rwlock_wrlock(&config_rwlock)
#define CONFIG_UNLOCK() pthread_rwlock_unlock(&config_rwlock)
#define STATS_LOCK() pthread_mutex_lock(&stats_mutex)
#define STATS_UNLOCK() pthread_mutex_unlock(&stats_mutex)

static pthread_rwlock_t config_rwlock = PTHREAD_RWLOCK_INITIALIZER;
static struct {
    unsigned max_messages;
    char hostname[32];
} config = {100, "localhost"};

static pthread_mutex_t stats_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
    unsigned long accepted, rejected, reloads;
} stats;

static unsigned config_max_messages(void) {
    CONFIG_RDLOCK(); // BAD(lock-order)
    unsigned max = config.max_messages;
    CONFIG_UNLOCK();
    return max;
}

static void stats_reloaded(void) {
    STATS_LOCK(); // BAD(lock-order)
    stats.reloads++;
    STATS_UNLOCK();
}

static void config_reload(unsigned max, const char *hostname) {
    CONFIG_WRLOCK();
    config.max_messages = max;
    snprintf(config.hostname, sizeof(config.hostname), "%s", hostname);
    stats_reloaded(); // BAD(lock-order)
    CONFIG_UNLOCK();
}

static int stats_report(char *text, size_t size) {
    int length;
    STATS_LOCK();
    length = snprintf(text, size, "%lu of %u accepted, %lu rejected, %lu reloads", stats.accepted,
                      config_max_messages(), stats.rejected, stats.reloads); // BAD(lock-order)
    STATS_UNLOCK();
    return length;
}

static int message_accept(size_t size) {
    unsigned max = config_max_messages();
    int accepted;
    STATS_LOCK();
    accepted = stats.accepted < max && size < 1000;
    if (accepted)
        stats.accepted++;
    else
        stats.rejected++;
    STATS_UNLOCK();
    return accepted;
}

static void *smtp_main(void *arg) {
    size_t size = *(size_t *)arg, accepted = 0;
    for (int i = 0; i < 200; i++)
        accepted += (size_t)message_accept(size + (size_t)i);
    return (void *)accepted;
}

static void *admin_main(void *arg) {
    char text[128];
    unsigned max = *(unsigned *)arg;
    for (int i = 0; i < 1; i++) {
        config_reload(max + (unsigned)i, "mail.example.org");
        stats_report(text, sizeof(text));
    }
    return NULL;
}

int main(void) {
    pthread_t smtp, admins[2];
    size_t size = 900;
    unsigned max = 120;
    int admin_count = 1;
    char text[128];
    if (pthread_create(&smtp, NULL, smtp_main, &size) != 0)
        return 1;
    for (int i = 0; i < admin_count; i++)
        if (pthread_create(&admins[i], NULL, admin_main, &max) != 0)
            return 1;
    pthread_join(smtp, NULL);
    for (int i = 0; i < admin_count; i++)
        pthread_join(admins[i], NULL);
    stats_report(text, sizeof(text));
    printf("%s\n", text);
    return 0;
}
