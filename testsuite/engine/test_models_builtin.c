/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The built-in models: complete against the headers that are installed, and true in the places
 * where a mistake would be easy. */
#include "models_table.h"
#include "unit_test.h"

#include <ctype.h>

static const struct ms_models *models;

static int set_up(void **state) {
    (void)state;
    models = ms_models_builtin();
    return 0;
}

/* Every entry is found by its own name and holds together. */
static void check_models(const struct ms_name_table *table,
                         const struct ms_model *(*find)(const struct ms_models *, const char *)) {
    const struct ms_model *model = table->entries;
    for (uint32_t i = 0; i < table->count; i++, model++) {
        assert_ptr_equal(find(models, model->name), model);
        assert_true(*model->library);
        assert_in_range(model->effect_count, 1, MS_EFFECTS_MAX);
        for (int at = 0; at < model->effect_count; at++)
            assert_in_range(model->effects[at].verb, MS_VERB_NONE + 1, MS_VERB_COUNT - 1);
        for (int at = 0; at < model->effect_count && model->effect_count > 1; at++)
            if (model->effects[at].verb == MS_VERB_NOTHING)
                fail_msg("%s: 'nothing' and something else", model->name);
    }
}

static void every_entry_holds_together(void **state) {
    (void)state;
    check_models(&models->functions, ms_models_function);
    check_models(&models->macros, ms_models_macro);
    const struct ms_type_model *type = models->types.entries;
    for (uint32_t i = 0; i < models->types.count; i++, type++) {
        assert_ptr_equal(ms_models_type(models, type->name), type);
        assert_in_range(type->role, MS_ROLE_NONE + 1, MS_ROLE_COUNT - 1);
        assert_true(*ms_role_word(type->role));
        if (type->constructor)
            assert_non_null(ms_models_function(models, type->constructor));
    }
    assert_true(models->functions.count > 500);
}

/* The names in a header that begin with `prefix` and are followed by a parenthesis, outside of
 * #define. */
static unsigned check_header(const char *directory, const char *header, const char *prefix,
                             const char *const *excepted) {
    char path[512], line[1024];
    snprintf(path, sizeof path, "%s/%s", directory, header);
    FILE *stream = fopen(path, "r");
    if (!stream)
        fail_msg("%s is missing", path);
    unsigned found = 0, missing = 0;
    while (fgets(line, sizeof line, stream)) {
        char *name = strstr(line, prefix);
        if (!name || line[0] == '#' || line[0] == ' ' || line[1] == '*')
            continue;
        size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
        char *after = name + length + strspn(name + length, " ");
        if (*after != '(' || (name > line && (isalnum((unsigned char)name[-1]) || name[-1] == '_')))
            continue;
        name[length] = '\0';
        found++;
        bool skip = false;
        for (size_t i = 0; excepted && excepted[i]; i++)
            skip = skip || strcmp(excepted[i], name) == 0;
        if (!skip && !ms_models_function(models, name)) {
            print_error("%s: no model of %s\n", header, name);
            missing++;
        }
    }
    fclose(stream);
    assert_int_equal(missing, 0);
    return found;
}

static void glib_containers_are_covered(void **state) {
    (void)state;
    const char *directory = MAPSAN_GLIB_INCLUDE "/glib";
    assert_true(check_header(directory, "ghash.h", "g_hash_table_", NULL) >= 30);
    assert_true(check_header(directory, "gtree.h", "g_tree_", NULL) >= 25);
    assert_true(check_header(directory, "gqueue.h", "g_queue_", NULL) >= 40);
    assert_true(check_header(directory, "garray.h", "g_ptr_array_", NULL) >= 25);
    assert_true(check_header(directory, "garray.h", "g_array_", NULL) >= 15);
    assert_true(check_header(directory, "garray.h", "g_byte_array_", NULL) >= 10);
    assert_true(check_header(directory, "gsequence.h", "g_sequence_", NULL) >= 30);
    assert_true(check_header(directory, "glist.h", "g_list_", NULL) >= 25);
    assert_true(check_header(directory, "gslist.h", "g_slist_", NULL) >= 25);
}

