/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* `mapsan explain`, `checks`, `models`: what is known without looking at a program. */
#include "cli.h"

#include <string.h>

#include "models_table.h"

static int unknown_check(const char *word) {
    const char *names[MS_CHECK_COUNT];
    for (int check = 1; check < MS_CHECK_COUNT; check++)
        names[check - 1] = ms_check_name(check);
    const char *near = ms_nearest_word(word, strlen(word), names, MS_CHECK_COUNT - 1);
    if (near)
        complain("unknown check '%s'; did you mean '%s'?", word, near);
    else
        complain("unknown check '%s'; 'mapsan checks' lists them", word);
    return EXIT_FAILED;
}

int command_explain(int count, char **words) {
    if (count != 1) {
        complain("'explain' needs one check; 'mapsan checks' lists them");
        return EXIT_FAILED;
    }
    const char *name = words[0];
    if (strncmp(name, "mapsan-", 7) == 0) /* as warnings spell it */
        name += 7;
    enum ms_check check = ms_check_find(name);
    if (check == MS_CHECK_NONE)
        return unknown_check(name);
    const char *page = rule_page(name);
    if (page)
        fputs(page, stdout);
    else
        printf("# %s\n\n%s\n", name, ms_check_summary(check));
    return EXIT_NONE;
}

static int refuse_words(const char *command, int count) {
    if (count)
        complain("'%s' takes no arguments", command);
    return count ? EXIT_FAILED : EXIT_NONE;
}

int command_checks(int count, char **words) {
    (void)words;
    for (int check = 1; check < MS_CHECK_COUNT && !count; check++)
        printf("%-24s %s\n", ms_check_name(check), ms_check_summary(check));
    return refuse_words("checks", count);
}

int command_models(int count, char **words) {
    (void)words;
    for (int verb = 1; verb < MS_VERB_COUNT && !count; verb++)
        printf("%-24s %s\n", ms_verb_word(verb), ms_verb_meaning(verb));
    return refuse_words("models", count);
}
