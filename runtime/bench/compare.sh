#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What the hooks cost whole programs: programs.c by clang and by mapsan-clang, both -O2, RUNS times in
# turn; prints the medians of the CPU time and their ratio.
#     runtime/bench/compare.sh build/bin/mapsan-clang [RUNS=7]
set -eu
: "${1:?usage: compare.sh MAPSAN_CLANG [RUNS]}"
runs=${2:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source=$(dirname "$0")/programs.c
glib=$(pkg-config --cflags --libs glib-2.0)
# shellcheck disable=SC2086 # words
"${CLANG:-clang-19}" -O2 "$source" $glib -o "$work/plain"
# shellcheck disable=SC2086
"$1" -O2 "$source" $glib -o "$work/hooked"

median() { sort -n "$1" | sed -n "$((runs / 2 + 1))p"; }

for workload in words-glib words-uthash cache; do
  run=0
  while [ "$run" -lt "$runs" ]; do
    for build in plain hooked; do
      "$work/$build" $workload >>"$work/$workload.$build" 2>"$work/sum.$build"
    done
    cmp "$work/sum.plain" "$work/sum.hooked"
    run=$((run + 1))
  done
  plain=$(median "$work/$workload.plain")
  hooked=$(median "$work/$workload.hooked")
  echo "$workload $plain $hooked" |
    awk '{ printf "%-14s %8.1f ms plain %8.1f ms hooked: %.3fx\n", $1, $2 / 1e3, $3 / 1e3, $3 / $2 }'
done
