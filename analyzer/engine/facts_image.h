/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The serialised form of facts. An image is
 *
 *     magic[8]  version:4  header size:4  payload size:8  checksum:8  payload
 *
 * in little-endian order; the payload is padded with zeros to a multiple of 8 and covered, like
 * version and sizes, by the checksum. In it stand the numbers of entries of all tables, then the
 * tables, all as variable-length integers (seven bits a byte, low ones first; signed ones zigzag);
 * a location is coded as the difference from the one before it.
 *
 * One description of each table serves both directions: the coder either takes a value from the
 * entry and writes it, or reads it, checks it against its limit and puts it into the entry. So
 * writer and reader cannot disagree, and no field can be read unchecked.
 */
#ifndef MAPSAN_FACTS_IMAGE_H
#define MAPSAN_FACTS_IMAGE_H

#include "mapsan/facts.h"

enum { MS_IMAGE_HEADER_SIZE = 32 };
extern const unsigned char ms_image_magic[8];

/* The number of entries of each table: what indices into it are checked against. */
#define MS_TABLE_COUNTS(X)                                                                         \
    X(string_count)                                                                                \
    X(constant_count)                                                                              \
    X(path_count)                                                                                  \
    X(type_count)                                                                                  \
    X(attribute_count)                                                                             \
    X(field_count)                                                                                 \
    X(record_count)                                                                                \
    X(variable_count)                                                                              \
    X(function_count)                                                                              \
    X(block_count) X(event_count) X(argument_count) X(successor_count) X(ignore_count)

struct ms_coder {
    struct ms_unit *unit;
    struct {
#define MS_COUNT(count) size_t count;
        MS_TABLE_COUNTS(MS_COUNT)
#undef MS_COUNT
    } limit;
    const char *error; /* static text; once set, all coding is idle */
    bool writing;
    unsigned char *output; /* writing */
    size_t output_size;
    const unsigned char *input, *input_end; /* reading */
    struct ms_location last;
};

uint64_t ms_image_checksum(const unsigned char *data, size_t size, uint64_t seed);
static inline void ms_image_store(unsigned char *to, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++)
        to[i] = (unsigned char)(value >> (8 * i));
}
static inline uint64_t ms_image_load(const unsigned char *from, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

void ms_code_fail(struct ms_coder *coder, const char *error);
void ms_code_u64(struct ms_coder *coder, uint64_t *value);
/* Text of `length` bytes. Reading: points into the input, without a terminator. */
const char *ms_code_bytes(struct ms_coder *coder, const char *text, size_t length);

uint32_t ms_unit_constant(struct ms_unit *unit, int64_t value); /* interned; facts.c */

/* facts_tables.c: all of the payload, whose entry counts are coded first. */
void ms_code_unit(struct ms_coder *coder);

/* facts_verify.c: what only the whole unit shows. NULL, or what is wrong. */
const char *ms_unit_verify(const struct ms_unit *unit);

#endif
