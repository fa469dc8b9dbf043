#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints what the field trial left in its scratch folder as one Markdown table."""
import json
import os
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


def row(scratch, program):
    folder = os.path.join(scratch, program)
    measured = json.loads(read(os.path.join(folder, "measure.json"), "{}"))
    linked = read(os.path.join(folder, "findings.link"), "")
    unit = read(os.path.join(folder, "findings.compile"), "")
    return (
        program,
        read(os.path.join(folder, "version")).replace(program + "_", ""),
        str(measured.get("lines", "-")),
        " ".join(read(os.path.join(folder, mode + ".build.status")) for mode in MODES),
        " ".join(read(os.path.join(folder, mode + ".test.status")) for mode in MODES),
        f"{unit.count('[mapsan-')} / {linked.count('[mapsan-')}",
        f"{measured['time_ratio']:.3f}" if measured else "-",
        f"{measured['memory_ratio']:.3f}" if measured else "-",
        ("yes" if not measured["different_code"] else "NO") if measured else "-",
    )


def main():
    scratch, *programs = sys.argv[1:]
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for program in programs:
        print("| " + " | ".join(row(scratch, program)) + " |")
    print("\nbuild, tests: exit codes, plain / plugin / mapsan-clang")


main()
