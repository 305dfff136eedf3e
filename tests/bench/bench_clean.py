#!/usr/bin/env python3
"""Cleaning floats in memory: detrending, 0.01 to 0.1 Hz, 15 confounds, z-scores, beside nilearn.signal.clean.

sulcus' time is that of the functions, by the program bench_clean, and its peak that of this whole process.
As a program of its own it is the peer: bench_clean.py VOLUMES COLUMNS TURNS prints seconds and peak memory, or exits with 77.
"""
import json
import resource
import statistics
import sys
import time

import peers

BOTH, ONE = ("butterworth", "projection"), ("butterworth",)
SHAPES = ((168, 31000, 5, BOTH), (1200, 100000, 1, ONE))   # volumes, columns, turns of the peer, ways


def peer(b, volumes, columns, turns):
    """Median seconds and peak bytes, or None."""
    return peers.ask(b.peer, __file__, volumes, columns, turns)


def clean(b, run, report):
    for volumes, columns, turns, ways in SHAPES:
        other = peer(b, volumes, columns, turns)
        for way in ways:
            for threads in (1, 2):
                argv = [str(b.cleaner), str(volumes), str(columns), way, str(threads), str(b.runs)]
                _, peak, text = run(argv, memory=True)
                ours = json.loads(text)
                extra = f"peak {peak / (4 * volumes * columns):.2f} times the data"
                if other:
                    extra += f"; {other['seconds'] / statistics.median(ours):.1f} times faster than nilearn " \
                             f"({other['seconds']:.1f} s, {other['peak_bytes'] / (4 * volumes * columns):.1f} times the data)"
                report(f"clean {volumes:,} x {columns:,} in memory, {way}, {threads} thread{'s' if threads > 1 else ''}", ours,
                       "15 times nilearn, 1.3 times the data" if way == "butterworth" else "-", extra=extra)


def main():
    peers.begin()
    import numpy as np
    from nilearn import signal
    volumes, columns, turns = map(int, sys.argv[1:])
    rng, seconds = np.random.default_rng(0), []
    confounds = rng.standard_normal((volumes, 15))
    x = rng.standard_normal((volumes, columns), dtype=np.float32)
    x *= 100
    x += 10000
    for _ in range(turns):
        start = time.perf_counter()
        signal.clean(x, confounds=confounds, detrend=True, standardize="zscore_sample", low_pass=0.1, high_pass=0.01, t_r=2.0)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": statistics.median(seconds), "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
