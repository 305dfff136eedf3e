#!/usr/bin/env python3
"""Runs pipelines/haxby_slice_roi.yaml on the real slice: roi.py SULCUS. Exit status 77 (skipped) without the data.

The numbers are those of smooth_img of nilearn 0.12.1 (in float32) and, in double, of ttest_ind and label of scipy on the same
files; sulcus' maps are stored as float32. The data are in ../shared/data beside the repository, or where SULCUS_SHARED says.
"""
import os
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))
import arrays  # noqa: E402  (found by the line above)

DATA = os.path.abspath(os.path.join(os.environ.get("SULCUS_SHARED", os.path.join(ROOT, "..", "shared")), "data", "haxby_slice"))
SHAPE, NEAR = (40, 20, 1), 1e-4
T = {(12, 18): -6.172397399552625, (25, 14): -10.40578455190588, (14, 19): -1.3217722712128845, (20, 9): -8.382544062569748}
LOG10P = {(12, 18): 8.477830634739021, (25, 14): 20.057565643665953, (20, 9): 14.160673323669815}
MEAN = {(12, 18): 2113.0051303159435, (25, 14): 1863.957537858611}
ABOVE, SIZES = 91, [5, 2, 23, 8, 5, 14, 34]      # voxels at 5 or more, and of their parts by number
# The two largest parts by number: voxels, and the mean of their mean signal in each condition.
REGIONS = {3: (23, {"face": 1959.3548714212366, "house": 1982.2337240566185, "rest": 1961.0631382154384}),
           7: (34, {"face": 1877.7738057720376, "house": 1897.1721152511298, "rest": 1879.0289240085685})}


def check(what, is_so):
    if not is_so:
        sys.exit(f"FAIL: {what}")


def near(x, must):
    return abs(x - must) <= NEAR * max(1, abs(must) / 100)


def image(out, name):
    x, shape = arrays.read_nifti(os.path.join(out, name + ".nii.gz"))
    check(f"{name} has shape {shape}", tuple(shape) == SHAPE)
    return x


def table(out, name):
    with open(os.path.join(out, name + ".tsv")) as f:
        header, *rows = [line.rstrip("\n").split("\t") for line in f]
    return [dict(zip(header, row)) for row in rows]


def run(top, *more):
    out, sets = os.path.join(top, "out"), {"bold": "bold.nii.gz", "attributes": "attributes.txt", "mask": "mask.nii.gz"}
    words = [w for name, file in sets.items() for w in ("--set", f"{name}={DATA}/{file}")]
    done = subprocess.run([sys.argv[1], "run", os.path.join(ROOT, "pipelines", "haxby_slice_roi.yaml"), *words, *more,
                           "--out", out, "--cache", os.path.join(top, "cache")], capture_output=True, text=True)
    check(f"exit {done.returncode}\n{done.stdout}{done.stderr}", done.returncode == 0)
    return out, done.stdout + done.stderr


def check_maps(out):
    for name, places in {"t": T, "log10p": LOG10P, "mean": MEAN}.items():
        x = image(out, name)
        for (i, j), must in places.items():
            check(f"{name} at {i, j} is {x[i + 40 * j]}, must be {must}", near(x[i + 40 * j], must))
    parts = image(out, "parts")
    sizes = [sum(v == k + 1 for v in parts) for k in range(len(SIZES))]
    check(f"parts have {sizes} voxels, must have {SIZES}", sizes == SIZES and sum(v != 0 for v in parts) == ABOVE)


def check_regions(out):
    """The two largest parts, and what they do."""
    parts, two = image(out, "parts"), image(out, "mask_atlas")
    names = {int(row["index"]): row["name"] for row in table(out, "mask_atlas")}
    signals, rows = table(out, "signals"), table(out, "by_condition")
    check(f"two regions, not {names}", len(names) == 2 and set(names) == set(two) - {0} and list(signals[0]) == list(names.values()))
    check("each is one of the two largest", {parts[v] for v, k in enumerate(two) if k} == set(REGIONS))
    for number, (size, conditions) in REGIONS.items():
        label, = {k for k, p in zip(two, parts) if p == number}
        check(f"voxels of {number}", sum(k == label for k in two) == size)
        for condition, must in conditions.items():
            row, = (r for r in rows if r["region"] == names[label] and r["condition"] == condition)
            check(f"{row} must have a mean of {must}", near(float(row["mean"]), must) and int(row["n"]) == (588 if condition == "rest" else 108))
    check("a row a volume", len(signals) == 1452)
    check("nine conditions in two regions", len(rows) == len(table(out, "boxes")) == 18)
    return [statistics.fmean(float(r[n]) for r in signals) for n in names.values()]


def main():
    if not os.path.isdir(DATA):
        print(f"skipped: there is no {DATA}")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as top:
        out, _ = run(top)
        check_maps(out)
        means = check_regions(out)
        check("a second run computes nothing", " 0 ran" in run(top)[1])
        run(top, "--set", "p=8")
    print(f"{ABOVE} voxels tell faces from houses; the two largest parts have mean signals of {means[0]:.1f} and {means[1]:.1f}")


main()
