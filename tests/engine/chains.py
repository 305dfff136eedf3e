#!/usr/bin/env python3
"""chains.py SULCUS WORKER NAME... - volumes put together pass on to another grid, as image.concat and image.resample do one by one."""
import gzip
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine import events, run_scenarios, wait_for  # noqa: E402

STUDY = """
inputs:
  volumes: {kind: volume, per: [run, vol], files: "run{run}/{vol}.nii"}
steps:
  concat: {do: image.concat, images: $volumes, gather: vol, tr: 2 sKEEP}
  first: {do: pick, item: $concat.image, cell: {run: 1}}
  aligned: {do: image.resample, image: $concat.image, onto: $first.itemMORE}
  mean: {do: image.mean, image: $first.item}
export: {aligned: $aligned.image, mean: $mean.image}
"""
TOGETHER = {"concat@2": "concat@2", "aligned@2": "concat@2"}
N = (24, 20, 12)
N_VOL = 9


def nifti(path, values, x_mm, kind=16):
    """A volume at 3 mm; kind 16: float32, 4: int16."""
    h = bytearray(352)
    struct.pack_into("<i", h, 0, 348)
    struct.pack_into("<8h", h, 40, 3, *N, 1, 1, 1, 1)
    struct.pack_into("<2h", h, 70, kind, 32 if kind == 16 else 16)
    struct.pack_into("<8f", h, 76, 1, 3, 3, 3, 2, 0, 0, 0)
    struct.pack_into("<2f", h, 108, 352, 1)
    struct.pack_into("<2h", h, 252, 0, 1)
    struct.pack_into("<12f", h, 280, 3, 0, 0, -30 + x_mm, 0, 3, 0.1 * x_mm, -30, 0, -0.1 * x_mm, 3, -20)
    h[344:348] = b"n+1\0"
    path.write_bytes(bytes(h) + struct.pack(f"<{len(values)}{'f' if kind == 16 else 'h'}", *values))


def values(run, vol, low=0):
    """Boxes with edges that splines overshoot, others in each volume."""
    out = []
    for k in range(N[2]):
        for j in range(N[1]):
            for i in range(N[0]):
                inside = 4 < i < 17 and 3 < j < 15 and (k + vol) % 6
                out.append(100 + 10 * vol + run + (i * j + k) % 9 if inside else low)
    return out


def volumes(s, change=None, kind=16):
    """Each lies a little elsewhere, and the second run farther away."""
    for run in (1, 2):
        (s.folder / f"run{run}").mkdir(exist_ok=True)
        for vol in range(N_VOL):
            x = values(run, vol)
            if change:
                change(run, vol, x)
            nifti(s.folder / f"run{run}/{vol:02d}.nii", x, 0.1 * vol + 4.4 * (run - 1), kind)


def study(s, keep="", more=""):
    s.write(STUDY.replace("KEEP", keep).replace("MORE", more))


def in_passes(s, *args, **how):
    """The tasks that ran in a pass -> its maker."""
    s.run("--events", "e.jsonl", *args, **how)
    done = [e for e in events(s.folder / "e.jsonl") if e["event"] == "task_done"]
    return {e["task"]: e["pass"] for e in done if "pass" in e}


def made(s):
    """What each task is: its key, what it gave and what it said."""
    return {name: [t.get(x) for x in ("key", "out", "notes")] for name, t in s.tasks().items()}


def both_ways(s, name, more="", together=TOGETHER, again=False):
    """With any number of jobs the keys, bytes and notes of what ran one by one."""
    study(s, ", keep: always", more)
    s.store = s.folder / (name + "-plain")
    assert in_passes(s) == {}
    good = s.results(), made(s)
    study(s, more=more)
    for jobs in ("1", "2", "5"):
        s.store = s.folder / (name + jobs)
        assert in_passes(s, "--jobs", jobs) == together or again, s.states()
        assert (s.results(), made(s)) == good, name
        s.run(SULCUS_WORKER="/nonexistent")


# ---- the same results ----
def chain_bits(s):
    volumes(s)
    both_ways(s, "plain")
    both_ways(s, "fill", ", fill: -7")
    both_ways(s, "high", ", fill: 1e6")
    both_ways(s, "free", ", clip: false")
    both_ways(s, "linear", ", interpolation: linear, fill: -7")


def chain_values(s):
    def holes(run, vol, x):
        x[vol * 97::1013] = [float("nan")] * len(x[vol * 97::1013])

    def signed(run, vol, x):
        x[7::11] = [-50 - vol] * len(x[7::11])

    volumes(s, holes)
    both_ways(s, "holes", ", fill: -7")
    volumes(s, signed)
    both_ways(s, "signed", ", fill: -700")
    volumes(s, kind=4)
    both_ways(s, "integers")


def one_volume(s):
    volumes(s)
    for run in (1, 2):
        for vol in range(1, N_VOL):
            (s.folder / f"run{run}/{vol:02d}.nii").unlink()
    both_ways(s, "one")


def grids_alike(s):
    """The volumes go through as they are."""
    volumes(s)
    for vol in range(N_VOL):
        nifti(s.folder / f"run2/{vol:02d}.nii", values(2, vol), 0.1 * vol)
    both_ways(s, "alike")


