/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Numbers to keys and back; see keys.h. */
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>

void make_u64(uint64_t number, void *key) { memcpy(key, &number, sizeof number); }

uint64_t number_of_u64(const void *key) {
    uint64_t number;
    memcpy(&number, key, sizeof number);
    return number;
}

/* Each string exists twice and the copies take turns, so that no map gets away with comparing
 * addresses. */
void make_string(uint64_t number, void *key) {
    static char text[2][TEST_KEYS][24];
    static unsigned turn;
    char *copy = text[turn++ & 1][number];
    if (copy[0] == '\0')
        snprintf(copy, sizeof text[0][0], "key/%llu", (unsigned long long)number);
    memcpy(key, &copy, sizeof copy);
}

uint64_t number_of_string(const void *key) {
    const char *text;
    memcpy(&text, key, sizeof text);
    return strtoull(text + 4, NULL, 10);
}

/* The padding differs from call to call and must not matter. */
void make_point(uint64_t number, void *key) {
    static int noise;
    struct point point;
    memset(&point, noise++, sizeof point);
    point.x = (int32_t)(number % 7) - 3;
    point.y = (int64_t)(number / 7) - 100;
    point.layer = (int16_t)(number % 3);
    memcpy(key, &point, sizeof point);
}

uint64_t number_of_point(const void *key) {
    struct point point;
    memcpy(&point, key, sizeof point);
    return (uint64_t)(point.y + 100) * 7 + (uint64_t)(point.x + 3);
}

void make_bytes(uint64_t number, void *key) {
    memset(key, 0xa5, TEST_BYTES_SIZE);
    memcpy((char *)key + 3, &number, sizeof number);
}

uint64_t number_of_bytes(const void *key) {
    uint64_t number;
    memcpy(&number, (const char *)key + 3, sizeof number);
    return number;
}
