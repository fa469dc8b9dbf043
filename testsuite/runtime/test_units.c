/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Unit tests of the runtime's parts that need no second thread to be understood: the words of tags,
 * the parser of options, the side table (and, with threads, that it keeps its promises under them).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "encoding.h"
#include "flags.h"
#include "table.h"

static const struct mapsan_site site = {.operation = MAPSAN_OP_WRITE};

static void claims_name_slot_and_site(void **state) {
    (void)state;
    const uint32_t slots[] = {1, 63, 64, 65, MAPSAN_SLOTS_MAX - 1};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        const uint64_t claim = mapsan_claim(mapsan_claim_base(slots[i]), &site);
        assert_true(mapsan_is_claim(claim));
        assert_int_equal(mapsan_word_slot(claim), slots[i]);
        assert_ptr_equal(mapsan_claim_site(claim), &site);
    }
    const struct mapsan_site *highest = (const struct mapsan_site *)0x0000fffffffffff8;
    const uint64_t claim = mapsan_claim(mapsan_claim_base(5), highest);
    assert_ptr_equal(mapsan_claim_site(claim), highest);
    assert_int_equal(mapsan_word_slot(claim), 5);
}

static void stamps_are_new_and_no_claims(void **state) {
    (void)state;
    uint64_t stamp = mapsan_first_stamp(7);
    for (int i = 0; i < 1000; i++) {
        const uint64_t next = mapsan_next_stamp(stamp);
        assert_false(mapsan_is_claim(next));
        assert_int_equal(mapsan_word_slot(next), 7);
        assert_true(next > stamp);
        stamp = next;
    }
    assert_false(mapsan_is_claim(0));
    assert_int_equal(mapsan_word_slot(0), 0);
}

static char said[4096];

static void hear(const char *line) { strncat(said, line, sizeof said - strlen(said) - 1); }

static struct mapsan_flags parse(const char *text) {
    struct mapsan_flags flags = mapsan_flags;
    said[0] = '\0';
    mapsan_flags_parse(&flags, text, "TEST", hear);
    return flags;
}

static void options_are_applied(void **state) {
    (void)state;
    const struct mapsan_flags flags =
        parse("halt_on_error=0:exitcode=3:color=never:log_path='/a:b c':verbosity=0x2");
    assert_string_equal(said, "");
    assert_false(flags.halt_on_error);
    assert_int_equal(flags.exitcode, 3);
    assert_int_equal(flags.color, 2);
    assert_string_equal(flags.log_path, "/a:b c");
    assert_int_equal(flags.verbosity, 2);
}

static void separators_and_words_vary(void **state) {
    (void)state;
    const struct mapsan_flags flags = parse(" ::halt_on_error=no, symbolize=false\tdedup=yes::");
    assert_string_equal(said, "");
    assert_false(flags.halt_on_error);
    assert_false(flags.symbolize);
    assert_true(flags.dedup);
    parse("");
    assert_string_equal(said, "");
}

