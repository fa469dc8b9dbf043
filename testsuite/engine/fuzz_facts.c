/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Images of facts from bytes that nobody wrote (libFuzzer). The input is tried as it is, and as the
 * payload of an image with a right checksum, without which nothing would get past the envelope.
 * What is accepted is walked over, and must survive being written and read once more. */
#include "facts_image.h"
#include "sample_facts.h"

#include <stdio.h>
#include <stdlib.h>

static void exercise(const unsigned char *data, size_t size) {
    size_t used = 0;
    const char *error = NULL;
    struct ms_unit *unit = ms_unit_read(data, size, &used, &error);
    if (used > size || (size && used == 0) || (unit == NULL) != (error != NULL))
        abort();
    if (!unit)
        return;
    FILE *sink = fopen("/dev/null", "w");
    ms_unit_dump(unit, sink);
    fclose(sink);
    size_t again_size;
    unsigned char *again = ms_unit_write(unit, &again_size);
    struct ms_unit *copy = ms_unit_read(again, again_size, &used, &error);
    if (!copy)
        abort();
    ms_unit_free(copy);
    free(again);
    ms_unit_free(unit);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    exercise(data, size);
    size_t payload = (size + 7) / 8 * 8;
    unsigned char *image = calloc(1, MS_IMAGE_HEADER_SIZE + payload);
    memcpy(image, ms_image_magic, sizeof ms_image_magic);
    ms_image_store(image + 8, MS_FACTS_VERSION, 4);
    ms_image_store(image + 12, MS_IMAGE_HEADER_SIZE, 4);
    ms_image_store(image + 16, payload, 8);
    if (size)
        memcpy(image + MS_IMAGE_HEADER_SIZE, data, size);
    uint64_t seed = ms_image_checksum(image + 8, 16, 0);
    ms_image_store(image + 24, ms_image_checksum(image + MS_IMAGE_HEADER_SIZE, payload, seed), 8);
    exercise(image, MS_IMAGE_HEADER_SIZE + payload);
    free(image);
    return 0;
}

/* Every mutation starts from payloads that are nearly right: an empty input becomes the sample's.
 */
size_t LLVMFuzzerMutate(unsigned char *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t size, size_t room, unsigned seed) {
    if (size > 16 || seed % 4 == 0)
        return LLVMFuzzerMutate(data, size, room);
    struct ms_unit *unit = sample_unit();
    size_t image_size;
    unsigned char *image = ms_unit_write(unit, &image_size);
    size_t payload = image_size - MS_IMAGE_HEADER_SIZE;
    if (payload > room)
        payload = room;
    memcpy(data, image + MS_IMAGE_HEADER_SIZE, payload);
    free(image);
    ms_unit_free(unit);
    return LLVMFuzzerMutate(data, payload, room);
}
