#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Delay mode: what it finds, what it leaves alone, what it remembers, and what a damaged plan gets.
#     delay.sh PROGRAM
set -u
program=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
    echo "FAIL: $*"
    head -20 "$work/out" "$work/err"
    failures=$((failures + 1))
}
run() {
    MAPSAN_OPTIONS=$1 timeout 60 "$program" "$2" >"$work/out" 2>"$work/err"
    status=$?
}
has() { grep -q -- "$1" "$work/$2"; }
title="mapsan: fatal: concurrent map writes"

run "delay=1" race
has "$title" err && [ "$status" -eq 134 ] || fail "a race that hardly ever shows by itself"

run "delay=1" locked
[ "$status" -eq 0 ] && [ ! -s "$work/err" ] || fail "with the lock: not a word"
[ "$(cat "$work/out")" -lt 5000 ] || fail "with the lock: delays in vain must cease"

run "delay=1:delay_us=1000000" alone
[ "$status" -eq 0 ] && [ "$(cat "$work/out")" -lt 500 ] || fail "one thread: nothing to wait for"

# Once is too late to hit; a later run knows where. A busy machine may keep the two threads far apart.
near=delay_near_us=1000000
tries=0
found=no
while [ "$tries" -lt 10 ] && [ "$found" = no ]; do
    run "delay=1:$near:plan=$work/plan" once
    has "$title" err && found=yes
    tries=$((tries + 1))
    grep -q '^pair	.*delay.c:[0-9]*	.*delay.c:[0-9]*$' "$work/plan" || fail "no plan was kept"
done
[ "$found" = yes ] || fail "the plan did not help in ten runs"
before=$(cat "$work/plan")
run "delay=1:$near:plan=$work/plan" once
[ "$(cat "$work/plan")" = "$before" ] || fail "what is known is not learned twice"

# Directed: no near misses, only the places named.
line=$(grep -n "WRITE_BEGIN" "$(dirname "$0")/delay.c" | head -1 | cut -d: -f1)
printf '# by hand\npoint\t/some/where/else/delay.c:%s\npoint\tdelay.c:%s\n' "$line" "$line" \
    >"$work/points"
run "plan=$work/points:json=$work/json" race
has "$title" err || fail "a plan by hand"
grep -q '^{"kind":"reached".*"line":'"$line"',' "$work/json" || fail "json: the place was reached"
grep -q '^{"kind":"report".*"title":"concurrent map writes".*"stack":\[{' "$work/json" ||
    fail "json: the report"

# Check-then-act: two critical sections, between which the other thread writes; or one.
read=$(grep -n "READ_BEGIN" "$(dirname "$0")/delay.c" | head -1 | cut -d: -f1)
write=$((read + 6))
printf 'act\tdelay.c:%s\tdelay.c:%s\n' "$read" "$write" >"$work/acts"
run "plan=$work/acts:json=$work/json" check
has "mapsan: fatal: changed between check and act" err && [ "$status" -eq 134 ] ||
    fail "check and act in two critical sections"
has "  In between: Write of shared by thread" err && has "  Before: Check of shared" err ||
    fail "the three places of a check-then-act"
grep -q '"title":"changed between check and act".*"check":{.*"line":'"$read"',' "$work/json" ||
    fail "json: the check"
run "plan=$work/acts" whole
[ "$status" -eq 0 ] && [ ! -s "$work/err" ] || fail "check and act in one critical section"

printf 'point\tdelay.c\npair\tdelay.c:1\npoint\tdelay.c:1\tdelay.c:2\n\377\376junk\n' >"$work/bad"
run "plan=$work/bad" locked
[ "$(grep -ac "mapsan: plan: $work/bad:[1-4]: .* is not understood" "$work/err")" -eq 4 ] &&
    [ "$status" -eq 0 ] || fail "a damaged plan: a line for each line"
run "plan=$work/none" locked
has "mapsan: plan: cannot read $work/none" err && [ "$status" -eq 0 ] || fail "a plan that is not there"
run "plan=$work" locked
has "mapsan: plan: cannot read $work " err && [ "$status" -eq 0 ] || fail "a plan that is a directory"
run "delay=1:$near:plan=/nonexistent/plan" once
has "mapsan: plan: cannot write /nonexistent/plan" err || fail "a plan that cannot be kept"
[ "$failures" -eq 0 ]
