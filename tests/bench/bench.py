#!/usr/bin/env python3
"""Speed and memory of sulcus, medians of several runs, beside a peer in the same run where there is one.

bench.py BUILD_FOLDER [--runs N] [--only WORD] [--peer PYTHON]
Every figure is of whole processes, from start to exit, on a store and an output folder of its own. Peak memory is
the largest sum of the proportional set sizes of all processes of the run, sampled every 5 ms.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bench_clean
import bench_extract
import bench_faces
import bench_glm
import bench_permute
import bench_resample
import bench_roi
import bench_smooth
import peers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
rows = []
ROOM = 20e9   # bytes that stay free on the disk


def tree(pid):
    """A process and all below it."""
    found, todo = [], [pid]
    while todo:
        p = todo.pop()
        found.append(p)
        try:
            for task in os.listdir(f"/proc/{p}/task"):
                todo += map(int, pathlib.Path(f"/proc/{p}/task/{task}/children").read_text().split())
        except OSError:
            pass
    return found


def pss(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def run(argv, memory=False, env=None, check=True):
    """Seconds, peak bytes (0 unless asked) and standard output of one command."""
    start = time.perf_counter()
    p = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
    peak, done = [0], threading.Event()

    def watch():
        while not done.is_set():
            peak[0] = max(peak[0], sum(map(pss, tree(p.pid))))
            time.sleep(0.005)
    watcher = threading.Thread(target=watch) if memory else None
    if watcher:
        watcher.start()
    out, err = p.communicate()
    seconds = time.perf_counter() - start
    done.set()
    if watcher:
        watcher.join()
    if check and p.returncode:
        sys.exit(f"{' '.join(map(str, argv))} exited with {p.returncode}:\n{err.decode()[-2000:]}")
    return seconds, peak[0], out.decode()


def report(work, figures, must, unit="ms", extra=""):
    scale = {"ms": 1e3, "s": 1, "us": 1e6}[unit]
    figures = sorted(x * scale for x in figures)
    median = statistics.median(figures)
    rows.append((work, f"{median:.1f} {unit}", f"{figures[0]:.1f} .. {figures[-1]:.1f}", must, extra))
    print(f"{work:58} {median:9.1f} {unit:2}  ({figures[0]:.1f} .. {figures[-1]:.1f}, n {len(figures)})  must: {must}  {extra}", flush=True)
    return median / scale


class Bench:
    def __init__(self, args):
        self.sulcus = str(pathlib.Path(args.build).resolve() / "engine/cli/sulcus")
        self.kernels = pathlib.Path(args.build).resolve() / "tests/unit/num/bench_num"
        self.inflater = pathlib.Path(args.build).resolve() / "tests/bench/bench_inflate"
        self.cleaner = pathlib.Path(args.build).resolve() / "tests/bench/bench_clean"
        self.fitter = pathlib.Path(args.build).resolve() / "tests/bench/bench_glm"
        self.permuter = pathlib.Path(args.build).resolve() / "tests/bench/bench_permute"
        self.runs, self.peer, self.warm = args.runs, args.peer, (2 << 30) * args.warm
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="sulcus-bench-"))
        self.n = 0

    def num(self, program):
        return str(pathlib.Path(self.sulcus).parents[2] / "tests/unit/num" / program)

    def fresh(self):
        self.n += 1
        folder = self.top / str(self.n)
        folder.mkdir()
        return folder

    def done_with(self, folder):
        """A store stays until the bench ends, where the disk has room for it. Cold runs of the faces study (200 volumes) on a loaded
        machine with ext4 took 5.7 to 8.8 s when no store had gone before (5 runs), then 8.8 to 18.9 s right after one had (4),
        with much the same time of processors: they wait for the disk."""
        if shutil.disk_usage(self.top).free < ROOM:
            shutil.rmtree(folder)

    def settle(self):
        """Before each cold run, the peer's too: what earlier runs wrote goes to the disk. With --warm memory is touched as well. A virtual
        machine gives free memory back to its host, and the first touch then takes longer than the work (a file of 0.8 GB was written
        in 2.4 s, and in 0.24 s into memory used just before), which a machine of its own does not know."""
        os.sync()
        touched = b"\1" * self.warm
        del touched

    def call(self, file, store, out, *more):
        return [self.sulcus, "run", str(file), "--cache", str(store), "--out", str(out), *more]

    def times(self, n, argv, **kw):
        return [run(argv, **kw)[0] for _ in range(n)]

    def phantom(self):
        """One subject of the development_fmri shape as files, made once."""
        out = self.top / "phantom"
        if not out.exists():
            run(self.call(ROOT / "pipelines/phantom_files.yaml", self.top / "phantom_store", out))
        bold = next(out.glob("*bold*.nii.gz"))
        confounds = next(out.glob("*confounds*.tsv"))
        return bold, confounds

    def study(self, store, out, *more):
        top = self.phantom()[0].parent
        return self.call(ROOT / "pipelines/seed_to_voxel.yaml", store, out, "--set", f"bold={top}/sub-{{sub}}_bold.nii.gz",
                         "--set", f"confounds={top}/sub-{{sub}}_confounds.tsv", *more)

    def seed_to_voxel(self):
        bold, confounds = self.phantom()
        cold, peer, peaks = [], [], []
        script = [self.peer, str(HERE / "peer_nilearn.py"), str(bold), str(confounds), str(self.fresh())]
        has_peer = peers.ask(*script)
        for _ in range(self.runs):
            folder = self.fresh()
            cold.append(run(self.study(folder / "store", folder / "out"))[0])
            if has_peer:
                peer.append(json.loads(run(script)[2].splitlines()[-1]))
        for _ in range(3):
            folder = self.fresh()
            peaks.append(run(self.study(folder / "store", folder / "out"), memory=True)[1])
        ratio = f"{statistics.median(p['seconds'] / c for p, c in zip(peer, cold)):.1f} times faster than nilearn " \
                f"({statistics.median(p['seconds'] for p in peer):.1f} s, {peer[0]['peak_bytes'] / 1e6:.0f} MB)" if peer else "no peer"
        report("seed-to-voxel 50x59x50x168, cold, .nii.gz in", cold, "25 times nilearn, 400 MB", extra=f"{ratio}; peak {max(peaks) / 1e6:.0f} MB")
        folder = self.fresh()
        run(self.study(folder / "store", folder / "out"))
        report("the same, nothing changed", self.times(4 * self.runs, self.study(folder / "store", folder / "out")), "12 ms")
        moved = []
        for k in range(self.runs):
            moved.append(run(self.study(folder / "store", folder / "out", "--set", f"seed=[{2 * k + 2}, -52, 18]"))[0])
        report("seed moved", moved, "150 ms")

    def scale(self):
        gen = [sys.executable, str(HERE / "gen_scale.py")]
        for name, words, must in (("5 steps x 200 cells", ["cells", "200"], "10 ms"), ("5 steps x 2,000 cells", ["cells", "2000"], "60 ms"),
                                  ("10,000 written steps", ["steps", "10000"], "120 ms")):
            folder = self.fresh()
            (folder / "p.yaml").write_text(run([*gen, *words])[2])
            argv = self.call(folder / "p.yaml", folder / "store", folder / "out")
            run(argv)
            if words == ["cells", "2000"]:
                self.scratch(folder / "p.yaml")
            noop = self.times(3 * self.runs, argv)
            peak = max(run(argv, memory=True)[1] for _ in range(3))
            report(f"nothing changed: {name}", noop, must, extra=f"peak {peak / 1e6:.0f} MB (60 MB)")

    def scratch(self, file):
        """From an empty store; on a disk in memory too, where syncs cost nothing."""
        places = [("on disk, syncs included", self.top)] + ([("syncs apart", pathlib.Path("/dev/shm"))] if os.access("/dev/shm", os.W_OK) else [])
        for what, top in places:
            seconds = []
            for _ in range(5):
                folder = pathlib.Path(tempfile.mkdtemp(dir=top))
                seconds.append(run(self.call(file, folder / "store", folder / "out"))[0] / 10000)
                if top == self.top:
                    self.done_with(folder)
                else:
                    shutil.rmtree(folder)
            report(f"10,000 trivial tasks from scratch, a task, {what}", seconds, "0.15 ms, syncs apart", "us")

    def subject(self):
        folder = self.fresh()
        file = folder / "p.yaml"

        def text(n):
            subs = ", ".join(f'"{i:02}"' for i in range(1, n + 1))
            return (ROOT / "tests/bench/subjects.yaml").read_text().replace("SUBJECTS", subs)
        argv = self.call(file, folder / "store", folder / "out")
        file.write_text(text(20))
        run(argv)
        file.write_text(text(21))
        seconds, _, _ = run(argv)
        record = json.loads((folder / "out/run.json").read_text())
        ran = [t["task"] for t in record["tasks"] if t["state"] == "ran"]
        report("adding one subject to 20", [seconds], "its tasks and the gathers", extra=f"ran {len(ran)}: {' '.join(sorted(ran))}")

    def extract(self):
        bench_extract.extract(self, run, report, ROOT)

    def resample(self):
        bench_resample.resample(self, run, report)

    def faces(self):
        bench_faces.faces(self, run, report)

    def roi(self):
        bench_roi.roi(self, run, report)

    def clean(self):
        bench_clean.clean(self, run, report)

    def glm(self):
        bench_glm.glm(self, run, report)

    def permute(self):
        bench_permute.permute(self, run, report)

    def smooth(self):
        bench_smooth.smooth(self, run, report)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--runs", type=int, default=7)
    p.add_argument("--only")
    p.add_argument("--warm", action="store_true", help="touch 2 GB of memory before each cold run")
    p.add_argument("--peer", default="/usr/bin/python3")
    args = p.parse_args()
    b = Bench(args)
    try:
        for name in ("seed_to_voxel", "faces", "roi", "scale", "subject", "extract", "resample", "smooth", "clean", "glm", "permute"):
            if not args.only or args.only == name:
                getattr(b, name)()
    finally:
        shutil.rmtree(b.top, ignore_errors=True)


main()
