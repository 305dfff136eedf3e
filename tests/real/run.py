#!/usr/bin/env python3
"""Runs pipelines/haxby_seed.yaml on real data: run.py SULCUS. Exit status 77 (skipped) without the data.

The data are in ../shared/data beside the repository, or where SULCUS_SHARED says.
"""
import glob
import math
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))
import arrays  # noqa: E402  (found by the line above)

SEED_VOXEL = (2, 1, 4)   # of (12.5, -87.5, -12.5) mm


def check(what, is_so):
    if not is_so:
        sys.exit(f"FAIL: {what}")


def peak(x, shape):
    i = max(range(len(x)), key=lambda v: x[v])
    return i % shape[0], i // shape[0] % shape[1], i // (shape[0] * shape[1])


def run(sulcus, data, out, cache):
    return subprocess.run(
        [sulcus, "run", os.path.join(ROOT, "pipelines", "haxby_seed.yaml"), "--out", out, "--cache", cache,
         "--set", f"bold={data}/run{{run}}/bold_25mm.nii.gz", "--set", f"motion={data}/run{{run}}/bold_moest.txt",
         "--set", f"mask={data}/mask_brain.nii.gz"], capture_output=True, text=True)


def main():
    data = os.path.join(os.environ.get("SULCUS_SHARED", os.path.join(ROOT, "..", "shared")), "data", "haxby2001")
    if not os.path.isdir(data):
        print(f"skipped: there is no {data}")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as top:
        out = os.path.join(top, "out")
        done = run(sys.argv[1], os.path.abspath(data), out, os.path.join(top, "cache"))
        check(f"exit {done.returncode}\n{done.stdout}{done.stderr}", done.returncode == 0)
        maps = sorted(glob.glob(os.path.join(out, "*_r.nii.gz")))
        check(f"12 maps of r, not {len(maps)}", len(maps) == 12)
        for path in maps + [os.path.join(out, "mean.nii.gz")]:
            x, shape = arrays.read_nifti(path)
            check(f"{path} is finite", all(map(math.isfinite, x)))
            at = peak(x, shape)
            check(f"{path} has its peak at the seed, not at {at}", at == SEED_VOXEL)
            check(f"{path} has 1 there and at most 1 elsewhere", abs(max(x) - 1) < 1e-6 and min(x) >= -1)
        again = run(sys.argv[1], os.path.abspath(data), out, os.path.join(top, "cache"))
        check(f"a second run computes nothing: {again.stdout}{again.stderr}", " 0 ran" in again.stdout + again.stderr)
        neighbour = x[SEED_VOXEL[0] + 1 + shape[0] * (SEED_VOXEL[1] + shape[1] * SEED_VOXEL[2])]
        print(f"{len(maps)} runs; the mean correlation with the voxel beside the seed is {neighbour:.2f}")


main()
