"""264 spheres and 400 labels from a whole run of 50x59x50x168 .nii.gz on an empty store, beside inflating that file once.

The run is a phantom with the noise of a scan, and the phantom itself. Inflating is libdeflate's alone, into memory that was
touched before: bench_inflate. Seeds are those of Power et al. 2011 where ../shared/data has them, else a lattice; the 400
labels fill the image.
"""
import gzip
import itertools
import json
import random
import shutil
import statistics
import struct

SHAPE, VOXEL = (50, 59, 50), 4.0


def seeds(root):
    path = root.parent / "shared/data/coords/power_2011.csv"
    if path.exists():
        lines = path.read_text().split()[1:]
        return [list(map(float, line.split(",")[1:4])) for line in lines]
    lattice = itertools.product(range(-50, 51, 20), range(-90, 61, 15), range(-40, 61, 30))
    return [list(p) for p in itertools.islice(lattice, 264)]


def header(affine, shape=SHAPE, size=(VOXEL, VOXEL, VOXEL)):
    """Of a NIfTI-1 file of one volume of int16 on a run's grid; size: mm."""
    h = bytearray(352)
    struct.pack_into("<i", h, 0, 348)
    struct.pack_into("<8h", h, 40, 3, *shape, 1, 1, 1, 1)
    struct.pack_into("<hh", h, 70, 4, 16)
    struct.pack_into("<8f", h, 76, 1, *size, 1, 1, 1, 1)
    struct.pack_into("<ff", h, 108, 352, 1)
    struct.pack_into("<hh", h, 252, 0, 1)
    struct.pack_into("<12f", h, 280, *affine)
    h[344:348] = b"n+1\0"
    return bytes(h)


def labels(path, bold):
    """400 boxes on the grid of a run."""
    with gzip.open(bold) as f:
        affine = struct.unpack_from("<12f", f.read(352), 280)
    n, cuts = SHAPE, (8, 10, 5)
    voxels = [1 + i * cuts[0] // n[0] + cuts[0] * (j * cuts[1] // n[1] + cuts[1] * (k * cuts[2] // n[2]))
              for k in range(n[2]) for j in range(n[1]) for i in range(n[0])]
    path.write_bytes(header(affine) + struct.pack(f"<{len(voxels)}h", *voxels))


def noisy(path, bold, seed):
    """The same run with noise in the last 6 bits of every voxel: about as many bytes as a scan (24 MB) takes, not a phantom's 6."""
    with gzip.open(bold) as f:
        raw = f.read()
    voxels = len(raw) - 352
    noise = int.from_bytes(random.Random(seed).randbytes(voxels), "little") & int.from_bytes(b"\x3f\0" * (voxels // 2), "little")
    mixed = (int.from_bytes(raw[352:], "little") ^ noise).to_bytes(voxels, "little")
    with gzip.open(path, "wb", compresslevel=1) as f:
        f.write(raw[:352] + mixed)
    return path


def pipeline(folder, steps, files):
    inputs = {name: {"kind": kind, "files": str(path)} for name, (kind, path) in files.items()}
    export = {f"signals_{name}": f"${name}.signals" for name in steps}
    file = folder / "p.yaml"
    file.write_text(json.dumps({"sulcus": 1, "inputs": inputs, "steps": steps, "export": export}))
    return file


def whole_run(b, run, steps, files):
    """Seconds on a store of its own, which goes: dozens of them on their way to the disk slow the runs after them by a third."""
    folder = b.fresh()
    seconds = run(b.call(pipeline(folder, steps, files), folder / "store", folder / "out"))[0]
    shutil.rmtree(folder)
    return seconds


def inflate(b, run, *files):
    """Seconds, all files at the same time."""
    return json.loads(run([str(b.inflater), "1", *map(str, files)])[2])[0]


def pairs(b, one, other):
    """Seconds of each, in turns."""
    figures = [(one(), other()) for _ in range(b.runs)]
    return [x for x, _ in figures], [y for _, y in figures]


def ratio(x, y):
    return statistics.median(a / b for a, b in zip(x, y))


def extract(b, run, report, root):
    phantom = b.phantom()[0]
    scan, second = (noisy(b.fresh() / "bold.nii.gz", phantom, seed) for seed in (1, 2))
    atlas = b.fresh() / "labels.nii"
    labels(atlas, phantom)
    spheres = {"do": "signals.spheres", "bold": "$bold", "seeds": seeds(root), "radius": 5, "allow_overlap": True}
    regions = {"do": "signals.labels", "bold": "$bold", "labels": "$atlas"}
    for bold in (scan, phantom):
        size = f"{bold.stat().st_size / 1e6:.0f} MB .nii.gz"
        for what, steps in (("264 spheres", {"spheres": spheres}), ("400 labels", {"regions": regions}),
                            ("264 spheres and 400 labels", {"spheres": spheres, "regions": regions})):
            files = {"bold": ("bold", bold), **({"atlas": ("labels", atlas)} if "regions" in steps else {})}
            ours, inflating = pairs(b, lambda: whole_run(b, run, steps, files), lambda: inflate(b, run, bold))
            report(f"{what} from {size}, whole run", ours, "2.2 times inflating" if bold == scan else "-",
                   extra=f"{ratio(ours, inflating):.2f} times inflating ({statistics.median(inflating) * 1e3:.0f} ms)")
    two_files(b, run, report, scan, second)


def two_files(b, run, report, bold, second):
    """Two files on two cores, in one process and as whole runs that import them."""
    two, one = pairs(b, lambda: inflate(b, run, bold, second), lambda: inflate(b, run, bold))
    report("inflating two .nii.gz, two threads", two, "the time of one", extra=f"{ratio(two, one):.2f} times one")
    step = {"do": "signals.spheres", "seeds": [[0, -52, 18]], "radius": 5}
    first = {"a": {**step, "bold": "$x"}}
    two, one = pairs(b, lambda: whole_run(b, run, {**first, "b": {**step, "bold": "$y"}}, {"x": ("bold", bold), "y": ("bold", second)}),
                     lambda: whole_run(b, run, first, {"x": ("bold", bold)}))
    report("a seed's signal from two .nii.gz, whole run", two, "the time of one", extra=f"{ratio(two, one):.2f} times one")
