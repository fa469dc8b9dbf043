/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Findings as one page that needs nothing else: each with its source, its evidence, and what its
 * check is about. Everything from outside goes through put_escaped. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_AROUND = 2 };

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>mapsan</title>\n<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 "
    "1em; }\n"
    "h2 { font-size: 1.05em; margin: 2.5em 0 .3em; overflow-wrap: anywhere; }\n"
    "pre { font: 13px/1.5 ui-monospace, monospace; overflow-x: auto; padding: .6em .8em; margin: "
    ".4em 0;\n"
    "      border: 1px solid #8884; border-radius: 6px; }\n"
    "mark { background: #fa03; color: inherit; display: inline-block; min-width: 100%; }\n"
    ".where { color: #888; font: 13px ui-monospace, monospace; }\n"
    ".check { border: 1px solid #8886; border-radius: 4px; padding: 0 .4em; font-size: .85em; }\n"
    "code { font: 0.9em ui-monospace, monospace; white-space: nowrap; }\n"
    ".contents { padding-left: 1.2em; } .contents li { margin: .2em 0; }\n"
    "li { margin: .8em 0; } table { border-collapse: collapse; } td { padding: .1em 1em .1em 0; }\n"
    "</style>\n";

struct page {
    FILE *out;
    struct sources *sources;
};

