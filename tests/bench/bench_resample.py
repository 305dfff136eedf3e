#!/usr/bin/env python3
"""Resampling 40 volumes of 4 mm to 2 mm by cubic splines, along the axes and turned, beside nilearn.

Both on arrays in memory; the whole task, from the store and into it, is told too. As a program of its own it is the peer:
bench_resample.py BOLD AFFINE... prints seconds for each affine of 12 numbers. Exits with 77 where nilearn is not installed.
"""
import json
import math
import statistics
import sys
import time

import peers

SHAPE, VOLUMES = [100, 118, 100], 40
C, S = 2 * math.cos(0.1), 2 * math.sin(0.1)
# Both begin near the phantom's first voxel and cover it.
FORMS = {"along the axes": ([2, 0, 0, -99, 0, 2, 0, -133, 0, 0, 2, -79], "30 times nilearn"),
         "turned by 6 degrees": ([C, -S, 0, -93, S, C, 0, -137, 0, 0, 2, -79], "10 times nilearn")}


def text(bold, affine):
    return json.dumps({"sulcus": 1, "inputs": {"bold": {"kind": "bold", "files": str(bold), "volumes": list(range(VOLUMES))}},
                       "steps": {"x": {"do": "image.resample", "image": "$bold", "affine": affine, "shape": SHAPE},
                                 "mean": {"do": "image.mean", "image": "$x.image"}},
                       "export": {"mean": "$mean.image"}})


def task(b, run, bold, affine):
    """Seconds of the task, which also reads from the store, writes 190 MB to it and takes their digest; and peak bytes."""
    folder = b.fresh()
    (folder / "p.yaml").write_text(text(bold, affine))
    peak = run(b.call(folder / "p.yaml", folder / "store", folder / "out"), memory=True)[1]
    tasks = json.loads((folder / "out/run.json").read_text())["tasks"]
    return next(t["seconds"] for t in tasks if t["task"] == "x"), peak


def resample(b, run, report):
    bold = b.phantom()[0]
    numbers = [str(x) for affine, _ in FORMS.values() for x in affine]
    theirs = peers.ask(b.peer, __file__, bold, *numbers)
    for k, (form, (affine, must)) in enumerate(FORMS.items()):
        def line(what, ours, must, more=""):
            times = f"{theirs[k] / statistics.median(ours):.0f} times faster than nilearn ({theirs[k]:.1f} s)" if theirs else "no peer"
            report(f"resample 4 to 2 mm, 40 volumes, {form}, {what}", ours, must, extra=times + more)
        for threads in (1, 2):
            line(f"{threads} thread{'s' * (threads > 1)}", [json.loads(run([b.num("bench_resample"), str(threads), *numbers])[2])[k]
                                                            for _ in range(b.runs)], must * (threads > 1))
        seconds, peaks = zip(*(task(b, run, bold, affine) for _ in range(min(b.runs, 3))))
        line("as a task", seconds, "", f"; peak {max(peaks) / 1e6:.0f} MB")


def main():
    peers.begin()
    import nibabel
    import numpy as np
    from nilearn.image import resample_img
    bold, *numbers = sys.argv[1:]
    image = nibabel.load(bold)
    data = image.get_fdata(dtype=np.float32)[..., :VOLUMES]
    image = nibabel.Nifti1Image(data, image.affine)
    seconds = []
    for k in range(0, len(numbers), 12):
        affine = np.vstack([np.array(numbers[k:k + 12], dtype=float).reshape(3, 4), [0, 0, 0, 1]])
        start = time.perf_counter()
        resample_img(image, affine, SHAPE, copy_header=True, force_resample=True)
        seconds.append(time.perf_counter() - start)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
