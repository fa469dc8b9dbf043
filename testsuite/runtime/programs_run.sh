#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Builds one end-to-end program with mapsan-clang and runs its scenarios, each racing and locked: a
# racing one must end in the report that it names, all others must run silently to their end.
#     programs_run.sh MAPSAN_CLANG SOURCE WORK_DIRECTORY FLAG...
set -u
compiler=$1 source=$2 work=$3
shift 3
failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

mkdir -p "$work" || exit 1
program=$work/$(basename "$source" .c)
# Unmodified and quiet: what the compiler says here it would say in a user's build.
"$compiler" -Wall -Wextra -Werror "$source" "$@" -o "$program" >"$work/build.log" 2>&1 ||
    { cat "$work/build.log"; exit 1; }
[ -s "$work/build.log" ] && { cat "$work/build.log"; fail "the build was not silent"; }

# A silent race runs for RACING_SECONDS; where no report is due, a moment must do.
run() {
    MAPSAN_OPTIONS= timeout "$1" "$program" "$2" "$3" >"$work/out" 2>"$work/err"
    status=$?
}

"$program" list >"$work/list" || exit 1
while IFS='|' read -r name title threads <&3; do
    if [ -n "$title" ]; then
        run 60 "$name" racing
        grep -q "^==[0-9]*==mapsan: fatal: $title" "$work/err" || {
            head -5 "$work/err"
            fail "$name: no report '$title' (status $status)"
        }
        [ "$status" -eq 134 ] || fail "$name: status $status after the report"
    else
        run 2 "$name" racing
        [ "$status" -eq 0 ] || [ "$status" -eq 124 ] || fail "$name: status $status"
        [ -s "$work/err" ] && { head -20 "$work/err"; fail "$name: must not report"; }
    fi
    [ -n "$title" ] && [ "$threads" = 1 ] && continue # a lock is no help against oneself
    run 60 "$name" locked
    [ "$status" -eq 0 ] || fail "$name locked: status $status"
    [ -s "$work/err" ] && { head -20 "$work/err"; fail "$name locked: must not report"; }
done 3<"$work/list"
[ "$failures" -eq 0 ]
