#!/usr/bin/env python3
"""Runs the reference cases: run.py --sulcus PROGRAM --clean-case PROGRAM [CASE...]

Every element of every expected file is compared: |a - b| <= atol + rtol |b|. Cases whose node does not exist yet are
listed as waiting; the exit status is 1 when any other fails.
"""
import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile

import arrays
import cases

HERE = os.path.dirname(os.path.abspath(__file__))
WAITING = 77


def turned(a, b, n_col):
    """The columns of a with the signs that those of b have."""
    dots = [sum(x * y for x, y in zip(a[c::n_col], b[c::n_col])) for c in range(n_col)]
    return [-x if dots[k % n_col] < 0 else x for k, x in enumerate(a)]


def compare(is_path, must_path, case, name):
    """None, or what differs."""
    (a, shape_a), (b, shape_b) = arrays.read(is_path), arrays.read(must_path)
    if name == "signals_every_50th":
        rows, columns = shape_a
        a, shape_a = [a[r * columns + c] for r in range(rows) for c in range(0, columns, 50)], (rows, (columns + 49) // 50)
    if name.endswith("_first6"):
        a, shape_a = a[:len(b)], (*shape_a[:3], 6)
    if len(a) == len(b) and case["function"] in cases.UP_TO_SIGN:
        a = turned(a, b, shape_b[1])
    if len(a) != len(b):
        return f"{name} has shape {shape_a}, must have {shape_b}"
    rtol, atol = case["rtol"], case["atol"]
    words = [i for i, (x, y) in enumerate(zip(a, b)) if isinstance(x, str) or isinstance(y, str)]
    for i in words:
        if a[i] != b[i]:
            return f"{name}: element {i} is {a[i]!r}, must be {b[i]!r}"
        a[i] = b[i] = 0.0
    wrong = [(abs(x - y), i) for i, (x, y) in enumerate(zip(a, b))
             if not (abs(x - y) <= atol + rtol * abs(y) or x == y or (x != x and y != y))]
    if not wrong:
        return None
    worst, i = max(wrong, key=lambda w: (w[0] != w[0], w[0]))
    return f"{name}: {len(wrong)} of {len(a)} elements differ, the most at {i}: {a[i]!r}, must be {b[i]!r}"


def number(folder, must, case, name):
    """A number of a record, or how many rows a table has: None, or how it differs."""
    table = os.path.join(folder, name + ".tsv")
    if os.path.exists(table):
        x = arrays.read_table(table)[1][0]
    else:
        with open(os.path.join(folder, name + ".json")) as f:
            x = json.load(f)[name]
    return None if abs(x - must) <= case["atol"] + case["rtol"] * abs(must) else f"{name} is {x!r}, must be {must!r}"


def expected(case, found, folder=""):
    for name, path in case["expected"].items():
        if isinstance(path, (int, float)):
            wrong = number(folder, path, case, name)
        elif not found(name):
            return f"{name} was not made"
        else:
            wrong = compare(found(name)[0], os.path.join(HERE, path), case, name)
        if wrong:
            return wrong
    return None


def run_clean(args, case, folder):
    out = os.path.join(folder, "out.npy")
    done = subprocess.run([args.clean_case, os.path.join(HERE, case["name"], "case.json"), HERE, out],
                          capture_output=True, text=True)
    if done.returncode == WAITING:
        raise cases.Waiting("parameters of signal.clean")
    if done.returncode:
        return done.stderr.strip()
    return expected(case, lambda name: [out])


def run_pipeline(args, case, folder):
    text = cases.pipeline(case, HERE, lambda path: arrays.read(os.path.join(HERE, path)))
    if not args.sulcus:
        raise cases.Waiting("no program")
    file, out = os.path.join(folder, "case.yaml"), os.path.join(folder, "out")
    with open(file, "w") as f:
        json.dump(text, f, indent=1)
    done = subprocess.run([args.sulcus, "run", file, "--out", out, "--cache", args.cache], capture_output=True, text=True)
    if done.returncode:
        return f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return expected(case, lambda name: [p for p in sorted(glob.glob(os.path.join(out, name + ".*"))) if not p.endswith(".json")], out)


def run_case(args, case, folder):
    """What became of a case: "pass", "waiting" or "FAIL", and why."""
    try:
        wrong = (run_clean if case["function"] == "signal.clean" else run_pipeline)(args, case, folder)
    except cases.Waiting as why:
        return "waiting", str(why)
    return ("FAIL", wrong) if wrong else ("pass", "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sulcus", default="")
    parser.add_argument("--clean-case", required=True)
    parser.add_argument("only", nargs="*")
    args = parser.parse_args()
    names = sorted(os.path.basename(os.path.dirname(p)) for p in glob.glob(os.path.join(HERE, "*", "case.json")))
    count = {"pass": 0, "waiting": 0, "FAIL": 0}
    with tempfile.TemporaryDirectory() as top:
        args.cache = os.path.join(top, "cache")
        for name in names:
            if args.only and name not in args.only:
                continue
            with open(os.path.join(HERE, name, "case.json")) as f:
                case = json.load(f)
            folder = os.path.join(top, name)
            os.mkdir(folder)
            what, why = run_case(args, case, folder)
            count[what] += 1
            print(f"{what:8}{name}{': ' + why if why else ''}", flush=True)
    print(f"reference: {count['pass']} of {len(names)} cases pass"
          f"{', %d wait for their nodes' % count['waiting'] if count['waiting'] else ''}"
          f"{', %d FAIL' % count['FAIL'] if count['FAIL'] else ''}")
    sys.exit(1 if count["FAIL"] else 0)


main()
