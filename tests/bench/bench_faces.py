"""The faces study on two sessions of 390 single volumes of 64x64x32: cold beside nilearn, then one more contrast.

nilearn takes two minutes, so it runs once; sulcus' figure is a median. The volumes are uncompressed, as SPM's data are.
"""
import gzip
import json
import pathlib
import statistics
import sys

import peers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def volumes(b, run):
    """session1/001.nii ..., events1.tsv and the same of session 2, made once."""
    top = b.top / "faces"
    if top.exists():
        return top
    steps = {f"s{k}": {"do": "phantom.study", "shape": "spm_faces", "run": k} for k in (1, 2)}
    folder = b.fresh()
    (folder / "p.yaml").write_text(json.dumps({"sulcus": 1, "steps": steps, "export": {
        f"{name}{k}": f"$s{k}.{name}" for k in (1, 2) for name in ("volumes", "events")}}))
    run(b.call(folder / "p.yaml", folder / "store", folder / "out"))
    for k in (1, 2):
        (top / f"session{k}").mkdir(parents=True)
        for path in (folder / "out").rglob(f"*_volumes{k}.nii.gz"):
            number = path.name.split("vol-")[1].split("_")[0]
            (top / f"session{k}" / f"{number}.nii").write_bytes(gzip.decompress(path.read_bytes()))
        (top / f"events{k}.tsv").write_bytes(next((folder / "out").rglob(f"*events{k}.tsv")).read_bytes())
    return top


def call(b, top, file, folder, *more):
    return b.call(file, folder / "store", folder / "out", "--set", f"volumes={top}/session{{run}}/{{vol}}.nii",
                  "--set", f"events={top}/events{{run}}.tsv", *more)


def with_contrast(folder, contrast):
    """The pipeline and one contrast more."""
    text = (ROOT / "pipelines/face_contrasts.yaml").read_text()
    more = "  more: {do: glm.contrast, glm: $fit.glm, contrast: %s}\n  table:" % contrast
    (folder / "more.yaml").write_text(text.replace("  table:", more, 1).replace("export:", "export:\n  more: $more.z", 1))
    return folder / "more.yaml"


def peer(b, top):
    b.settle()
    return peers.ask(b.peer, HERE / "peer_faces.py", top, b.fresh())


def same_bytes(b, run, top, file, out):
    """Do one and two threads export the same?"""
    folder = b.fresh()
    run(call(b, top, file, folder, "--jobs", "1"))
    names = [p.name for p in out.glob("*.nii.gz")]
    return "identical" if names and all((out / n).read_bytes() == (folder / "out" / n).read_bytes() for n in names) else "DIFFERENT"


def faces(b, run, report):
    top, file = volumes(b, run), ROOT / "pipelines/face_contrasts.yaml"
    n, cold, ones, peaks, folder = min(b.runs, 5), [], [], [], None
    for _ in range(n):
        if folder:
            b.done_with(folder)
        folder = b.fresh()
        b.settle()
        cold.append(run(call(b, top, file, folder))[0])
    for _ in range(2):
        other = b.fresh()
        peaks.append(run(call(b, top, file, other), memory=True)[1])
        b.done_with(other)
    for _ in range(min(n, 3)):
        other = b.fresh()
        b.settle()
        ones.append(run(call(b, top, file, other, "--jobs", "1"))[0])
        b.done_with(other)
    other = peer(b, top)
    extra = f"peak {max(peaks) / 1e6:.0f} MB"
    if other:
        parts = ", ".join(f"{k} {v:.0f}" for k, v in other["parts"].items())
        extra = f"{other['seconds'] / statistics.median(cold):.1f} times faster than nilearn {other['nilearn']} (once: " \
                f"{other['seconds']:.0f} s: {parts}; {other['peak_bytes'] / 1e6:.0f} MB); " + extra
    report("faces 2 x 390 volumes 64x64x32, .nii to maps, cold", cold, "25 times nilearn, 600 MB", "s", extra)
    report("the same by one thread", ones, "near 2 times", "s",
           f"two are {statistics.median(ones) / statistics.median(cold):.2f} times faster; "
           f"bytes {same_bytes(b, run, top, file, folder / 'out')}")
    report("the same, nothing changed", [run(call(b, top, file, folder))[0] for _ in range(3 * n)], "")
    more = []
    for k in range(2 * n):
        more.append(run(call(b, top, with_contrast(folder, f"{k + 1} * faces - scrambled"), folder))[0])
        tasks = json.loads((folder / "out/run.json").read_text())["tasks"]
        ran = sorted(t["task"] for t in tasks if t["state"] == "ran")
        if ran != ["more"]:
            sys.exit(f"a contrast afterwards made {ran} run, must be the contrast alone")
    report("a contrast added or edited afterwards, whole process", more, "150 ms, BOLD not opened")
