#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Compiles the runtime for AArch64, where memory orders and stacks are others; it is not run.
#     aarch64.sh CLANG RUNTIME_DIRECTORY
set -u
include=/usr/aarch64-linux-gnu/include failures=0
[ -d "$include" ] || { echo "SKIP: no $include; install libc6-dev-arm64-cross"; exit 77; }
for source in "$2"/src/*.c; do
    "$1" --target=aarch64-linux-gnu -isystem "$include" -std=gnu11 -O1 -Wall -Wextra -Werror \
        -I"$2/include" -I"$2/src" -c "$source" -o /dev/null || failures=$((failures + 1))
done
exit "$failures"
