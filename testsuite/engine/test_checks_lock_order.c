/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* lock-order on hand-written facts: which pairs and cycles can block, and which cannot. */
#include "unit_test.h"

#include "written_facts.h"

static ms_path lock_named(struct written *w, const char *name) {
    return written_address(w, written_global(w, name, w->mutex));
}

/* A function that takes the locks with these one-letter names in turn, on lines first, first + 1
 * ...; after a '?' it only tries. */
static void taking(struct written *w, const char *name, uint32_t first, const char *locks) {
    written_function(w, name, 0, 0);
    for (const char *at = locks; *at; at++) {
        char lock[2] = {*at == '?' ? at[1] : *at, '\0'};
        if (*at == '?')
            at++, CALL(w, first++, "pthread_mutex_trylock", lock_named(w, lock));
        else
            CALL(w, first++, "pthread_mutex_lock", lock_named(w, lock));
    }
    for (const char *at = locks; *at; at++)
        if (*at != '?')
            CALL(w, 90, "pthread_mutex_unlock", lock_named(w, (char[]){*at, '\0'}));
    written_end(w);
}

static size_t found(const char *one, const char *other, const char *third) {
    struct written w;
    written_begin(&w);
    taking(&w, "one", 10, one);
    taking(&w, "other", 20, other);
    if (third)
        taking(&w, "third", 30, third);
    struct judged judged = written_judge(&w, false);
    size_t count = judged_count(&judged, MS_CHECK_LOCK_ORDER, 0);
    judged_free(&judged);
    return count;
}

static void test_pairs(void **state) {
    (void)state;
    assert_int_equal(found("ab", "ba", NULL), 1);
    assert_int_equal(found("ab", "ab", NULL), 0);
    assert_int_equal(found("gab", "gba", NULL), 0); /* g keeps them apart */
    assert_int_equal(found("gab", "ba", NULL), 1);
    assert_int_equal(found("a?b", "ba", NULL), 0); /* does not wait */
}

static void test_cycles(void **state) {
    (void)state;
    assert_int_equal(found("ab", "bc", "ca"), 1);
    assert_int_equal(found("ab", "bc", "ac"), 0);
    assert_int_equal(found("gab", "gbc", "ca"), 0);
}

/* The lock is taken in a callee: the order is that of the whole. */
static void test_through_a_call(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    taking(&w, "inner", 10, "b");
    written_function(&w, "outer", 0, 0);
    CALL(&w, 20, "pthread_mutex_lock", lock_named(&w, "a"));
    written_event(&w, 21, MS_EVENT_CALL)->callee = written_declare(&w, "inner");
    CALL(&w, 22, "pthread_mutex_unlock", lock_named(&w, "a"));
    written_end(&w);
    taking(&w, "reverse", 30, "ba");
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_LOCK_ORDER, 0), 1);
    judged_free(&judged);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_through_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
