/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Images of facts: what is written is read, what is damaged is refused. */
#include "facts_image.h"
#include "sample_facts.h"
#include "unit_test.h"

static char *dumped(const struct ms_unit *unit) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    ms_unit_dump(unit, stream);
    fclose(stream);
    return text;
}

static void assert_table(const void *left, const void *right, size_t count, size_t size) {
    assert_memory_equal(left, right, count * size);
}

/* The image is a function of the facts and holds all of them: two units with equal images that
 * agree in their JSON agree in all but padding. */
static void every_kind_of_fact_survives(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    size_t size, used;
    unsigned char *image = ms_unit_write(unit, &size);
    const char *error = "unset";
    struct ms_unit *copy = ms_unit_read(image, size, &used, &error);
    assert_null(error);
    assert_non_null(copy);
    assert_int_equal(used, size);

#define COUNT(count) assert_int_equal(copy->count, unit->count);
    MS_TABLE_COUNTS(COUNT)
#undef COUNT
    for (size_t i = 0; i < unit->string_count; i++)
        assert_string_equal(copy->strings[i], unit->strings[i]);
    assert_table(copy->constants, unit->constants, unit->constant_count, sizeof *unit->constants);
    assert_table(copy->arguments, unit->arguments, unit->argument_count, sizeof *unit->arguments);
    assert_table(copy->successors, unit->successors, unit->successor_count,
                 sizeof *unit->successors);
    size_t again_size;
    unsigned char *again = ms_unit_write(copy, &again_size);
    assert_int_equal(again_size, size);
    assert_memory_equal(again, image, size);
    char *left = dumped(unit), *right = dumped(copy);
    assert_string_equal(left, right);
    free(left);
    free(right);
    free(again);
    free(image);
    ms_unit_free(copy);
    ms_unit_free(unit);
}

static void events_keep_their_fields(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    size_t size, used;
    unsigned char *image = ms_unit_write(unit, &size);
    const char *error;
    struct ms_unit *copy = ms_unit_read(image, size, &used, &error);
    for (size_t i = 0; i < unit->event_count; i++) {
        const struct ms_event *a = &unit->events[i], *b = &copy->events[i];
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->order, b->order);
        assert_int_equal(a->flags, b->flags);
        assert_int_equal(a->path, b->path);
        assert_int_equal(a->value, b->value);
        assert_int_equal(a->callee, b->callee);
        assert_int_equal(a->result, b->result);
        assert_int_equal(a->type, b->type);
        assert_int_equal(a->arguments.count, b->arguments.count);
        assert_int_equal(a->where.file, b->where.file);
        assert_int_equal(a->where.line, b->where.line);
        assert_int_equal(a->where.column, b->where.column);
        assert_int_equal(a->where.macro, b->where.macro);
    }
    free(image);
    ms_unit_free(copy);
    ms_unit_free(unit);
}

/* What was read can be built upon: interning goes on, tables grow. */
static void a_unit_that_was_read_can_grow(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    size_t size, used;
    unsigned char *image = ms_unit_write(unit, &size);
    const char *error;
    struct ms_unit *copy = ms_unit_read(image, size, &used, &error);
    assert_int_equal(sample_string(copy, "caches"), sample_string(unit, "caches"));
    ms_path parameter = ms_path_make(unit, MS_PATH_PARAM, 0, 0, 0);
    assert_int_equal(ms_path_make(copy, MS_PATH_PARAM, 0, 0, 0), parameter);
    for (int i = 0; i < 100; i++) {
        ms_unit_add_event(copy, (struct ms_event){.kind = MS_EVENT_READ});
        ms_unit_add_variable(copy, (struct ms_variable_node){.flags = MS_VARIABLE_GLOBAL});
    }
    assert_int_equal(copy->event_count, unit->event_count + 100);
    free(image);
    ms_unit_free(copy);
    ms_unit_free(unit);
}

static void must_refuse(const unsigned char *data, size_t size) {
    size_t used = 0;
    const char *error = NULL;
    struct ms_unit *unit = ms_unit_read(data, size, &used, &error);
    assert_null(unit);
    assert_non_null(error);
    assert_in_range(used, size ? 1 : 0, size);
}

