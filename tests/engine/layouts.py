#!/usr/bin/env python3
"""layouts.py SULCUS WORKER NAME... - names of results, and tables with a row for each subject; as scenarios.py."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine import run_scenarios  # noqa: E402

STUDY = """
layout: bids
params: {w: {each: [faces - houses, 0.5*faces + 0.5*houses]}}
steps:
  study: {do: phantom.study, subjects: ["01", "02"], n_volumes: 60}
  design: {do: glm.design, bold: $study.bold, events: $study.events}
  fit: {do: glm.first_level, bold: [$study.bold], design: [$design.design]}
  one: {do: glm.contrast, glm: $fit.glm, contrast: $w}
  any: {do: glm.contrast, glm: $fit.glm, f: [faces, houses]}
  rows: {do: glm.contrast, glm: $fit.glm, matrix: [[1, 0], [0, 1]], name: all of it}
  cut: {do: stats.threshold, image: $one.z, control: none, threshold: 2}
  list: {do: stats.clusters, image: $one.z}
  mean: {do: image.mean, image: $study.bold}
  group: {do: image.mean_of, images: $mean.image, gather: sub}
export:
  z: $one.z
  t: $one.stat
  f: $any.stat
  rows: $rows.stat
  cut: $cut.image
  clusters: $list.table
  design: $design.design
  mask: $fit.mask
  other_mask: {item: $study.mask, desc: whole}
  atlas: $study.atlas
  the_mean: $group.image
"""


def below(s, folder="p_results"):
    """Files of results, their folders before them, without what every run has."""
    top = s.folder / folder
    return {str(p.relative_to(top)) for p in top.rglob("*") if p.is_file()} - {"manifest.json", "run.json"}


def bids_names(s):
    s.write(STUDY)
    s.run()
    of_one = {"design.tsv", "mask.nii.gz", "desc-whole_mask.nii.gz", "dseg.nii.gz", "dseg.tsv",
              "contrast-facesHouses_stat-F_statmap.nii.gz", "contrast-allOfIt_stat-F_statmap.nii.gz"}
    for c in ("facesMinusHouses", "0p5FacesPlus0p5Houses"):
        of_one |= {f"contrast-{c}_stat-{x}" for x in ("z_statmap.nii.gz", "t_statmap.nii.gz", "z_desc-thresholded_statmap.nii.gz",
                                                      "z_clusters.tsv")}
    must = {f"sub-{k}/func/sub-{k}_{x}" for k in ("01", "02") for x in of_one}
    must |= {"dataset_description.json", "desc-theMean_map.nii.gz"}
    assert below(s) == must, below(s) ^ must
    d = json.loads((s.folder / "p_results/dataset_description.json").read_text())
    assert d["DatasetType"] == "derivative" and d["GeneratedBy"][0]["Name"] == "sulcus" and d["GeneratedBy"][0]["Version"], d


def bids_manifest(s):
    """What is unchanged is left alone, what is missing alone is written, another layout takes the files along."""
    s.write(STUDY)
    s.run()
    top = s.folder / "p_results"
    stat = {n: (top / n).stat().st_mtime_ns for n in below(s)}
    gone, edited = "sub-01/func/sub-01_design.tsv", "sub-02/func/sub-02_design.tsv"
    (top / gone).unlink()
    half = top / "sub-01/func/.4194303-sub-01_design.tsv"
    half.write_text("half")
    os.utime(half, (1, 1))
    s.run()
    assert {n for n in stat if (top / n).stat().st_mtime_ns != stat[n]} == {gone}
    assert not half.exists()
    (top / edited).write_text("mine")
    (top / "notes.txt").write_text("mine")
    s.run("--layout", "plain")
    assert not (top / "sub-01").exists() and not (top / "dataset_description.json").exists()
    assert "sub-01_z.nii.gz" not in below(s) and "sub-01_w-facesmhouses_z.nii.gz" in below(s), below(s)
    assert (top / edited).read_text() == "mine" and (top / "notes.txt").exists()
    s.run(SULCUS_WORKER="/nonexistent", *["--layout", "plain"])
    assert "must be plain or bids" in s.run("--layout", "other", code=2)


def bids_foreign(s):
    """A description that somebody else wrote stays."""
    (s.folder / "p_results").mkdir()
    theirs = s.folder / "p_results/dataset_description.json"
    theirs.write_text("{}")
    s.write("steps:\n  a: {do: test.echo}\nexport: {r: $a.record}\n")
    s.run("--layout", "bids")
    assert theirs.read_text() == "{}" and below(s) == {"dataset_description.json", "desc-r_summary.json"}, below(s)
    s.write("steps:\n  a: {do: test.echo, text: b}\n  b: {do: test.echo}\nexport: {r: $a.record, x: {item: $b.record, desc: r}}\n")
    out = s.run("--layout", "bids", code=2)
    assert "exports 'r' and 'x' would both be called desc-r_summary.json" in out, out


def participants(s):
    """A changed row runs again what depends on its subject alone."""
    rows = "participant_id\tgroup\nsub-01\ta\nsub-02\tb\nsub-09\tb\n"
    table = s.folder / "participants.tsv"
    for k in ("01", "02"):
        (s.folder / f"sub-{k}").mkdir()
        (s.folder / f"sub-{k}/sub-{k}_task-rest_events.tsv").write_text("onset\tduration\n1\t2\n")
    (s.folder / "sub-0-1").mkdir()
    s.write("""
