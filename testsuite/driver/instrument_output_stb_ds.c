/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * stb_ds in every position that C allows: as a value, as an lvalue, in conditions, in each other.
 * Must print the same with and without the instrumentation.
 */
#include <stdio.h>
#include <stdlib.h>
#define STB_DS_IMPLEMENTATION
#include <stb/stb_ds.h>

typedef struct {
    int a, b, c[3];
} record;
typedef struct {
    int key;
    unsigned value : 5, rest : 3;
} bits;
struct holder {
    struct {
        long key;
        double value;
    } *map;
    int *list;
};

static struct {
    char *key;
    int value;
} *words;
static struct {
    int key;
    record value;
} *records;
static struct {
    int key;
    struct {
        int *key;
        int value;
    } *value;
} *nested;
static bits *flags;

static int count(struct holder *holder) { return (int)hmlen(holder->map); }

static int twice(int x) { return x * 2; }

static double pick(struct holder *holder, long key) {
    return hmgeti(holder->map, key) >= 0 ? hmget(holder->map, key) : -1.0;
}

static void lvalues(void) {
    record z = {1, 2, {3, 4, 5}};
    shget(words, "a") = 40;
    shget(words, "a")++;
    shget(words, "a") += 2;
    int *at = &shget(words, "a");
    *at += 1;
    printf("%d %d\n", shget(words, "a"), hmlen(words) > 2 ? 1 : 0);
    hmput(records, 5, z);
    hmget(records, 5).c[1] = 9;
    hmgetp(records, 5)->value.a = 7;
    record y = hmget(records, 5);
    printf("%d %d %d %d\n", y.a, y.b, y.c[1], hmget(records, 5).c[2]);
    int *array = hmget(records, 5).c;
    printf("%d\n", array[1]);
    hmput(flags, 1, 3);
    hmget(flags, 1) = 9;
    hmgetp(flags, 1)->rest = 2;
    printf("%u %u\n", hmget(flags, 1), hmgetp(flags, 1)->rest);
}

static void unevaluated(struct holder *holder) {
    int sized[hmlen(holder->map) > 5 ? 4 : 2];
    __typeof__(hmget(records, 5)) copy = hmget(records, 5);
    printf("%zu %zu %d\n", sizeof sized, sizeof(hmget(records, 5)), copy.a);
    printf("%d\n", ({
               int b = hmget(records, 5).b;
               b * 2;
           }));
    printf("%s\n", (hmlen(holder->map), "comma"));
}

int main(void) {
    const char *text[] = {"a", "b", "a", "c", "a", "b"};
    sh_new_strdup(words);
    for (int i = 0; i < 6; i++)
        shput(words, text[i], shget(words, text[i]) + 1);
    for (int i = 0; i < shlen(words); i++)
        printf("%s=%d\n", words[i].key, words[i].value);
    lvalues();
    struct holder holder = {0};
    hmdefault(holder.map, 0.5);
    for (long i = 0; i < 100; i++)
        hmput(holder.map, i, (double)twice((int)i));
    printf("%d %g %g %g\n", count(&holder), pick(&holder, 7), pick(&holder, 1000),
           hmget(holder.map, 12345));
    while (hmlen(holder.map) > 90)
        (void)hmdel(holder.map, hmlen(holder.map) - 1);
    if (hmgeti(holder.map, 3) >= 0 && hmgetp_null(holder.map, 99) == NULL)
        printf("ok %d\n", count(&holder));
    int four = 4;
    hmput(nested, 1, NULL);
    hmput(hmget(nested, 1), &four, 6);
    printf("%d\n", hmget(hmget(nested, 1), &four));
    for (int i = 0; i < 10; i++)
        arrput(holder.list, i * 3);
    arrdel(holder.list, 2);
    arrins(holder.list, 0, 77);
    int sum = 0;
    for (int i = 0; i < arrlen(holder.list); ++i)
        sum += holder.list[i];
    int popped = arrpop(holder.list);
    printf("%d %d %d\n", sum, popped, arrlast(holder.list));
    switch (hmgeti(holder.map, 3)) {
    case 3:
        printf("three\n");
        break;
    default:
        printf("other\n");
    }
    unevaluated(&holder);
    shfree(words);
    hmfree(records);
    hmfree(holder.map);
    arrfree(holder.list);
    hmfree(hmget(nested, 1));
    hmfree(nested);
    hmfree(flags);
    return 0;
}
