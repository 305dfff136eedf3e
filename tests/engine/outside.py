#!/usr/bin/env python3
"""outside.py SULCUS WORKER NAME... - plain images are read where they lie, for as long as nobody changes them."""
import gzip
import os
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "diag")]
from data import nifti  # noqa: E402
from engine import counts, run_scenarios, small_disk  # noqa: E402

STUDY = """
inputs:
  bold: {kind: bold, files: "bold.nii"}
steps:
  mean: {do: image.mean, image: $bold}
MORE
export: {mean: $mean.image}
"""
# A program that changes what the next step reads.
MEANWHILE = """
steps:
  busy: {do: command, argv: [sh, -c, 'SCRIPT', sh, $x, $out], reads: {x: $mean.image}, writes: {out: volume}}
  both: {do: image.concat, images: [$bold, $busy.out], tr: 2 s}
"""[len("\nsteps:\n"):].rstrip("\n")


def put(path, data, age=10):
    """A file that was written some seconds ago."""
    path.write_bytes(data)
    when = path.stat().st_mtime - age
    os.utime(path, (when, when))


def settle(s):
    """Its change time, too, is further back than a tick of the clock."""
    while time.time_ns() - os.stat(s.folder / "bold.nii").st_ctime_ns < 50e6:
        time.sleep(0.01)


def make(s, more="", data=None):
    s.write(STUDY.replace("MORE\n", more + "\n" if more else ""))
    put(s.folder / "bold.nii", data or nifti())
    settle(s)


def stored(s, data):
    """Do these bytes lie in the store?"""
    return any(p.stat().st_size == len(data) and p.read_bytes() == data for p in s.store.glob("cas/*/*"))


def read_in_place(s):
    data = nifti()
    make(s)
    s.run()
    assert not stored(s, data)
    mean, keys = s.results(), {k: t["key"] for k, t in s.tasks().items()}
    s.run()
    assert counts(s) == {"cached": 2}, counts(s)
    assert len({os.stat(s.folder / "bold.nii").st_nlink}) == 1 and (s.folder / "bold.nii").read_bytes() == data
    s.store = s.folder / "other"      # of a gzipped file the results are the same
    (s.folder / "bold.nii").unlink()
    put(s.folder / "bold.nii.gz", gzip.compress(data))
    s.write(STUDY.replace("MORE\n", "").replace("bold.nii", "bold.nii.gz"))
    s.run()
    assert s.results() == mean and keys["mean"] == s.tasks()["mean"]["key"]
    assert stored(s, data)


def other_forms_are_copied(s):
    data = nifti()
    for k, other in enumerate((data + b"more", data[:348] + b"\1\0\0\0" + data[352:])):
        s.store = s.folder / f"store{k}"
        make(s, data=other)
        s.run()
        assert stored(s, data), k


def new_readers(s):
    """What is asked of it later finds it, and a file of another time and the same bytes serves as well."""
    data = nifti()
    make(s)
    s.run()
    os.utime(s.folder / "bold.nii", (1e9, 1e9))
    settle(s)
    more = "  twice: {do: image.math, images: {x: $bold}, expression: x * 2}"
    s.write(STUDY.replace("MORE", more))
    s.run()
    assert s.states() == {"bold": "cached", "mean": "cached", "twice": "ran"}, s.states()
    assert not stored(s, data)
    out = subprocess.run([s.sulcus, "show", "p.yaml:bold"], cwd=s.folder, env=s.env(), capture_output=True, text=True).stdout
    assert "8x9x7" in out and "20 volumes" in out, out


def exported(s):
    data = nifti()
    s.write(STUDY.replace("MORE\n", "").replace("export: {", "export: {as_is: $bold, "))
    put(s.folder / "bold.nii", data)
    settle(s)
    s.run()
    assert gzip.decompress(s.result("as_is.nii.gz")) == data


def changed_meanwhile(s):
    """Half of the old file and half of the new one would be a result of neither."""
    make(s, MEANWHILE.replace("SCRIPT", f'cp "$1" "$2"; printf x | dd of={s.folder}/bold.nii bs=1 seek=5000 conv=notrunc'))
    out = s.run("--jobs", "1", code=1)
    assert "bold.nii changed while it was read" in out and s.states()["both"] == "failed", out
    settle(s)
    s.write(STUDY.replace("MORE\n", ""))
    before = s.tasks()["bold"]["key"]
    s.run()
    assert s.tasks()["bold"]["key"] != before and counts(s) == {"ran": 2}, counts(s)


