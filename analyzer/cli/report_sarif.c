/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Findings as SARIF 2.1.0 (OASIS standard): for code hosts and editors. Names of files below the
 * current directory are relative to SRCROOT, so that the file means the same on another machine.
 */
#include "cli.h"
#include "json_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file's name as part of a URI: RFC 3986, unreserved characters and slashes stay. */
static char *uri_of(const char *name) {
    struct ms_text uri = {0};
    if (name[0] == '/')
        ms_text_add(&uri, "file://");
    for (; *name; name++)
        if (isalnum((unsigned char)*name) || strchr("-._~/", *name))
            ms_text_add(&uri, "%c", *name);
        else
            ms_text_add(&uri, "%%%02X", (unsigned char)*name);
    return uri.data;
}

static json_t *message(const char *text) {
    json_t *object = json_object();
    json_object_set_new(object, "text", json_text(text));
    return object;
}

static json_t *region(const struct ms_place *where) {
    json_t *object = json_object();
    json_object_set_new(object, "startLine", json_integer(where->line ? where->line : 1));
    json_object_set_new(object, "startColumn", json_integer(where->column ? where->column : 1));
    return object;
}

static json_t *artifact(const struct ms_place *where) {
    char *name = place_name(where), *uri = uri_of(name);
    json_t *object = json_object();
    json_object_set_new(object, "uri", json_string(uri));
    if (name[0] != '/')
        json_object_set_new(object, "uriBaseId", json_string("SRCROOT"));
    free(name);
    free(uri);
    return object;
}

static json_t *location(const struct ms_place *where) {
    json_t *physical = json_object(), *object = json_object();
    json_object_set_new(physical, "artifactLocation", artifact(where));
    json_object_set_new(physical, "region", region(where));
    json_object_set_new(object, "physicalLocation", physical);
    return object;
}

static json_t *primary_locations(const struct ms_finding *finding) {
    json_t *primary = location(&finding->where);
    if (finding->function) {
        json_t *logical = json_object(), *logicals = json_array();
        json_object_set_new(logical, "name", json_text(finding->function));
        json_object_set_new(logical, "kind", json_string("function"));
        json_array_append_new(logicals, logical);
        json_object_set_new(primary, "logicalLocations", logicals);
    }
    json_t *locations = json_array();
    json_array_append_new(locations, primary);
    return locations;
}

static json_t *related_locations(const struct ms_finding *finding) {
    json_t *locations = json_array();
    for (size_t i = 0; i < finding->note_count; i++) {
        json_t *related = location(&finding->notes[i].where);
        json_object_set_new(related, "id", json_integer((json_int_t)i + 1));
        json_object_set_new(related, "message", message(finding->notes[i].text));
        json_array_append_new(locations, related);
    }
    return locations;
}

/* An insertion replaces a region of no length. */
static json_t *change(const struct ms_place *where, const struct ms_edit *edit) {
    json_t *deleted = region(where), *replacement = json_object();
    json_t *replacements = json_array(), *object = json_object();
    json_object_set_new(deleted, "endLine", json_integer(where->line));
    json_object_set_new(deleted, "endColumn",
                        json_integer((json_int_t)(where->column + edit->remove)));
    json_object_set_new(replacement, "deletedRegion", deleted);
    json_object_set_new(replacement, "insertedContent", message(edit->insert));
    json_array_append_new(replacements, replacement);
    json_object_set_new(object, "artifactLocation", artifact(where));
    json_object_set_new(object, "replacements", replacements);
    return object;
}

/* One fix of several changes: `fixes` lists alternatives. */
static json_t *fixes(const struct ms_finding *finding, const struct ms_edit *edits) {
    json_t *list = json_array(), *fix = json_object(), *changes = json_array();
    for (size_t i = 0; i < finding->fixit_count; i++)
        json_array_append_new(changes, change(&finding->fixits[i].where, &edits[i]));
    json_object_set_new(fix, "description", message("as mapsan suggests"));
    json_object_set_new(fix, "artifactChanges", changes);
    json_array_append_new(list, fix);
    return list;
}

static json_t *result(const struct ms_finding *finding, struct sources *sources) {
    json_t *object = json_object(), *fingerprints = json_object(), *properties = json_object();
    char fingerprint[24];
    snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)finding->fingerprint);
    json_object_set_new(object, "ruleId", json_sprintf("mapsan-%s", ms_check_name(finding->check)));
    json_object_set_new(object, "ruleIndex", json_integer(finding->check - 1));
    json_object_set_new(object, "level", json_string("warning"));
    json_object_set_new(object, "message", message(finding->message));
    json_object_set_new(object, "locations", primary_locations(finding));
    json_object_set_new(object, "relatedLocations", related_locations(finding));
    json_object_set_new(fingerprints, "mapsan/v1", json_string(fingerprint));
    json_object_set_new(object, "partialFingerprints", fingerprints);
    json_object_set_new(properties, "confidence",
                        json_string(confidence_word(finding->confidence)));
    json_object_set_new(object, "properties", properties);
    struct ms_edit *edits;
    size_t count = repairs_of(sources, finding, &edits);
    if (count)
        json_object_set_new(object, "fixes", fixes(finding, edits));
    free_repairs(edits, count);
    return object;
}

static json_t *driver(void) {
    json_t *rules = json_array();
    for (int check = MS_CHECK_NONE + 1; check < MS_CHECK_COUNT; check++) {
        const char *name = ms_check_name(check), *page = rule_page(name);
        json_t *rule = json_object();
        json_object_set_new(rule, "id", json_sprintf("mapsan-%s", name));
        json_object_set_new(rule, "shortDescription", message(ms_check_summary(check)));
        if (page) {
            json_t *help = message(page);
            json_object_set_new(help, "markdown", json_text(page));
            json_object_set_new(rule, "help", help);
        }
        json_array_append_new(rules, rule);
    }
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string("mapsan"));
    json_object_set_new(object, "version", json_string(MAPSAN_VERSION));
    json_object_set_new(object, "rules", rules);
    return object;
}

static json_t *base_ids(void) {
    char *here = getcwd(NULL, 0);
    char *name = ms_format("%s/", here ? here : "");
    char *uri = uri_of(name);
    json_t *root = json_object(), *bases = json_object();
    json_object_set_new(root, "uri", json_string(uri));
    json_object_set_new(bases, "SRCROOT", root);
    free(here);
    free(name);
    free(uri);
    return bases;
}

bool report_sarif(const struct run *run, struct sources *sources, const char *file) {
    json_t *results = json_array();
    for (size_t i = 0; i < run->findings->count; i++)
        json_array_append_new(results, result(&run->findings->items[i], sources));
    json_t *tool = json_object(), *invocation = json_object(), *invocations = json_array();
    json_object_set_new(tool, "driver", driver());
    json_object_set_new(invocation, "executionSuccessful", json_boolean(run->failures == 0));
    json_array_append_new(invocations, invocation);

    json_t *one = json_object(), *runs = json_array(), *root = json_object();
    json_object_set_new(one, "tool", tool);
    json_object_set_new(one, "invocations", invocations);
    json_object_set_new(one, "originalUriBaseIds", base_ids());
    json_object_set_new(one, "columnKind", json_string("unicodeCodePoints"));
    json_object_set_new(one, "results", results);
    json_array_append_new(runs, one);
    json_object_set_new(root, "$schema",
                        json_string("https://json.schemastore.org/sarif-2.1.0.json"));
    json_object_set_new(root, "version", json_string("2.1.0"));
    json_object_set_new(root, "runs", runs);
    return write_json(root, file);
}
