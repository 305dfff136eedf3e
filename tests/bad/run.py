#!/usr/bin/env python3
"""Bad files, and what `sulcus check` and `sulcus run` must say of them, word for word.

run.py SULCUS [--update] [NAME...]

cases.py makes the files and a small pipeline for each case; expected.txt has what is printed and the exit codes. --update
writes it anew, to be read before it is committed. Times and sizes of a run are left out.
"""
import concurrent.futures
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from cases import cases

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE / "expected.txt"
TIMEOUT_S = 60
# What a run prints beside its problems and remarks.
NOISE = re.compile(r"^(done |next: |results: |logs?: |\d+ tasks?: )|^  \S+ +(\d+ cells: )?(ran|failed|skipped|cached)\b|^ +log: |^$")


def sulcus(program, folder, *words):
    env = {k: v for k, v in os.environ.items() if not k.startswith("SULCUS_") or k == "SULCUS_WORKER"}
    env.update(SULCUS_CACHE=str(folder / "cache"), NO_COLOR="1")
    r = subprocess.run([program, *words], cwd=folder, env=env, capture_output=True, timeout=TIMEOUT_S)
    text = (r.stderr + r.stdout).decode("utf-8", "replace").replace(str(folder) + "/", "")
    return [f"exit {r.returncode}"] + [s.rstrip() for s in text.splitlines() if not NOISE.match(s)]


def told(program, top, name):
    """The lines of one case."""
    folder = top / name
    folder.mkdir()
    files, text = cases[name]
    for file, content in files.items():
        (folder / file).write_bytes(content)
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    check = sulcus(program, folder, "check", "x.yaml")
    run = sulcus(program, folder, "run", "x.yaml", "--out", "out")
    same = run[0] == "exit 2" and [s for s in check if not s.startswith("x.yaml: ")] == [s for s in run if not s.startswith("x.yaml: ")]
    return ["check: " + check[0], *check[1:]] + (["run: the same"] if same else ["run: " + run[0], *run[1:]])


def read_expected():
    parts = re.split(r"^==== (\S+)\n", EXPECTED.read_text(encoding="utf-8"), flags=re.M) if EXPECTED.exists() else [""]
    return {parts[k]: parts[k + 1].splitlines() for k in range(1, len(parts), 2)}


def write_expected(all_told):
    text = "".join(f"==== {name}\n" + "".join(s + "\n" for s in lines) for name, lines in all_told.items())
    EXPECTED.write_text(text, encoding="utf-8")


def run_all(program, names):
    with tempfile.TemporaryDirectory(prefix="sulcus-bad-") as top:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            found = {name: pool.submit(told, program, pathlib.Path(top), name) for name in names}
            return {name: f.result() for name, f in found.items()}


def main():
    words = [w for w in sys.argv[1:] if not w.startswith("--")]
    all_told = run_all(os.path.abspath(words[0]), words[1:] or list(cases))
    must = read_expected()
    if "--update" in sys.argv:
        write_expected({name: all_told.get(name, must.get(name, [])) for name in cases})
        return 0
    wrong = {name: list(difflib.unified_diff(must.get(name, []), lines, "must be", "is", lineterm="", n=1))
             for name, lines in all_told.items() if lines != must.get(name)}
    for name, lines in wrong.items():
        print(f"---- {name}", *lines, sep="\n")
    print(f"{len(all_told)} bad inputs, {len(wrong)} with another answer than they must have")
    return 1 if wrong or not all_told else 0


if __name__ == "__main__":
    sys.exit(main())
