#!/usr/bin/env python3
"""Permutation tests of 40 subjects at 30,000 voxels, one-sample, beside nilearn's permuted_ols on the same cores.

sulcus' time is that of the functions, by the program bench_permute. nilearn's time is its best of one and two jobs; of TFCE a
few permutations are timed and the time is scaled to 1,000. As a program of its own it is the peer:
bench_permute.py SUBJECTS PERMUTATIONS JOBS WHAT prints seconds, or exits with 77.
"""
import json
import statistics
import sys
import time

import peers

SUBJECTS, PERMUTATIONS, SHAPE = 40, 1000, (30, 40, 25)
ROWS = (("t", 1000, "25 times nilearn"), ("clusters", 50, "-"), ("tfce", 8, "50 times nilearn"))   # permutations of the peer


def peer(b, permutations, what):
    """Seconds of 1,000 permutations, the best of one and two jobs, or None."""
    found = []
    for jobs in ("1", "2"):
        told = peers.ask(b.peer, __file__, SUBJECTS, permutations, jobs, what)
        if not told:
            return None
        found.append(told["seconds"])
    return min(found) * PERMUTATIONS / permutations


def permute(b, run, report):
    for what, permutations, must in ROWS:
        other = peer(b, permutations, what)
        for threads in (1, 2):
            ours = json.loads(run([str(b.permuter), str(SUBJECTS), str(PERMUTATIONS), what, str(threads), str(b.runs)])[2])
            extra = f"{other / statistics.median(ours):.0f} times faster than nilearn ({other:.1f} s)" if other else ""
            report(f"{PERMUTATIONS:,} permutations, {what}, {threads} thread{'s' if threads > 1 else ''}", ours, must, extra=extra)


def main():
    peers.begin()
    import nibabel
    import numpy as np
    from nilearn.maskers import NiftiMasker
    from nilearn.mass_univariate import permuted_ols
    subjects, permutations, jobs, what = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    y = np.random.default_rng(0).standard_normal((subjects, int(np.prod(SHAPE))))
    more = {"t": {}, "clusters": {"threshold": 0.001}, "tfce": {"tfce": True}}[what]
    if more:
        more["masker"] = NiftiMasker(nibabel.Nifti1Image(np.ones(SHAPE, np.uint8), np.eye(4))).fit()
    start = time.perf_counter()
    permuted_ols(np.ones(subjects), y, n_perm=permutations, random_state=1, n_jobs=jobs, output_type="dict", **more)
    print(json.dumps({"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
