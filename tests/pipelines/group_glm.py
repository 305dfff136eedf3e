#!/usr/bin/env python3
"""Runs pipelines/group_glm.yaml on phantoms, then with other tables and formulas: group_glm.py SULCUS."""
import csv
import os
import tempfile

from common import check, pipeline, run

PIPELINE = pipeline("group_glm.yaml")
FUSIFORM = (40, -52, -18)   # where the phantom answers to faces, mm


def rows(*path):
    with open(os.path.join(*path)) as f:
        return list(csv.DictReader(f, delimiter="\t"))


def near(row, at, mm):
    return sum((float(row[axis]) - x) ** 2 for axis, x in zip("XYZ", at)) < mm ** 2


def check_results(out):
    """The planted response is found in both hemispheres, and groups that do not differ are not said to."""
    design, clusters = rows(out, "design.tsv"), rows(out, "clusters.tsv")
    check(f"columns of the formula: {list(design[0])}", list(design[0]) == ["group[control]", "group[patient]", "age", "sex[M]"])
    check("one row a subject, in the order of their keys", [r["group[patient]"] for r in design] == ["1", "0"] * 6)
    check("ages are about their mean", abs(sum(float(r["age"]) for r in design)) < 1e-9)
    for side in (1, -1):
        at = (side * FUSIFORM[0], *FUSIFORM[1:])
        check(f"a peak near {at}: {clusters}", any(near(r, at, 12) and float(r["Peak Stat"]) > 4 for r in clusters))


def check_cells(top, store):
    """A table a subject gives the same bits as one table of all, whose other rows do no harm."""
    tables = os.path.join(top, "tables")
    os.mkdir(tables)
    with open(pipeline("group_people.tsv")) as f:
        head, *lines = f.read().splitlines()
    for line in lines:
        with open(os.path.join(tables, line.split("\t")[0] + ".tsv"), "w") as f:
            f.write(f"{head}\n{line}\n")
    with open(os.path.join(top, "people.tsv"), "w") as f:
        f.write("\n".join([head, "sub-99\tpatient\tn/a\tM", *reversed(lines)]) + "\n")
    with open(PIPELINE) as f:
        text = f.read()
    one_each = os.path.join(top, "cells.yaml")
    with open(one_each, "w") as f:
        f.write(text.replace("{kind: table, files: group_people.tsv}", "{kind: table, per: [sub], files: 'tables/sub-{sub}.tsv'}"))
    outs = []
    for name, file, more in (("cells", one_each, []), ("order", PIPELINE, [f"--set=people={top}/people.tsv"])):
        out = os.path.join(top, name)
        text = run("run", file, *more, "--out", out, "--cache", store)
        check(f"first levels are not fitted again: {text}", "fit       12 cells: cached" in text)
        check(f"{name}: extra rows are told, once: {text}", text.count("1 row of subjects without an image") == (name == "order"))
        outs.append(out)
    for out in outs:
        for name in ("difference.nii.gz", "corrected.nii.gz", "design.tsv"):
            with open(os.path.join(out, name), "rb") as f, open(os.path.join(top, "out", name), "rb") as g:
                check(f"{out} gives the same {name}", f.read() == g.read())


def check_words(out, store):
    """What is wrong is told before anything runs; contrasts too once the phantoms' events are known."""
    for more, part in ((["--set=formula=gruop + age"], "has no column 'gruop', did you mean 'group'?"),
                       (["--set=formula=group * age"], "write a + b + a:b"),
                       (["--set=subjects=['01', '02', '14']"], "has no row for subject 14")):
        text = run("check", PIPELINE, *more, status=2)
        check(f"{more}: {text}", part in text)
    for more, part in ((["--set=contrast=group[patients] - group[control]"], "did you mean 'group[patient]'?"),
                       (["--set=formula=1 + group", "--set=contrast=group[control]"], "there is intercept and group[patient]")):
        text = run("run", PIPELINE, *more, "--out", out, "--cache", store, status=2)
        check(f"{more}: {text}", part in text)


def main():
    with tempfile.TemporaryDirectory() as top:
        out, store = os.path.join(top, "out"), os.path.join(top, "cache")
        os.environ["SULCUS_CACHE"] = store
        run("run", PIPELINE, "--out", out, "--cache", store)
        check_results(out)
        check_cells(top, store)
        check_words(out, store)
        again = run("run", PIPELINE, "--out", out, "--cache", store)
        check(f"a second run computes nothing: {again}", " 0 ran" in again)
        edited = run("run", PIPELINE, "--set=contrast=age", "--out", out, "--cache", store)
        check(f"another contrast fits nothing: {edited}", "group     cached" in edited and "fit       12 cells: cached" in edited)


main()
