#!/usr/bin/env python3
"""The rules that no compiler holds: who may include what, which words belong where, how long things may be.

layers.py [--fast]    prints every breach as file:line: text, and exits 1 if there is one; --fast skips compiling headers
"""
import concurrent.futures
import fnmatch
import os
import re
import subprocess
import sys

import rules

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
MOST_FUNCTION, MOST_FILE = 60, 400
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT_OR_TEXT = (".c", ".h")

breaches = []


def breach(path, line, text):
    breaches.append((path, line, text))


def project_files():
    """What is or will be committed; without git, all that is not a build folder."""
    try:
        out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=TOP, capture_output=True, check=True).stdout
        return sorted(p for p in out.decode().split("\0") if p and os.path.isfile(os.path.join(TOP, p)))
    except (OSError, subprocess.CalledProcessError):
        found = []
        for folder, subs, names in os.walk(TOP):
            subs[:] = [s for s in subs if not s.startswith(("build", ".git", "__pycache__")) and not s.endswith("_results")]
            found += [os.path.relpath(os.path.join(folder, n), TOP) for n in names]
        return sorted(found)


def read_text(path):
    """The lines of a text file, or None for other bytes."""
    try:
        with open(os.path.join(TOP, path), encoding="utf-8") as f:
            return f.read().splitlines()
    except UnicodeDecodeError:
        return None


def folder_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] in ("engine", "nodes") and len(parts) > 2 else None


def may_include(folder, name):
    """Whether a source in this folder may have #include "name"."""
    own_node = re.fullmatch(r"(\w+)\.\w+\.node\.h", name)
    if own_node:
        return own_node[1] == folder
    allowed = rules.MAY.get(folder, rules.FAMILY)
    return name.split("/")[0] == folder or name.split("/")[0] in allowed or name in allowed


def check_include(path, line, bracket, name):
    folder = folder_of(path)
    if bracket == '"':
        if not may_include(folder, name):
            breach(path, line, f'{folder} may not include "{name}"')
    elif name not in rules.SYSTEM and not name.startswith(("sys/", "linux/")):
        owners = rules.FOREIGN.get(name)
        if owners is None:
            breach(path, line, f"<{name}> is a foreign header without an owner in tests/layers/rules.py")
        elif not any(fnmatch.fnmatch(path, o) for o in owners):
            breach(path, line, f"<{name}> may only be included by {' '.join(owners)}")


def check_includes(path, lines):
    for i, text in enumerate(lines, 1):
        found = INCLUDE.match(text)
        if found:
            check_include(path, i, found[1], found[2])


used_allowances = set()


def allowed_word(path, word):
    for row in rules.ALLOWED_WORDS:
        if fnmatch.fnmatch(path, row[0]) and row[1] == word:
            used_allowances.add(row)
            return True
    return False


def check_words(path, lines):
    words = rules.FIELD_WORDS if path.startswith("engine/") else rules.ENGINE_WORDS
    where = "the engine" if path.startswith("engine/") else "a node"
    for i, text in enumerate(lines, 1):
        for found in words.finditer(text):
            word = found[0].lower()
            if not allowed_word(path, word):
                breach(path, i, f"{where} does not say '{word}'")


def check_machine(path, lines):
    for i, text in enumerate(lines, 1):
        found = rules.MACHINE_PATHS.search(text)
        if found:
            breach(path, i, f"'{found[0]}' is a path of one machine")
        found = rules.UNFINISHED.search(text) if path.endswith((".c", ".h", ".py", ".yaml", "meson.build")) else None
        if found:
            breach(path, i, f"'{found[0]}': finish it, or write what is so")


def check_functions(paths):
    out = subprocess.run(["ctags", "--languages=C", "--kinds-C=f", "--fields=+ne", "-o", "-", *paths], cwd=TOP,
                         capture_output=True, text=True, check=True).stdout
    for row in out.splitlines():
        fields = dict(f.split(":", 1) for f in row.split("\t")[3:] if ":" in f)
        if "line" in fields and "end" in fields:
            n = int(fields["end"]) - int(fields["line"]) + 1
            if n > MOST_FUNCTION:
                name, path = row.split("\t")[:2]
                breach(path, int(fields["line"]), f"{name}() has {n} lines, at most {MOST_FUNCTION}")


def compile_alone(path):
    command = ["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-iquote", "engine", "-iquote", "nodes",
               "-x", "c", path]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    return path, done.stderr.strip().splitlines()[:1] if done.returncode else None


def check_headers(paths):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, problem in pool.map(compile_alone, paths):
            if problem:
                breach(path, 1, f"does not compile alone: {problem[0]}")


def check_names():
    """Every node and kind that is listed has its schema, and every schema is listed."""
    listed = re.findall(r"'([a-z0-9_]+\.[a-z0-9_]+)'", "\n".join(read_text("nodes/meson.build")))
    nodes = {n for n in listed if not n.endswith((".c", ".h", ".build"))}
    folder = os.path.join(TOP, "schemas/nodes")
    schemas = {n[:-5] for n in os.listdir(folder) if n.endswith(".yaml")} if os.path.isdir(folder) else set()
    for name in sorted(schemas - nodes):
        breach(f"schemas/nodes/{name}.yaml", 1, "is not in the list of nodes/meson.build")


def main():
    files = project_files()
    sources = [p for p in files if p.endswith(COMMENT_OR_TEXT)]
    for path in files:
        lines = read_text(path)
        if lines is None:
            continue
        if folder_of(path) and path in sources:
            check_includes(path, lines)
            check_words(path, lines)
        if not fnmatch.fnmatch(path, "LICENSE"):
            check_machine(path, lines)
        if path.endswith((".c", ".h", ".py")) and len(lines) > MOST_FILE:
            breach(path, MOST_FILE, f"has {len(lines)} lines, at most {MOST_FILE}")
    for row in rules.ALLOWED_WORDS:
        if row not in used_allowances:
            breach("tests/layers/rules.py", 1, f"nothing needs the allowance of '{row[1]}' in {row[0]}")
    check_functions([p for p in sources if p.endswith(".c")])
    check_names()
    if "--fast" not in sys.argv:
        check_headers([p for p in sources if p.endswith(".h") and folder_of(p)])
    for path, line, text in sorted(breaches):
        print(f"{path}:{line}: {text}")
    sys.exit(1 if breaches else 0)


main()
