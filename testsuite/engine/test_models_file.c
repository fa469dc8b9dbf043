/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Model files: what they say is found again, and every mistake has its line and column. */
#include "models_table.h"
#include "unit_test.h"

static struct ms_models *load(const struct ms_models *base, const char *text) {
    struct ms_models_draft draft = {0};
    char message[512] = "";
    if (!ms_models_read_text(&draft, "my.yaml", text, strlen(text), message, sizeof message))
        fail_msg("%s", message);
    return ms_models_build(&draft, base);
}

static void a_file_says_what_it_says(void **state) {
    (void)state;
    struct ms_models *models = load(NULL, "types:\n"
                                          "  struct my_lock: rwlock\n"
                                          "  table: {role: map, constructor: table_new}\n"
                                          "functions:\n"
                                          "  my_lock: acquire arg0\n"
                                          "  table_get: [lookup arg0, key arg1]\n"
                                          "macros:\n"
                                          "  ADD: [insert &arg0]\n"
                                          "library: mytable\n");
    const struct ms_model *model = ms_models_function(models, "table_get");
    assert_non_null(model);
    assert_string_equal(model->library, "mytable");
    assert_int_equal(model->effect_count, 2);
    assert_int_equal(model->effects[1].verb, MS_VERB_KEY);
    assert_false(model->macro);
    assert_null(ms_models_macro(models, "table_get"));
    assert_true(ms_models_macro(models, "ADD")->macro);
    assert_int_equal(ms_models_function(models, "my_lock")->effect_count, 1);
    assert_int_equal(ms_models_type(models, "struct my_lock")->role, MS_ROLE_RWLOCK);
    assert_string_equal(ms_models_type(models, "table")->constructor, "table_new");
    assert_null(ms_models_type(models, "table_new"));
    ms_models_free(models);
}

static void exact_names_beat_patterns_and_later_sets_their_base(void **state) {
    (void)state;
    struct ms_models *base = load(NULL, "functions:\n"
                                        "  get: [lookup arg0]\n"
                                        "  set_*: [insert arg0]\n"
                                        "  set_all_*: [clear arg0]\n"
                                        "  '*_lock': acquire arg0\n"
                                        "  rw_*_lock: acquire-shared arg0\n");
    struct ms_models *models = load(base, "functions:\n"
                                          "  get: [remove arg0]\n"
                                          "  set_one: [read arg0]\n"
                                          "  se*: [write arg0]\n");
    const struct {
        const char *name;
        int verb;
    } expected[] = {{"get", MS_VERB_REMOVE},
                    {"set_one", MS_VERB_READ},
                    {"set_two", MS_VERB_WRITE},
                    {"set_all_x", MS_VERB_WRITE},
                    {"my_lock", MS_VERB_ACQUIRE},
                    {"rw_a_lock", MS_VERB_ACQUIRE_SHARED},
                    {"_lock", 0},
                    {"se", 0},
                    {"other", 0}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct ms_model *model = ms_models_function(models, expected[i].name);
        if ((model ? model->effects[0].verb : 0) != expected[i].verb)
            fail_msg("%s: %s", expected[i].name, model ? model->name : "not found");
    }
    assert_int_equal(ms_models_function(base, "set_all_x")->effects[0].verb, MS_VERB_CLEAR);
    assert_int_equal(ms_models_function(base, "get")->effects[0].verb, MS_VERB_LOOKUP);
    ms_models_free(models);
    ms_models_free(base);
}

