#!/usr/bin/env python3
"""passes.py SULCUS WORKER NAME... - steps that run in one pass give the keys and bits of steps that run one by one."""
import os
import pathlib
import random
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine import counts, events, run_scenarios, wait_for  # noqa: E402

STUDY = """
steps:
  study: {do: phantom.study, subjects: ["01"]}
  smooth: {do: image.smooth, image: $study.bold, fwhm: 6 mm KEEP}
  mean: {do: image.mean, image: $smooth.image}
  mask: {do: mask.background, image: $smooth.image, border_size: 1}
  test: {do: stats.ttest, bold: $smooth.image, conditions: $study.conditions, a: faces, b: houses, mask: $study.mask}
  anova: {do: stats.anova, bold: $smooth.image, conditions: $study.conditions}
  both: {do: mask.and, masks: [$mask.mask, $study.mask]}
MORE
export: {mean: $mean.image, mask: $mask.mask, both: $both.mask, t: $test.t, log10p: $test.log10p, p: $test.p, f: $anova.f}
"""


def study(s, more="", keep=""):
    s.write(STUDY.replace("KEEP", keep).replace("MORE", more.strip("\n")))


def passed(s, *args, **how):
    """Runs, and says which tasks ran in a pass: step -> the maker's step."""
    s.run("--events", "e.jsonl", *args, **how)
    done = [e for e in events(s.folder / "e.jsonl") if e["event"] == "task_done"]
    return {e["task"].split("@")[0]: e["pass"].split("@")[0] for e in done if "pass" in e}


def keys(s, out="p_results"):
    return {name: t["key"] for name, t in s.tasks(out).items()}


TOGETHER = {step: "smooth" for step in ("smooth", "mean", "mask", "test", "anova")}


# ---- what is told before anything runs ----
def told_of_hits(s):
    """The smoothed run passed by in the run before; what reads it now is still checked by its header."""
    study(s)
    s.run()
    s.write(STUDY.replace("KEEP", "").replace("MORE", "  small: {do: phantom.study, subjects: [\"01\"], shape: development_fmri}\n"
                                              "  late: {do: stats.ttest, bold: $smooth.image, mask: $small.mask}"))
    out = s.run(code=2)
    assert "step 'late'" in out and "they must share a grid" in out, out


# ---- the same results ----
def same_bits(s):
    study(s)
    assert passed(s, "--jobs", "1") == TOGETHER
    one = s.results(), keys(s)
    outputs = s.tasks()["smooth@01"]
    s.store = s.folder / "other"
    assert passed(s, "--jobs", "4", "--out", "p_results") == TOGETHER
    assert (s.results(), keys(s)) == one
    s.store = s.folder / "plain"
    study(s, keep=", keep: always")
    assert passed(s) == {}
    assert (s.results(), keys(s)) == one
    same = ("key", "out")
    assert {k: outputs.get(k) for k in same} == {k: s.tasks()["smooth@01"].get(k) for k in same}
    s.run(SULCUS_WORKER="/nonexistent")
    assert counts(s) == {"cached": 7}, counts(s)
    s.store = s.folder / "other"
    study(s)
    s.run(SULCUS_WORKER="/nonexistent")   # what passed by is not asked for
    assert counts(s) == {"cached": 7}, counts(s)
    study(s, keep=", keep: always")       # until somebody wants to keep it
    s.run()
    assert {k for k, v in s.states().items() if v == "ran"} == {"smooth@01"}, s.states()
    assert (s.results(), keys(s)) == one


def another_reader(s):
    """One that comes later is served by a second pass, from which it gets what it would have got."""
    study(s)
    s.run()
    before = keys(s)
    s.write((s.folder / "p.yaml").read_text().replace("sulcus: 1\n", "").replace("border_size: 1", "border_size: 2"))
    assert passed(s) == {"smooth": "smooth", "mask": "smooth"}
    assert {k: v for k, v in keys(s).items() if k.startswith("smooth")} == {k: v for k, v in before.items() if k.startswith("smooth")}
    assert s.states()["mean@01"] == "cached", s.states()
    one = s.results()
    s.store = s.folder / "plain"
    s.run()
    assert s.results() == one


