#!/usr/bin/env python3
"""Runs pipelines/roi_from_ttest.yaml on a phantom of Haxby's shape, four runs long: roi_from_ttest.py SULCUS."""
import json
import os
import statistics
import sys
import tempfile

from common import ROOT, check, digests, pipeline, run

sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))
import arrays  # noqa: E402  (found by the line above)

PIPELINE = pipeline("roi_from_ttest.yaml")
VOLUMES = 484
# The phantom answers to faces with 45 and 35 in balls here and to houses with 40 in these; noise has a standard deviation of 9.
FACES, HOUSES = ((40, -52, -18), (-40, -52, -18)), ((26, -44, -10), (-26, -44, -10))
QUIET = ((0, -90, 0), (1, 50, -5), (-40, -22, 54), (44, 30, 30))
CONDITIONS = {"rest", "bottle", "cat", "chair", "face", "house", "scissors", "scrambledpix", "shoe"}


def voxel(world, shape):
    i, j, k = (round((w - o) / mm) for w, o, mm in zip(world, (-68.25, -138, -108), (3.5, 3.75, 3.75)))
    return i + shape[0] * (j + shape[1] * k)


def subject(top):
    """The study as files: folder/subj1/bold.nii.gz and so on."""
    file, out = os.path.join(top, "files.yaml"), os.path.join(top, "data")
    names = ("bold", "conditions", "mask_vt")
    with open(file, "w") as f:
        json.dump({"sulcus": 1, "steps": {"study": {"do": "phantom.study", "shape": "haxby", "n_volumes": VOLUMES, "subjects": ["1"]}},
                   "export": {name: f"$study.{name}" for name in names}}, f)
    run("run", file, "--out", out, "--cache", os.path.join(top, "phantoms"))
    files = {"bold": "bold.nii.gz", "conditions": "conditions.tsv", "mask_vt": "mask_vt.nii.gz"}
    return [word for name in names for word in ("--set", f"{name}={out}/sub-{{sub}}_{files[name]}")]


def image(out, name):
    return arrays.read_nifti(os.path.join(out, f"sub-1_{name}.nii.gz"))


def table(out, name):
    """Rows by column."""
    with open(os.path.join(out, f"sub-1_{name}.tsv")) as f:
        header, *rows = [line.rstrip("\n").split("\t") for line in f]
    return [dict(zip(header, row)) for row in rows]


def check_maps(out):
    t, shape = image(out, "t")
    log_p, _ = image(out, "log10p")
    check(f"a map of 40x64x64, not {shape}", tuple(shape) == (40, 64, 64))
    for places, sign in ((FACES, 1), (HOUSES, -1)):   # beyond the study's own threshold, or they would be no regions of it
        for world in places:
            v = voxel(world, shape)
            check(f"t at {world} is {t[v]}, -log10 p {log_p[v]}", sign * t[v] > 0 and log_p[v] > 5)
    for world in QUIET:
        check(f"nothing at {world}: {log_p[voxel(world, shape)]}", log_p[voxel(world, shape)] < 5)
    mean, _ = image(out, "mean")
    check("the mean is that of a head", 700 < mean[voxel((0, -14, 40), shape)] < 1100)


def check_regions(out):
    """One on each side, in the mask or beside it, with names; returns the label of the names."""
    labels, shape = image(out, "mask_atlas")
    names = [row["name"] for row in table(out, "mask_atlas")]
    values = [int(row["index"]) for row in table(out, "mask_atlas")]
    check(f"two regions: {values}", len(set(values)) == 2 and set(labels) == {0, *values})
    middle = voxel((0, 0, 0), shape) % shape[0]
    sides = [{v % shape[0] > middle for v, label in enumerate(labels) if label == value} for value in values]
    check(f"one on each side: {sides}", sorted(map(sorted, sides)) == [[False], [True]])
    check(f"each has a name: {names}", len(set(names)) == 2 and all(names))
    return names


def check_signals(top, out, names):
    signals, conditions = table(out, "signals"), [r["labels"] for r in table(os.path.join(top, "data"), "conditions")]
    check(f"columns are the regions {names}: {list(signals[0])}", list(signals[0]) == names)
    check("a row a volume", len(signals) == VOLUMES)
    rows = table(out, "by_condition")
    check("nine conditions in each region", {(r["region"], r["condition"]) for r in rows} == {(n, c) for n in names for c in CONDITIONS})
    for row in rows:                                             # of the regions that the atlas shows
        x = [float(s[row["region"]]) for s, c in zip(signals, conditions) if c == row["condition"]]
        check(f"volumes of {row}", int(row["n"]) == len(x))
        for key, must in (("mean", statistics.fmean(x)), ("median", statistics.median(x)), ("min", min(x)), ("max", max(x)),
                          ("q25", statistics.quantiles(x, method="inclusive")[0])):
            check(f"{key} of {row} must be {must}", abs(float(row[key]) - must) < 1e-6 * abs(must))
    boxes = table(out, "boxes")
    check("a box for each", {(r["region"], r["condition"]) for r in boxes} == {(r["region"], r["condition"]) for r in rows})
    for name in names:
        mean = {r["condition"]: float(r["mean"]) for r in rows if r["region"] == name}
        check(f"{name} answers to faces and houses: {mean}", min(mean["face"], mean["house"]) > mean["rest"])


def ran(out):
    with open(os.path.join(out, "run.json")) as f:
        return {t["task"].split("@")[0] for t in json.load(f)["tasks"] if t["state"] == "ran"}


def check_thresholds(given, out, store):
    """Another threshold leaves the test alone; one that nothing reaches is told in words."""
    run("run", PIPELINE, *given, "--set", "p=7", "--out", out, "--cache", store)
    check(f"the test is kept: {ran(out)}", "high" in ran(out) and not ran(out) & {"bold", "smooth", "mean", "test", "capped"})
    text = run("run", PIPELINE, *given, "--set", "p=11", "--out", out + "11", "--cache", store, status=1)
    check(f"an empty region is told in words\n{text}", "no voxel" in text or "empty" in text)
    check(f"and no worker ends\n{text}", "signal" not in text.replace("signals", "") and "crash" not in text)


def main():
    with tempfile.TemporaryDirectory() as top:
        out, store = (os.path.join(top, x) for x in ("out", "cache"))
        given = subject(top)
        run("check", PIPELINE, *given)
        run("run", PIPELINE, *given, "--out", out, "--cache", store, "--jobs", "2")
        check_maps(out)
        check_signals(top, out, check_regions(out))
        again = run("run", PIPELINE, *given, "--out", out, "--cache", store)
        check(f"a second run computes nothing: {again}", " 0 ran" in again)
        both = digests(out)
        run("run", PIPELINE, *given, "--out", out + "1", "--cache", store + "1", "--jobs", "1")
        check("one thread makes the same bytes as two", digests(out + "1") == both)
        check_thresholds(given, out, store)


main()
