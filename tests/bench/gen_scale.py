#!/usr/bin/env python3
"""Pipelines of test nodes that are large: gen_scale.py cells N | files N FOLDER | steps N > big.yaml

cells: 5 steps of N cells each, from a sweep; files: the same over N small files, made in FOLDER; steps: N written steps.
"""
import pathlib
import sys

CHAIN = """  s1: {do: test.echo, %s}
  s2: {do: test.echo, record: $s1.record, text: two}
  s3: {do: test.echo, record: $s2.record, text: three}
  s4: {do: test.echo, record: $s3.record, text: four}
  s5: {do: test.echo, record: $s4.record, text: five}
export: {r: $s5.record}
"""


def cells(n):
    keys = ", ".join(f"c{i}" for i in range(n))
    print(f"params:\n  x: {{each: [{keys}]}}\nsteps:\n" + CHAIN % "text: $x", end="")


def files(n, folder):
    top = pathlib.Path(folder)
    top.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        (top / f"sub-{i:04d}.tsv").write_text(f"x\ty\n{i}\t{i * i}\n")
    print(f'inputs:\n  t: {{kind: table, per: [sub], files: "{top.resolve()}/sub-{{sub}}.tsv"}}\nsteps:\n' + CHAIN % "table: $t", end="")


def steps(n):
    """Chains of ten, so that there is something to order."""
    print("steps:")
    for i in range(n):
        given = f", record: $s{i - 1}.record" if i % 10 else ""
        print(f"  s{i}: {{do: test.echo, text: t{i}{given}}}")


if __name__ == "__main__":
    print("sulcus: 1")
    {"cells": lambda: cells(int(sys.argv[2])), "files": lambda: files(int(sys.argv[2]), sys.argv[3]),
     "steps": lambda: steps(int(sys.argv[2]))}[sys.argv[1]]()