static void mistakes_have_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } mistakes[] = {
        {"", "my.yaml:1:1: the file is empty"},
        {"# nothing\n", "my.yaml:1:1: the file is empty"},
        {"- a\n", "my.yaml:1:1: the file holds no model"},
        {"functions:\n  f: [acquire arg0\n", "my.yaml:"},
        {"functoins:\n  f: nothing\n", "my.yaml:1:1: unknown key 'functoins'; did you mean "
                                       "'functions'?"},
        {"colour: blue\n", "my.yaml:1:1: unknown key 'colour'; write one of library, types"},
        {"functions:\n  f: nothing\nfunctions:\n  g: nothing\n",
         "my.yaml:3:1: 'functions' is defined twice; remove this one or the one in line 1"},
        {"functions:\n  f: nothing\n  f: nothing\n",
         "my.yaml:3:3: 'f' is defined twice; remove this one or the one in line 2"},
        {"functions: x\n", "my.yaml:1:12: 'functions' holds"},
        {"functions:\n  f: [acquire arg0, aquire arg1]\n",
         "my.yaml:2:21: unknown verb 'aquire'; did you mean 'acquire'?"},
        {"functions:\n  f: [acquire arg0, key argx]\n", "my.yaml:2:25: 'argx' is not an object"},
        {"functions:\n  f: \"acquire argx\"\n", "my.yaml:2:15: 'argx' is not an object"},
        {"functions:\n  f: 'acquire argx\n\n    y'\n", "my.yaml:2:15: 'argx y' is not an object"},
        {"functions:\n  f:\n    - insert arg0\n    - [key arg1]\n",
         "my.yaml:4:7: an effect is a line"},
        {"functions:\n  f: {a: b}\n", "my.yaml:2:6: 'f' needs a list"},
        {"functions:\n  f: []\n", "my.yaml:2:6: 'f' has no effect; write 'nothing'"},
        {"functions:\n  f:\n", "my.yaml:2:5: an effect is a line"},
        {"functions:\n  [a]: nothing\n", "my.yaml:2:3: a name is missing"},
        {"functions:\n  a*b*c: nothing\n", "my.yaml:2:6: a name may hold one '*'"},
        {"functions:\n  '*': nothing\n", "my.yaml:2:3: '*' would match every name"},
        {"functions:\n  f: [nothing, nothing, nothing, nothing, nothing, nothing, nothing,\n"
         "      nothing, nothing]\n",
         "my.yaml:3:16: 'f' has more than 8 effects"},
        {"types:\n  t: mutx\n", "my.yaml:2:6: unknown role 'mutx'; did you mean 'mutex'?"},
        {"types:\n  t: bag\n", "my.yaml:2:6: unknown role 'bag'"},
        {"types:\n  t: {role: map, constructer: t_new}\n",
         "my.yaml:2:18: unknown key 'constructer'; did you mean 'constructor'?"},
        {"types:\n  t: {constructor: t_new}\n", "my.yaml:2:6: 't' has no role"},
        {"types:\n  t: [map]\n", "my.yaml:2:6: the role of 't' is one word"},
        {"library: [a]\n", "my.yaml:1:10: 'library' is followed by its name"},
        {"functions:\n  f: nothing\n---\nfunctions:\n", "my.yaml:4:1: a second document"},
        {"functions:\n\tf: nothing\n", "my.yaml:2:1: not YAML: "},
        {"functions:\n  f: *lock\n", "my.yaml:2:6: not YAML: found undefined alias"},
        {"functions:\n  f: \"a\\0b\"\n", "my.yaml:2:6: an effect is a line"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct ms_models_draft draft = {0};
        char message[512] = "";
        if (ms_models_read_text(&draft, "my.yaml", mistakes[i].text, strlen(mistakes[i].text),
                                message, sizeof message))
            fail_msg("%s\nwas taken", mistakes[i].text);
        if (strncmp(message, mistakes[i].message, strlen(mistakes[i].message)) != 0)
            fail_msg("%s\n%s\nexpected %s", mistakes[i].text, message, mistakes[i].message);
        assert_null(strchr(message, '\n'));
        ms_models_discard(&draft);
    }
}

static void what_is_no_file_is_named(void **state) {
    (void)state;
    char message[512] = "";
    assert_null(ms_models_load(NULL, "no/such/file.yaml", message, sizeof message));
    assert_non_null(strstr(message, "no/such/file.yaml: cannot be read: No such file"));
    assert_null(ms_models_load(NULL, "/", message, sizeof message));
    assert_non_null(strstr(message, "/: cannot be read: Is a directory"));
}

/* Two built-in files may not define the same name. */
static void a_draft_of_several_files_has_no_duplicates(void **state) {
    (void)state;
    struct ms_models_draft draft = {0};
    const char text[] = "functions:\n  f: nothing\n";
    char message[512] = "";
    assert_true(ms_models_read_text(&draft, "a.yaml", text, strlen(text), message, 512));
    assert_false(ms_models_read_text(&draft, "b.yaml", text, strlen(text), message, 512));
    assert_non_null(strstr(message, "b.yaml:2:3: 'f' is defined twice"));
    ms_models_discard(&draft);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_says_what_it_says),
        cmocka_unit_test(exact_names_beat_patterns_and_later_sets_their_base),
        cmocka_unit_test(mistakes_have_line_and_column),
        cmocka_unit_test(what_is_no_file_is_named),
        cmocka_unit_test(a_draft_of_several_files_has_no_duplicates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
