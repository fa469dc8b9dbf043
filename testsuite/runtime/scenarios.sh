#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs every scenario of a program, with maps in the side table and with tags of their own. A report is
# expected on the first line of stderr, word for word, and the process must abort; else not a word.
# SCENARIOS_OPTIONS becomes MAPSAN_OPTIONS.
#     scenarios.sh PROGRAM [PATTERN]    only the scenarios whose names match the extended pattern
set -u
program=$1 pattern=${2:-.}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
    echo "FAIL: $*"
    head -40 "$work/err"
    failures=$((failures + 1))
}
MAPSAN_OPTIONS=${SCENARIOS_OPTIONS:-}
export MAPSAN_OPTIONS
"$program" list | grep -E "$pattern" >"$work/list" || exit 1
for kind in table tag; do
    while IFS='|' read -r name title <&3; do
        timeout 60 "$program" "$name" "$kind" >"$work/out" 2>"$work/err"
        status=$?
        first=$(head -1 "$work/err" | sed 's/^==[0-9]*==/==PID==/')
        if [ -n "$title" ]; then
            [ "$first" = "==PID==mapsan: fatal: $title" ] || fail "$name $kind: no '$title'"
            [ "$status" -eq 134 ] || fail "$name $kind: status $status"
            grep -q "^SUMMARY: mapsan: $title " "$work/err" || fail "$name $kind: no summary"
            case $name in
            blocked_signals*) ;;
            *) grep -q "did not supply" "$work/err" && fail "$name $kind: a stack is missing" ;;
            esac
        else
            [ "$status" -eq 0 ] || fail "$name $kind: status $status"
            [ -s "$work/err" ] && fail "$name $kind: must be silent"
        fi
    done 3<"$work/list"
done
exit "$failures"
