#!/usr/bin/env python3
"""Wrong pipelines and what `sulcus check` must say of them, word for word.

run.py SULCUS [--update] [NAME...]

Each NAME.yaml ends in comment lines: `# $ ...` are further words of the command line, `# > ...` is what is printed. --update
writes the latter anew, to be read before it is committed. The corpus is copied to a fresh folder beside data made here.
"""
import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import data
import generated

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_S = 60


class Case:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        is_mine = [bool(re.match(r"# [$>]|# >$", s)) for s in lines]
        self.text = "".join(s for s, mine in zip(lines, is_mine) if not mine)
        self.args = [s[4:].strip() for s in lines if s.startswith("# $")]
        self.must = [s[4:].rstrip("\n") for s in lines if s.startswith("# >")]

    def code(self):
        return 2 if any(": error: " in s for s in self.must) else 0

    def write(self, printed):
        tail = "".join(f"# $ {s}\n" for s in self.args) + "".join(f"# > {s}".rstrip() + "\n" for s in printed)
        self.path.write_text(self.text + tail, encoding="utf-8")


def check(sulcus, folder, file, args):
    """(exit code, lines printed), standard error first."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("SULCUS_")}
    env.update(SULCUS_CACHE=str(folder / "cache"), NO_COLOR="1")
    r = subprocess.run([sulcus, "check", file, *args], cwd=folder, env=env, capture_output=True, timeout=TIMEOUT_S)
    text = r.stderr.decode("utf-8", "replace") + r.stdout.decode("utf-8", "replace")
    return r.returncode, [s.rstrip() for s in text.splitlines()]


def check_case(sulcus, folder, case, update):
    args = [w for line in case.args for w in shlex.split(line)]
    code, printed = check(sulcus, folder, case.path.name, args)
    if update:
        case.write(printed)
        return []
    wrong = list(difflib.unified_diff(case.must, printed, "must be", "is", lineterm="", n=1))
    if not case.must:
        wrong.append("the file does not say what must be printed")
    if code != case.code():
        wrong.append(f"exit code {code}, must be {case.code()}")
    return wrong


def check_generated(sulcus, folder, name):
    text, args, parts = generated.cases[name]()
    (folder / f"{name}.yaml").write_bytes(text)
    code, printed = check(sulcus, folder, f"{name}.yaml", args)
    all_of_it = "\n".join(printed)
    wrong = [f"must print: {part}" for part in parts if part not in all_of_it]
    if code != (2 if parts else 0):
        wrong.append(f"exit code is {code}")
    return wrong + (["printed was:"] + printed[:20] if wrong else [])


def run_all(sulcus, names, update):
    with tempfile.TemporaryDirectory(prefix="sulcus-diag-") as top:
        folder = pathlib.Path(top)
        cases = [Case(p) for p in sorted(HERE.glob("*.yaml")) if not names or p.stem in names]
        for case in cases:   # as it stands: the comments are part of what is read
            shutil.copy(case.path, folder)
        shutil.copytree(HERE / "lib", folder / "lib")
        data.make(folder / "data")
        made = [n for n in generated.cases if not names or n in names]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            found = [(c.name, pool.submit(check_case, sulcus, folder, c, update)) for c in cases]
            found += [(n, pool.submit(check_generated, sulcus, folder, n)) for n in made]
            return [(name, f.result()) for name, f in found]


def main():
    words = [w for w in sys.argv[1:] if not w.startswith("--")]
    results = run_all(os.path.abspath(words[0]), words[1:], "--update" in sys.argv)
    n_wrong = 0
    for name, wrong in results:
        if wrong:
            n_wrong += 1
            print(f"---- {name}", *wrong, sep="\n")
    print(f"{len(results)} wrong pipelines, {n_wrong} with another answer than they must have")
    return 1 if n_wrong or not results else 0


if __name__ == "__main__":
    sys.exit(main())
