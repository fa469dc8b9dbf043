/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Map-heavy programs without a hook in their source: compare.sh builds this file by clang and by
 * mapsan-clang and sets their times side by side. `programs WORKLOAD` prints the CPU time of one of
 * them in microseconds, and on stderr a sum that must be the same in both builds.
 *
 *     words-glib, words-uthash   counts the words of a text, as they are cut out of it
 *     cache                      a mutex around a GHashTable of values: nine gets for each set
 */
#include <ctype.h>
#include <glib.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uthash.h>

enum { WORDS = 2000000, VOCABULARY = 20000, WORD_SIZE = 16 };
enum { REQUESTS = 1500000, KEYS = 50000, VALUE_SIZE = 256 };

static uint64_t state = 88172645463325252u;

static uint32_t next_random(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

/* Few are frequent: the product of two even draws. */
static uint32_t skewed(uint32_t limit) {
    return (uint32_t)((uint64_t)next_random() * (next_random() % limit) >> 32);
}

static char *make_text(void) {
    char *text = malloc((size_t)WORDS * WORD_SIZE + 1), *end = text;
    for (int i = 0; i < WORDS; i++)
        end += sprintf(end, "%s%x ", i % 7 ? "word" : "Another", skewed(VOCABULARY) * 2654435761u);
    return text;
}

/* The next word in lower case, "" at the end. */
static const char *cut_word(const char *text, char *word) {
    size_t length = 0;
    for (; *text && *text != ' '; text++)
        if (length < 2 * WORD_SIZE - 1)
            word[length++] = (char)tolower((unsigned char)*text);
    word[length] = '\0';
    return *text ? text + 1 : text;
}

static uint64_t words_glib(const char *text) {
    char word[2 * WORD_SIZE];
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    while (text = cut_word(text, word), *word) {
        uint64_t *count = g_hash_table_lookup(counts, word);
        if (!count) {
            count = g_new0(uint64_t, 1);
            g_hash_table_insert(counts, g_strdup(word), count);
        }
        ++*count;
    }
    uint64_t sum = 0;
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, counts);
    while (g_hash_table_iter_next(&iterator, NULL, &value))
        sum += *(uint64_t *)value * *(uint64_t *)value;
    g_hash_table_destroy(counts);
    return sum;
}

struct counted {
    char word[2 * WORD_SIZE];
    uint64_t count;
    UT_hash_handle hh;
};

static uint64_t words_uthash(const char *text) {
    char word[2 * WORD_SIZE];
    struct counted *counts = NULL, *found, *next;
    while (text = cut_word(text, word), *word) {
        HASH_FIND_STR(counts, word, found);
        if (!found) {
            found = calloc(1, sizeof *found);
            strcpy(found->word, word);
            HASH_ADD_STR(counts, word, found);
        }
        found->count++;
    }
    uint64_t sum = 0;
    HASH_ITER(hh, counts, found, next) {
        sum += found->count * found->count;
        HASH_DEL(counts, found);
        free(found);
    }
    return sum;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t cache(const char *unused) {
    char key[32], reply[VALUE_SIZE];
    uint64_t sum = 0;
    GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    (void)unused;
    for (int i = 0; i < REQUESTS; i++) {
        snprintf(key, sizeof key, "user:%u", skewed(KEYS));
        if (i % 10 == 0) {
            char *value = g_malloc(VALUE_SIZE);
            memset(value, i, VALUE_SIZE);
            pthread_mutex_lock(&lock);
            g_hash_table_replace(values, g_strdup(key), value);
            pthread_mutex_unlock(&lock);
            continue;
        }
        pthread_mutex_lock(&lock);
        const char *value = g_hash_table_lookup(values, key);
        if (value)
            memcpy(reply, value, VALUE_SIZE);
        pthread_mutex_unlock(&lock);
        sum += value ? (unsigned char)reply[i % VALUE_SIZE] : 1;
    }
    g_hash_table_destroy(values);
    return sum;
}

static const struct {
    const char *name;
    uint64_t (*run)(const char *text);
} workloads[] = {{"words-glib", words_glib}, {"words-uthash", words_uthash}, {"cache", cache}};

static int64_t cpu_time_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

int main(int count, char **arguments) {
    for (size_t i = 0; count > 1 && i < sizeof workloads / sizeof *workloads; i++) {
        if (strcmp(workloads[i].name, arguments[1]) != 0)
            continue;
        char *text = make_text();
        const int64_t start = cpu_time_us();
        const uint64_t sum = workloads[i].run(text);
        printf("%lld\n", (long long)(cpu_time_us() - start));
        fprintf(stderr, "%llu\n", (unsigned long long)sum);
        free(text);
        return 0;
    }
    fprintf(stderr, "usage: programs words-glib|words-uthash|cache\n");
    return 2;
}
