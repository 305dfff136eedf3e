#!/usr/bin/env python3
"""Permutation tests of small maps as a pipeline asks for them: permutation.py SULCUS.

What touches, exchangeability blocks, and a table of clusters without rows that is read back.
"""
import os
import sys
import tempfile

from common import ROOT, check, run

sys.path.insert(0, os.path.join(ROOT, "tests", "bad"))
from images import GRID, N, nifti   # noqa: E402

SUBJECTS = 8
# Two blocks of voxels that meet at a corner: one cluster when corners touch, two when faces must.
ONE, TWO = (2, 2, 2), (4, 4, 4)
INPUTS = """sulcus: 1
inputs:
  maps: {kind: volume, per: [sub], files: '%s/sub-{sub}.nii'}
steps:
  group: {do: glm.second_level, images: $maps, gather: sub}
"""


def inside(i, corner):
    at = (i % GRID[0], i // GRID[0] % GRID[1], i // (GRID[0] * GRID[1]))
    return all(c <= x < c + 2 for c, x in zip(corner, at))


def value(i, s):
    """A response in both blocks above noise without one."""
    noise = (i * 7 + s * 11 + i * s * 3) % 17 / 8.5 - 1 + (1 if s % 2 else -1)
    return 6 + noise / 9 if inside(i, ONE) or inside(i, TWO) else noise


def rows(path):
    with open(path) as f:
        lines = f.read().splitlines()
    return [dict(zip(lines[0].split("\t"), line.split("\t"))) for line in lines[1:]], lines[0].split("\t")


def attempt(top, name, steps, status=0):
    """Folder of what is exported, and what is printed."""
    file, out = os.path.join(top, name + ".yaml"), os.path.join(top, name)
    with open(file, "w") as f:
        f.write(INPUTS % top + steps)
    return out, run("run", file, "--out", out, "--cache", os.path.join(top, "cache"), status=status)


def test(more, ports):
    return ("  test: {do: glm.permutation, glm: $group.glm, contrast: intercept, n_perm: 200, tail: upper%s}\nexport:\n" % more
            + "".join(f"  {p}: $test.{p}\n" for p in ports))


def check_touch(top):
    sizes = {}
    for touch in ("6", "18", "26", '"26"'):
        out, _ = attempt(top, "touch" + touch.strip('"'), test(f", cluster_threshold: 0.001, touch: {touch}", ["clusters"]))
        sizes[touch] = [r["size"] for r in rows(os.path.join(out, "clusters.tsv"))[0]]
    check(f"sizes of clusters by what touches: {sizes}",
          sizes == {"6": ["8", "8"], "18": ["8", "8"], "26": ["16"], '"26"': ["16"]})


def check_blocks(top):
    out, text = attempt(top, "blocks", test(", blocks: [1, 1, 2, 2, 3, 3, 4, 4]", ["t", "distribution"]))
    check(f"4 blocks have 16 sign flips: {text}", "4 blocks have 16 sign flips" in text)
    check("a row a flip", len(rows(os.path.join(out, "distribution.tsv"))[0]) == 16)


def check_no_rows(top):
    """Without a cluster the table has its columns alone, as a result and as an input."""
    out, text = attempt(top, "none", test(", cluster_threshold: 1e-30", ["clusters"]))
    made, columns = rows(os.path.join(out, "clusters.tsv"))
    check(f"no cluster is told: {text}", "no cluster: no voxel is beyond t = " in text)
    check(f"columns without rows: {columns} {made}", not made and columns[:3] == ["cluster", "size", "mass"])
    shown = run("show", os.path.join(out, "clusters.tsv"))
    check(f"what is shown: {shown}", "0 rows" in shown and "size_p" in shown)


def main():
    with tempfile.TemporaryDirectory() as top:
        for s in range(SUBJECTS):
            with open(os.path.join(top, f"sub-0{s}.nii"), "wb") as f:
                f.write(nifti([value(i, s) for i in range(N)], GRID, "float32", pixdim=(4, 4, 4, 0)))
        check_touch(top)
        check_blocks(top)
        check_no_rows(top)


main()
