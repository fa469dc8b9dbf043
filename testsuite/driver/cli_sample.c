/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Writes the image of the sample unit (testsuite/engine/sample_facts.h) to standard output, for
 * tests of what reads images. */
#include "sample_facts.h"

#include <stdio.h>
#include <stdlib.h>

int main(void) {
    struct ms_unit *unit = sample_unit();
    size_t size;
    unsigned char *image = ms_unit_write(unit, &size);
    size_t written = fwrite(image, 1, size, stdout);
    free(image);
    ms_unit_free(unit);
    return written != size;
}