def kept_for_others(s):
    """What somebody reads out of order is stored, once."""
    extra = "  twice: {do: image.math, images: {x: $smooth.image}, expression: x * 2}"
    study(s, extra)
    assert passed(s) == {}
    study(s, extra.replace("x * 2", "x * 3"))
    s.run()
    assert s.states()["smooth@01"] == "cached", s.states()
    s.store = s.folder / "later"
    study(s)
    assert passed(s) == TOGETHER
    study(s, extra)
    assert passed(s) == {}
    assert s.states()["smooth@01"] == "ran" and s.states()["mean@01"] == "cached", s.states()
    s.store = s.folder / "exported"
    s.write((s.folder / "p.yaml").read_text().replace("sulcus: 1\n", "").replace("export: {", "export: {s: $smooth.image, ")
            .replace(extra, ""))
    assert passed(s) == {}


def late_reader(s):
    """It waits for a reader that lacks something else, not for one that lacks what the pass makes."""
    study(s, """
  slow: {do: test.sleep, ms: 300}
  late: {do: test.fail, how: none, record: $slow.record, passing: $smooth.image}
""")
    assert passed(s) == {**TOGETHER, "late": "smooth"}
    s.store = s.folder / "second"
    study(s, """
  first: {do: test.fail, how: none, passing: $smooth.image}
  late: {do: test.fail, how: none, record: $first.record, passing: $smooth.image}
""")
    assert passed(s) == {}


def out_of_order(s):
    """Pairs need volumes that came long ago."""
    pairs = "  pairs: {do: stats.ttest, bold: $smooth.image, conditions: $study.conditions, a: faces, b: houses, paired: true}"
    study(s, pairs)
    assert passed(s, "--keep-going", code=1) == {}   # there are more faces than houses
    assert s.states()["mean@01"] == "ran", s.states()
    study(s, pairs.replace("true", "false"))
    s.store = s.folder / "other"
    assert passed(s) == {**TOGETHER, "pairs": "smooth"}


def many_passes(s):
    study(s)
    text = (s.folder / "p.yaml").read_text().replace("sulcus: 1\n", "").replace('["01"]', '["01", "02", "03", "04", "05", "06"]')
    s.write(text)
    assert passed(s, "--jobs", "3") == TOGETHER
    one = s.results()
    s.store = s.folder / "plain"
    s.write(text.replace("fwhm: 6 mm", "fwhm: 6 mm, keep: always"))
    s.run()
    assert s.results() == one and len(one) == 42


def two_subjects(s, border):
    study(s)
    text = (s.folder / "p.yaml").read_text().replace("sulcus: 1\n", "").replace('["01"]', '["01", "02"]')
    s.write(text.replace("border_size: 1", f"border_size: {border}"))


def evicted_passes(s):
    """Whatever of the bytes is left, and whichever readers want some, the results are the same."""
    chance, plain, good = random.Random(5), s.store, {}
    for border in (1, 2):
        two_subjects(s, border)
        s.store = s.folder / f"good{border}"
        s.run()
        good[border] = s.results()
    s.store = plain
    for _ in range(25):
        border, share = chance.choice((1, 2)), chance.choice((0.3, 0.7, 1))
        two_subjects(s, border)
        s.run("--jobs", chance.choice("124"))
        assert s.results() == good[border]
        for blob in sorted(s.store.glob("cas/*/*")) + sorted(s.folder.glob("p_results/*.nii.gz")):
            if chance.random() < share:
                blob.unlink()


