/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* check-then-act on hand-written facts: one decision, one act, and what lies between them. */
#include "unit_test.h"

#include "written_facts.h"

enum between { SAME_SECTION, TWO_SECTIONS, LOOKED_AGAIN };

/* if (b->count == 0) { unlock; return; } */
static void decide(struct written *w, ms_path count, ms_path lock, uint32_t line) {
    uint32_t leave = w->block_count, stay = leave + 1;
    written_read(w, line, count);
    written_branch(w, count, MS_COMPARE_EQUAL, 0, leave, stay);
    written_block(w, leave);
    CALL(w, line + 1, "pthread_mutex_unlock", lock);
    written_return(w, line + 2, 0);
    written_block(w, stay);
}

static void set_count(struct written *w, const char *name, enum between between, bool decides) {
    written_function(w, name, 0, 1);
    ms_path lock = written_address(w, written_field(w, written_param(w, 0), BOX_LOCK));
    ms_path count = written_field(w, written_param(w, 0), BOX_COUNT);
    CALL(w, 1, "pthread_mutex_lock", lock);
    if (decides)
        decide(w, count, lock, 2);
    if (between != SAME_SECTION) {
        CALL(w, 5, "pthread_mutex_unlock", lock);
        CALL(w, 6, "pthread_mutex_lock", lock);
    }
    if (between == LOOKED_AGAIN)
        decide(w, count, lock, 7);
    written_write(w, 10, count, ms_path_constant(w->unit, 7));
    CALL(w, 11, "pthread_mutex_unlock", lock);
    written_end(w);
}

static size_t found(enum between between, bool decides) {
    struct written w;
    written_begin(&w);
    set_count(&w, "box_set", between, decides);
    set_count(&w, "box_reset", SAME_SECTION, false);
    struct judged judged = written_judge(&w, false);
    size_t count = judged_count(&judged, MS_CHECK_CHECK_THEN_ACT, 10);
    assert_int_equal(judged_count(&judged, MS_CHECK_CHECK_THEN_ACT, 0), count);
    judged_free(&judged);
    return count;
}

static void test_decision_and_act(void **state) {
    (void)state;
    assert_int_equal(found(TWO_SECTIONS, true), 1);
    assert_int_equal(found(SAME_SECTION, true), 0);
    assert_int_equal(found(LOOKED_AGAIN, true), 0);
}

static void test_no_decision(void **state) {
    (void)state;
    assert_int_equal(found(TWO_SECTIONS, false), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decision_and_act),
        cmocka_unit_test(test_no_decision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
