#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the plugin costs the compiler, on the compilations that record-cc wrote down.

Each is repeated with and without the plugin, one right after the other and in turns first, so that a
noisy machine hurts both alike. Reported: processor time (the ratio of the medians over the rounds),
peak memory per compilation, and whether code and data are the same with and without the plugin.
"""
import argparse
import hashlib
import json
import os
import statistics
import struct
import sys
import tempfile

SHF_ALLOC = 2
SHT_NOBITS = 8


def read_commands(folder):
    commands = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as record:
            directory, *arguments = record.read().decode().split("\0")[:-1]
        sources = [a for a in arguments if a.endswith(".c") and not a.startswith("-")]
        # What configure scripts compiled to see what the system has is gone by now.
        if len(sources) == 1 and "-o" in arguments and os.path.exists(os.path.join(directory, sources[0])):
            commands.append((directory, arguments, sources[0]))
    return commands


def with_output(arguments, output):
    """The same compilation into another object, without writing a list of headers."""
    result, skip = [], 0
    for argument in arguments:
        if skip:
            skip -= 1
        elif argument in ("-o", "-MF", "-MT", "-MQ"):
            skip = 1
        elif argument not in ("-MD", "-MMD", "-MP"):
            result.append(argument)
    return result + ["-o", output]


def run(directory, arguments):
    """Processor seconds and peak kilobytes of one compilation."""
    child = os.fork()
    if child == 0:
        os.chdir(directory)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.execvp(arguments[0], arguments)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"measure: failed in {directory}: {' '.join(arguments)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def loaded_sections(path):
    """Digest of everything in a 64-bit ELF object that would be loaded into memory."""
    with open(path, "rb") as file:
        data = file.read()
    table, = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, table + i * size) for i in range(count)]
    names_offset = headers[names][4]
    digest = hashlib.sha256()
    for header in headers:
        name, kind, flags, _, offset, length = header[:6]
        if flags & SHF_ALLOC:
            end = data.index(b"\0", names_offset + name)
            digest.update(data[names_offset + name : end] + struct.pack("<IQ", kind, length))
            if kind != SHT_NOBITS:
                digest.update(data[offset : offset + length])
    return digest.hexdigest()


def count_lines(commands):
    total = 0
    for path in {os.path.realpath(os.path.join(d, s)) for d, _, s in commands}:
        with open(path, "rb") as file:
            total += file.read().count(b"\n")
    return total


def measure(commands, plugin, rounds):
    variants = ("plain", "plugin")
    seconds = {variant: [0.0] * rounds for variant in variants}
    memory = {variant: [[] for _ in commands] for variant in variants}
    different = []
    with tempfile.TemporaryDirectory() as folder:
        # Always the same name: with coverage it becomes part of the data.
        output = os.path.join(folder, "output.o")
        for round_number in range(rounds):
            for i, (directory, arguments, source) in enumerate(commands):
                digests = {}
                for variant in variants if (round_number + i) % 2 else reversed(variants):
                    command = with_output(arguments, output)
                    if variant == "plugin":
                        command.insert(1, "-fplugin=" + plugin)
                    cpu, peak = run(directory, command)
                    seconds[variant][round_number] += cpu
                    memory[variant][i].append(peak)
                    digests[variant] = loaded_sections(output)
                if digests["plain"] != digests["plugin"] and source not in different:
                    different.append(source)
    peaks = {variant: [statistics.median(p) for p in per] for variant, per in memory.items()}
    return {
        "compilations": len(commands),
        "lines": count_lines(commands),
        "rounds": rounds,
        "plain_seconds": round(statistics.median(seconds["plain"]), 3),
        "plugin_seconds": round(statistics.median(seconds["plugin"]), 3),
        "time_ratio": round(statistics.median(seconds["plugin"]) / statistics.median(seconds["plain"]), 4),
        "round_ratios": [round(b / a, 4) for a, b in zip(seconds["plain"], seconds["plugin"])],
        "plain_peak_kb": max(peaks["plain"]),
        "plugin_peak_kb": max(peaks["plugin"]),
        "memory_ratio": round(max(peaks["plugin"]) / max(peaks["plain"]), 4),
        "worst_memory_ratio": round(max(b / a for a, b in zip(peaks["plain"], peaks["plugin"])), 4),
        "different_code": different,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--commands", required=True, help="folder that record-cc filled")
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    commands = read_commands(options.commands)
    if not commands:
        sys.exit(f"measure: no compilations in {options.commands}")
    result = measure(commands, options.plugin, options.rounds)
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)


main()