static void mistakes_are_one_line_and_leave_the_default(void **state) {
    (void)state;
    static const char *const wrong[] = {"exitcode=300",
                                        "exitcode=-1",
                                        "exitcode=3x",
                                        "exitcode=",
                                        "exitcode",
                                        "halt_on_error=2",
                                        "color=blue",
                                        "colour=auto",
                                        "stack_depth=0",
                                        "=5",
                                        "max_maps=99999999999999999999",
                                        "exitcode='3",
                                        "color=auto|always"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct mapsan_flags flags = parse(wrong[i]);
        if (strcmp(wrong[i], "exitcode='3") == 0) {
            assert_int_equal(flags.exitcode, 3); /* an open quote ends with the text */
            continue;
        }
        assert_memory_equal(&flags, &mapsan_flags, sizeof flags);
        assert_true(strncmp(said, "mapsan: TEST: ", 14) == 0);
        assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
    }
    char huge[3000];
    memset(huge, 'a', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    memcpy(huge, "log_path=", 9);
    assert_string_equal(parse(huge).log_path, "stderr");
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
    huge[8] = 'b';
    parse(huge);
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static void help_names_every_option(void **state) {
    (void)state;
    said[0] = '\0';
    mapsan_flags_help(&mapsan_flags, hear);
#define MAPSAN_BOOL(name, value, help) assert_non_null(strstr(said, #name " "));
#define MAPSAN_INT(name, value, least, most, help) assert_non_null(strstr(said, #name " "));
#define MAPSAN_CHOICE(name, value, words, help) assert_non_null(strstr(said, #name " "));
#define MAPSAN_STRING(name, value, help) assert_non_null(strstr(said, #name " "));
#include "flags.inc"
}

static const void *address(size_t i) { return (const void *)(0x10000 + i * 16); }

static void table_finds_what_it_made(void **state) {
    (void)state;
    const size_t before = mapsan_table_count();
    enum { MAPS = 5000 };
    for (size_t i = 0; i < MAPS; i++)
        assert_ptr_equal(mapsan_table_find(address(i))->map, address(i));
    struct mapsan_tag *tag = mapsan_table_find(address(17));
    assert_ptr_equal(mapsan_table_find(address(17)), tag);
    assert_true(mapsan_table_owns(tag));
    assert_false(mapsan_table_owns(&(struct mapsan_tag){0}));
    assert_int_equal(mapsan_table_count(), before + MAPS);
    for (size_t i = 0; i < MAPS; i++)
        assert_true(mapsan_table_forget(address(i)));
    assert_int_equal(mapsan_table_count(), before);
    assert_false(mapsan_table_forget(address(3)));
}

static void forgotten_maps_start_anew(void **state) {
    (void)state;
    struct mapsan_tag *tag = mapsan_table_find(address(1));
    tag->word = 42;
    tag->touched = 1;
    tag->made = 9;
    mapsan_table_forget(address(1));
    assert_ptr_equal(tag->map, MAPSAN_NO_MAP);
    tag = mapsan_table_find(address(1));
    assert_true(tag->word == 0 && tag->touched == 0 && tag->made == 0);
    mapsan_table_forget(address(1));
}

static void *make_and_forget(void *seed) {
    unsigned state = (unsigned)(uintptr_t)seed;
    for (int i = 0; i < 200000; i++) {
        state = state * 1103515245 + 12345;
        const void *map = address(state >> 16 & 63);
        /* Another thread may forget it at once; it is never found as something else for long, and
         * the list never loses its order, or the counts below would not come out. */
        if (state >> 8 & 1)
            mapsan_table_find(map);
        else
            mapsan_table_forget(map);
    }
    return NULL;
}

static void threads_agree_on_the_table(void **state) {
    (void)state;
    pthread_t threads[4];
    for (uintptr_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, make_and_forget, (void *)(i + 1));
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    size_t left = 0;
    for (size_t i = 0; i < 64; i++)
        left += mapsan_table_forget(address(i));
    for (size_t i = 0; i < 64; i++)
        assert_false(mapsan_table_forget(address(i)));
    assert_true(left <= 64);
    assert_int_equal(mapsan_table_count(), 0);
}

static void full_table_refuses(void **state) {
    (void)state;
    const size_t room = mapsan_table_start(0);
    const size_t refused = mapsan_table_refused();
    for (size_t i = 0; i < room; i++)
        assert_non_null(mapsan_table_find(address(i)));
    assert_null(mapsan_table_find(address(room)));
    assert_int_equal(mapsan_table_refused(), refused + 1);
    assert_true(mapsan_table_forget(address(5)));
    assert_non_null(mapsan_table_find(address(room)));
}

/* A small table, so that it can be filled. */
const char *__mapsan_default_options(void) { return "max_maps=6000"; }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_name_slot_and_site),
        cmocka_unit_test(stamps_are_new_and_no_claims),
        cmocka_unit_test(options_are_applied),
        cmocka_unit_test(separators_and_words_vary),
        cmocka_unit_test(mistakes_are_one_line_and_leave_the_default),
        cmocka_unit_test(help_names_every_option),
        cmocka_unit_test(table_finds_what_it_made),
        cmocka_unit_test(forgotten_maps_start_anew),
        cmocka_unit_test(threads_agree_on_the_table),
        cmocka_unit_test(full_table_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