def cut_meanwhile(s):
    make(s, MEANWHILE.replace("SCRIPT", "cp \"$1\" \"$2\"; : > " + str(s.folder / "bold.nii")))
    out = s.run("--jobs", "1", code=1)
    assert "bold.nii changed while it was read" in out, out


def gone_meanwhile(s):
    make(s, MEANWHILE.replace("SCRIPT", "cp \"$1\" \"$2\"; rm " + str(s.folder / "bold.nii")))
    out = s.run("--jobs", "1", code=1)
    assert "bold.nii went away while it was read" in out, out


def changed_before_export(s):
    """What is exported as it is must not be the new file, nor half of it, under the name of the old one."""
    make(s, MEANWHILE.replace("SCRIPT", f'cp "$1" "$2"; printf x | dd of={s.folder}/bold.nii bs=1 seek=5000 conv=notrunc'))
    text = (s.folder / "p.yaml").read_text()
    text = "\n".join(line for line in text.splitlines()[1:] if "both:" not in line)
    s.write(text.replace("export: {", "export: {as_is: $bold, busy: $busy.out, "))
    out = s.run(code=1)
    assert "writing as_is.nii.gz: error: bold.nii changed while it was read" in out, out
    assert sorted(s.results()) == ["busy.nii.gz", "mean.nii.gz"]
    settle(s)
    s.write(STUDY.replace("MORE\n", "").replace("export: {", "export: {as_is: $bold, "))
    s.run()
    assert gzip.decompress(s.result("as_is.nii.gz")) == (s.folder / "bold.nii").read_bytes()


def not_for_programs(s):
    """A foreign program that writes to what it reads must not reach the person's own file, also when the step comes later."""
    data = nifti()
    spoil = "  spoil: {do: command, argv: [sh, -c, 'cp \"$1\" \"$2\"; echo more >> \"$1\"', sh, $x, $out], reads: {x: $bold}, writes: {out: bold}}"
    make(s)
    s.run()
    s.write(STUDY.replace("MORE", spoil))
    s.run()
    assert s.states() == {"bold": "ran", "mean": "cached", "spoil": "ran"}, s.states()
    assert "not kept" in s.tasks()["bold"]["why"], s.tasks()["bold"]
    assert (s.folder / "bold.nii").read_bytes() == data
    s.store = s.folder / "other"
    s.run()
    assert (s.folder / "bold.nii").read_bytes() == data


def of_the_store(s):
    """A file of the store itself: that it is used must not look as if it were changed."""
    make(s)
    s.write(STUDY.replace("MORE", "  smooth: {do: image.smooth, image: $bold, fwhm: 6 mm, keep: always}"))
    s.run()
    blob, = (p for p in s.store.glob("cas/*/*") if p.stat().st_size > len(nifti()))
    time.sleep(0.05)
    s.write(STUDY.replace("MORE\n", "").replace("bold.nii", str(blob)).replace("export: {", "export: {as_is: $bold, "))
    s.run()
    assert counts(s) == {"ran": 2} and gzip.decompress(s.result("as_is.nii.gz")) == blob.read_bytes()
    s.run()
    assert counts(s) == {"cached": 2}, counts(s)


def young_file(s):
    """Of a file that was written this instant a later change may not show in its times, so it is copied."""
    data = nifti()
    make(s)
    put(s.folder / "bold.nii", data, age=-1000)
    s.run()
    assert stored(s, data)


OWN_GRID = """
inputs:
  bold: {kind: KIND, files: "bold.nii.gz"}
steps:
  same: {do: image.resample, image: $bold, onto: $bold}
  other: {do: image.resample, image: $bold, voxel: 5 mm}
export: {bold: $bold, same: $same.image, other: $other.image}
"""


def as_we_write(values, kind, word, dim):
    """The test image with such values, of which an image that is made has the very header."""
    data = bytearray(nifti(tr=2.0 if dim == 4 else 0, n_vol=20 if dim == 4 else 1)[:352])
    data[38:39] = b"r"
    struct.pack_into("<h", data, 40, dim)
    struct.pack_into("<2h", data, 70, kind, struct.calcsize(word) * 8)
    return bytes(data) + struct.pack(f"<{len(values)}{word}", *values)


def floats():
    """Some are no numbers."""
    return as_we_write([float("nan") if k % 97 == 5 else k % 31 for k in range(8 * 9 * 7 * 20)], 16, "f", 4)