static void every_flipped_byte_is_noticed(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    size_t size;
    unsigned char *image = ms_unit_write(unit, &size);
    for (size_t at = 0; at < size; at++)
        for (int bit = 0; bit < 8; bit++) {
            image[at] ^= (unsigned char)(1u << bit);
            must_refuse(image, size);
            image[at] ^= (unsigned char)(1u << bit);
        }
    free(image);
    ms_unit_free(unit);
}

/* With the checksum made right again the validation of each entry is all that stands in the way:
 * the image is refused, or what is returned can be walked over without a crash. */
static void forged_images_do_no_harm(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    size_t size, refused = 0;
    unsigned char *image = ms_unit_write(unit, &size);
    for (size_t at = MS_IMAGE_HEADER_SIZE; at < size; at++)
        for (int value = 0; value < 256; value += 5) {
            unsigned char kept = image[at];
            image[at] = (unsigned char)value;
            uint64_t seed = ms_image_checksum(image + 8, 16, 0);
            ms_image_store(
                image + 24,
                ms_image_checksum(image + MS_IMAGE_HEADER_SIZE, size - MS_IMAGE_HEADER_SIZE, seed),
                8);
            size_t used;
            const char *error;
            struct ms_unit *copy = ms_unit_read(image, size, &used, &error);
            if (copy)
                free(dumped(copy));
            else
                refused++;
            ms_unit_free(copy);
            image[at] = kept;
        }
    assert_true(refused > size);
    free(image);
    ms_unit_free(unit);
}

static void every_truncation_is_noticed(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    size_t size;
    unsigned char *image = ms_unit_write(unit, &size);
    for (size_t length = 0; length < size; length++) {
        unsigned char *cut = malloc(length ? length : 1); /* exact, for the sanitizer */
        memcpy(cut, image, length);
        must_refuse(cut, length);
        free(cut);
    }
    free(image);
    ms_unit_free(unit);
}

static void foreign_data_is_refused(void **state) {
    (void)state;
    unsigned char zeros[64] = {0};
    must_refuse(zeros, sizeof zeros);
    must_refuse((const unsigned char *)"not facts at all", 16);
    must_refuse((const unsigned char *)"", 0);
}

static void another_version_says_rebuild(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    size_t size, used;
    unsigned char *image = ms_unit_write(unit, &size);
    ms_image_store(image + 8, MS_FACTS_VERSION + 1, 4);
    const char *error = NULL;
    assert_null(ms_unit_read(image, size, &used, &error));
    assert_non_null(strstr(error, "another version"));
    free(image);
    ms_unit_free(unit);
}

/* As a linker would: images one after the other, zeros between them, one of them damaged. */
static void images_can_be_taken_apart(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    size_t size;
    unsigned char *image = ms_unit_write(unit, &size);
    size_t total = 3 * size + 24;
    unsigned char *section = calloc(1, total);
    memcpy(section, image, size);
    memcpy(section + size + 24, image, size);
    memcpy(section + 2 * size + 24, image, size);
    section[size + 24 + 50] ^= 1;
    size_t found = 0, damaged = 0;
    for (size_t at = 0, used; at < total; at += used) {
        const char *error;
        struct ms_unit *copy = ms_unit_read(section + at, total - at, &used, &error);
        *(copy ? &found : &damaged) += 1;
        ms_unit_free(copy);
    }
    assert_int_equal(found, 2);
    assert_int_equal(damaged, 1);
    free(section);
    free(image);
    ms_unit_free(unit);
}

static void the_dump_spells_paths(void **state) {
    (void)state;
    struct ms_unit *unit = sample_unit();
    sample_string(unit, "quote\" and \\ and \x01");
    char *text = dumped(unit);
    assert_non_null(strstr(text, "\"&c->lock\""));
    assert_non_null(strstr(text, "\"caches[-7]\""));
    assert_non_null(strstr(text, "\"container_of(c, cache, table)\""));
    assert_non_null(strstr(text, "\"callee\": \"pthread_mutex_lock\""));
    free(text);
    ms_unit_free(unit);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_fact_survives),
        cmocka_unit_test(events_keep_their_fields),
        cmocka_unit_test(a_unit_that_was_read_can_grow),
        cmocka_unit_test(every_flipped_byte_is_noticed),
        cmocka_unit_test(forged_images_do_no_harm),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(foreign_data_is_refused),
        cmocka_unit_test(another_version_says_rebuild),
        cmocka_unit_test(images_can_be_taken_apart),
        cmocka_unit_test(the_dump_spells_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
