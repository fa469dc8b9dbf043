/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The set of units to judge, and the ways to get at them. */
#include "cli.h"

#include <stdlib.h>

static bool seen_before(struct units *units, uint64_t hash) {
    size_t cursor = ms_index_start(&units->seen_index, hash);
    for (uint32_t at; (at = ms_index_next(&units->seen_index, hash, &cursor)) != MS_INDEX_END;)
        if (units->seen[at] == hash)
            return true;
    ms_index_add(&units->seen_index, hash, (uint32_t)units->seen_count);
    MS_PUSH(units->seen, units->seen_count, hash);
    return false;
}

static void add_unit(struct units *units, struct ms_unit *unit, uint64_t hash) {
    if (seen_before(units, hash)) {
        units->duplicates++;
        ms_unit_free(unit);
        return;
    }
    MS_PUSH(units->items, units->count, unit);
}

/* Without the zeros that the linker may have put behind it. */
static uint64_t hash_image(const unsigned char *image, size_t size) {
    while (size && image[size - 1] == 0)
        size--;
    return ms_hash_bytes(image, size, 0);
}

size_t add_images(struct units *units, const unsigned char *data, size_t size, const char *where) {
    size_t images = 0;
    for (size_t at = 0, used; at < size; at += used, images++) {
        const char *error;
        struct ms_unit *unit = ms_unit_read(data + at, size - at, &used, &error);
        if (unit) {
            add_unit(units, unit, hash_image(data + at, used));
            continue;
        }
        complain("%s: %s: %s", where, MS_FACTS_SECTION, error);
        units->failures++;
    }
    return images;
}

void free_units(struct units *units) {
    for (size_t i = 0; i < units->count; i++)
        ms_unit_free(units->items[i]);
    free(units->items);
    free(units->seen);
    ms_index_free(&units->seen_index);
    *units = (struct units){0};
}

void collect_units(struct units *units, const struct cli_options *options) {
    if (!options->database && !options->has_flags) {
        char *plugin = find_plugin(options);
        read_objects(units, options, plugin);
        free(plugin);
        return;
    }
    struct jobs jobs = {0};
    if (options->has_flags)
        jobs_for_sources(&jobs, &options->inputs, &options->flags);
    else if (!read_database(&jobs, options->database))
        units->failures++;
    if (jobs.count)
        extract_units(units, &jobs, options);
    if (options->verbose && jobs.skipped)
        fprintf(stderr, "mapsan: %zu entries of the database are not C\n", jobs.skipped);
    free_jobs(&jobs);
}
