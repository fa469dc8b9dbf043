/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=an id read from one table under its lock is looked up in another under
// another lock, and may not be there any more
/*
 * Presence daemon: devices map to users, users to states, each table with its lock. The id that comes out of the
 * first is looked up in the second, where it may be gone; both outcomes are handled.
 */
#include <pthread.h>
#include <stdio.h>

#define DEVICES 32
#define USERS 8

static pthread_mutex_t devices_lock = PTHREAD_MUTEX_INITIALIZER;
static int device_user[DEVICES]; /* user number + 1, or 0 */

static pthread_mutex_t users_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    int present;
    unsigned seen;
} users[USERS];

static int device_owner(int device) {
    pthread_mutex_lock(&devices_lock);
    int user = device_user[device] - 1;
    pthread_mutex_unlock(&devices_lock);
    return user;
}

static void device_assign(int device, int user) {
    pthread_mutex_lock(&devices_lock);
    device_user[device] = user + 1;
    pthread_mutex_unlock(&devices_lock);
}

static int user_seen(int user) {
    int present;
    if (user < 0 || user >= USERS)
        return 0;
    pthread_mutex_lock(&users_lock);
    present = users[user].present;
    if (present)
        users[user].seen++;
    pthread_mutex_unlock(&users_lock);
    return present;
}

static void user_set(int user, int present) {
    pthread_mutex_lock(&users_lock);
    users[user].present = present;
    pthread_mutex_unlock(&users_lock);
}

static void *radio_main(void *arg) {
    int base = *(int *)arg;
    long seen = 0;
    for (int i = 0; i < 3000; i++) {
        int device = (base + i) % DEVICES;
        int owner = device_owner(device);
        seen += user_seen(owner);
        if (i % 20 == 0)
            device_assign(device, i % USERS);
        if (i % 50 == 0)
            user_set(i % USERS, i % 100 == 0);
    }
    return (void *)seen;
}

int main(void) {
    pthread_t radios[3];
    int bases[3] = {0, 10, 20};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&radios[i], NULL, radio_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *seen;
        pthread_join(radios[i], &seen);
        printf("%s\n", seen ? "seen" : "not seen");
    }
    return 0;
}
