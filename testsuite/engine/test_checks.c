/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The five first checks on hand-written facts: each rule with a bad form and the forms that are
 * right. */
#include "unit_test.h"

#include "written_facts.h"

static ms_path lock_of(struct written *w) {
    return written_address(w, written_field(w, written_param(w, 0), BOX_LOCK));
}

static ms_path rwlock_of(struct written *w) {
    return written_address(w, written_field(w, written_param(w, 0), BOX_RWLOCK));
}

static ms_path count_of(struct written *w) {
    return written_field(w, written_param(w, 0), BOX_COUNT);
}

/* An interface function that does one access under the mutex, on lines first .. first + 2. */
static void locked_access(struct written *w, const char *name, uint32_t first, bool write) {
    written_function(w, name, 0, 1);
    CALL(w, first, "pthread_mutex_lock", lock_of(w));
    if (write)
        written_write(w, first + 1, count_of(w), 0);
    else
        written_read(w, first + 1, count_of(w));
    CALL(w, first + 2, "pthread_mutex_unlock", lock_of(w));
    written_end(w);
}

static void test_guard_bypass(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    locked_access(&w, "box_set", 10, true);
    locked_access(&w, "box_add", 20, true);
    locked_access(&w, "box_get", 30, false);
    written_function(&w, "box_peek", 0, 1);
    written_write(&w, 40, count_of(&w), 0);
    written_end(&w);
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_GUARD_BYPASS, 40), 1);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 1);
    judged_free(&judged);
}

/* One place under the lock out of two is no evidence. */
static void test_one_of_two_is_no_guard(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    locked_access(&w, "box_set", 10, true);
    written_function(&w, "box_peek", 0, 1);
    written_write(&w, 40, count_of(&w), 0);
    written_end(&w);
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 0);
    judged_free(&judged);
}

/* A helper that its callers call with the lock held needs no annotation; a caller that forgets is
 * reported at its call. */
static void helper_and_callers(struct written *w, bool all_hold) {
    written_begin(w);
    written_function(w, "box_bump", MS_FUNCTION_INTERNAL, 1);
    written_write(w, 5, count_of(w), 0);
    written_write(w, 6, count_of(w), 0);
    written_end(w);
    for (uint32_t i = 0; i < 3; i++) {
        written_function(w, (const char *[]){"one", "two", "three"}[i], 0, 1);
        if (all_hold || i < 2)
            CALL(w, 10 + i * 10, "pthread_mutex_lock", lock_of(w));
        CALL(w, 11 + i * 10, "box_bump", written_param(w, 0));
        if (all_hold || i < 2)
            CALL(w, 12 + i * 10, "pthread_mutex_unlock", lock_of(w));
        written_end(w);
    }
    locked_access(w, "four", 50, true);
    locked_access(w, "five", 60, true);
}

static void test_caller_holds(void **state) {
    (void)state;
    struct written w;
    helper_and_callers(&w, true);
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 0);
    judged_free(&judged);

    helper_and_callers(&w, false);
    judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_GUARD_BYPASS, 31), 1);
    judged_free(&judged);
}

/* Wrappers, two deep, need no annotation either. */
static void test_lock_wrappers(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    written_function(&w, "box_lock", MS_FUNCTION_INTERNAL, 1);
    CALL(&w, 1, "pthread_mutex_lock", lock_of(&w));
    written_end(&w);
    written_function(&w, "box_enter", MS_FUNCTION_INTERNAL, 1);
    CALL(&w, 2, "box_lock", written_param(&w, 0));
    written_end(&w);
    written_function(&w, "box_leave", MS_FUNCTION_INTERNAL, 1);
    CALL(&w, 3, "pthread_mutex_unlock", lock_of(&w));
    written_end(&w);
    for (uint32_t i = 0; i < 3; i++) {
        written_function(&w, (const char *[]){"one", "two", "three"}[i], 0, 1);
        CALL(&w, 10 + i * 10, "box_enter", written_param(&w, 0));
        written_write(&w, 11 + i * 10, count_of(&w), 0);
        CALL(&w, 12 + i * 10, "box_leave", written_param(&w, 0));
        written_end(&w);
    }
    written_function(&w, "four", 0, 1);
    written_write(&w, 40, count_of(&w), 0);
    written_end(&w);
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_GUARD_BYPASS, 40), 1);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 1);
    judged_free(&judged);
}

static void test_write_under_read_lock(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    for (uint32_t i = 0; i < 3; i++) {
        written_function(&w, (const char *[]){"set", "add", "get"}[i], 0, 1);
        CALL(&w, 10 + i * 10, i < 2 ? "pthread_rwlock_wrlock" : "pthread_rwlock_rdlock",
             rwlock_of(&w));
        written_write(&w, 11 + i * 10, count_of(&w), 0);
        CALL(&w, 12 + i * 10, "pthread_rwlock_unlock", rwlock_of(&w));
        written_end(&w);
    }
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_WRITE_UNDER_READ_LOCK, 31), 1);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 1);
    judged_free(&judged);
}

static void test_wrong_lock(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    ms_path other = written_address(&w, written_global(&w, "other_mutex", w.mutex));
    locked_access(&w, "set", 10, true);
    locked_access(&w, "add", 20, true);
    locked_access(&w, "get", 30, false);
    written_function(&w, "reset", 0, 1);
    CALL(&w, 40, "pthread_mutex_lock", other);
    written_write(&w, 41, count_of(&w), 0);
    CALL(&w, 42, "pthread_mutex_unlock", other);
    written_end(&w);
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_WRONG_LOCK, 41), 1);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 1);
    judged_free(&judged);
}

