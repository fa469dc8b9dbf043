/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* unsafe-publication on hand-written facts: the order of insertion and write, and who reads. */
#include "unit_test.h"

#include "written_facts.h"

enum { WRITE_BEFORE, WRITE_UNDER_LOCK, WRITE_AFTER, WRITE_AFTER_THEN_MARK };

static void lock(struct written *w, uint32_t line, bool take) {
    ms_path mutex = written_address(w, written_global(w, "lock", w->mutex));
    CALL(w, line, take ? "pthread_mutex_lock" : "pthread_mutex_unlock", mutex);
}

static void add(struct written *w, int when) {
    ms_path table = written_global(w, "table", w->table_pointer);
    written_function(w, "add", 0, 0);
    ms_path box = CALL(w, 10, "malloc", 0);
    ms_path count = written_field(w, box, BOX_COUNT);
    if (when == WRITE_BEFORE)
        written_write(w, 11, count, 0);
    lock(w, 12, true);
    CALL(w, 13, "g_hash_table_insert", table, 0, box);
    if (when == WRITE_UNDER_LOCK)
        written_write(w, 14, count, 0);
    lock(w, 15, false);
    if (when >= WRITE_AFTER)
        written_write(w, 16, count, 0);
    if (when == WRITE_AFTER_THEN_MARK) {
        lock(w, 17, true);
        written_write(w, 18, written_field(w, box, BOX_TABLE), 0);
        lock(w, 19, false);
    }
    written_return(w, 20, 0);
    written_end(w);
}

static void find(struct written *w, bool locked) {
    ms_path table = written_global(w, "table", w->table_pointer);
    written_function(w, "find", 0, 0);
    if (locked)
        lock(w, 30, true);
    ms_path box = CALL(w, 31, "g_hash_table_lookup", table, 0);
    written_read(w, 32, written_field(w, box, BOX_COUNT));
    if (locked)
        lock(w, 33, false);
    written_end(w);
}

static size_t found(int when, bool locked, uint32_t line) {
    struct written w;
    written_begin(&w);
    add(&w, when);
    find(&w, locked);
    struct judged judged = written_judge(&w, false);
    size_t count = judged_count(&judged, MS_CHECK_UNSAFE_PUBLICATION, line);
    judged_free(&judged);
    return count;
}

static void test_write_after_insertion(void **state) {
    (void)state;
    assert_int_equal(found(WRITE_AFTER, true, 16), 1);
    assert_int_equal(found(WRITE_BEFORE, true, 0), 0);
    assert_int_equal(found(WRITE_UNDER_LOCK, true, 0), 0);
}

/* Readers wait for what is set under the lock at the end. */
static void test_marked_complete(void **state) {
    (void)state;
    assert_int_equal(found(WRITE_AFTER_THEN_MARK, true, 0), 0);
}

/* Nobody finds the object under the lock of its insertion: not this check's business. */
static void test_no_reader(void **state) {
    (void)state;
    assert_int_equal(found(WRITE_AFTER, false, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_write_after_insertion),
                                       cmocka_unit_test(test_marked_complete),
                                       cmocka_unit_test(test_no_reader)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
