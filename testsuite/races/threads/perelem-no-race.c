/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdlib.h>
struct cache_entry {
    int refs;
    pthread_mutex_t refs_mutex;
} cache[10];
void cache_entry_addref(struct cache_entry *entry) {
    pthread_mutex_lock(&entry->refs_mutex);
    entry->refs++;
    pthread_mutex_unlock(&entry->refs_mutex);
}
void *t_fun(void *arg) {
    int i = rand() % 10;
    cache_entry_addref(&cache[i]);
    return NULL;
}
int main(void) {
    pthread_t id;
    for (int i = 0; i < 10; i++)
        pthread_mutex_init(&cache[i].refs_mutex, NULL);
    for (int i = 0; i < 10; i++)
        pthread_create(&id, NULL, t_fun, NULL);
    int j = rand() % 10;
    cache_entry_addref(&cache[j]);
    return 0;
}
