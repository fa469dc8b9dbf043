/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* iterator-invalidated on hand-written facts: a loop over a map, and what stands in it. */
#include "unit_test.h"

#include "written_facts.h"

static ms_path table_of(struct written *w) {
    return written_field(w, written_param(w, 0), BOX_TABLE);
}

static ms_path iterator_of(struct written *w) {
    return written_address(w, written_global(w, "iterator", w->integer));
}

enum { GOES_ON, LEAVES, STARTS_ANEW };

/* init (line 10); while (next (line 11)) { if (...) operation (line 12) }; then as said. */
static size_t found(const char *operation, bool same_map, int then) {
    struct written w;
    written_begin(&w);
    written_function(&w, "box_walk", 0, 2);
    CALL(&w, 10, "g_hash_table_iter_init", iterator_of(&w), table_of(&w));
    written_jump(&w, 1);
    written_block(&w, 1);
    w.blocks[1].loop = true;
    ms_path more = CALL(&w, 11, "g_hash_table_iter_next", iterator_of(&w), 0, 0);
    written_branch(&w, more, MS_COMPARE_NOT_EQUAL, 0, 2, 5);
    written_block(&w, 2);
    written_branch(&w, written_param(&w, 1), MS_COMPARE_EQUAL, 3, 3, 4);
    written_block(&w, 3);
    ms_path other = written_global(&w, "other", w.table_pointer);
    if (!strcmp(operation, "g_hash_table_iter_remove"))
        CALL(&w, 12, operation, iterator_of(&w));
    else
        CALL(&w, 12, operation, same_map ? table_of(&w) : other, 0);
    if (then == STARTS_ANEW)
        CALL(&w, 13, "g_hash_table_iter_init", iterator_of(&w), table_of(&w));
    written_jump(&w, then == LEAVES ? 5 : 1);
    written_block(&w, 4);
    written_jump(&w, 1);
    written_block(&w, 5);
    written_return(&w, 14, 0);
    written_end(&w);
    struct judged judged = written_judge(&w, false);
    size_t count = judged_count(&judged, MS_CHECK_ITERATOR_INVALIDATED, 12);
    assert_int_equal(judged_count(&judged, MS_CHECK_ITERATOR_INVALIDATED, 0), count);
    judged_free(&judged);
    return count;
}

static void test_change_in_a_loop(void **state) {
    (void)state;
    assert_int_equal(found("g_hash_table_remove", true, GOES_ON), 1);
    assert_int_equal(found("g_hash_table_add", true, GOES_ON), 1);
    assert_int_equal(found("g_hash_table_remove", false, GOES_ON), 0);
    assert_int_equal(found("g_hash_table_lookup", true, GOES_ON), 0);
    assert_int_equal(found("g_hash_table_iter_remove", true, GOES_ON), 0);
}

static void test_no_step_follows(void **state) {
    (void)state;
    assert_int_equal(found("g_hash_table_remove", true, LEAVES), 0);
    assert_int_equal(found("g_hash_table_remove", true, STARTS_ANEW), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change_in_a_loop),
        cmocka_unit_test(test_no_step_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
