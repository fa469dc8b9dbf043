/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The effect language: every form that is right, and where the wrong ones point to. */
#include "mapsan/models.h"
#include "unit_test.h"

static struct ms_effect parsed(const char *text) {
    struct ms_effect effect;
    size_t offset = 0;
    char message[256] = "";
    if (!ms_effect_parse(text, &effect, &offset, message, sizeof message))
        fail_msg("\"%s\" at %zu: %s", text, offset, message);
    return effect;
}

static void every_verb_parses(void **state) {
    (void)state;
    static const struct {
        const char *word;
        int operands, condition;
    } verbs[] = {
#define MS_EFFECT(id, word, operands, conditional, meaning) {word, operands, conditional},
#include "mapsan/effects.def"
#undef MS_EFFECT
    };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s%s%s%s when arg3 is -1", verbs[i].word,
                 verbs[i].operands > 0 ? " arg0" : "", verbs[i].operands > 1 ? " with arg1" : "",
                 verbs[i].condition ? " on not-negative" : "");
        struct ms_effect effect = parsed(text);
        assert_int_equal(effect.verb, i + 1);
        assert_string_equal(ms_verb_word(effect.verb), verbs[i].word);
        assert_true(*ms_verb_meaning(effect.verb));
        assert_int_equal(effect.outcome,
                         verbs[i].condition ? MS_OUTCOME_NOT_NEGATIVE : MS_OUTCOME_ALWAYS);
        assert_int_equal(effect.when_argument, 4);
        assert_int_equal(effect.when_value, -1);
    }
}

static void operands_name_objects(void **state) {
    (void)state;
    struct ms_effect effect = parsed("iterator-init arg1 with *arg12");
    assert_int_equal(effect.object.kind, MS_OPERAND_ARGUMENT);
    assert_int_equal(effect.object.index, 1);
    assert_int_equal(effect.other.kind, MS_OPERAND_INDIRECT);
    assert_int_equal(effect.other.index, 12);
    assert_int_equal(parsed("insert &arg0").object.kind, MS_OPERAND_ITSELF);
    assert_int_equal(parsed("  element   result ").object.kind, MS_OPERAND_RESULT);
    effect = parsed("lookup global hsearch when arg1 is 0x10");
    assert_int_equal(effect.object.kind, MS_OPERAND_GLOBAL);
    assert_string_equal(effect.object.global, "hsearch");
    assert_int_equal(effect.when_value, 16);
}

static void names_are_interned(void **state) {
    (void)state;
    struct ms_effect first = parsed("acquire global big_lock"), second;
    char text[] = "acquire global big_lock";
    second = parsed(text);
    memset(text, 'x', sizeof text - 1);
    assert_ptr_equal(first.object.global, second.object.global);
    assert_string_equal(second.object.global, "big_lock");
}

static void mistakes_are_pointed_to(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
        const char *message;
    } mistakes[] = {
        {"", 0, "an effect is missing"},
        {"   ", 3, "an effect is missing"},
        {"aquire arg0", 0, "did you mean 'acquire'?"},
        {"frobnicate arg0", 0, "unknown verb 'frobnicate'"},
        {"acquire", 7, "'acquire' needs an object"},
        {"acquire lock", 8, "'lock' is not an object"},
        {"acquire arg", 8, "'arg' is not an object"},
        {"acquire argx", 8, "'argx' is not an object"},
        {"acquire arg64", 8, "N from 0 to 63"},
        {"acquire arg100", 8, "'arg100' is not an object"},
        {"acquire **arg0", 8, "'**arg0' is not an object"},
        {"acquire global", 14, "needs the name"},
        {"acquire arg0 with arg1", 13, "takes one object"},
        {"callback arg0 with", 18, "'with' needs an object"},
        {"callback arg0 with data", 19, "'data' is not an object"},
        {"read arg0 on zero", 10, "does not depend on an outcome"},
        {"try-acquire arg0", 16, "needs the outcome"},
        {"acquire arg0 on success", 16, "'success' is not an outcome"},
        {"acquire arg0 on", 15, "is not an outcome"},
        {"insert arg0 when result is 1", 17, "'when' needs an argument"},
        {"insert arg0 when arg1 1", 22, "'is' is missing"},
        {"insert arg0 when arg1 is one", 25, "'one' is not an integer"},
        {"insert arg0 when arg1 is", 24, "is not an integer"},
        {"insert arg0 when arg1 is 9999999999", 25, "is not an integer"},
        {"insert arg0 arg1", 12, "'arg1' is too much"},
        {"nothing arg0", 8, "'arg0' is too much"},
        {"insert arg0, key arg1", 7, "'arg0,' is not an object"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct ms_effect effect;
        size_t offset = 99;
        char message[256] = "";
        if (ms_effect_parse(mistakes[i].text, &effect, &offset, message, sizeof message))
            fail_msg("\"%s\" was taken", mistakes[i].text);
        if (offset != mistakes[i].offset || !strstr(message, mistakes[i].message))
            fail_msg("\"%s\": at %zu \"%s\"", mistakes[i].text, offset, message);
        assert_null(strchr(message, '\n'));
    }
}

static void a_small_buffer_holds_the_start_of_the_message(void **state) {
    (void)state;
    struct ms_effect effect;
    size_t offset;
    char message[8] = "";
    assert_false(ms_effect_parse("nonsense", &effect, &offset, message, sizeof message));
    assert_string_equal(message, "unknown");
}

static void map_access_of_verbs(void **state) {
    (void)state;
    assert_int_equal(ms_verb_map_access(MS_VERB_LOOKUP), MS_MAP_READ);
    assert_int_equal(ms_verb_map_access(MS_VERB_CLEAR), MS_MAP_WRITE);
    assert_int_equal(ms_verb_map_access(MS_VERB_ITERATE), MS_MAP_ITERATE);
    assert_int_equal(ms_verb_map_access(MS_VERB_DESTROY), MS_MAP_DESTROY);
    assert_int_equal(ms_verb_map_access(MS_VERB_ACQUIRE), MS_MAP_NONE);
    assert_int_equal(ms_verb_map_access(MS_VERB_KEY), MS_MAP_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_parses),
        cmocka_unit_test(operands_name_objects),
        cmocka_unit_test(names_are_interned),
        cmocka_unit_test(mistakes_are_pointed_to),
        cmocka_unit_test(a_small_buffer_holds_the_start_of_the_message),
        cmocka_unit_test(map_access_of_verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
