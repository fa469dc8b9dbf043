/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The parts of the `mapsan` command. Data flows one way: options -> units (from objects, or by
 * running the compiler) -> the engine -> findings -> reports. What goes wrong is said in one line
 * on standard error, by complain(), and ends in exit code 2 after everything else has been judged.
 */
#ifndef MAPSAN_CLI_H
#define MAPSAN_CLI_H

#include "mapsan/engine.h"
#include "support.h"

#include <stdio.h>

enum { EXIT_NONE = 0, EXIT_FINDINGS = 1, EXIT_FAILED = 2 };

/* "mapsan: error: ...", one line. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- options.c ---- */

struct words {
    const char **items;
    size_t count;
};

struct cli_options {
    struct ms_options judge;
    struct ms_models *models; /* --model; owned */
    const char *model_file;
    bool baseline; /* --baseline was given */
    const char *write_baseline;
    const char *json, *sarif, *html; /* files to write, or NULL */
    const char *database;            /* -p: build directory or file */
    const char *compiler;            /* --clang */
    const char *plugin;              /* --plugin */
    const char *color;               /* auto, always, never */
    unsigned jobs;
    bool verbose, quiet;
    struct words inputs;
    bool has_flags; /* `--` was given: inputs are sources, and these their flags */
    struct words flags;
};

/* Returns false after having complained. */
bool parse_options(struct cli_options *options, int count, char **words);
void free_options(struct cli_options *options);
void print_options(FILE *out); /* for --help */

/* ---- Units ---- */

struct units {
    struct ms_unit **items;
    size_t count;
    uint64_t *seen; /* checksums of the images: what is in a program and its archive counts once */
    size_t seen_count;
    struct ms_index seen_index;
    size_t duplicates;
    size_t failures; /* things complained of */
};

/* Reads all images that stand in `data`; `where` names it in complaints. Returns how many there
 * were. */
size_t add_images(struct units *units, const unsigned char *data, size_t size, const char *where);
void free_units(struct units *units);

/* objects.c: programs, shared objects, object files, archives. `plugin` is for the hint alone. */
void read_objects(struct units *units, const struct cli_options *options, const char *plugin);

/* containers.c. The names of a thin archive's members, malloc'ed; false if it is damaged. */
bool thin_members(int file, struct words *members);
/* An ELF object made of the LLVM bitcode at `path`, which complaints call `name`, as an open file;
 * -1 after having complained. */
int assemble_bitcode(const char *name, const char *path, const char *compiler, bool *said);

/* One run of the compiler. */
struct job {
    char *directory;  /* to run in; NULL: here */
    char *source;     /* as the compiler is to be given it */
    char **arguments; /* of the compiler, without its own name, output and source */
    size_t argument_count;
};

struct jobs {
    struct job *items;
    size_t count;
    size_t skipped; /* entries of the database that are not C */
};

/* database.c. Return false after having complained. */
bool read_database(struct jobs *jobs, const char *path);
void jobs_for_sources(struct jobs *jobs, const struct words *sources, const struct words *flags);
void free_jobs(struct jobs *jobs);

/* extract.c: runs the compiler with the plugin over all jobs, several at a time. */
void extract_units(struct units *units, const struct jobs *jobs, const struct cli_options *options);

/* tools.c: where compiler and plugin are. The plugin's path is malloc'ed; NULL if there is none. */
char *find_plugin(const struct cli_options *options);

/* A file of ours in "lib" or "include", in the build tree as when installed; malloc'ed, or NULL. */
char *find_sibling_file(const char *directory, const char *name);

/* interposers.c: the models as C; returns how many functions. */
size_t write_interposers(const struct ms_models *models, FILE *out);

/* All units that the options ask for, one way or another. */
void collect_units(struct units *units, const struct cli_options *options);

/* ---- Reports ---- */

/* What a run has to say beside its findings. */
struct run {
    const struct ms_findings *findings;
    struct ms_program *program;
    size_t units;
    size_t functions; /* with a body */
    size_t failures;
    double seconds;
};

/* sources.c: the text that findings point into. */
struct sources;
struct sources *sources_new(void);
void sources_free(struct sources *sources);
/* The line without its end, or NULL. */
const char *source_line(struct sources *sources, const struct ms_place *place, uint32_t line,
                        size_t *length);
/* A finding's repairs as edits of its sources: all, or none if one does not fit what stands there.
 */
size_t repairs_of(struct sources *sources, const struct ms_finding *finding,
                  struct ms_edit **edits);
void free_repairs(struct ms_edit *edits, size_t count);
/* The file's name, shortest from here; malloc'ed. `absolute` as said. */
char *place_name(const struct ms_place *place);
char *place_absolute(const struct ms_place *place);

void report_text(const struct run *run, struct sources *sources, bool color, FILE *out);
/* These complain and return false if the file cannot be written. */
bool report_json(const struct run *run, struct sources *sources, const char *file);
bool report_sarif(const struct run *run, struct sources *sources, const char *file);
bool report_html(const struct run *run, struct sources *sources, const char *file);
bool write_baseline(const struct ms_findings *findings, const char *file);
const char *confidence_word(enum ms_confidence confidence);

/* ---- launch.c ---- */

enum { RUN_TIMED_OUT = -1 };

/* Where the program is: a name without a slash is looked up as the shell does. malloc'ed. */
char *find_program(const char *name);

/* The directory, with the files in it. */
void remove_directory(const char *path);

/* Runs a program to its end, at most that many seconds if not 0; then it is asked to end, and
 * ended. Returns what waitpid says, or RUN_TIMED_OUT. */
int run_program(char **command, unsigned seconds);

/* ---- Commands: arguments after the command's name; return the exit code ---- */

int command_check(int count, char **words);
int command_dump(int count, char **words);
int command_confirm(int count, char **words);
int command_annotate(int count, char **words);
int command_run(int count, char **words);
int command_interposers(int count, char **words);
int command_explain(int count, char **words);
int command_checks(int count, char **words);
int command_models(int count, char **words);

/* The page of a check, embedded at build time; NULL if there is none. */
const char *rule_page(const char *check);

#endif
