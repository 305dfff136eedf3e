"""Regions from a t-test on one subject of 40x64x64x1452, .nii.gz: cold beside nilearn, another threshold, the signals alone.

The run is a phantom with the noise of a scan in all voxels, about as many bytes as the real one. nilearn takes half a minute, so
it runs once; sulcus' figure is a median. Inflating is one thread of libdeflate's, into memory that was touched before.
"""
import gzip
import json
import pathlib
import random
import statistics
import struct

import bench_extract
import peers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PIPELINE = ROOT / "pipelines/roi_from_ttest.yaml"
SHAPE, SIZE = (40, 64, 64), (3.5, 3.75, 3.75)
CORNER = (22, 20, 22)                                    # of the box of 1,000 voxels


def noisy(path, clean):
    """A run with noise in the last 6 bits of every voxel, volume by volume."""
    n, rng = SHAPE[0] * SHAPE[1] * SHAPE[2], random.Random(1)
    keep = int.from_bytes(b"\x3f\0" * n, "little")
    with gzip.open(clean) as f, gzip.open(path, "wb", compresslevel=1) as out:
        out.write(f.read(352))
        while volume := f.read(2 * n):
            noise = int.from_bytes(rng.randbytes(2 * n), "little") & keep
            out.write((int.from_bytes(volume, "little") ^ noise).to_bytes(2 * n, "little"))


def box(path, bold):
    """Labels of a run's grid: one region of 10 x 10 x 10 voxels."""
    with gzip.open(bold) as f:
        affine = struct.unpack_from("<12f", f.read(352), 280)
    inside = [all(c <= x < c + 10 for c, x in zip(CORNER, (i, j, k)))
              for k in range(SHAPE[2]) for j in range(SHAPE[1]) for i in range(SHAPE[0])]
    path.write_bytes(bench_extract.header(affine, SHAPE, SIZE) + struct.pack(f"<{len(inside)}h", *inside))


def files(b, run):
    """bold.nii.gz, labels.tsv, mask_vt.nii.gz and box.nii of one subject, made once."""
    top = b.top / "roi/subj1"
    if top.exists():
        return top
    folder, names = b.fresh(), ("bold", "conditions", "mask_vt")
    (folder / "p.yaml").write_text(json.dumps({"sulcus": 1, "steps": {"study": {"do": "phantom.study", "shape": "haxby"}},
                                               "export": {name: f"$study.{name}" for name in names}}))
    run(b.call(folder / "p.yaml", folder / "store", folder / "out"))
    top.mkdir(parents=True)
    bold, conditions, mask = (next((folder / "out").glob(f"*_{name}.*")) for name in names)
    noisy(top / "bold.nii.gz", bold)
    conditions.rename(top / "labels.tsv")
    mask.rename(top / "mask_vt.nii.gz")
    box(top / "box.nii", bold)
    return top


def call(b, top, folder, *more):
    given = {"bold": "bold.nii.gz", "conditions": "labels.tsv", "mask_vt": "mask_vt.nii.gz"}
    sets = [word for k, v in given.items() for word in ("--set", f"{k}={top.parent}/subj{{sub}}/{v}")]
    return b.call(PIPELINE, folder / "store", folder / "out", *sets, *more)


def signals_call(b, top, folder):
    """The signals of the box alone, smoothed."""
    step = {"do": "signals.labels", "bold": "$bold", "labels": "$box", "smoothing": 6}
    inputs = {"bold": {"kind": "bold", "files": str(top / "bold.nii.gz")}, "box": {"kind": "labels", "files": str(top / "box.nii")}}
    (folder / "p.yaml").write_text(json.dumps({"sulcus": 1, "inputs": inputs, "steps": {"x": step}, "export": {"signals": "$x.signals"}}))
    return b.call(folder / "p.yaml", folder / "store", folder / "out")


def peer(b, top):
    b.warm()
    return peers.ask(b.peer, HERE / "peer_roi.py", top, b.fresh())


def task_seconds(folder, name):
    """Of one task, in the last run."""
    tasks = json.loads((folder / "out/run.json").read_text())["tasks"]
    return next(t["seconds"] for t in tasks if t["task"].split("@")[0] == name)


def beside(other, ours):
    if not other:
        return "no peer"
    parts = ", ".join(f"{k} {v:.0f}" for k, v in other["parts"].items())
    return f"{other['seconds'] / statistics.median(ours):.1f} times faster than nilearn {other['nilearn']} (once: " \
           f"{other['seconds']:.0f} s: {parts}; {other['peak_bytes'] / 1e6:.0f} MB)"


def signals(b, run, report, top, inflating):
    """One region of 1,000 voxels: the whole run from the file, and the task of it that follows the import."""
    cold, task = [], []
    for _ in range(min(b.runs, 3)):
        folder = b.fresh()
        argv = signals_call(b, top, folder)
        cold.append(run(argv)[0])
        task.append(task_seconds(folder, "x"))
        b.done_with(folder)
    report("signals of 1,000 voxels, smoothed, .nii.gz to TSV, cold", cold, "follows inflating", "s",
           f"{statistics.median(cold) / inflating:.2f} times inflating")
    report("the task alone, without the import", task, "follows the voxels")


def roi(b, run, report):
    top, n, cold, peaks = files(b, run), min(b.runs, 5), [], []
    inflating = statistics.median(json.loads(run([str(b.inflater), str(n), str(top / "bold.nii.gz")])[2]))
    for _ in range(n):
        if cold:
            b.done_with(folder)
        folder = b.fresh()
        b.warm()
        cold.append(run(call(b, top, folder))[0])
    for _ in range(2):
        other = b.fresh()
        peaks.append(run(call(b, top, other), memory=True)[1])
        b.done_with(other)
    size = (top / "bold.nii.gz").stat().st_size
    report("regions from a t-test 40x64x64x1452, .nii.gz to signals, cold", cold, "10 times nilearn, 900 MB", "s",
           f"{beside(peer(b, top), cold)}; {statistics.median(cold) / inflating:.2f} times inflating {size / 1e6:.0f} MB "
           f"({inflating:.2f} s); peak {max(peaks) / 1e6:.0f} MB")
    report("the same, nothing changed", [run(call(b, top, folder))[0] for _ in range(3 * n)], "")
    report("threshold changed afterwards, whole process",
           [run(call(b, top, folder, "--set", f"p={3 + 0.5 * k}"))[0] for k in range(2 * n)], "100 ms")
    signals(b, run, report, top, inflating)
