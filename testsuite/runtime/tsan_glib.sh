#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A race that ThreadSanitizer must report in our terms, and be told to suppress by them; twins that it
# must not report.
set -u
program=$1 failures=0
export MAPSAN_OPTIONS=
run() {
    timeout 100 "$program" "$1" >"$program.out" 2>&1
    status=$?
}
fail() {
    echo "FAIL: $*"
    head -60 "$program.out"
    failures=$((failures + 1))
}
export TSAN_OPTIONS=halt_on_error=1
run racing
[ "$status" -eq 66 ] || fail "racing: status $status"
for line in 'WARNING: ThreadSanitizer: race on GHashTable' ' g_hash_table_insert' \
    ' use .*tsan_glib.c' "Thread T[12] 'one'"; do
    grep -q "$line" "$program.out" || fail "racing: no '$line'"
done
for twin in locked pool queue; do
    run "$twin"
    [ "$status" -eq 0 ] && [ ! -s "$program.out" ] || fail "$twin: status $status"
done
echo 'race:g_hash_table_insert' >"$program.suppressions"
TSAN_OPTIONS="suppressions=$program.suppressions"
run racing
grep -q ThreadSanitizer "$program.out" && fail "suppressed: reported"
exit "$failures"
