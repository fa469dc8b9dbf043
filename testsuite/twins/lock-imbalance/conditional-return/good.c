/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=if (shared) lock ... if (shared) unlock, with a
// return between
/*
 * A glyph cache locks only when it is shared between threads. The path for glyphs that the font
 * does not have returns between the two conditions. Here that path leaves through the unlocking
 * end.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct glyph {
    struct glyph *next;
    unsigned code;
    unsigned char bitmap[16];
};

struct glyph_cache {
    bool shared; /* set at creation */
    pthread_mutex_t mutex;
    struct glyph *buckets[64];
    unsigned rendered, unknown;
};

static bool font_has(unsigned code) { return code < 0x250; }

static struct glyph *render(unsigned code) {
    struct glyph *g = calloc(1, sizeof(*g));
    if (g) {
        g->code = code;
        for (unsigned i = 0; i < sizeof(g->bitmap); i++)
            g->bitmap[i] = (unsigned char)(code >> (i % 4));
    }
    return g;
}

static unsigned glyph_weight(struct glyph_cache *c, unsigned code) {
    struct glyph *g;
    unsigned weight = 0;
    if (c->shared)
        pthread_mutex_lock(&c->mutex);
    for (g = c->buckets[code % 64]; g; g = g->next)
        if (g->code == code)
            break;
    if (!g) {
        if (!font_has(code)) {
            c->unknown++;
            goto out;
        }
        g = render(code);
        if (!g)
            goto out;
        g->next = c->buckets[code % 64];
        c->buckets[code % 64] = g;
        c->rendered++;
    }
    for (unsigned i = 0; i < sizeof(g->bitmap); i++)
        weight += g->bitmap[i] & 1u;
out:
    if (c->shared)
        pthread_mutex_unlock(&c->mutex);
    return weight;
}

static void glyph_cache_clear(struct glyph_cache *c) {
    if (c->shared)
        pthread_mutex_lock(&c->mutex);
    for (unsigned b = 0; b < 64; b++) {
        while (c->buckets[b]) {
            struct glyph *g = c->buckets[b];
            c->buckets[b] = g->next;
            free(g);
        }
    }
    if (c->shared)
        pthread_mutex_unlock(&c->mutex);
}

static struct glyph_cache *glyph_cache_new(bool shared) {
    struct glyph_cache *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->shared = shared;
    if (shared && pthread_mutex_init(&c->mutex, NULL) != 0) {
        free(c);
        return NULL;
    }
    return c;
}

static void *layout_main(void *arg) {
    struct glyph_cache *c = arg;
    size_t weight = 0;
    for (unsigned i = 0; i < 600; i++)
        weight += glyph_weight(c, i);
    return (void *)weight;
}

int main(int argc, char **argv) {
    struct glyph_cache *c = glyph_cache_new(argc < 3);
    pthread_t layouts[2];
    int count = argc < 3 ? 2 : 0;
    (void)argv;
    if (!c)
        return 1;
    for (int i = 0; i < count; i++)
        if (pthread_create(&layouts[i], NULL, layout_main, c) != 0)
            return 1;
    if (count == 0)
        layout_main(c);
    for (int i = 0; i < count; i++)
        pthread_join(layouts[i], NULL);
    printf("%u rendered, %u unknown\n", c->rendered, c->unknown);
    glyph_cache_clear(c);
    if (c->shared)
        pthread_mutex_destroy(&c->mutex);
    free(c);
    return 0;
}