def labels():
    return as_we_write([k // 60 for k in range(8 * 9 * 7)], 4, "h", 3)


def copies(s, data):
    return sum(p.stat().st_size == len(data) and p.read_bytes() == data for p in s.store.glob("cas/*/*"))


def on_its_own_grid(s):
    """Is what it was: the bytes are there once, and are made again for both, of whichever of them was asked."""
    for kind, data in (("bold", floats()), ("labels", labels())):
        s.store = s.folder / f"store-{kind}"
        put(s.folder / "bold.nii.gz", gzip.compress(data))
        s.write(OWN_GRID.replace("KIND", kind))
        s.run()
        good, out = s.results(), {k: t["out"] for k, t in s.tasks().items()}
        assert list(out["bold"].values()) == list(out["same"].values()) != list(out["other"].values()), out
        assert gzip.decompress(s.result("bold.nii.gz")) == gzip.decompress(s.result("same.nii.gz")) == data and copies(s, data) == 1
        for wanted in (("bold",), ("same",), ("bold", "same"), ("same", "other")):
            time.sleep(0.01)
            subprocess.run([s.sulcus, "cache", "gc", "--to", "0"], env=s.env(), check=True, capture_output=True)
            assert copies(s, data) == 0
            s.run()                      # nobody wants them
            assert counts(s) == {"cached": 3} and copies(s, data) == 0, counts(s)
            for name in wanted:
                (s.folder / f"p_results/{name}.nii.gz").unlink()
            s.run("--jobs", str(len(wanted)))
            assert s.results() == good and {k: t["out"] for k, t in s.tasks().items()} == out, wanted
            assert copies(s, data) == 1, (wanted, s.states())
            assert "ran" in s.states().values(), s.states()


def on_its_own_grid_in_another_form(s):
    """The same voxels in a file that we would not write so: the result is what it is of one that we would."""
    good = []
    for k, data in enumerate((floats(), floats().replace(b"r\0\4\0\10\0", b"\0\0\4\0\10\0", 1), nifti())):
        s.store = s.folder / f"store{k}"
        put(s.folder / "bold.nii.gz", gzip.compress(data))
        s.write(OWN_GRID.replace("KIND", "bold"))
        s.run()
        out = s.tasks()
        good.append(out["same"]["out"])
        assert (out["bold"]["out"] == out["same"]["out"]) == (k == 0), k
        assert gzip.decompress(s.result("bold.nii.gz")) == data and copies(s, data) == 1, k
    assert good[0] == good[1] != good[2], good
    ints = struct.unpack("<10080h", nifti()[352:])
    assert gzip.decompress(s.result("same.nii.gz")) == as_we_write(ints, 16, "f", 4)


def on_its_own_grid_outside(s):
    """A person's file with the very bytes of a result is not the result's: it may go at any time."""
    data = floats()
    put(s.folder / "bold.nii.gz", gzip.compress(data))
    s.write(OWN_GRID.replace("KIND", "bold"))
    s.run()
    good, out = s.results(), s.tasks()["same"]["out"]
    s.store = s.folder / "other"
    put(s.folder / "bold.nii", data)
    settle(s)
    s.write(OWN_GRID.replace("KIND", "bold").replace("bold.nii.gz", "bold.nii"))
    s.run()
    assert s.results() == good and s.tasks()["same"]["out"] == out and copies(s, data) == 1
    subprocess.run([s.sulcus, "cache", "gc", "--to", "0"], env=s.env(), check=True, capture_output=True)
    assert copies(s, data) == 0
    for name in ("bold", "same"):
        (s.folder / f"p_results/{name}.nii.gz").unlink()
    s.run()
    assert s.results() == good and (s.folder / "bold.nii").read_bytes() == data


def needs_no_room(s):
    """A store with less room than the file has voxels."""
    with small_disk(s, "1m"):
        make(s, data=nifti(n_vol=2000))
        s.run()
        put(s.folder / "bold.nii.gz", gzip.compress((s.folder / "bold.nii").read_bytes()))
        s.write(STUDY.replace("MORE\n", "").replace("bold.nii", "bold.nii.gz"))
        assert "the results will need 2" in s.run(code=1)


if __name__ == "__main__":
    sys.exit(run_scenarios([read_in_place, other_forms_are_copied, new_readers, exported, changed_meanwhile, cut_meanwhile,
                            gone_meanwhile, changed_before_export, not_for_programs, of_the_store, young_file, on_its_own_grid,
                            on_its_own_grid_in_another_form, on_its_own_grid_outside, needs_no_room]))
