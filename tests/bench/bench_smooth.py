#!/usr/bin/env python3
"""Smoothing 40 x 64 x 64 x 1452 floats by 6 mm, in memory, beside nilearn and, where the environment names it, niimath.

sulcus' time is that of the function, by the program bench_num; nilearn's that of smooth_img() on an array in memory.
NIIMATH=PROGRAM: the whole process with -s less the whole process that only copies the file, uncompressed.
As a program of its own it is the peer: bench_smooth.py VOLUMES TURNS prints seconds and peak memory, or exits with 77.
"""
import json
import os
import resource
import statistics
import struct
import sys
import time

import peers

SHAPE, SIZE, VOLUMES, FWHM = (40, 64, 64), (3.5, 3.75, 3.75), 1452, 6
SIGMA = FWHM / 2.3548200450309493
WORK = f"smooth {FWHM} mm {'x'.join(map(str, SHAPE))}x{VOLUMES}, in memory"


def write_image(path):
    """A NIfTI-1 file of float32."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 4, *SHAPE, VOLUMES, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 16, 32)
    struct.pack_into("<8f", header, 76, 1, *SIZE, 2.5, 0, 0, 0)
    struct.pack_into("<2f", header, 108, 352, 1)
    header[123] = 2 | 8
    struct.pack_into("<2h", header, 252, 0, 1)
    for row in range(3):
        struct.pack_into("<4f", header, 280 + 16 * row, *(SIZE[row] if row == c else 0 for c in range(4)))
    header[344:348] = b"n+1\0"
    volume = b"".join(struct.pack("<f", i * 2654435761 % 1000) for i in range(SHAPE[0] * SHAPE[1] * SHAPE[2]))
    with open(path, "wb") as f:
        f.write(header)
        for _ in range(VOLUMES):
            f.write(volume)


def niimath(b, run, threads):
    """Median seconds of smoothing alone, or None."""
    program = os.environ.get("NIIMATH")
    if not program:
        return None
    folder = b.fresh()
    write_image(folder / "in.nii")
    env = {"OMP_NUM_THREADS": str(threads), "FSLOUTPUTTYPE": "NIFTI"}
    base = [program, str(folder / "in.nii")]
    out = [str(folder / "out.nii"), "-odt", "float"]
    seconds = [run([*base, "-s", f"{SIGMA:.6f}", *out], env=env)[0] - run([*base, *out], env=env)[0] for _ in range(3)]
    for path in folder.iterdir():
        path.unlink()
    return statistics.median(seconds)


def smooth(b, run, report):
    nilearn = peers.ask(b.peer, __file__, VOLUMES, 3)
    for threads in (1, 2):
        _, peak, text = run([str(b.kernels), "smooth", str(threads), str(VOLUMES), str(b.runs)], memory=True)
        ours = json.loads(text)
        median, extra = statistics.median(ours), []
        if nilearn:
            seconds = statistics.median(nilearn["seconds"])
            extra.append(f"{seconds / median:.1f} times faster than nilearn ({seconds:.1f} s, {nilearn['peak_bytes'] / 1e6:.0f} MB)")
        other = niimath(b, run, threads)
        if other:
            extra.append(f"{other / median:.1f} times faster than niimath -s ({other:.1f} s)")
        extra.append(f"peak {peak / 1e6:.0f} MB with both images")
        report(f"{WORK}, {threads} thread{'s' if threads > 1 else ''}", ours, "15 times nilearn, 1 time niimath" if threads > 1 else "",
               extra="; ".join(extra))


def main():
    peers.begin()
    import nibabel
    import numpy as np
    from nilearn.image import smooth_img
    n_vol, turns = map(int, sys.argv[1:])
    voxel = (np.arange(np.prod(SHAPE) * n_vol, dtype=np.int64) % 1000).astype(np.float32).reshape(*SHAPE, n_vol, order="F")
    image = nibabel.Nifti1Image(voxel, np.diag([*SIZE, 1]))
    seconds = []
    for _ in range(turns):
        start = time.perf_counter()
        smooth_img(image, FWHM)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
