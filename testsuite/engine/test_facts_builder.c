/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The builder: equal things get equal numbers, paths are normal. */
#include "sample_facts.h"
#include "unit_test.h"

static struct ms_unit *unit;

static int set_up(void **state) {
    (void)state;
    unit = ms_unit_new("a.c", "/src", "clang 19");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    ms_unit_free(unit);
    return 0;
}

static ms_path make(enum ms_path_kind kind, ms_path base) {
    return ms_path_make(unit, kind, base, 0, 0);
}

static void strings_are_interned(void **state) {
    (void)state;
    ms_string first = sample_string(unit, "lock");
    assert_int_equal(sample_string(unit, "lock"), first);
    assert_int_not_equal(sample_string(unit, "locks"), first);
    assert_int_equal(ms_unit_string(unit, "locks", 4), first);
    assert_string_equal(ms_unit_text(unit, first), "lock");
    assert_int_equal(sample_string(unit, ""), 0);
    assert_int_equal(ms_unit_string(unit, "a\0b", 3), sample_string(unit, "a"));
    assert_string_equal(ms_unit_text(unit, unit->source), "a.c");
}

static void many_strings_stay_distinct(void **state) {
    (void)state;
    ms_string strings[3000];
    char text[16];
    for (int i = 0; i < 3000; i++) {
        snprintf(text, sizeof text, "name%d", i);
        strings[i] = sample_string(unit, text);
    }
    for (int i = 0; i < 3000; i++) {
        snprintf(text, sizeof text, "name%d", i);
        assert_string_equal(ms_unit_text(unit, strings[i]), text);
        assert_int_equal(sample_string(unit, text), strings[i]);
    }
}

static void the_null_pointer_is_constant_0(void **state) {
    (void)state;
    ms_path null = ms_path_constant(unit, 0);
    assert_int_equal(unit->paths[null].kind, MS_PATH_CONSTANT);
    assert_int_equal(unit->paths[null].operand, 0);
    assert_int_equal(ms_path_constant(unit, 0), null);
    assert_int_not_equal(ms_path_constant(unit, INT64_MIN), ms_path_constant(unit, INT64_MAX));
}

static void address_and_deref_cancel(void **state) {
    (void)state;
    ms_path parameter = make(MS_PATH_PARAM, 0);
    ms_path pointee = make(MS_PATH_DEREF, parameter);
    assert_int_equal(make(MS_PATH_ADDRESS, pointee), parameter);
    ms_path address = make(MS_PATH_ADDRESS, parameter);
    assert_int_equal(make(MS_PATH_DEREF, address), parameter);
    assert_int_equal(make(MS_PATH_DEREF, parameter), pointee);
}

static void container_of_a_field_is_the_record(void **state) {
    (void)state;
    ms_record record = sample_record(unit);
    ms_path parameter = make(MS_PATH_PARAM, 0);
    ms_path field = ms_path_make(unit, MS_PATH_FIELD, make(MS_PATH_DEREF, parameter), record, 1);
    ms_path address = make(MS_PATH_ADDRESS, field);
    assert_int_equal(ms_path_make(unit, MS_PATH_CONTAINER, address, record, 1), parameter);
    ms_path other = ms_path_make(unit, MS_PATH_CONTAINER, address, record, 0);
    assert_int_equal(unit->paths[other].kind, MS_PATH_CONTAINER);
}

static void field_of_a_container_is_what_was_pointed_to(void **state) {
    (void)state;
    ms_record record = sample_record(unit);
    ms_path parameter = make(MS_PATH_PARAM, 0);
    ms_path container = ms_path_make(unit, MS_PATH_CONTAINER, parameter, record, 1);
    ms_path whole = make(MS_PATH_DEREF, container);
    assert_int_equal(ms_path_make(unit, MS_PATH_FIELD, whole, record, 1),
                     make(MS_PATH_DEREF, parameter));
    ms_path other = ms_path_make(unit, MS_PATH_FIELD, whole, record, 0);
    assert_int_equal(unit->paths[other].kind, MS_PATH_FIELD);
}

static void steps_from_unknown_keep_their_field(void **state) {
    (void)state;
    ms_record record = sample_record(unit);
    ms_path field = ms_path_make(unit, MS_PATH_FIELD, make(MS_PATH_DEREF, 0), record, 1);
    assert_int_not_equal(field, 0);
    assert_int_equal(unit->paths[field].extra, 1);
    assert_int_equal(make(MS_PATH_UNKNOWN, 0), 0);
}

static void types_are_interned(void **state) {
    (void)state;
    struct ms_type_node type = {.kind = MS_TYPE_INTEGER, .spelling = sample_string(unit, "int")};
    ms_type plain = ms_unit_add_type(unit, type);
    assert_int_equal(ms_unit_add_type(unit, type), plain);
    type.flags = MS_TYPE_CONST;
    assert_int_not_equal(ms_unit_add_type(unit, type), plain);
    assert_int_equal(ms_unit_add_type(unit, (struct ms_type_node){0}), 0);
}

static void entry_0_of_every_table_is_none(void **state) {
    (void)state;
    assert_int_equal(ms_unit_add_event(unit, (struct ms_event){0}), 1);
    assert_int_equal(ms_unit_add_successor(unit, 7), 1);
    assert_int_equal(ms_unit_add_argument(unit, 0), 1);
    assert_int_equal(unit->successors[0], 0);
    assert_int_equal(unit->successors[1], 7);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(strings_are_interned),
        TEST(many_strings_stay_distinct),
        TEST(the_null_pointer_is_constant_0),
        TEST(address_and_deref_cancel),
        TEST(container_of_a_field_is_the_record),
        TEST(field_of_a_container_is_what_was_pointed_to),
        TEST(steps_from_unknown_keep_their_field),
        TEST(types_are_interned),
        TEST(entry_0_of_every_table_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
