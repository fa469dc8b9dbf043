#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints what the field trial left in its scratch folder as Markdown: one table of the programs, then
for each program its findings, with room for the verdict of whoever reads the source."""
import json
import os
import re
import sys

COLUMNS = ("program", "version", "lines", "build", "tests", "findings (unit / linked)", "time", "memory",
           "same code")
MODES = ("plain", "plugin", "instrumented")


def read(path, default="-"):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip() or default
    except FileNotFoundError:
        return default


def tests(folder):
    """Failed tests of the plain build, and whether the other two builds fail the same ones."""
    statuses = [read(os.path.join(folder, mode + ".test.status")) for mode in MODES]
    failures = [read(os.path.join(folder, mode + ".test.failures"), "") for mode in MODES]
    cells = []
    for status, failed in zip(statuses, failures):
        count = len(failed.splitlines())
        same = (status, failed) == (statuses[0], failures[0])
        cells.append("-" if status == "-" else f"{count} failed" if not same or not cells else "same")
    return ", ".join(cells)


def row(scratch, program):
    folder = os.path.join(scratch, program)
    measured = json.loads(read(os.path.join(folder, "measure.json"), "{}"))
    linked = read(os.path.join(folder, "findings.link"), "")
    unit = read(os.path.join(folder, "findings.compile"), "")
    return (
        program,
        read(os.path.join(folder, "version")).split("_")[-1],
        str(measured.get("lines", "-")),
        " ".join(read(os.path.join(folder, mode + ".build.status")) for mode in MODES),
        tests(folder),
        f"{unit.count('[mapsan-')} / {linked.count('[mapsan-')}",
        f"{measured['time_ratio']:.3f}" if measured else "-",
        f"{measured['memory_ratio']:.3f}" if measured else "-",
        ("yes" if not measured["different_code"] else "NO") if measured else "-",
    )


def findings(scratch, program):
    """Those of the linked programs, and what only the compiler said (of code that none of them links)."""
    seen = {}
    for name in ("link", "compile"):
        text = read(os.path.join(scratch, program, "findings." + name), "")
        for match in re.finditer(r"^(.*?:\d+):\d+: warning: (.*) \[(mapsan-[a-z-]+)\]", text, re.MULTILINE):
            place, message, check = match.groups()
            seen.setdefault((os.path.basename(place), check), (place, message))
    for (_, check), (place, message) in sorted(seen.items()):
        yield f"| `{place}` {message} [{check}] | | |".replace("||", "\\|\\|")


def main():
    scratch, *programs = sys.argv[1:]
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for program in programs:
        print("| " + " | ".join(row(scratch, program)) + " |")
    print("\nbuild: exit codes; tests: failures; plain, plugin, mapsan-clang")
    for program in programs:
        print(f"\n## {program}\n\n| finding | verdict | evidence |\n|---|---|---|")
        print("\n".join(findings(scratch, program)))


main()
