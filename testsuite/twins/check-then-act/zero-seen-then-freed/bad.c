/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=count decremented under the lock, its being zero tested after it
/*
 * Reference counts of shared strings in an interpreter. string_release() decrements under the lock and tests the
 * field again after the unlock: two releases can both see zero, and both free.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shared_string {
    unsigned refs;
    size_t length;
    char text[32];
};

static pthread_mutex_t refs_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned live;

static struct shared_string *string_new(const char *text) {
    struct shared_string *s = malloc(sizeof(*s));
    if (!s)
        abort();
    s->refs = 1;
    s->length = strlen(text);
    snprintf(s->text, sizeof(s->text), "%s", text);
    pthread_mutex_lock(&refs_mutex);
    live++;
    pthread_mutex_unlock(&refs_mutex);
    return s;
}

static struct shared_string *string_retain(struct shared_string *s) {
    pthread_mutex_lock(&refs_mutex);
    s->refs++;
    pthread_mutex_unlock(&refs_mutex);
    return s;
}

static void string_release(struct shared_string *s) {
    pthread_mutex_lock(&refs_mutex);
    s->refs--;
    if (s->refs == 0)
        live--;
    pthread_mutex_unlock(&refs_mutex);
    if (s->refs == 0) // BAD(guard-bypass,unlocked-access,check-then-act,escaping-reference)
        free(s); // BAD(check-then-act,destroy-in-use)
}

static void *eval_main(void *arg) {
    struct shared_string *s = arg;
    size_t length = 0;
    for (int i = 0; i < 200; i++) {
        struct shared_string *mine = string_retain(s);
        length += mine->length;
        string_release(mine);
    }
    string_release(s);
    return (void *)length;
}

int main(void) {
    for (int round = 0; round < 50; round++) {
        pthread_t threads[3];
        struct shared_string *s = string_new("concurrency");
        for (int i = 0; i < 3; i++)
            if (pthread_create(&threads[i], NULL, eval_main, string_retain(s)) != 0)
                return 1;
        string_release(s);
        for (int i = 0; i < 3; i++)
            pthread_join(threads[i], NULL);
    }
    printf("%u live\n", live);
    return (int)live;
}
