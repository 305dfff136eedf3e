#!/usr/bin/env python3
"""Runs pipelines/face_contrasts.yaml on two sessions of a phantom, as single volumes: face_contrasts.py SULCUS."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from common import ROOT, check, digests, pipeline, run

sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))
import arrays  # noqa: E402  (found by the line above)

PIPELINE = pipeline("face_contrasts.yaml")
VOLUMES = 120
# The phantom answers to faces with 45 in a ball here, to scrambled ones with 15; noise has a standard deviation of 9.
RIGHT, LEFT = (40, -52, -18), (-40, -52, -18)
EARLY = (0, -90, 0)                                              # to both alike, with 30
QUIET = ((1, 50, -5), (-40, -22, 54), (44, 30, 30), (0, -14, 40))


def voxel(world):
    """Of the first session's first volume, which nearly has the grid that the phantom is made on."""
    return tuple(round((w - o) / mm) for w, o, mm in zip(world, (-94.5, -112.5, -48), (3, 3, 3.75)))


def sessions(top, store):
    """Two sessions as files: folder/run1-vol00001.nii.gz and so on, and events1.tsv."""
    file, out = os.path.join(top, "files.yaml"), os.path.join(top, "files")
    steps = {f"s{k}": {"do": "phantom.study", "shape": "spm_faces", "run": k, "n_volumes": VOLUMES} for k in (1, 2)}
    export = {f"{name}{k}": f"$s{k}.{name}" for k in (1, 2) for name in ("volumes", "events")}
    with open(file, "w") as f:
        json.dump({"sulcus": 1, "steps": steps, "export": export}, f)
    run("run", file, "--out", out, "--cache", store)
    return out


def given(folder):
    return ["--set", f"volumes={folder}/*vol-{{vol}}_volumes{{run}}.nii.gz", "--set", f"events={folder}/*events{{run}}.tsv"]


def image(out, name):
    return arrays.read_nifti(os.path.join(out, name + ".nii.gz"))


def at(x, shape, world):
    i, j, k = voxel(world)
    return x[i + shape[0] * (j + shape[1] * k)]


def check_results(out):
    faces, shape = image(out, "faces_minus_scrambled")
    scrambled, _ = image(out, "scrambled_minus_faces")
    effects, _ = image(out, "effects_of_interest")
    check(f"a map of 64x64x32, not {shape}", tuple(shape) == (64, 64, 32))
    check(f"faces on the right: {at(faces, shape, RIGHT)}", at(faces, shape, RIGHT) > 6)
    check(f"faces on the left: {at(faces, shape, LEFT)}", at(faces, shape, LEFT) > 6)
    check(f"no difference where both are seen: {at(faces, shape, EARLY)}", abs(at(faces, shape, EARLY)) < 5)
    for world in (RIGHT, LEFT):
        check(f"some effect at {world}: {at(effects, shape, world)}", at(effects, shape, world) > 6)
    for world in QUIET:
        check(f"nothing at {world}: {at(faces, shape, world)}, {at(effects, shape, world)}",
              abs(at(faces, shape, world)) < 5 and at(effects, shape, world) < 5)
    check("the other way round it is the other sign", all(x == -y for x, y in zip(faces, scrambled)))
    with open(os.path.join(out, "clusters.tsv")) as f:
        header, *rows = [line.rstrip("\n").split("\t") for line in f]
    peak = [float(x) for x in rows[0][1:4]]
    check(f"the first cluster is one of the two: {rows[0]}", any(sum((p - w) ** 2 for p, w in zip(peak, world)) < 8 ** 2
                                                                 for world in (RIGHT, LEFT)))


def ran(out):
    with open(os.path.join(out, "run.json")) as f:
        return sorted(t["task"] for t in json.load(f)["tasks"] if t["state"] == "ran")


def opened(command, log):
    """The files that a command and all it starts open; None without strace."""
    if not shutil.which("strace"):
        return None
    # Leaks cannot be looked for under ptrace, and the program would end with an error of that.
    env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    if subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True).returncode:
        return None                                              # not allowed here
    done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=open,openat", "-o", log, *command], capture_output=True, text=True, env=env)
    check(f"under strace: exit {done.returncode}\n{done.stdout}{done.stderr}", done.returncode == 0)
    with open(log) as f:
        return [line.split('"')[1] for line in f if '"' in line and "ENOENT" not in line]


def check_another_contrast(top, folder, out, store):
    """What is asked of the fit afterwards needs neither volumes nor the run."""
    file = os.path.join(top, "more.yaml")
    with open(PIPELINE) as f:
        text = f.read()
    with open(file, "w") as f:
        f.write(text.replace("  table:", "  more: {do: glm.contrast, glm: $fit.glm, contrast: faces}\n  table:")
                .replace("export:", "export:\n  more: $more.z"))
    command = [sys.argv[1], "run", file, *given(folder), "--out", out, "--cache", store]
    files = opened(command, os.path.join(top, "strace.txt"))
    if files is None:
        run(*command[1:])
    check(f"only the new contrast is computed: {ran(out)}", ran(out) == ["more"])
    large = [p for p in files or [] if os.path.isfile(p) and os.path.getsize(p) > 64 * 64 * 32 * 4 * VOLUMES]
    check(f"no run is opened: {large}", not large)
    small = [p for p in files or [] if p.startswith(folder) and p.endswith(".nii.gz")]
    check(f"no volume is opened: {small[:3]}", not small)


def main():
    with tempfile.TemporaryDirectory() as top:
        out, store = (os.path.join(top, x) for x in ("out", "cache"))
        folder = sessions(top, os.path.join(top, "phantoms"))
        run("run", PIPELINE, *given(folder), "--out", out, "--cache", store, "--jobs", "2")
        check_results(out)
        again = run("run", PIPELINE, *given(folder), "--out", out, "--cache", store)
        check(f"a second run computes nothing: {again}", " 0 ran" in again)
        both = digests(out)
        run("run", PIPELINE, *given(folder), "--out", out + "1", "--cache", store + "1", "--jobs", "1")
        check("one thread makes the same bytes as two", digests(out + "1") == both)
        check_another_contrast(top, folder, out, store)


main()