static void glib_threads_are_covered(void **state) {
    (void)state;
    static const char *const values[] = {"g_thread_error_quark",
                                         "g_thread_pool_set_max_unused_threads",
                                         "g_thread_pool_get_max_unused_threads",
                                         "g_thread_pool_get_num_unused_threads",
                                         "g_thread_pool_set_sort_function",
                                         "g_thread_pool_set_max_idle_time",
                                         "g_thread_pool_get_max_idle_time",
                                         NULL};
    const char *directory = MAPSAN_GLIB_INCLUDE "/glib";
    assert_true(check_header(directory, "gthread.h", "g_mutex_", NULL) >= 5);
    check_header(directory, "gthread.h", "g_rw_lock_", NULL);
    check_header(directory, "gthread.h", "g_rec_mutex_", NULL);
    check_header(directory, "gthread.h", "g_cond_", NULL);
    check_header(directory, "gthread.h", "g_thread_", values);
    check_header(directory, "gthreadpool.h", "g_thread_pool_", values);
    check_header(directory, "gasyncqueue.h", "g_async_queue_", NULL);
}

static void posix_locks_are_covered(void **state) {
    (void)state;
    static const char *const settings[] = {"pthread_mutex_getprioceiling",
                                           "pthread_mutex_setprioceiling",
                                           "pthread_mutex_consistent_np", NULL};
    assert_true(check_header("/usr/include", "pthread.h", "pthread_mutex_", settings) >= 5);
    assert_true(check_header("/usr/include", "pthread.h", "pthread_rwlock_", NULL) >= 9);
    assert_true(check_header("/usr/include", "pthread.h", "pthread_spin_", NULL) >= 5);
    assert_true(check_header("/usr/include", "pthread.h", "pthread_cond_", NULL) >= 6);
    assert_true(check_header("/usr/include", "pthread.h", "pthread_barrier_", NULL) >= 3);
    assert_true(check_header("/usr/include", "semaphore.h", "sem_",
                             (const char *const[]){"sem_unlink", NULL}) >= 8);
    assert_true(check_header("/usr/include", "threads.h", "mtx_", NULL) >= 5);
    assert_true(check_header("/usr/include", "threads.h", "cnd_", NULL) >= 5);
    assert_true(check_header("/usr/include", "threads.h", "thrd_", NULL) >= 6);
}

static bool has(const struct ms_model *model, enum ms_verb verb) {
    for (int i = 0; model && i < model->effect_count; i++)
        if (model->effects[i].verb == verb)
            return true;
    return false;
}

static void reads_that_write_are_writes(void **state) {
    (void)state;
    assert_true(has(ms_models_macro(models, "hmget"), MS_VERB_WRITE));
    assert_true(has(ms_models_macro(models, "stbds_shgeti"), MS_VERB_WRITE));
    assert_false(has(ms_models_macro(models, "hmget_ts"), MS_VERB_WRITE));
    assert_false(has(ms_models_function(models, "g_hash_table_lookup"), MS_VERB_WRITE));
}

static void patterns_reach_generated_functions(void **state) {
    (void)state;
    assert_true(has(ms_models_function(models, "kh_put_str"), MS_VERB_INSERT));
    assert_true(has(ms_models_function(models, "kh_get_m64"), MS_VERB_LOOKUP));
    assert_null(ms_models_function(models, "kh_get_"));
    assert_int_equal(ms_models_type(models, "kh_str_t")->role, MS_ROLE_MAP);
    assert_true(has(ms_models_function(models, "urcu_memb_read_lock"), MS_VERB_RCU_READ_LOCK));
    assert_true(has(ms_models_function(models, "urcu_bp_call_rcu"), MS_VERB_RCU_DEFER));
    assert_false(has(ms_models_function(models, "call_rcu_data_free"), MS_VERB_RCU_DEFER));
}

static void outcomes_are_right(void **state) {
    (void)state;
    assert_int_equal(ms_models_function(models, "pthread_mutex_trylock")->effects[0].outcome,
                     MS_OUTCOME_ZERO);
    assert_int_equal(ms_models_function(models, "g_mutex_trylock")->effects[0].outcome,
                     MS_OUTCOME_NONZERO);
    assert_int_equal(ms_models_function(models, "g_mutex_lock")->effects[0].outcome,
                     MS_OUTCOME_ALWAYS);
}

static void unknown_names_are_unknown(void **state) {
    (void)state;
    assert_null(ms_models_function(models, ""));
    assert_null(ms_models_function(models, "g_hash_table"));
    assert_null(ms_models_macro(models, "g_hash_table_insert"));
    assert_null(ms_models_type(models, "int"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_holds_together),
        cmocka_unit_test(glib_containers_are_covered),
        cmocka_unit_test(glib_threads_are_covered),
        cmocka_unit_test(posix_locks_are_covered),
        cmocka_unit_test(reads_that_write_are_writes),
        cmocka_unit_test(patterns_reach_generated_functions),
        cmocka_unit_test(outcomes_are_right),
        cmocka_unit_test(unknown_names_are_unknown),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