def looked_at_twice(s):
    """nilearn's way looks at the whole image first, and is a word, not true or false."""
    volumes(s)
    both_ways(s, "compat", ", compat: nilearn, fill: 3", together={})
    both_ways(s, "none", ", compat: none")


def too_large_together(s):
    """What both need beside the image must be there at once, and neither counts the image."""
    volumes(s)
    study(s)
    for mem, together in (("16 MB", {}), ("24 MB", TOGETHER)):
        s.store = s.folder / mem
        assert in_passes(s, "--mem", mem) == together, mem


def late_negative(s):
    """Only the sixth volume tells that it should not have been so: all is made again, one by one."""
    def late(run, vol, x):
        x[2000] = -30 if run == 2 and vol == 5 else x[2000]

    volumes(s, late)
    both_ways(s, "late", again=True)
    study(s)
    s.store = s.folder / "once_more"
    text = s.run("--events", "e.jsonl")
    assert "has negative values, the first one none" in text and "aligned@2" in text, text
    assert s.states()["aligned@2"] == s.states()["concat@2"] == "ran", s.states()


def passed_result(s):
    """It is described as others whose bytes are not kept."""
    volumes(s)
    study(s)
    s.run()

    def say(*args):
        p = subprocess.run([s.sulcus, *args], cwd=s.folder, env=s.env(), capture_output=True, text=True)
        return p.stdout + p.stderr

    assert "concat" in say("explain", "p.yaml", "concat@2") and "aligned" in say("explain", "p.yaml", "aligned@2")
    told = say("show", "p.yaml:concat@2.image")
    assert "its bytes are not in the store: they passed to the steps that read them" in told, told


# ---- failures ----
def failing_maker(s):
    """A volume in the midst of a run is cut off in the store, just before: what is told is what is told without a pass."""
    volumes(s)
    voxels = (s.folder / "run2/04.nii").read_bytes()[352:]
    for path in s.folder.glob("run*/*.nii"):   # so that what is read is the store's
        path.with_suffix(".nii.gz").write_bytes(gzip.compress(path.read_bytes()))
    zipped = STUDY.replace("{vol}.nii", "{vol}.nii.gz")
    told = []
    for keep in (", keep: always", ""):
        s.write(zipped.replace("KEEP", keep).replace("MORE", ""))
        s.store = s.folder / f"store{len(keep)}"
        s.run("--only", "volumes")
        [blob] = [b for b in s.store.glob("cas/*/*") if b.read_bytes().endswith(voxels)]
        script = f"chmod u+w {blob}; head -c 9000 {blob} > cut; cat cut > {blob}; cat $1 > $2"
        s.write(zipped.replace("KEEP", keep + ", onto: $cut.grid").replace("MORE", "").replace("onto: $first.item", "voxel: 2 mm")
                .replace("  concat:", """
  one: {do: pick, item: $volumes, cell: {run: 1, vol: "00"}}
  cut: {do: command, argv: [sh, -c, '%s', sh, $in, $grid], reads: {in: $one.item}, writes: {grid: volume}}
  concat:""" % script))
        out = s.run("--keep-going", code=1)
        st = s.states()
        assert [st[k] for k in ("concat@1", "aligned@1", "concat@2", "aligned@2")] == ["ran", "ran", "failed", "skipped"], st
        told.append([line.replace(str(s.store), "") for line in out.splitlines() if "truncated" in line])
    assert told[0] == told[1] and "concat@2" in str(told), told


def failing_reader(s):
    """Its file is larger than files may be."""
    volumes(s)
    limited = s.folder / "limited"
    limited.write_text(f"#!/bin/sh\nulimit -f 1500\ntrap '' XFSZ\nexec {s.sulcus} \"$@\"\n")
    limited.chmod(0o755)
    whole = s.sulcus
    told = []
    for keep in (", keep: always", ""):
        study(s, keep)
        text = (s.folder / "p.yaml").read_text().replace("sulcus: 1\n", "").replace("onto: $first.item", "voxel: 1 mm")
        s.write(text)
        s.sulcus, s.store = str(limited), s.folder / f"store{len(keep)}"
        out = s.run("--keep-going", code=1)
        assert "step 'aligned' failed" in out and "File too large" in out and "step 'concat'" not in out, out
        st = s.states()
        assert [st[k] for k in ("concat@1", "concat@2", "aligned@1", "aligned@2")] == ["ran"] * 2 + ["failed"] * 2, st
        told.append(sorted(line for line in out.splitlines() if "step 'aligned'" in line))
        s.sulcus = whole
        s.run()
    assert told[0] == told[1], told


def killed_chain(s):
    """What a run left that was killed in the midst of a pass."""
    volumes(s)
    study(s, ", keep: always")
    s.store = s.folder / "plain"
    s.run()
    good = s.results()
    study(s)
    s.store = s.folder / "killed"
    started = s.folder / "k.jsonl"
    for _ in range(4):
        p = s.start("--events", "k.jsonl", "--jobs", "2")
        wait_for(lambda: p.poll() is not None or started.exists() and '"task_started","task":"aligned@2' in started.read_text())
        p.kill()
        p.communicate(timeout=30)
        started.unlink(missing_ok=True)
    s.run()
    assert s.results() == good


if __name__ == "__main__":
    sys.exit(run_scenarios([chain_bits, chain_values, one_volume, grids_alike, looked_at_twice, too_large_together, late_negative,
                            passed_result, failing_maker, failing_reader, killed_chain]))
