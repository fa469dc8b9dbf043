/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=uthash+pthread, note=value copied under the lock, changed outside,
// stored back under the lock: lost update
/*
 * Reputation scores of a spam filter. The score is read under the lock, mixed with a new verdict
 * outside it because that takes long, and written back under the lock over what another thread wrote
 * meanwhile.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct reputation {
    char domain[32];
    double score;
    unsigned votes;
    UT_hash_handle hh;
};

static struct reputation *reputations;
static pthread_mutex_t reputations_lock = PTHREAD_MUTEX_INITIALIZER;

static double analyse(const char *message) {
    double s = 0;
    for (const char *p = message; *p; p++)
        s += sin((double)*p);
    return s;
}

static int reputation_learn(const char *domain) {
    struct reputation *r;
    pthread_mutex_lock(&reputations_lock);
    HASH_FIND_STR(reputations, domain, r);
    if (!r) {
        r = calloc(1, sizeof(*r));
        if (!r) {
            pthread_mutex_unlock(&reputations_lock);
            return -1;
        }
        snprintf(r->domain, sizeof(r->domain), "%s", domain);
        HASH_ADD_STR(reputations, domain, r);
    }
    pthread_mutex_unlock(&reputations_lock);
    return 0;
}

static double reputation_get(const char *domain) {
    struct reputation *r;
    double score = 0;
    pthread_mutex_lock(&reputations_lock);
    HASH_FIND_STR(reputations, domain, r);
    if (r)
        score = r->score;
    pthread_mutex_unlock(&reputations_lock);
    return score;
}

static void reputation_vote(const char *domain, double verdict) {
    struct reputation *r;
    pthread_mutex_lock(&reputations_lock);
    HASH_FIND_STR(reputations, domain, r);
    if (r) {
        r->score = 0.9 * r->score + 0.1 * verdict;
        r->votes++;
    }
    pthread_mutex_unlock(&reputations_lock);
}

static void judge(const char *domain, const char *message) {
    reputation_vote(domain, analyse(message));
}

static void *filter_main(void *arg) {
    const char *message = arg;
    double sum = 0;
    for (int i = 0; i < 1000; i++) {
        char domain[32];
        snprintf(domain, sizeof(domain), "mx%d.example.net", i % 17);
        if (reputation_learn(domain) != 0)
            break;
        judge(domain, message);
        sum += reputation_get(domain);
    }
    printf("%.3f\n", sum);
    return NULL;
}

int main(void) {
    static char messages[2][40] = {"dear friend, good news", "minutes of the meeting"};
    pthread_t filters[2];
    struct reputation *r, *tmp;

    for (int i = 0; i < 2; i++)
        if (pthread_create(&filters[i], NULL, filter_main, messages[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(filters[i], NULL);
    HASH_ITER(hh, reputations, r, tmp) {
        HASH_DEL(reputations, r);
        free(r);
    }
    return 0;
}
