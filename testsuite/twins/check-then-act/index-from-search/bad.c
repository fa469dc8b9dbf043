/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=index found in one critical section, used in another;
// the array has been compacted in between
/*
 * Subscription array of a message broker. find_index() locks and returns an index; unsubscribe() takes
 * the lock again and removes at that index, where by now another subscription may stand.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct subscription {
    int client;
    char topic[20];
};

static struct subscription subs[128];
static int nsubs;
static pthread_mutex_t subs_lock = PTHREAD_MUTEX_INITIALIZER;

static int find_index_nolock(int client, const char *topic) {
    for (int i = 0; i < nsubs; i++)
        if (subs[i].client == client && strcmp(subs[i].topic, topic) == 0)
            return i;
    return -1;
}

static int find_index(int client, const char *topic) {
    int i;
    pthread_mutex_lock(&subs_lock);
    i = find_index_nolock(client, topic);
    pthread_mutex_unlock(&subs_lock);
    return i;
}

static int subscribe(int client, const char *topic) {
    int status = 0;
    pthread_mutex_lock(&subs_lock);
    if (find_index_nolock(client, topic) < 0) {
        if (nsubs < 128) {
            subs[nsubs].client = client;
            snprintf(subs[nsubs].topic, sizeof(subs[nsubs].topic), "%s", topic);
            nsubs++;
        } else {
            status = -1;
        }
    }
    pthread_mutex_unlock(&subs_lock);
    return status;
}

static void remove_at(int i) {
    nsubs--; // BAD(check-then-act)
    memmove(&subs[i], &subs[i + 1], (size_t)(nsubs - i) * sizeof(subs[0])); // BAD(check-then-act)
}

static int unsubscribe(int client, const char *topic) {
    int i = find_index(client, topic);
    if (i < 0)
        return -1;
    pthread_mutex_lock(&subs_lock);
    remove_at(i); // BAD(check-then-act)
    pthread_mutex_unlock(&subs_lock);
    return 0;
}

static void *client_main(void *arg) {
    int client = *(int *)arg;
    long known = 0;
    for (int i = 0; i < 2000; i++) {
        char topic[20];
        snprintf(topic, sizeof(topic), "sensor/%d", i % 9);
        subscribe(client, topic);
        snprintf(topic, sizeof(topic), "sensor/%d", i * 5 % 9);
        known += find_index(client, topic) >= 0;
        unsubscribe(client, topic);
    }
    return (void *)known;
}

int main(void) {
    pthread_t clients[3];
    int numbers[3] = {1, 2, 3};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&clients[i], NULL, client_main, &numbers[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *known;
        pthread_join(clients[i], &known);
        printf("%ld known\n", (long)known);
    }
    printf("%d subscriptions\n", nsubs);
    return 0;
}