static void put_bytes(struct page *page, const char *text, size_t length) {
    static const char *const entities[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
    for (size_t i = 0; i < length; i++) {
        const char *entity = entities[(unsigned char)text[i]];
        if (entity)
            fputs(entity, page->out);
        else
            fputc(text[i], page->out);
    }
}

static void put_escaped(struct page *page, const char *text) {
    put_bytes(page, text, strlen(text));
}

/* A message: what stands between backticks is code. */
static void put_message(struct page *page, const char *text) {
    for (bool code = false; *text; code = !code) {
        size_t length = strcspn(text, "`");
        put_bytes(page, text, length);
        text += length;
        if (*text == '`') {
            fputs(code ? "</code>" : "<code>", page->out);
            text++;
            continue;
        }
        fputs(code ? "</code>" : "", page->out); /* a backtick without its like */
    }
}

static void put_source(struct page *page, const struct ms_place *where) {
    size_t length;
    if (!source_line(page->sources, where, where->line, &length))
        return;
    fputs("<pre>", page->out);
    uint32_t line = where->line > LINES_AROUND ? where->line - LINES_AROUND : 1;
    for (; line <= where->line + LINES_AROUND; line++) {
        const char *text = source_line(page->sources, where, line, &length);
        if (!text)
            break;
        fputs(line == where->line ? "<mark>" : "", page->out);
        fprintf(page->out, "%6u  ", line);
        put_bytes(page, text, length);
        fputs(line == where->line ? "</mark>\n" : "\n", page->out);
    }
    fputs("</pre>\n", page->out);
}

static void put_where(struct page *page, const struct ms_place *where) {
    char *name = place_name(where);
    fputs("<div class=\"where\">", page->out);
    put_escaped(page, name);
    fprintf(page->out, ":%u:%u</div>\n", where->line, where->column);
    free(name);
}

static void put_repairs(struct page *page, const struct ms_finding *finding) {
    struct ms_edit *edits;
    size_t count = repairs_of(page->sources, finding, &edits);
    for (size_t i = 0; i < count; i++) {
        fprintf(page->out, "<div>A repair: %s <code>", edits[i].remove ? "write" : "insert");
        put_bytes(page, edits[i].insert, strcspn(edits[i].insert, "\n"));
        fputs("</code>", page->out);
        put_where(page, &finding->fixits[i].where);
        fputs("</div>\n", page->out);
    }
    free_repairs(edits, count);
}

static void put_finding(struct page *page, const struct ms_finding *finding) {
    fprintf(page->out, "<section id=\"f%016llx\">\n<h2>", (unsigned long long)finding->fingerprint);
    put_message(page, finding->message);
    fprintf(page->out, " <span class=\"check\">%s, %s confidence</span></h2>\n",
            ms_check_name(finding->check), confidence_word(finding->confidence));
    put_where(page, &finding->where);
    put_source(page, &finding->where);
    if (finding->note_count)
        fputs("<ol>\n", page->out);
    for (size_t i = 0; i < finding->note_count; i++) {
        fputs("<li>", page->out);
        put_message(page, finding->notes[i].text);
        put_where(page, &finding->notes[i].where);
        put_source(page, &finding->notes[i].where);
        fputs("</li>\n", page->out);
    }
    fputs(finding->note_count ? "</ol>\n" : "", page->out);
    put_repairs(page, finding);
    fputs("</section>\n", page->out);
}

/* How many of each check, and what it means. */
static void put_overview(struct page *page, const struct run *run) {
    const struct ms_findings *findings = run->findings;
    fprintf(page->out, "<h1>mapsan: %zu finding%s</h1>\n<p>%zu translation unit%s, %zu functions",
            findings->count, findings->count == 1 ? "" : "s", run->units,
            run->units == 1 ? "" : "s", run->functions);
    if (findings->suppressed)
        fprintf(page->out, ", %zu suppressed", findings->suppressed);
    if (run->failures)
        fprintf(page->out, "; <strong>%zu could not be read</strong>", run->failures);
    fputs(".</p>\n<table>\n", page->out);
    for (int check = MS_CHECK_NONE + 1; check < MS_CHECK_COUNT; check++) {
        size_t count = 0;
        for (size_t i = 0; i < findings->count; i++)
            count += findings->items[i].check == (enum ms_check)check;
        if (!count)
            continue;
        fprintf(page->out, "<tr><td>%zu</td><td>%s</td><td>", count, ms_check_name(check));
        put_escaped(page, ms_check_summary(check));
        fputs("</td></tr>\n", page->out);
    }
    fputs("</table>\n", page->out);
}

/* By place, each a link to what is said below. */
static void put_contents(struct page *page, const struct ms_findings *findings) {
    fputs("<ul class=\"contents\">\n", page->out);
    for (size_t i = 0; findings->count > 1 && i < findings->count; i++) {
        const struct ms_finding *finding = &findings->items[i];
        char *name = place_name(&finding->where);
        fprintf(page->out, "<li><a href=\"#f%016llx\">", (unsigned long long)finding->fingerprint);
        put_escaped(page, name);
        fprintf(page->out, ":%u</a> ", finding->where.line);
        put_message(page, finding->message);
        fputs("</li>\n", page->out);
        free(name);
    }
    fputs("</ul>\n", page->out);
}

static void put_rules(struct page *page, const struct ms_findings *findings) {
    for (int check = MS_CHECK_NONE + 1; check < MS_CHECK_COUNT; check++) {
        bool found = false;
        for (size_t i = 0; i < findings->count; i++)
            found = found || findings->items[i].check == (enum ms_check)check;
        const char *text = found ? rule_page(ms_check_name(check)) : NULL;
        if (!text)
            continue;
        fprintf(page->out, "<details><summary>%s: what, why, how to fix</summary><pre>",
                ms_check_name(check));
        put_escaped(page, text);
        fputs("</pre></details>\n", page->out);
    }
}

bool report_html(const struct run *run, struct sources *sources, const char *file) {
    struct page page = {fopen(file, "w"), sources};
    bool good = page.out != NULL;
    if (good) {
        fputs(head, page.out);
        put_overview(&page, run);
        put_contents(&page, run->findings);
        for (size_t i = 0; i < run->findings->count; i++)
            put_finding(&page, &run->findings->items[i]);
        fputs("<hr>\n", page.out);
        put_rules(&page, run->findings);
        fputs("</html>\n", page.out);
        good = !ferror(page.out);
        good = fclose(page.out) == 0 && good;
    }
    if (!good)
        complain("%s: cannot be written: %s", file, strerror(errno));
    return good;
}
