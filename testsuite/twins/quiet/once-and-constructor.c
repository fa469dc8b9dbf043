/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib+pthread, note=pthread_once, g_once, a constructor function, static
// tables
/*
 * Correct: three tables are built by a constructor, by pthread_once and by g_once_init_enter,
 * and never changed afterwards; all threads read them without a lock.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned crc_table[256];
static GHashTable *keywords;
static pthread_once_t keywords_once = PTHREAD_ONCE_INIT;
static GHashTable *units;

__attribute__((constructor)) static void crc_init(void) {
    for (unsigned i = 0; i < 256; i++) {
        unsigned c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
        crc_table[i] = c;
    }
}

static void keywords_init(void) {
    static const char *const names[] = {"if", "else", "while", "return"};
    keywords = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        g_hash_table_insert(keywords, (gpointer)names[i], GSIZE_TO_POINTER(i + 1));
}

static gsize keyword(const char *text) {
    pthread_once(&keywords_once, keywords_init);
    return GPOINTER_TO_SIZE(g_hash_table_lookup(keywords, text));
}

static double unit_factor(const char *unit) {
    static gsize ready;
    const double *factor;
    if (g_once_init_enter(&ready)) {
        static const double kilo = 1e3, milli = 1e-3;
        units = g_hash_table_new(g_str_hash, g_str_equal);
        g_hash_table_insert(units, "k", (gpointer)&kilo);
        g_hash_table_insert(units, "m", (gpointer)&milli);
        g_once_init_leave(&ready, 1);
    }
    factor = g_hash_table_lookup(units, unit);
    return factor ? *factor : 1;
}

static unsigned crc(const char *text) {
    unsigned c = ~0u;
    for (; *text; text++)
        c = crc_table[(c ^ (unsigned char)*text) & 0xff] ^ c >> 8;
    return ~c;
}

static void *parser_main(void *arg) {
    const char *const *tokens = arg;
    size_t score = 0;
    for (int i = 0; i < 200; i++) {
        const char *token = tokens[i % 5];
        score += keyword(token) + crc(token) % 10;
        if (unit_factor(token) > 1)
            score++;
    }
    return (void *)score;
}

int main(void) {
    static const char *const tokens[] = {"if", "k", "while", "x", "m"};
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, parser_main, (void *)tokens) != 0)
            return EXIT_FAILURE;
    for (int i = 0; i < 3; i++) {
        void *score;
        pthread_join(threads[i], &score);
        printf("%zu\n", (size_t)score);
    }
    g_hash_table_destroy(keywords);
    g_hash_table_destroy(units);
    return EXIT_SUCCESS;
}
