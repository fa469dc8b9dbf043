/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* lock-copied on hand-written facts: which originals may be copied with the lock in them. */
#include "unit_test.h"

#include "written_facts.h"

static ms_path box_of(struct written *w, uint32_t parameter) {
    return ms_path_make(w->unit, MS_PATH_DEREF, written_param(w, parameter), 0, 0);
}

static ms_type box_type(const struct written *w) { return w->unit->types[w->box_pointer].target; }

static void copy(struct written *w, uint32_t line, ms_path to, ms_path from) {
    struct ms_event *event = written_event(w, line, MS_EVENT_COPY);
    event->path = to;
    event->value = from;
    event->type = box_type(w);
}

/* A function that takes the lock of its box, on lines first and first + 1. */
static void locking(struct written *w, const char *name, uint32_t first) {
    written_function(w, name, 0, 1);
    ms_path lock = written_address(w, written_field(w, written_param(w, 0), BOX_LOCK));
    CALL(w, first, "pthread_mutex_lock", lock);
    CALL(w, first + 1, "pthread_mutex_unlock", lock);
    written_end(w);
}

static size_t found(struct written *w, uint32_t line) {
    struct judged judged = written_judge(w, false);
    size_t count = judged_count(&judged, MS_CHECK_LOCK_COPIED, line);
    judged_free(&judged);
    return count;
}

static void test_assignment(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    locking(&w, "box_use", 10);
    written_function(&w, "box_assign", 0, 1);
    copy(&w, 20, written_global(&w, "kept", box_type(&w)), box_of(&w, 0));
    written_end(&w);
    assert_int_equal(found(&w, 20), 1);
}

/* By value, as an argument or as the result. */
static void test_read_of_the_whole(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    locking(&w, "box_use", 10);
    written_function(&w, "box_get", 0, 1);
    written_read(&w, 20, box_of(&w, 0));
    written_return(&w, 21, box_of(&w, 0));
    written_end(&w);
    assert_int_equal(found(&w, 20), 1);
}

/* A lock that nobody takes is no lock in use. */
static void test_unused_lock(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    written_function(&w, "box_assign", 0, 1);
    copy(&w, 20, written_global(&w, "kept", box_type(&w)), box_of(&w, 0));
    written_end(&w);
    assert_int_equal(found(&w, 0), 0);
}

/* A global may be copied until it is locked itself. */
static void copy_of_global(struct written *w, bool locked) {
    written_begin(w);
    locking(w, "box_use", 10);
    written_function(w, "box_make", 0, 1);
    copy(w, 20, box_of(w, 0), written_global(w, "template", box_type(w)));
    written_end(w);
    if (!locked)
        return;
    written_function(w, "use_template", 0, 0);
    CALL(w, 30, "box_use", written_address(w, written_global(w, "template", box_type(w))));
    written_end(w);
}

static void test_template(void **state) {
    (void)state;
    struct written w;
    copy_of_global(&w, false);
    assert_int_equal(found(&w, 0), 0);
    copy_of_global(&w, true);
    assert_int_equal(found(&w, 20), 1);
}

/* The copy gets a lock of its own. */
static void test_lock_is_made_anew(void **state) {
    (void)state;
    struct written w;
    written_begin(&w);
    locking(&w, "box_use", 10);
    written_function(&w, "box_assign", 0, 1);
    copy(&w, 20, box_of(&w, 0), written_global(&w, "other", box_type(&w)));
    CALL(&w, 21, "pthread_mutex_init",
         written_address(&w, written_field(&w, written_param(&w, 0), BOX_LOCK)),
         ms_path_constant(w.unit, 0));
    written_end(&w);
    written_function(&w, "use_other", 0, 0);
    CALL(&w, 30, "box_use", written_address(&w, written_global(&w, "other", box_type(&w))));
    written_end(&w);
    assert_int_equal(found(&w, 0), 0);
}

/* memcpy() of a size that is known; not of some bytes. */
static void memory(struct written *w, bool whole) {
    written_begin(w);
    locking(w, "box_use", 10);
    written_function(w, "box_copy", 0, 1);
    ms_path to = written_address(w, written_global(w, "kept", box_type(w)));
    ms_path size = whole ? ms_path_constant(w->unit, 96) : 0;
    CALL(w, 20, "memcpy", to, written_param(w, 0), size);
    written_end(w);
}

static void test_memory(void **state) {
    (void)state;
    struct written w;
    memory(&w, true);
    assert_int_equal(found(&w, 20), 1);
    memory(&w, false);
    assert_int_equal(found(&w, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assignment),        cmocka_unit_test(test_read_of_the_whole),
        cmocka_unit_test(test_unused_lock),       cmocka_unit_test(test_template),
        cmocka_unit_test(test_lock_is_made_anew), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
