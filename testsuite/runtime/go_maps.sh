#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs the tests of go_maps.c with mode=hb: TestRace... must report, TestNoRace... must not, each in
# every one of three runs.
set -u
program=$1 failures=0
export MAPSAN_OPTIONS=mode=hb:symbolize=0
for name in $("$program"); do
    for run in 1 2 3; do
        timeout 60 "$program" "$name" >/dev/null 2>"$program.err"
        status=$?
        case $name in
        TestRace*) grep -q '^==[0-9]*==mapsan: fatal: ' "$program.err" && [ "$status" -eq 134 ] ;;
        *) [ "$status" -eq 0 ] && [ ! -s "$program.err" ] ;;
        esac && continue
        echo "FAIL: $name, run $run: status $status"
        cat "$program.err"
        failures=$((failures + 1))
    done
done
exit "$failures"
