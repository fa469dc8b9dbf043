#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What MAPSAN_OPTIONS does, option by option, and what mistakes in it get.
#     options.sh PROGRAM
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
    MAPSAN_OPTIONS=$1 timeout 60 "$program" ${2:-} >"$work/out" 2>"$work/err"
    status=$?
}
reports() { grep -c "mapsan: fatal:" "$work/err"; }
has() { grep -q -- "$1" "$work/$2"; }

run ""
[ "$status" -eq 134 ] && [ "$(reports)" -eq 1 ] || fail "default: one report, then abort"
has "was made by hooked_INIT at .*options.c" err || fail "the place where the map was made"
has "#0 0x.* in second .*options.c" err || fail "symbolised frames"
has "was created by thread T0" err || fail "creation of the thread"
has "What to do: " err || fail "advice"

run "halt_on_error=0"
[ "$status" -eq 66 ] && has done out || fail "halt_on_error=0: goes on, exits with 66"
[ "$(reports)" -eq 2 ] || fail "dedup: $(reports) reports instead of 2"
has "mapsan: 2 reports" err || fail "summary at exit"

run "halt_on_error=0:dedup=0:exitcode=0"
[ "$status" -eq 7 ] || fail "exitcode=0: the program's own"
[ "$(reports)" -ge 6 ] || fail "dedup=0: every collision"

run "abort_on_error=0:exitcode=23"
[ "$status" -eq 23 ] || fail "abort_on_error=0: exits with exitcode, not $status"

run "enabled=0"
[ "$status" -eq 7 ] && [ ! -s "$work/err" ] || fail "enabled=0: silent"

run "log_path=$work/log:abort_on_error=0"
[ ! -s "$work/err" ] || fail "log_path: nothing on stderr"
grep -q "mapsan: fatal: concurrent map writes" "$work"/log.* || fail "log_path: the file"
run "log_path=/nonexistent/file:abort_on_error=0"
has "mapsan: log_path: cannot write /nonexistent/file" err && [ "$(reports)" -eq 1 ] ||
    fail "log_path that cannot be written"

run "symbolize=0"
has "#0 0x[0-9a-f]* (" err && ! has "#0 .* in " err || fail "symbolize=0"
run "external_symbolizer_path=/nonexistent/tool"
has "cannot run /nonexistent/tool" err && has "#0 0x.* in second " err || fail "symbolizer missing"
if tool=$(command -v addr2line); then
    run "external_symbolizer_path=$tool"
    has "#0 0x.* in second .*options.c:[0-9]" err || fail "addr2line"
fi
run "external_symbolizer_path=/bin/false"
[ "$(reports)" -eq 1 ] && has "SUMMARY: mapsan: " err || fail "a symbolizer that fails"
run "stack_depth=1"
has "#1 " err && fail "stack_depth=1"
run "color=always"
has "$(printf '\033\\[1;31m')==" err || fail "color=always"
run "json=$work/json:halt_on_error=0"
python3 - "$work/json" <<'END' || fail "json: an object a line, with all that the text says"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert [line["kind"] for line in lines] == ["start", "report", "report"], lines
report = lines[1]
assert report["title"] == "concurrent map writes", report
assert [side["operation"] for side in report["sides"]] == ["write", "write"], report
assert all(side["stack"] and side["thread"]["number"] >= 0 for side in report["sides"]), report
assert report["sides"][0]["thread"]["created"], report
assert report["map"]["made"]["function"] == "hooked_INIT", report
assert report["text"].startswith("==") and "What to do: " in report["text"], report
END
run "json=/nonexistent/file"
[ "$(grep -c "mapsan: json: cannot write /nonexistent/file" "$work/err")" -eq 1 ] &&
    [ "$(reports)" -eq 1 ] || fail "json to a file that cannot be written"

for kind in "function:seco*" "function:hooked_WRIT?" "file:options.c" "file:*/options.c" \
    "map:shared" "module:options"; do
    printf '# not wanted\n%s\n' "$kind" >"$work/suppressions"
    run "suppressions=$work/suppressions:verbosity=1"
    [ "$status" -eq 7 ] && [ "$(reports)" -eq 0 ] || fail "suppressions: $kind"
    has "mapsan: suppressions: .* held back [1-9]" err || fail "suppressions: $kind is not counted"
done
printf 'function:third\nmap:shar\nfile:ptions.c\n' >"$work/suppressions"
run "suppressions=$work/suppressions:verbosity=1"
[ "$(reports)" -eq 1 ] || fail "suppressions that match nothing"
printf 'race:all\n\nfunction:\n' >"$work/suppressions"
run "suppressions=$work/suppressions"
has "mapsan: suppressions: $work/suppressions:1: 'race:all' is none" err &&
    has "mapsan: suppressions: $work/suppressions:3: " err && [ "$(reports)" -eq 1 ] ||
    fail "what is no suppression"
run "suppressions=/nonexistent/file"
has "mapsan: suppressions: cannot read /nonexistent/file" err && [ "$(reports)" -eq 1 ] ||
    fail "suppressions that are not there"

# Others in each run: in twelve runs the two maps are both left out with a chance of 1 in 17 million.
found=0
for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
    run "sample=2:halt_on_error=0:symbolize=0"
    found=$((found + $(reports)))
done
[ "$found" -ge 1 ] || fail "sample=2: finds nothing in twelve runs"
run "sample=1000000"
[ "$status" -eq 7 ] && [ ! -s "$work/err" ] || fail "sample=1000000: watches everything"

run "" callback
has "callback: concurrent map writes in second and main" out || fail "__mapsan_on_report"

run "verbosity=1" deep
has "mapsan: 8 operations were not watched: inside 32 others in one thread" err &&
    [ "$status" -eq 7 ] || fail "operations 40 deep"

run "help=1:enabled=0"
has "  halt_on_error  *end the process" err && [ "$status" -eq 7 ] || fail "help=1"

for wrong in "nonsense=1" "exitcode=many" "halt_on_error=maybe" "stack_depth"; do
    run "$wrong:enabled=0"
    [ "$(wc -l <"$work/err")" -eq 1 ] && has "^mapsan: MAPSAN_OPTIONS: .*${wrong%%=*}" err &&
        [ "$status" -eq 7 ] || fail "$wrong: one line, then the default"
done
exit "$failures"
