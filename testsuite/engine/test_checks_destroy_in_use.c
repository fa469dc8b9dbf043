/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* destroy-in-use on hand-written facts: what stands before and after the end of a lock. */
#include "unit_test.h"

#include "written_facts.h"

static size_t found(struct written *w, bool whole, uint32_t line) {
    struct judged judged = written_judge(w, whole);
    size_t count = judged_count(&judged, MS_CHECK_DESTROY_IN_USE, line);
    judged_free(&judged);
    return count;
}

static ms_path lock_of(struct written *w, ms_path box) {
    return written_address(w, written_field(w, box, BOX_LOCK));
}

/* A thread that takes the lock of a global box, started by main, which then calls `end`. */
enum { DESTROY_FIRST = 1, JOIN_FIRST, NO_JOIN };

static void two_threads(struct written *w, int order) {
    written_begin(w);
    ms_path box = written_global(w, "box", w->box_pointer);
    ms_path handle = written_global(w, "thread", written_type(w, MS_TYPE_OTHER, "pthread_t", 0, 0));
    written_function(w, "worker", 0, 1);
    CALL(w, 10, "pthread_mutex_lock", lock_of(w, box));
    CALL(w, 11, "pthread_mutex_unlock", lock_of(w, box));
    written_end(w);
    written_function(w, "end", MS_FUNCTION_INTERNAL, 0);
    if (order == JOIN_FIRST)
        CALL(w, 20, "pthread_join", handle, 0);
    CALL(w, 21, "pthread_mutex_destroy", lock_of(w, box));
    if (order == DESTROY_FIRST)
        CALL(w, 22, "pthread_join", handle, 0);
    written_end(w);
    ms_path worker = ms_path_make(w->unit, MS_PATH_FUNCTION, 0, written_declare(w, "worker"), 0);
    written_function(w, "main", 0, 0);
    CALL(w, 30, "pthread_mutex_init", lock_of(w, box), 0);
    CALL(w, 31, "pthread_create", written_address(w, handle), 0, worker, 0);
    CALL(w, 32, "end", 0);
    written_end(w);
}

static void test_join(void **state) {
    (void)state;
    struct written w;
    two_threads(&w, DESTROY_FIRST);
    assert_int_equal(found(&w, true, 21), 1);
    two_threads(&w, JOIN_FIRST);
    assert_int_equal(found(&w, true, 0), 0);
    two_threads(&w, NO_JOIN);
    assert_int_equal(found(&w, true, 21), 1);
}

/* lock; if (n == 0) free(b), or end its lock; unlock */
static void held(struct written *w, const char *end, bool whole_object, bool locked) {
    written_begin(w);
    written_function(w, "box_unref", 0, 2);
    ms_path box = written_param(w, 0), lock = lock_of(w, box);
    if (locked)
        CALL(w, 10, "pthread_mutex_lock", lock);
    written_branch(w, written_param(w, 1), MS_COMPARE_EQUAL, 0, 1, 2);
    written_block(w, 1);
    CALL(w, 11, end, whole_object ? box : lock);
    written_jump(w, 2);
    written_block(w, 2);
    if (locked)
        CALL(w, 12, "pthread_mutex_unlock", lock);
    written_end(w);
}

static void test_held(void **state) {
    (void)state;
    struct written w;
    held(&w, "free", true, true);
    assert_int_equal(found(&w, false, 11), 1);
    held(&w, "pthread_mutex_destroy", false, true);
    assert_int_equal(found(&w, false, 11), 1);
    held(&w, "free", true, false);
    assert_int_equal(found(&w, false, 0), 0);
    held(&w, "pthread_mutex_destroy", false, false);
    assert_int_equal(found(&w, false, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_join), cmocka_unit_test(test_held)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
