/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Writing and reading images of facts: the envelope. See facts_image.h for the format. */
#include "facts_image.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

const unsigned char ms_image_magic[8] = {0x89, 'm', 'a', 'p', 's', 'a', 'n', '\n'};

/* Eight bytes a step; each step is a bijection of the state, so that no single change is lost. */
uint64_t ms_image_checksum(const unsigned char *data, size_t size, uint64_t seed) {
    uint64_t sum = seed ^ 0x9e3779b97f4a7c15u;
    for (size_t at = 0; at < size; at += 8) {
        sum = (sum ^ ms_image_load(data + at, 8)) * 0xff51afd7ed558ccdu;
        sum ^= sum >> 29;
    }
    return sum;
}

static uint64_t seed_of(const unsigned char *image) { return ms_image_checksum(image + 8, 16, 0); }

/* ---- the coder's primitives ---------------------------------------------------------------- */

void ms_code_fail(struct ms_coder *coder, const char *error) {
    if (!coder->error)
        coder->error = error;
}

static void put_byte(struct ms_coder *coder, unsigned char byte) {
    MS_PUSH(coder->output, coder->output_size, byte);
}

static uint64_t get_number(struct ms_coder *coder) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (coder->input == coder->input_end)
            break;
        unsigned char byte = *coder->input++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    ms_code_fail(coder, "the facts are damaged (a number does not end)");
    return 0;
}

void ms_code_u64(struct ms_coder *coder, uint64_t *value) {
    if (coder->error)
        return;
    if (!coder->writing) {
        *value = get_number(coder);
        return;
    }
    uint64_t rest = *value;
    for (; rest >= 0x80; rest >>= 7)
        put_byte(coder, (unsigned char)(rest | 0x80));
    put_byte(coder, (unsigned char)rest);
}

const char *ms_code_bytes(struct ms_coder *coder, const char *text, size_t length) {
    if (coder->error)
        return NULL;
    if (coder->writing) {
        for (size_t i = 0; i < length; i++)
            put_byte(coder, (unsigned char)text[i]);
        return text;
    }
    if ((size_t)(coder->input_end - coder->input) < length) {
        ms_code_fail(coder, "the facts are damaged (a text does not end)");
        return NULL;
    }
    const char *found = (const char *)coder->input;
    coder->input += length;
    return found;
}

/* ---- writing ------------------------------------------------------------------------------- */

unsigned char *ms_unit_write(const struct ms_unit *unit, size_t *size) {
    struct ms_coder coder = {.writing = true};
    coder.unit = (struct ms_unit *)unit; /* the coder only reads what it writes */
    for (int i = 0; i < MS_IMAGE_HEADER_SIZE; i++)
        put_byte(&coder, 0);
    ms_code_unit(&coder);
    while (coder.output_size % 8)
        put_byte(&coder, 0);

    unsigned char *image = coder.output;
    size_t payload = coder.output_size - MS_IMAGE_HEADER_SIZE;
    memcpy(image, ms_image_magic, sizeof ms_image_magic);
    ms_image_store(image + 8, MS_FACTS_VERSION, 4);
    ms_image_store(image + 12, MS_IMAGE_HEADER_SIZE, 4);
    ms_image_store(image + 16, payload, 8);
    ms_image_store(image + 24,
                   ms_image_checksum(image + MS_IMAGE_HEADER_SIZE, payload, seed_of(image)), 8);
    *size = coder.output_size;
    return image;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* What is wrong with the envelope; NULL and the size of the image if nothing is. */
static const char *check_header(const unsigned char *data, size_t size, size_t *image_size) {
    if (size < sizeof ms_image_magic || memcmp(data, ms_image_magic, sizeof ms_image_magic) != 0)
        return "not written by mapsan";
    if (size < MS_IMAGE_HEADER_SIZE)
        return "the facts are cut short";
    if (ms_image_load(data + 8, 4) != MS_FACTS_VERSION ||
        ms_image_load(data + 12, 4) != MS_IMAGE_HEADER_SIZE)
        return "written by another version of mapsan; rebuild with this one";
    uint64_t payload = ms_image_load(data + 16, 8);
    if (payload > size - MS_IMAGE_HEADER_SIZE)
        return "the facts are cut short";
    if (payload % 8 || ms_image_load(data + 24, 8) !=
                           ms_image_checksum(data + MS_IMAGE_HEADER_SIZE, payload, seed_of(data)))
        return "the facts are damaged (wrong checksum); rebuild the object";
    *image_size = MS_IMAGE_HEADER_SIZE + (size_t)payload;
    return NULL;
}

static size_t next_image(const unsigned char *data, size_t size) {
    for (size_t at = 1; at + sizeof ms_image_magic <= size; at++)
        if (memcmp(data + at, ms_image_magic, sizeof ms_image_magic) == 0)
            return at;
    return size;
}

static const char *check_padding(const struct ms_coder *coder) {
    if (coder->input_end - coder->input >= 8)
        return "the facts are damaged (something follows them)";
    for (const unsigned char *at = coder->input; at < coder->input_end; at++)
        if (*at)
            return "the facts are damaged (something follows them)";
    return NULL;
}

struct ms_unit *ms_unit_read(const unsigned char *data, size_t size, size_t *used,
                             const char **error) {
    size_t image_size = 0;
    *error = check_header(data, size, &image_size);
    if (*error) {
        *used = next_image(data, size);
        return NULL;
    }
    struct ms_coder coder = {.unit = ms_unit_new("", "", "")};
    coder.input = data + MS_IMAGE_HEADER_SIZE;
    coder.input_end = data + image_size;
    ms_code_unit(&coder);
    *error = coder.error ? coder.error : check_padding(&coder);
    if (!*error)
        *error = ms_unit_verify(coder.unit);
    *used = image_size;
    while (*used < size && data[*used] == 0) /* the linker aligns sections */
        ++*used;
    if (!*error)
        return coder.unit;
    ms_unit_free(coder.unit);
    return NULL;
}
