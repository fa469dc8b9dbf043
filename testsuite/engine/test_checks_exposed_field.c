/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* exposed-field on hand-written facts: one module with the lock, one thread outside of it. */
#include "unit_test.h"

#include "written_facts.h"

enum { PUBLIC = 1, OUTSIDE_LOCKS = 2, MODULE_FORGETS = 4 };

static void in_file(struct written *w, ms_function function, const char *file) {
    w->unit->functions[function].where.file = written_string(w, file);
}

/* Writes box->count, with the lock or without. */
static ms_function writer(struct written *w, const char *name, uint32_t line, bool locks) {
    ms_path box = written_global(w, "box", w->box_pointer);
    ms_path lock = written_address(w, written_field(w, box, BOX_LOCK));
    written_function(w, name, 0, 1);
    if (locks)
        CALL(w, line, "pthread_mutex_lock", lock);
    written_write(w, line + 1, written_field(w, box, BOX_COUNT), 0);
    if (locks)
        CALL(w, line + 2, "pthread_mutex_unlock", lock);
    written_end(w);
    return written_declare(w, name);
}

static size_t found(int how) {
    struct written w;
    written_begin(&w);
    if (how & PUBLIC)
        w.unit->records[w.box].flags |= MS_RECORD_IN_HEADER;
    w.unit->fields[w.unit->records[w.box].fields.first + BOX_RWLOCK].type = w.integer;
    in_file(&w, writer(&w, "box_set", 10, true), "box.c");
    in_file(&w, writer(&w, "box_reset", 20, !(how & MODULE_FORGETS)), "box.c");
    ms_function outside = writer(&w, "outside", 30, how & OUTSIDE_LOCKS);
    in_file(&w, outside, "user.c");
    ms_path thread =
        written_global(&w, "thread", written_type(&w, MS_TYPE_OTHER, "pthread_t", 0, 0));
    written_function(&w, "main", 0, 0);
    CALL(&w, 40, "pthread_create", written_address(&w, thread), 0,
         ms_path_make(w.unit, MS_PATH_FUNCTION, 0, outside, 0), 0);
    CALL(&w, 41, "box_set", 0);
    CALL(&w, 42, "box_reset", 0);
    written_end(&w);
    struct judged judged = written_judge(&w, true);
    size_t count = judged_count(&judged, MS_CHECK_EXPOSED_FIELD, 31);
    assert_int_equal(judged_count(&judged, MS_CHECK_EXPOSED_FIELD, 0), count);
    judged_free(&judged);
    return count;
}

static void test_boundary(void **state) {
    (void)state;
    assert_int_equal(found(PUBLIC), 1);
    assert_int_equal(found(PUBLIC | OUTSIDE_LOCKS), 0);
    assert_int_equal(found(0), 0);
}

/* A module that does not lock itself has no say. */
static void test_discipline(void **state) {
    (void)state;
    assert_int_equal(found(PUBLIC | MODULE_FORGETS), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_boundary),
                                       cmocka_unit_test(test_discipline)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
