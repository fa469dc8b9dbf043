/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The benchmark: every chosen workload, number of keys and number of threads is a cell; in a cell
 * the maps take turns, sample by sample, so that what else the machine does hits all alike.
 * Reported is the median of the samples with minimum and maximum, as wall time divided by all
 * operations of all threads, and its ratio to a named reference measured in the same cell. Of the
 * latency workloads each operation is timed: percentiles and the longest, which include reading the
 * clock (about 25 ns). Peers in other languages are programs that are given the cell and print
 * their samples (see go/main.go).
 *
 *   maps_bench --keys=1k,1M --threads=1,2 --workloads=get,mix90 --maps=hmap,ghashtable
 *              --samples=9 --ms=30 --reference=go_map --peer=PROGRAM --csv=FILE
 */
#include "cell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 16

struct options {
    uint64_t keys[LIST_MAX];
    uint64_t threads[LIST_MAX];
    size_t key_counts, thread_counts;
    const char *workloads; /* comma-separated; "" is all */
    const char *maps;
    const char *reference;
    const char *peer;
    FILE *csv;
    struct effort effort;
};

static bool listed(const char *list, const char *name) {
    size_t length = strlen(name);
    if (*list == '\0')
        return true;
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

static size_t parse_numbers(const char *text, uint64_t *numbers) {
    size_t count = 0;
    while (count < LIST_MAX) {
        char *end;
        errno = 0;
        uint64_t number = strtoull(text, &end, 10);
        uint64_t unit = *end == 'k' ? 1000 : *end == 'M' ? 1000000 : 1;
        end += unit != 1;
        if (end == text || errno != 0 || number == 0 || (*end != ',' && *end != '\0'))
            return 0;
        numbers[count++] = number * unit;
        if (*end == '\0')
            return count;
        text = end + 1;
    }
    return 0;
}

static void usage(const char *problem) {
    fprintf(stderr, "maps_bench: %s\nworkloads:", problem);
    for (size_t i = 0; i < workload_count; i++)
        fprintf(stderr, " %s", workloads[i].name);
    fprintf(stderr, "\nmaps:");
    for (size_t i = 0; i < driver_count; i++)
        fprintf(stderr, " %s", drivers[i]->name);
    fprintf(stderr, "\nnot built, peer missing: %s\n", missing_peers);
    exit(2);
}

static struct options parse(int argc, char **argv) {
    struct options options = {.keys = {1000, 1000000},
                              .threads = {1},
                              .key_counts = 2,
                              .thread_counts = 1,
                              .workloads = "",
                              .maps = "",
                              .reference = "ghashtable",
                              .effort = {.samples = 9, .milliseconds = 30}};
    for (int i = 1; i < argc; i++) {
        const char *equals = strchr(argv[i], '='), *value = equals != NULL ? equals + 1 : "";
        size_t length = equals != NULL ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        uint64_t number[LIST_MAX] = {0};
#define IS(name) (length == strlen("--" name) && strncmp(argv[i], "--" name, length) == 0)
        if (IS("keys"))
            options.key_counts = parse_numbers(value, options.keys);
        else if (IS("threads"))
            options.thread_counts = parse_numbers(value, options.threads);
        else if (IS("workloads"))
            options.workloads = value;
        else if (IS("maps"))
            options.maps = value;
        else if (IS("reference"))
            options.reference = value;
        else if (IS("peer"))
            options.peer = value;
        else if (IS("csv"))
            options.csv = fopen(value, "w");
        else if (IS("samples") && parse_numbers(value, number) == 1 && *number <= SAMPLES_MAX)
            options.effort.samples = (unsigned)*number;
        else if (IS("ms") && parse_numbers(value, number) == 1)
            options.effort.milliseconds = (unsigned)*number;
        else
            usage(argv[i]);
        if (IS("csv") && options.csv == NULL)
            usage("cannot write the CSV file");
#undef IS
    }
    if (options.key_counts == 0 || options.thread_counts == 0)
        usage("--keys and --threads want numbers such as 1000, 100k, 1M, separated by commas");
    return options;
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void report(const struct options *options, const struct cell *cell, struct result *results,
                   size_t count) {
    double reference = 0;
    for (size_t i = 0; i < count; i++) {
        qsort(results[i].samples, results[i].count, sizeof(double), by_value);
        if (strcmp(results[i].name, options->reference) == 0)
            reference = results[i].samples[results[i].count / 2];
    }
    for (size_t i = 0; i < count; i++) {
        const struct result *result = &results[i];
        double median = result->samples[result->count / 2], low = result->samples[0],
               high = result->samples[result->count - 1];
        printf("%-8s %9llu keys %2llu threads  %-22s %9.2f ns  [%.2f .. %.2f]",
               cell->workload->name, (unsigned long long)cell->keys,
               (unsigned long long)cell->threads, result->name, median, low, high);
        if (reference > 0)
            printf("  %.2fx %s", median / reference, options->reference);
        const struct latency *latency = &result->latency;
        if (cell->workload->kind == WORKLOAD_LATENCY)
            printf("  50%% %llu, 99%% %llu, 99.9%% %llu, longest %u ns",
                   (unsigned long long)latency_at(latency, 50000),
                   (unsigned long long)latency_at(latency, 99000),
                   (unsigned long long)latency_at(latency, 99900), latency->longest);
        printf("\n");
        if (options->csv != NULL)
            fprintf(options->csv, "%s,%llu,%llu,%s,%.3f,%.3f,%.3f,%u,%s,%.4f,%llu,%llu,%llu,%u\n",
                    cell->workload->name, (unsigned long long)cell->keys,
                    (unsigned long long)cell->threads, result->name, median, low, high,
                    result->count, options->reference, reference > 0 ? median / reference : 0.0,
                    (unsigned long long)latency_at(latency, 50000),
                    (unsigned long long)latency_at(latency, 99000),
                    (unsigned long long)latency_at(latency, 99900), latency->longest);
    }
    fflush(stdout);
}

static void run_cell(const struct options *options, const struct cell *cell) {
    static struct result results[RESULTS_MAX];
    const struct bench_driver *chosen[RESULTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < driver_count; i++)
        if (listed(options->maps, drivers[i]->name) && (cell->threads == 1 || drivers[i]->threads))
            chosen[count++] = drivers[i];
    cell_measure(cell, &options->effort, chosen, count, results);
    if (options->peer != NULL && cell->workload->kind != WORKLOAD_LATENCY) {
        size_t before = count;
        count += cell_measure_peer(cell, &options->effort, options->peer, results + count,
                                   RESULTS_MAX - count);
        size_t kept = before;
        for (size_t i = before; i < count; i++)
            if (listed(options->maps, results[i].name))
                results[kept++] = results[i];
        count = kept;
    }
    report(options, cell, results, count);
}

int main(int argc, char **argv) {
    struct options options = parse(argc, argv);
    if (options.csv != NULL)
        fprintf(options.csv, "workload,keys,threads,map,ns_median,ns_min,ns_max,samples,"
                             "reference,ratio,ns_p50,ns_p99,ns_p999,ns_longest\n");
    for (size_t w = 0; w < workload_count; w++) {
        if (!listed(options.workloads, workloads[w].name))
            continue;
        for (size_t k = 0; k < options.key_counts; k++) {
            for (size_t t = 0; t < options.thread_counts; t++) {
                struct cell cell = {&workloads[w], options.keys[k], options.threads[t]};
                bool shared =
                    workloads[w].kind == WORKLOAD_MIX || workloads[w].kind == WORKLOAD_LATENCY;
                if (shared || cell.threads == 1)
                    run_cell(&options, &cell);
            }
        }
    }
    if (options.csv != NULL)
        fclose(options.csv);
    return 0;
}
