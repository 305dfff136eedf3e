"""Regions from a t-test on one subject of 40x64x64x1452, .nii.gz: cold beside nilearn, another threshold, the signals alone.

The run is a phantom with the noise of a scan in all voxels, about as many bytes as the real one. nilearn takes half a minute, so
it runs once; sulcus' figure is a median. Inflating is one thread of libdeflate's, into memory that was touched before.
"""
import gzip
import json
import pathlib
import random
import shutil
import statistics
import struct

import bench_extract
import peers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PIPELINE = ROOT / "pipelines/roi_from_ttest.yaml"
SHAPE, SIZE = (40, 64, 64), (3.5, 3.75, 3.75)
VOLUMES = 1452
BOXES = {1000: ((22, 20, 22), (10, 10, 10)), 10000: ((10, 18, 20), (20, 25, 20))}   # voxels: first corner, size


def noisy(path, clean):
    """A run with noise in the last 6 bits of every voxel, volume by volume."""
    n, rng = SHAPE[0] * SHAPE[1] * SHAPE[2], random.Random(1)
    keep = int.from_bytes(b"\x3f\0" * n, "little")
    with gzip.open(clean) as f, gzip.open(path, "wb", compresslevel=1) as out:
        out.write(f.read(352))
        while volume := f.read(2 * n):
            noise = int.from_bytes(rng.randbytes(2 * n), "little") & keep
            out.write((int.from_bytes(volume, "little") ^ noise).to_bytes(2 * n, "little"))


def stacked(path, run):
    """The bytes of a run as half as many volumes of twice as many slices: two volumes, one above the other, become one."""
    with gzip.open(run) as f, gzip.open(path, "wb", compresslevel=1) as out:
        head = bytearray(f.read(352))
        struct.pack_into("<2h", head, 46, 2 * SHAPE[2], VOLUMES // 2)
        out.write(head)
        shutil.copyfileobj(f, out, 1 << 22)


def box(path, bold, voxels):
    """Labels on the grid of a run: one region, a box of so many voxels."""
    with gzip.open(bold) as f:
        head = f.read(352)
    shape, affine = struct.unpack_from("<3h", head, 42), struct.unpack_from("<12f", head, 280)
    inside = [all(c <= x < c + n for c, n, x in zip(*BOXES[voxels], (i, j, k)))
              for k in range(shape[2]) for j in range(shape[1]) for i in range(shape[0])]
    path.write_bytes(bench_extract.header(affine, shape, SIZE) + struct.pack(f"<{len(inside)}h", *inside))


def files(b, run):
    """bold.nii.gz, labels.tsv and mask_vt.nii.gz of one subject, made once."""
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
    return top


def call(b, top, folder, *more):
    given = {"bold": "bold.nii.gz", "conditions": "labels.tsv", "mask_vt": "mask_vt.nii.gz"}
    sets = [word for k, v in given.items() for word in ("--set", f"{k}={top.parent}/subj{{sub}}/{v}")]
    return b.call(PIPELINE, folder / "store", folder / "out", *sets, *more)


def signals_call(b, bold, labels, folder):
    """The signals of the box alone, smoothed."""
    step = {"do": "signals.labels", "bold": "$bold", "labels": "$box", "smoothing": 6}
    inputs = {"bold": {"kind": "bold", "files": str(bold)}, "box": {"kind": "labels", "files": str(labels)}}
    (folder / "p.yaml").write_text(json.dumps({"sulcus": 1, "inputs": inputs, "steps": {"x": step}, "export": {"signals": "$x.signals"}}))
    return b.call(folder / "p.yaml", folder / "store", folder / "out")


def peer(b, top):
    b.settle()
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


def signals(b, run, bold, labels):
    """Seconds of the whole run from the file, and of its task that follows the import."""
    folder = b.fresh()
    b.settle()
    whole = run(signals_call(b, bold, labels, folder))[0]
    task = task_seconds(folder, "x")
    b.done_with(folder)
    return whole, task


def all_signals(b, run, report, bold, inflating):
    """One region; one of ten times the voxels; twice the grid with as many bytes, in half as many volumes. In turns, as the disk
    has moods."""
    wide = b.fresh() / "bold.nii.gz"
    stacked(wide, bold)
    cases = {"1,000 voxels": (bold, 1000), "10,000 voxels": (bold, 10000), "1,000 voxels of 40x64x128x726": (wide, 1000)}
    labels = {name: b.fresh() / "box.nii" for name in cases}
    for name, (file, voxels) in cases.items():
        box(labels[name], file, voxels)
    took = [{name: signals(b, run, file, labels[name]) for name, (file, _) in cases.items()} for _ in range(min(b.runs, 5))]
    for name in cases:
        whole = [t[name][0] for t in took]
        report(f"signals of {name}, smoothed, .nii.gz to TSV", whole, "follows inflating", "s",
               f"{statistics.median(whole) / inflating:.2f} times inflating")
    first = statistics.median(t["1,000 voxels"][1] for t in took)
    for name in cases:
        task = [t[name][1] for t in took]
        report(f"the task alone, {name}", task, "follows the voxels, not the grid", "ms",
               f"{statistics.median(task) / first:.2f} times 1,000 voxels")


def roi(b, run, report):
    top, n, cold, peaks = files(b, run), min(b.runs, 5), [], []
    inflating = statistics.median(json.loads(run([str(b.inflater), str(n), str(top / "bold.nii.gz")])[2]))
    for _ in range(n):
        if cold:
            b.done_with(folder)
        folder = b.fresh()
        b.settle()
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
    b.settle()
    report("threshold changed afterwards, whole process",
           [run(call(b, top, folder, "--set", f"p={3 + 0.5 * k}"))[0] for k in range(2 * n)], "100 ms")
    all_signals(b, run, report, top / "bold.nii.gz", inflating)
