#!/usr/bin/env python3
"""FSL's example run, whose header has neither qform nor sform: feeds.py SULCUS. Exit status 77 (skipped) without the data.

Voxels then lie along the axes, x to the left, the middle at the origin. The numbers are those of nilearn 0.12.1. The data
are in ../shared/data beside the repository, or where SULCUS_SHARED says.
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))
import arrays  # noqa: E402  (found by the line above)

PIPELINE = """sulcus: 1
inputs:
  bold: {kind: bold, files: "DATA/fmri.nii.gz"}
  given: {kind: mask, files: "DATA/fmri_mask.nii.gz"}
steps:
  epi: {do: mask.epi, image: $bold}
  smooth: {do: image.smooth, image: $bold, fwhm: 8 mm}
  seed: {do: signals.spheres, bold: $bold, seeds: [[-2, -50, 0]], radius: 9.1 mm}
  ratio: {do: image.math, images: {run: $bold, mask: $given}, expression: "where(mask, (run - mean_t(run)) / std_t(run), 0)"}
export: {epi: $epi.mask, smooth: $smooth.image, seed: $seed.signals, ratio: $ratio.image}
"""
SHAPE = (64, 64, 5)
SEED = (9150.56410256, 9187.84615385, 9108.66666667)
EPI_VOXELS = 1075
SMOOTH = {(32, 19, 2, 0): 10121.82150760743, (30, 40, 3, 44): 6448.359035164739}


def check(what, is_so):
    if not is_so:
        sys.exit(f"FAIL: {what}")


def near(x, y, tol):
    return abs(x - y) <= tol * abs(y)


def at(x, i, j, k, t=0):
    return x[i + SHAPE[0] * (j + SHAPE[1] * (k + SHAPE[2] * t))]


def check_results(out):
    x, shape = arrays.read_nifti(os.path.join(out, "epi.nii.gz"))
    check(f"a mask of {SHAPE}, not {shape}", tuple(shape[:3]) == SHAPE)
    check(f"{EPI_VOXELS} voxels in the mask, not {sum(x)}", sum(x) == EPI_VOXELS)
    x, _ = arrays.read_nifti(os.path.join(out, "smooth.nii.gz"))
    for place, must in SMOOTH.items():
        check(f"smoothed {place} is {at(x, *place)}, must be {must}", near(at(x, *place), must, 1e-6))
    with open(os.path.join(out, "seed.tsv"), encoding="utf-8") as f:
        rows = [float(line.split("\t")[0]) for line in f.read().splitlines()[1:]]
    check(f"the seed's series begins {rows[:3]}, must begin {SEED}", all(near(*xy, 1e-6) for xy in zip(rows, SEED)))
    x, _ = arrays.read_nifti(os.path.join(out, "ratio.nii.gz"))
    n = SHAPE[0] * SHAPE[1] * SHAPE[2]
    sums = [sum(x[v::n]) for v in range(0, n, 97)]
    check("standardized courses have mean 0", max(map(abs, sums)) < 1e-3)


def main():
    data = os.path.join(os.environ.get("SULCUS_SHARED", os.path.join(ROOT, "..", "shared")), "data", "feeds")
    if not os.path.isdir(data):
        print(f"skipped: there is no {data}")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as top:
        file, out = os.path.join(top, "feeds.yaml"), os.path.join(top, "out")
        with open(file, "w", encoding="utf-8") as f:
            f.write(PIPELINE.replace("DATA", os.path.abspath(data)))
        done = subprocess.run([sys.argv[1], "run", file, "--out", out, "--cache", os.path.join(top, "cache")],
                              capture_output=True, text=True)
        check(f"exit {done.returncode}\n{done.stdout}{done.stderr}", done.returncode == 0)
        shown = subprocess.run([sys.argv[1], "show", os.path.join(data, "fmri.nii.gz")], capture_output=True, text=True).stdout
        check(f"the affine follows from sizes alone: {shown}",
              ["-4", "0", "0", "126"] in [line.split()[-4:] for line in shown.splitlines()])
        check_results(out)
        print("a run without qform and sform lies where nilearn puts it")


main()
