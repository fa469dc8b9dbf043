/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* File names are bytes, JSON is UTF-8: how many bytes of `text` are one well-formed character
 * (Unicode, table 3-7); 0 if it begins with none. */
#ifndef MAPSAN_UTF8_H
#define MAPSAN_UTF8_H

#include <stddef.h>

static inline size_t ms_utf8_length(const char *text) {
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = byte[0] < 0x80                       ? 1
                    : byte[0] >= 0xc2 && byte[0] <= 0xdf ? 2
                    : byte[0] >= 0xe0 && byte[0] <= 0xef ? 3
                    : byte[0] >= 0xf0 && byte[0] <= 0xf4 ? 4
                                                         : 0;
    if (byte[0] == '\0')
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    int overlong = (byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xf0 && byte[1] < 0x90);
    int surrogate = byte[0] == 0xed && byte[1] > 0x9f;
    int beyond = byte[0] == 0xf4 && byte[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

#endif
