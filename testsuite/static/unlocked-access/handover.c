/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Data that is written, then announced, and only read by who has seen the announcement. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

static atomic_int ready, stopping;
static sem_t posted;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int done;
static int by_flag, by_semaphore, by_condition, beside_flag;

static void *producer(void *data) {
    by_flag = *(int *)data * 3;
    atomic_store(&ready, 1);
    by_semaphore = *(int *)data * 5;
    sem_post(&posted);
    by_condition = *(int *)data * 7;
    pthread_mutex_lock(&lock);
    done = 1;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    beside_flag = *(int *)data; // expected-warning {{with no lock in common}} expected-note@* 1+{{}}
    atomic_store(&stopping, 1);
    return data;
}

static int consumer(void) {
    int sum = 0;
    while (!atomic_load(&ready))
        ;
    sum += by_flag;
    sem_wait(&posted);
    sum += by_semaphore;
    pthread_mutex_lock(&lock);
    while (!done)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    sum += by_condition;
    while (!atomic_load(&stopping))
        sum += beside_flag; // asked, and the answer was no
    return sum;
}

int main(int count, char **arguments) {
    pthread_t thread;
    (void)arguments;
    sem_init(&posted, 0, 0);
    pthread_create(&thread, NULL, producer, &count);
    int sum = consumer();
    pthread_join(thread, NULL);
    return sum;
}