AGAIN = """
steps:
  a: {do: test.sleep, ms: 600, text: a}
  b: {do: test.sleep, ms: MS, text: b}
  c: {do: test.echo, record: $a.record, text: C NEW}
  r: {do: test.echo, records: [$a.record, $b.record], text: R NEW}
export: {c: $c.record, r: $r.record}
"""


def made_again(s):
    """What is being made again for its bytes is known to who becomes ready meanwhile: r, once b is there."""
    s.write(AGAIN.replace("MS", "20").replace("NEW", "1"))
    s.run("--jobs", "4")
    for blob in s.store.glob("cas/*/*"):
        blob.unlink()
    s.write(AGAIN.replace("MS", "200").replace("NEW", "2"))
    s.run("--jobs", "4")
    assert s.states() == dict.fromkeys("abcr", "ran"), s.states()
    both = s.results()
    s.store = s.folder / "other"
    s.run("--jobs", "4")
    assert s.results() == both


def kill_workers(pid):
    """Of a run that may have ended by now."""
    try:
        for worker in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(worker), signal.SIGKILL)
    except OSError:
        pass


def passes_at_once(s):
    """Two runs of the same, one of which may lose a worker or be killed: the other ends well, and so does the next."""
    two_subjects(s, 1)
    s.run("--out", "good")
    good = s.results("good")
    for kill in ("nobody", "worker", "run"):
        s.store = s.folder / kill
        first, second = (s.start("--jobs", "2", "--out", x) for x in ("one", "two"))
        wait_for(lambda: any(s.store.glob("cas/*/*")))
        if kill == "run":
            first.kill()
        elif kill == "worker":
            kill_workers(first.pid)
        first.communicate(timeout=60)
        second.communicate(timeout=60)
        assert second.returncode == 0, second.returncode
        assert kill != "nobody" or first.returncode == 0, first.returncode
        assert s.results("two") == good
        s.run("--out", "three")
        assert s.results("three") == good


# ---- failures ----
def failing_reader(s):
    study(s, "  bad: {do: test.fail, how: error, passing: $smooth.image}")
    text = s.run("--keep-going", "--events", "e.jsonl", code=1)
    assert "step 'bad' failed" in text and "it was told to fail" in text and "step 'smooth'" not in text, text
    st = s.states()
    assert st["bad@01"] == "failed" and [st[k + "@01"] for k in ("smooth", "mean", "mask", "both")] == ["ran"] * 4, st
    study(s)
    s.run(SULCUS_WORKER="/nonexistent")


def crashing_reader(s):
    """Nobody knows whose crash it was until each runs alone."""
    study(s, "  bad: {do: test.fail, how: abort, passing: $smooth.image}")
    text = s.run("--keep-going", code=1)
    assert "step 'bad' failed" in text and "these are its last words" in text and "step 'smooth' failed" not in text, text
    st = s.states()
    assert st["bad@01"] == "failed" and [st[k + "@01"] for k in ("smooth", "mean", "mask", "both")] == ["ran"] * 4, st
    plain = s.results()
    s.store = s.folder / "well"
    study(s)
    s.run()
    assert s.results() == plain


def crash_once(s):
    study(s, "  bad: {do: test.fail, how: flag, flag: %s, passing: $smooth.image}" % (s.folder / "flag"))
    s.run()
    assert set(s.states().values()) == {"ran"}, s.states()


def interrupted_pass(s):
    study(s, "  slow: {do: test.fail, how: hang, passing: $smooth.image}")
    p = s.start("--events", "e.jsonl")
    started = s.folder / "e.jsonl"
    wait_for(lambda: started.exists() and '"task_started","task":"smooth' in started.read_text())
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=30)
    assert p.returncode == 3, p.returncode
    study(s)
    assert passed(s) == TOGETHER


if __name__ == "__main__":
    sys.exit(run_scenarios([same_bits, told_of_hits, another_reader, kept_for_others, late_reader, out_of_order, many_passes, failing_reader, crashing_reader,
                            crash_once, interrupted_pass, evicted_passes, made_again, passes_at_once]))