inputs:
  events: {kind: table, per: [sub], bids: {root: ".", task: rest, suffix: events}}
  people: {kind: table, per: [sub], bids: {root: ".", participants: true}}
  all: {kind: table, bids: {root: ".", participants: true}}
steps:
  both: {do: test.echo, table: $people, text: x}
export: {row: $people, all: $all, both: $both.record, events: $events}
""")
    table.write_text(rows)
    out = s.run()
    assert "sub-0-1 is left out: '0-1' cannot be a cell's key" in out, out
    assert s.result("sub-02_row.tsv") == b"participant_id\tgroup\nsub-02\tb\n" and s.result("all.tsv") == rows.encode()
    assert "sub-09_row.tsv" not in s.results()
    table.write_text(rows.replace("02\tb", "02\tc"))
    s.run()
    assert s.states()["both@01"] == "cached" and s.states()["both@02"] == "ran", s.states()
    for text, word in ((rows.replace("sub-02", "sub-03"), "has no row of sub-02"), (rows + "sub-01\tz\n", "two rows of sub-01"),
                       (rows.replace("participant_id", "name"), "has no column 'participant_id'"), ("participant_id\n", "no row of sub-01")):
        table.write_text(text)
        assert word in s.run(code=2), word


def units(s):
    """Why a task runs is told in the parameter's unit."""
    text = "steps:\n  study: {do: phantom.study, n_volumes: 10}\n  s: {do: image.smooth, image: $study.bold, fwhm: 6 mm}\n"
    s.write(text)
    s.run()
    s.write(text.replace("6 mm", "8 mm"))
    s.run()
    assert s.tasks()["s@01"]["why"] == "fwhm: 6 mm -> 8 mm", s.tasks()["s@01"]


def earlier_results(s):
    """What a failed run could not write again is named: it is not of the atlas that lies beside it."""
    text = """
params: {how: none, text: old}
steps:
  first: {do: test.echo, text: $text}
  f: {do: test.fail, record: $first.record, how: $how}
export: {first: $first.record, f: $f.record}
"""
    s.write(text)
    assert "earlier run" not in s.run()
    out = s.run("--set", "how=error", "--set", "text=new", code=1)
    assert "of an earlier run, not of this one: f.json\n" in out, out
    (s.folder / "p_results" / "f.json").unlink()
    assert "earlier run" not in s.run("--set", "how=error", "--set", "text=new", code=1)
    assert "earlier run" not in s.run("--set", "text=new")


if __name__ == "__main__":
    sys.exit(run_scenarios([bids_names, bids_manifest, bids_foreign, participants, units, earlier_results]))