/* main starts two threads on one global table; before that and after the joins it is alone. */
static void two_threads(struct written *w, bool locked) {
    written_begin(w);
    ms_path table = written_global(w, "table", w->table_pointer);
    ms_path lock = written_address(w, written_global(w, "table_mutex", w->mutex));
    ms_path first = written_global(w, "first", w->integer);
    ms_path second = written_global(w, "second", w->integer);
    for (uint32_t i = 0; i < 2; i++) {
        written_function(w, i ? "reader" : "writer", MS_FUNCTION_INTERNAL, 1);
        if (locked)
            CALL(w, 9 + i * 10, "pthread_mutex_lock", lock);
        if (i)
            CALL(w, 20, "g_hash_table_lookup", table, 0);
        else
            CALL(w, 10, "g_hash_table_insert", table, 0, 0);
        if (locked)
            CALL(w, 11 + i * 10, "pthread_mutex_unlock", lock);
        written_end(w);
    }
    ms_path writer = ms_path_make(w->unit, MS_PATH_FUNCTION, 0, written_declare(w, "writer"), 0);
    ms_path reader = ms_path_make(w->unit, MS_PATH_FUNCTION, 0, written_declare(w, "reader"), 0);
    written_function(w, "main", 0, 0);
    CALL(w, 30, "g_hash_table_insert", table, 0, 0);
    CALL(w, 31, "pthread_create", written_address(w, first), 0, writer, 0);
    CALL(w, 32, "pthread_create", written_address(w, second), 0, reader, 0);
    CALL(w, 33, "pthread_join", first, 0);
    CALL(w, 34, "pthread_join", second, 0);
    CALL(w, 35, "g_hash_table_remove", table, 0);
    written_end(w);
}

static void test_unlocked_access(void **state) {
    (void)state;
    struct written w;
    two_threads(&w, false);
    struct judged judged = written_judge(&w, true);
    assert_int_equal(judged_count(&judged, MS_CHECK_UNLOCKED_ACCESS, 10), 1);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 1);
    judged_free(&judged);

    two_threads(&w, true);
    judged = written_judge(&w, true);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 0);
    judged_free(&judged);
}

/* lock; if (n < 0) return -1; unlock; return 0 -- and the same with the unlock in place. */
static void early_return(struct written *w, bool gives_back) {
    written_begin(w);
    written_function(w, "push", 0, 2);
    CALL(w, 10, "pthread_mutex_lock", lock_of(w));
    written_branch(w, written_param(w, 1), MS_COMPARE_LESS, 0, 1, 2);
    written_block(w, 1);
    if (gives_back)
        CALL(w, 11, "pthread_mutex_unlock", lock_of(w));
    written_return(w, 12, ms_path_constant(w->unit, -1));
    written_block(w, 2);
    CALL(w, 13, "pthread_mutex_unlock", lock_of(w));
    written_return(w, 14, ms_path_constant(w->unit, 0));
    written_end(w);
}

static void test_lock_leaked(void **state) {
    (void)state;
    struct written w;
    early_return(&w, false);
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_LOCK_IMBALANCE, 12), 1);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 1);
    judged_free(&judged);

    early_return(&w, true);
    judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 0);
    judged_free(&judged);
}

/* if (n) lock; ...; if (n) unlock */
static void test_correlated_branches(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    written_function(&w, "maybe", 0, 2);
    written_branch(&w, written_param(&w, 1), MS_COMPARE_NOT_EQUAL, 0, 1, 2);
    written_block(&w, 1);
    CALL(&w, 10, "pthread_mutex_lock", lock_of(&w));
    written_jump(&w, 2);
    written_block(&w, 2);
    written_write(&w, 11, count_of(&w), 0);
    written_branch(&w, written_param(&w, 1), MS_COMPARE_NOT_EQUAL, 0, 3, 4);
    written_block(&w, 3);
    CALL(&w, 12, "pthread_mutex_unlock", lock_of(&w));
    written_jump(&w, 4);
    written_block(&w, 4);
    written_return(&w, 13, 0);
    written_end(&w);
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 0);
    judged_free(&judged);
}

/* if (trylock() != 0) return; unlock, unlock */
static void test_trylock_and_double_unlock(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    written_function(&w, "try", 0, 1);
    ms_path got = CALL(&w, 10, "pthread_mutex_trylock", lock_of(&w));
    written_branch(&w, got, MS_COMPARE_NOT_EQUAL, 0, 1, 2);
    written_block(&w, 1);
    written_return(&w, 11, 0);
    written_block(&w, 2);
    CALL(&w, 12, "pthread_mutex_unlock", lock_of(&w));
    CALL(&w, 13, "pthread_mutex_unlock", lock_of(&w));
    written_return(&w, 14, 0);
    written_end(&w);
    struct judged judged = written_judge(&w, false);
    assert_int_equal(judged_count(&judged, MS_CHECK_LOCK_IMBALANCE, 13), 1);
    assert_int_equal(judged_count(&judged, MS_CHECK_NONE, 0), 1);
    judged_free(&judged);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guard_bypass),
        cmocka_unit_test(test_one_of_two_is_no_guard),
        cmocka_unit_test(test_caller_holds),
        cmocka_unit_test(test_lock_wrappers),
        cmocka_unit_test(test_write_under_read_lock),
        cmocka_unit_test(test_wrong_lock),
        cmocka_unit_test(test_unlocked_access),
        cmocka_unit_test(test_lock_leaked),
        cmocka_unit_test(test_correlated_branches),
        cmocka_unit_test(test_trylock_and_double_unlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
