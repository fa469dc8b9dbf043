/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=victims are unlinked under the lock and freed, called back and
// counted after it
/*
 * Lease table of an address server. Expiry moves victims to a private list under the lock; their callbacks
 * run and they are freed after the unlock. A renewal copies the lease out, and the returned pointer of the
 * claim is owned by the caller because the claim has unlinked it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct lease {
    struct lease *next;
    unsigned ip;
    long until;
    void (*on_expire)(const struct lease *);
};

static struct {
    pthread_mutex_t m;
    struct lease *list;
    unsigned count;
} leases = {.m = PTHREAD_MUTEX_INITIALIZER};

static unsigned expired_total;
static pthread_mutex_t expired_m = PTHREAD_MUTEX_INITIALIZER;

static void note_expiry(const struct lease *l) {
    pthread_mutex_lock(&expired_m);
    expired_total += l->ip != 0;
    pthread_mutex_unlock(&expired_m);
}

static int lease_grant(unsigned ip, long until) {
    struct lease *l = malloc(sizeof(*l));
    if (!l)
        return -1;
    *l = (struct lease){.ip = ip, .until = until, .on_expire = note_expiry};
    pthread_mutex_lock(&leases.m);
    l->next = leases.list;
    leases.list = l;
    leases.count++;
    pthread_mutex_unlock(&leases.m);
    return 0;
}

/* Takes the lease out of the table; the caller owns it. */
static struct lease *lease_claim(unsigned ip) {
    struct lease **link, *l;
    pthread_mutex_lock(&leases.m);
    for (link = &leases.list; (l = *link); link = &l->next)
        if (l->ip == ip) {
            *link = l->next;
            leases.count--;
            break;
        }
    pthread_mutex_unlock(&leases.m);
    return l;
}

static int lease_copy(unsigned ip, struct lease *copy) {
    int found = 0;
    pthread_mutex_lock(&leases.m);
    for (struct lease *l = leases.list; l && !found; l = l->next)
        if (l->ip == ip) {
            *copy = *l;
            found = 1;
        }
    pthread_mutex_unlock(&leases.m);
    if (found)
        copy->next = NULL;
    return found;
}

static void leases_expire(long now) {
    struct lease *victims = NULL, **link, *l;

    pthread_mutex_lock(&leases.m);
    link = &leases.list;
    while ((l = *link)) {
        if (l->until >= now) {
            link = &l->next;
            continue;
        }
        *link = l->next;
        leases.count--;
        l->next = victims;
        victims = l;
    }
    pthread_mutex_unlock(&leases.m);

    while (victims) {
        l = victims;
        victims = l->next;
        if (l->on_expire)
            l->on_expire(l);
        free(l);
    }
}

static void *client_main(void *arg) {
    unsigned ip = *(unsigned *)arg;
    long total = 0;
    for (long now = 0; now < 1500; now++) {
        struct lease copy, *mine;
        lease_grant(ip + (unsigned)(now % 40), now + 15);
        if (lease_copy(ip + (unsigned)(now % 7), &copy))
            total += copy.until - now;
        mine = lease_claim(ip + (unsigned)(now % 11));
        if (mine) {
            mine->until += 5;
            total += mine->until;
            free(mine);
        }
        if (now % 10 == 0)
            leases_expire(now);
    }
    return (void *)total;
}

int main(void) {
    pthread_t clients[3];
    unsigned ips[3] = {100, 120, 300};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&clients[i], NULL, client_main, &ips[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(clients[i], NULL);
    leases_expire(1L << 40);
    printf("%u left, %u expired\n", leases.count, expired_total);
    return 0;
}
