/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* raw-internals on hand-written facts: whose types are closed to whom. */
#include "unit_test.h"

#include "written_facts.h"

/* struct header { int count; }: what some code takes a map for. */
static ms_record header_record(struct written *w) {
    struct ms_range fields = {(uint32_t)w->unit->field_count, 1};
    ms_unit_add_field(w->unit,
                      (struct ms_field){.name = written_string(w, "count"), .type = w->integer});
    return ms_unit_add_record(w->unit, (struct ms_record_node){.name = written_string(w, "header"),
                                                               .flags = MS_RECORD_COMPLETE,
                                                               .fields = fields});
}

static size_t found(struct written *w) {
    struct judged judged = written_judge(w, false);
    size_t count = judged_count(&judged, MS_CHECK_RAW_INTERNALS, 0);
    judged_free(&judged);
    return count;
}

/* ((struct header *)pointer)->count */
static size_t cast_to_header(bool of_table) {
    struct written w;
    written_begin(&w);
    ms_record header = header_record(&w);
    written_function(&w, "peek", 0, 0);
    ms_path pointer = of_table ? written_global(&w, "table", w.table_pointer)
                               : written_global(&w, "box", w.box_pointer);
    ms_path object = ms_path_make(w.unit, MS_PATH_DEREF, pointer, 0, 0);
    written_read(&w, 10, ms_path_make(w.unit, MS_PATH_FIELD, object, header, 0));
    written_end(&w);
    return found(&w);
}

static void test_cast(void **state) {
    (void)state;
    assert_int_equal(cast_to_header(true), 1);
    assert_int_equal(cast_to_header(false), 0); /* its struct is there to be used */
}

static size_t memory(const char *function) {
    struct written w;
    written_begin(&w);
    written_function(&w, "copy", 0, 0);
    ms_path table = written_global(&w, "table", w.table_pointer);
    CALL(&w, 10, function, table, written_global(&w, "bytes", w.box_pointer), 0);
    written_end(&w);
    return found(&w);
}

static void test_memory(void **state) {
    (void)state;
    assert_int_equal(memory("memcpy"), 1);
    assert_int_equal(memory("g_hash_table_remove"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cast), cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
