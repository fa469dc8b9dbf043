#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Facts on one line each, for FileCheck.

Reads what -fplugin-arg-mapsan-dump=on prints (or `mapsan dump`) and writes the tables that the
extraction tests look at: records with their fields, globals, attributes, ignores, and every function
that has a body, block by block. Lines look like C where that is shorter:

    function transfer [internal]
      block 0
        call r1 = pthread_mutex_lock(&a->lock)
        write a->balance = ? [modify]
        if r1 == 0 goto 1 else 2

--places adds line, column and macro.
"""
import json
import sys


PLACES = "--places" in sys.argv


def flags(entry, *without):
    kept = [flag for flag in entry.get("flags", []) if flag not in without]
    return " [%s]" % " ".join(kept) if kept else ""


def place(entry):
    if not PLACES:
        return ""
    where, _, macro = entry.get("where", "").partition(" ")
    position = ":".join(where.rsplit(":", 2)[1:])
    return (" @" + position if position else "") + (" in " + macro.strip("()") if macro else "")


def value(text):
    return (text or "?").replace("result ", "r")


def call(event):
    result = "r%d = " % event["result"] if "result" in event else ""
    target = event.get("callee") or "(*%s)" % value(event.get("through"))
    return "call %s%s(%s)" % (result, target, ", ".join(map(value, event["arguments"])))


def line(event):
    kind = event["event"]
    if kind == "call":
        text = call(event)
    elif kind in ("write", "copy"):
        text = "%s %s = %s" % (kind, value(event.get("path")), value(event.get("value")))
    elif kind == "return":
        text = "return" + (" " + value(event["value"]) if "value" in event else "")
    elif kind == "fence":
        text = "fence"
    else:
        text = "%s %s" % (kind, value(event.get("path")))
    if kind != "call" and "result" in event:
        text += " -> r%d" % event["result"]
    if "order" in event:
        text += " " + event["order"]
    origin = " from " + ", ".join(map(value, event["from"])) if "from" in event else ""
    return text + flags(event) + place(event) + origin


def attributes(entry, indent):
    for attribute in entry.get("attributes", []):
        text = attribute.get("path") or attribute.get("text") or ""
        if attribute.get("path") and attribute.get("text"):
            text += " (%s)" % attribute["text"]
        print(("%s%s %s" % (indent, attribute["attribute"], text)).rstrip())


def block(entry):
    print("  block %d%s" % (entry["block"], " loop" if entry.get("head") else ""))
    for event in entry["events"]:
        print("    " + line(event))
    successors = entry["successors"]
    if "if" in entry:
        print("    if %s goto %d else %d" % (value(entry["if"]), *successors))
    elif successors:
        print("    goto " + " or ".join(map(str, successors)))


def source_order(source):
    """The functions of the main file first, each file from top to bottom, statics last."""

    def key(function):
        where = function.get("where", "").partition(" ")[0].rsplit(":", 2)
        file, line = (where + ["0", "0"])[:2]
        return "initialiser" in function.get("flags", []), file != source, file, int(line)

    return key


def main():
    unit = json.load(sys.stdin)
    for record in unit.get("records", []):
        print("record %s%s" % (record["name"], flags(record)))
        attributes(record, "  ")
        for field in record["fields"]:
            print("  field %s: %s" % (field["name"] or "(anonymous)", field["type"]))
            attributes(field, "    ")
    for variable in unit.get("globals", []):
        print("global %s: %s%s" % (variable["name"], variable["type"], flags(variable, "global")))
        attributes(variable, "  ")
    for ignore in unit.get("ignores", []):
        print("ignore %s%s" % (ignore.get("text", ""), place(ignore)))
    for function in sorted(unit.get("functions", []), key=source_order(unit["source"])):
        if "blocks" not in function and not function.get("attributes"):
            continue
        print("function %s%s" % (function["name"], flags(function, "defined")))
        attributes(function, "  ")
        for local in function.get("parameters", []) + function.get("locals", []):
            if "address-taken" in local.get("flags", []):
                print("  address taken: " + local["name"])
        for entry in function.get("blocks", []):
            block(entry)


main()
