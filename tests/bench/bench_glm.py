#!/usr/bin/env python3
"""An AR(1) model of one run in memory (390 volumes of 64x64x32, 44,000 voxels in the mask, 20 columns), beside nilearn's run_glm.

sulcus' time is that of the functions, by the program bench_glm. As a program of its own it is the peer:
bench_glm.py VOLUMES VOXELS TURNS prints its seconds, or exits with 77.
"""
import json
import statistics
import sys
import time

import peers

VOLUMES, VOXELS = 390, 44000


def peer(b, turns=3):
    """Median seconds, or None."""
    told = peers.ask(b.peer, __file__, VOLUMES, VOXELS, turns)
    return told and told["seconds"]


def glm(b, run, report):
    other = peer(b)
    for threads in (1, 2):
        _, _, text = run([str(b.fitter), str(VOLUMES), str(VOXELS), "1", str(threads), str(b.runs)], memory=True)
        ours = json.loads(text)
        extra = f"{100 * ours['product_share']:.0f} % in products with the design, none in BLAS (whose dgemm takes " \
                f"{1000 * ours['blas_s']:.0f} ms for them on one thread)"
        if other:
            extra += f"; {other / statistics.median(ours['seconds']):.0f} times faster than nilearn ({other:.1f} s)"
        report(f"AR(1) fit, {VOLUMES} x {VOXELS:,} in memory, {threads} thread{'s' if threads > 1 else ''}", ours["seconds"],
               "25 times nilearn", extra=extra)


def main():
    peers.begin()
    import numpy as np
    from nilearn.glm.first_level import mean_scaling, run_glm
    volumes, voxels, turns = map(int, sys.argv[1:])
    rng, t = np.random.default_rng(0), np.arange(volumes)
    tasks = [(t * (c + 3)) % 37 < 9 for c in range(4)]
    x = np.column_stack(tasks + [np.cos(np.pi / volumes * (t + 0.5) * k) for k in range(16)]).astype(float)
    y = rng.uniform(-20, 20, (volumes, voxels)).astype(np.float32)
    for k in range(1, volumes):
        y[k] += 0.4 * y[k - 1]
    y += 1000
    seconds = []
    for _ in range(turns):
        start = time.perf_counter()
        run_glm(mean_scaling(y)[0], x, noise_model="ar1", n_jobs=1)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": statistics.median(seconds)}))


if __name__ == "__main__":
    main()
