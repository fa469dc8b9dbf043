# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Finds what can be left out of the maps' synchronisation, one mutant for each place.

Walks Clang's JSON dump of each source's AST. What a mutant changes is a node's own text, so macros
are changed where they are written. Kinds of mutants:
  lock, unlock   a call that takes or gives back a lock, or begins or ends a reader's section: gone
  order          an atomic operation's memory order: relaxed
  fence          a fence or membarrier: gone
  atomic         an atomic read-modify-write: a plain read and a plain write
  recheck        a condition that looks at something atomic: taken for false
  grace          what waits for readers before memory is freed: does not wait
"""
import json
import re
import subprocess
from pathlib import Path

LOCKS = re.compile(r"(pthread_mutex_|pthread_rwlock_(rd|wr)|rwmutex_(read_|write_)|mutex_)lock$"
                   r"|mapsan_epoch_enter(_shared)?$|urcu_bp_read_lock$|rwmutex_read_lock_slowly$")
UNLOCKS = re.compile(r"(pthread_mutex_|pthread_rwlock_|rwmutex_(read_|write_)|mutex_)unlock$"
                     r"|mapsan_epoch_leave(_shared)?$|urcu_bp_read_unlock$")
FENCES = re.compile(r"__atomic_(signal|thread)_fence$|wait_until_clear$")
ORDERS = re.compile(r"__ATOMIC_(ACQUIRE|RELEASE|ACQ_REL|SEQ_CST)")
# What frees memory late, and what does so at once; {0}, {1} are the call's arguments.
GRACE = {
    "mapsan_reclaimer_retire": "mapsan_reclaimer_release({0}, {1})",
    "mapsan_limbo_retire": "(({1})->next = NULL, ({1}))",
    "urcu_bp_synchronize_rcu": "((void)0)",
    "urcu_bp_call_rcu": "({1})({0})",
    "wait_for_graces": "((void)0)",
    "mapsan_epoch_advance": "((void)__atomic_fetch_add(&mapsan_epochs.now, 1, __ATOMIC_SEQ_CST), 1)",
    "btreemap_share": "((void)0)",
}
PLAIN = {
    "__atomic_fetch_add": "(*({0}) += ({1}), *({0}) - ({1}))",
    "__atomic_fetch_sub": "(*({0}) -= ({1}), *({0}) + ({1}))",
    "__atomic_fetch_or": "(*({0}) |= ({1}))",
    "__atomic_exchange_n": "(__extension__({{ __typeof__(*({0})) was_ = *({0}); *({0}) = ({1}); was_; }}))",
    "__atomic_compare_exchange_n":
        "(*({0}) == *({1}) ? (*({0}) = ({2}), 1) : (*({1}) = *({0}), 0))",
}


class Mutant:
    def __init__(self, kind, file, start, end, new, old, function):
        self.kind, self.file, self.start, self.end = kind, file, start, end
        self.new, self.old, self.function = new, old, function

    def key(self):
        return (self.file, self.start, self.end, self.new)


def locate(node, state):
    """Gives every location its file, which the dump names only where it changes."""
    if isinstance(node, list):
        for item in node:
            locate(item, state)
    elif isinstance(node, dict):
        if "offset" in node:
            state["file"] = node["file"] = node.get("file", state["file"])
        for name, value in node.items():
            if name != "includedFrom":
                locate(value, state)


def spelled(place):
    return place.get("spellingLoc", place)


def arguments_of(text):
    """The arguments of a call, as written."""
    inside, depth, parts = text[text.index("(") + 1:text.rindex(")")], 0, [""]
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


class Generator:
    def __init__(self, root):
        self.root, self.texts, self.mutants = Path(root).resolve(), {}, {}
        self.atomic_functions = set()

    def text(self, file):
        if file not in self.texts:
            self.texts[file] = (self.root / file).read_text()
        return self.texts[file]

    def span(self, node):
        """The node's file, begin and end, if it is written in one piece in the maps."""
        begin, end = (spelled(node.get("range", {}).get(side, {})) for side in ("begin", "end"))
        if "offset" not in begin or "offset" not in end or begin["file"] != end["file"]:
            return None
        path = Path(begin["file"])
        path = path if path.is_absolute() else self.root / path
        try:
            file = str(path.resolve().relative_to(self.root))
        except ValueError:
            return None
        start, stop = begin["offset"], end["offset"] + end["tokLen"]
        return (file, start, stop) if file.startswith("maps/") and start < stop else None

    def add(self, kind, span, new, function):
        mutant = Mutant(kind, *span, new, self.text(span[0])[span[1]:span[2]], function)
        if mutant.new != mutant.old:
            self.mutants.setdefault(mutant.key(), mutant)

    def atomic(self, node, span, function):
        text = self.text(span[0])[span[1]:span[2]]
        orders = list(ORDERS.finditer(text))
        if orders:
            self.add("order", span, ORDERS.sub("__ATOMIC_RELAXED", text), function)
        if node.get("name") in PLAIN:
            self.add("atomic", span, PLAIN[node["name"]].format(*arguments_of(text)), function)

    def call(self, name, span, function):
        text = self.text(span[0])[span[1]:span[2]]
        if not text.endswith(")"):
            return
        if LOCKS.match(name) or UNLOCKS.match(name):
            self.add("lock" if LOCKS.match(name) else "unlock", span, "((void)0)", function)
        if FENCES.match(name) or (name == "syscall" and "MEMBARRIER_CMD_PRIVATE" in text):
            self.add("fence", span, "((void)0)", function)
        if name in GRACE:
            self.add("grace", span, GRACE[name].format(*arguments_of(text)), function)

    def looks_at_atomic(self, node):
        if isinstance(node, list):
            return any(self.looks_at_atomic(item) for item in node)
        if not isinstance(node, dict):
            return False
        if node.get("kind") == "AtomicExpr":
            return True
        if node.get("referencedDecl", {}).get("name") in self.atomic_functions:
            return True
        return self.looks_at_atomic(node.get("inner", []))

    def walk(self, node, function):
        if isinstance(node, list):
            for item in node:
                self.walk(item, function)
            return
        kind, inner = node.get("kind"), node.get("inner", [])
        if kind == "FunctionDecl":
            function = node.get("name", function)
        span = self.span(node)
        if span and kind == "AtomicExpr":
            self.atomic(node, span, function)
        elif span and kind == "CallExpr":
            self.call(callee(node), span, function)
        elif kind in ("IfStmt", "WhileStmt") and inner and self.looks_at_atomic(inner[0]):
            condition = self.span(inner[0])
            if condition:
                self.add("recheck", condition, "0", function)
        self.walk(inner, function)

    def read(self, source, flags):
        dump = subprocess.run(["clang-19", *flags, "-Xclang", "-ast-dump=json", "-fsyntax-only", source],
                              cwd=self.root, capture_output=True, text=True, check=True).stdout
        tree = json.loads(dump)
        locate(tree, {"file": source})
        for node in tree["inner"]:
            if node.get("kind") == "FunctionDecl" and "AtomicExpr" in json.dumps(node.get("inner", [])):
                self.atomic_functions.add(node.get("name"))
        self.walk(tree["inner"], "")


def callee(node):
    while node and node.get("kind") != "DeclRefExpr":
        node = (node.get("inner") or [None])[0]
    return node.get("referencedDecl", {}).get("name", "") if node else ""


def generate(root, sources, flags):
    generator = Generator(root)
    for source in sources:
        generator.read(source, flags)
    return sorted(generator.mutants.values(), key=Mutant.key)
