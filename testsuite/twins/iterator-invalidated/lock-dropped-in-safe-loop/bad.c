/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=pthread, note=the saved next element of a safe loop is used
// after the lock was given back for a callback
/*
 * Session list of a remote-desktop daemon. The shutdown notice walks the list with the "safe" macro and
 * gives the lock back around the slow send; another thread may remove the saved next element. The fix
 * moves the whole list aside first.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct list_node {
    struct list_node *prev, *next;
};

#define list_item(n, T, f) ((T *)((char *)(n) - offsetof(T, f)))
#define LIST_FOR_EACH_SAFE(v, v2, head, T, f)                                                      \
    for (v = list_item((head)->next, T, f), v2 = list_item(v->f.next, T, f); &v->f != (head);      \
         v = v2, v2 = list_item(v->f.next, T, f))

static void list_init(struct list_node *h) { h->prev = h->next = h; }
static void list_append(struct list_node *h, struct list_node *n) {
    n->next = h;
    n->prev = h->prev;
    h->prev->next = n;
    h->prev = n;
}
static void list_remove(struct list_node *n) {
    n->prev->next = n->next;
    n->next->prev = n->prev;
}

struct session {
    int id;
    unsigned notices;
    struct list_node entry;
};

static struct list_node sessions;
static pthread_mutex_t sessions_cs = PTHREAD_MUTEX_INITIALIZER;

static void enter(void) { pthread_mutex_lock(&sessions_cs); }
static void leave(void) { pthread_mutex_unlock(&sessions_cs); }

static unsigned send_notice(int id) { return (unsigned)id * 3u % 2u; }

static int session_add(int id) {
    struct session *s = calloc(1, sizeof(*s));
    if (!s)
        return -1;
    s->id = id;
    enter();
    list_append(&sessions, &s->entry);
    leave();
    return 0;
}

static int session_remove(int id) {
    struct session *s, *next, *found = NULL;
    enter();
    LIST_FOR_EACH_SAFE(s, next, &sessions, struct session, entry)
        if (s->id == id && !found) {
            list_remove(&s->entry);
            found = s;
        }
    leave();
    free(found);
    return found != NULL;
}

static unsigned sessions_close_all(void) {
    struct session *s, *next;
    unsigned sent = 0;

    enter();
    LIST_FOR_EACH_SAFE(s, next, &sessions, struct session, entry) { // BAD(iterator-invalidated,escaping-reference)
        list_remove(&s->entry);
        leave(); // BAD(iterator-invalidated,escaping-reference)
        sent += send_notice(s->id);
        free(s);
        enter(); // BAD(iterator-invalidated,escaping-reference)
    }
    leave();
    return sent;
}

static void *client_main(void *arg) {
    int base = *(int *)arg;
    long removed = 0;
    for (int i = 0; i < 2000; i++) {
        if (session_add(base + i % 5) != 0)
            break;
        removed += session_remove(base + (i + 3) % 5);
    }
    return (void *)removed;
}

static void *control_main(void *arg) {
    unsigned long sent = 0;
    (void)arg;
    for (int i = 0; i < 300; i++)
        sent += sessions_close_all();
    return (void *)sent;
}

int main(void) {
    pthread_t clients[2], control;
    int bases[2] = {10, 20};

    list_init(&sessions);
    if (pthread_create(&control, NULL, control_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    pthread_join(control, NULL);
    printf("%u\n", sessions_close_all());
    return 0;
}
