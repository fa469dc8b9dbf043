/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* mixed-atomic on hand-written facts: which plain accesses an atomic one accuses. */
#include "unit_test.h"

#include "written_facts.h"

static ms_path count_of(struct written *w) {
    return written_field(w, written_param(w, 0), BOX_COUNT);
}

enum { PLAIN_READ, PLAIN_STORE, PLAIN_MODIFY, PLAIN_VOLATILE };

static void access_count(struct written *w, uint32_t line, int kind, uint16_t flags) {
    struct ms_event *event = written_event(w, line, kind);
    event->path = count_of(w);
    event->flags = flags;
}

static void plain(struct written *w, uint32_t line, int what) {
    access_count(w, line, what == PLAIN_READ ? MS_EVENT_READ : MS_EVENT_WRITE,
                 what == PLAIN_MODIFY     ? MS_EVENT_MODIFY
                 : what == PLAIN_VOLATILE ? MS_EVENT_VOLATILE
                                          : 0);
}

/* One function with an atomic access on line 10, one with a plain access on line 20. */
static size_t found(int atomic_kind, int what, bool locked, enum ms_confidence confidence) {
    struct written w;
    written_begin(&w);
    for (int side = 0; side < 2; side++) {
        written_function(&w, side ? "box_plain" : "box_atomic", 0, 1);
        ms_path lock = written_address(&w, written_field(&w, written_param(&w, 0), BOX_LOCK));
        if (locked)
            CALL(&w, 9, "pthread_mutex_lock", lock);
        if (side)
            plain(&w, 20, what);
        else
            access_count(&w, 10, atomic_kind, MS_EVENT_ATOMIC);
        if (locked)
            CALL(&w, 29, "pthread_mutex_unlock", lock);
        written_end(&w);
    }
    struct ms_options options = ms_options_default();
    options.confidence = confidence;
    struct judged judged = {.program = ms_program_new(&options)};
    ms_program_add(judged.program, w.unit);
    judged.findings = ms_program_judge(judged.program);
    size_t count = judged_count(&judged, MS_CHECK_MIXED_ATOMIC, 20);
    assert_int_equal(judged_count(&judged, MS_CHECK_MIXED_ATOMIC, 0), count);
    judged_free(&judged);
    return count;
}

static void test_one_side_writes(void **state) {
    (void)state;
    assert_int_equal(found(MS_EVENT_WRITE, PLAIN_READ, false, MS_CONFIDENCE_MEDIUM), 1);
    assert_int_equal(found(MS_EVENT_READ, PLAIN_MODIFY, false, MS_CONFIDENCE_MEDIUM), 1);
    assert_int_equal(found(MS_EVENT_READ, PLAIN_READ, false, MS_CONFIDENCE_LOW), 0);
}

/* A store may make the object; to say so is left to those who ask for it. */
static void test_store(void **state) {
    (void)state;
    assert_int_equal(found(MS_EVENT_WRITE, PLAIN_STORE, false, MS_CONFIDENCE_MEDIUM), 0);
    assert_int_equal(found(MS_EVENT_WRITE, PLAIN_STORE, false, MS_CONFIDENCE_LOW), 1);
}

static void test_excluded(void **state) {
    (void)state;
    assert_int_equal(found(MS_EVENT_WRITE, PLAIN_READ, true, MS_CONFIDENCE_LOW), 0);
    assert_int_equal(found(MS_EVENT_WRITE, PLAIN_VOLATILE, false, MS_CONFIDENCE_LOW), 0);
}

/* A count that decides something before the reference is dropped; the callee may free the object.
 */
static size_t decision(bool drops_itself) {
    struct written w;
    written_begin(&w);
    written_function(&w, "box_ref", 0, 1);
    access_count(&w, 10, MS_EVENT_WRITE, MS_EVENT_ATOMIC | MS_EVENT_MODIFY);
    written_end(&w);
    written_function(&w, "box_unref", 0, 1);
    CALL(&w, 15, "free", written_param(&w, 0));
    written_end(&w);
    written_function(&w, "box_release", 0, 1);
    access_count(&w, 20, MS_EVENT_READ, MS_EVENT_CONDITION);
    CALL(&w, 21, drops_itself ? "free" : "box_unref", written_param(&w, 0));
    written_end(&w);
    struct judged judged = written_judge(&w, false);
    size_t count = judged_count(&judged, MS_CHECK_MIXED_ATOMIC, 20);
    judged_free(&judged);
    return count;
}

static void test_decision_on_a_count(void **state) {
    (void)state;
    assert_int_equal(decision(false), 1);
    assert_int_equal(decision(true), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_side_writes),
        cmocka_unit_test(test_store),
        cmocka_unit_test(test_excluded),
        cmocka_unit_test(test_decision_on_a_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
