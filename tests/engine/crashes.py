#!/usr/bin/env python3
"""crashes.py SULCUS WORKER NAME... - runs that are hurt: killed, starved, refused, several at once."""
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine import CHAIN, FAIL, WIDE, Skip, counts, events, run_scenarios, small_disk, wait_for  # noqa: E402

NOBODY = 65534


def crashes(s):
    words = {"abort": "signal 6", "segv": "signal 11", "exit": "exit status 5", "nooutput": "did not write"}
    for how, word in words.items():
        s.write(FAIL.replace("HOW", how))
        out = s.run("--keep-going", code=1)
        assert word in out, (how, out)
        assert counts(s).get("ran", 0) + counts(s).get("cached", 0) == 8, (how, counts(s))
        if how == "abort":
            assert "these are its last words" in out, out


def memory_limit(s):
    if os.environ.get("SULCUS_SANITIZED"):
        raise Skip("a sanitizer cannot live in so little memory")
    s.write("steps:\n  a: {do: test.fail, how: memory, need: {memory: 60 MB}}\n  b: {do: test.echo, text: x}\n")
    out = s.run("--keep-going", code=1)
    assert "out of memory" in out and s.states()["b"] == "ran", out


def wrong_worker(s):
    """A program that is no worker is told, not waited for; and it is not left behind."""
    s.write("steps:\n  a: {do: test.echo, text: x}\n  b: {do: test.echo, text: y}\n")
    for line, word in {"printf '\\002\\000\\000\\000{}' >&3": "another language", ":": "says nothing for 30 s"}.items():
        fake = s.folder / "fake"
        fake.write_text(f"#!/bin/sh\n{line}\nsleep 1000\n")
        fake.chmod(0o755)
        out = s.run(code=2, SULCUS_WORKER=str(fake))
        assert word in out and "no sulcus-worker" in out, out
        wait_for(lambda: not _alive(s))
    s.run()


# ---- signals ----
def _alive(s):
    """Command lines of processes that name the study's store."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(s.store) in words:
            found.append(words)
    return found


def interrupt(s):
    s.write("steps:\n  a: {do: test.echo, text: quick}\n  b: {do: test.fail, how: hang, record: $a.record}\n"
            "  c: {do: command, argv: [sleep, '1000'], writes: {out: file}}\n")
    p = s.start("--events", "e.jsonl", "--jobs", "4")
    path = s.folder / "e.jsonl"
    wait_for(lambda: path.exists() and path.read_text().count('"task_started"') >= 3)
    began = time.monotonic()
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=10)
    assert time.monotonic() - began < 1.5, "it took long to stop"
    assert p.returncode == 3, (p.returncode, out, err)
    assert s.states()["a"] == "ran" and s.states()["b"] == "skipped", s.states()
    assert "interrupted" in out, out
    assert not _alive(s), f"still there: {_alive(s)}"


def _together(s, n):
    """n runs at once on one empty store; each key is computed once."""
    runs = [s.start("--out", f"out{i}", "--events", f"e{i}.jsonl", "--jobs", "2") for i in range(n)]
    for p in runs:
        out, err = p.communicate(timeout=60)
        assert p.returncode == 0, (p.returncode, out, err)
    done = [e["key"] for i in range(n) for e in events(s.folder / f"e{i}.jsonl") if e["event"] == "task_done"]
    assert len(done) == len(set(done)) == 25, (len(done), len(set(done)))
    assert all(s.results(f"out{i}") == s.results("out0") for i in range(n))


def interrupt_planning(s):
    """A signal ends the run with 3 wherever it is; nothing is left half-written."""
    s.write("steps:\n" + "".join(f"  s{i}: {{do: test.echo, text: t{i}}}\n" for i in range(20000)))
    for delay in (0.3, 0.5):
        p = s.start("--quiet")
        time.sleep(delay)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=30)
        assert p.returncode == 3, (p.returncode, out[-500:], err[-500:])
    verify = subprocess.run([s.sulcus, "cache", "verify"], env=s.env(), capture_output=True, text=True)
    assert verify.returncode == 0, verify.stdout + verify.stderr


def two_runs(s):
    s.write(WIDE)
    _together(s, 2)


def four_runs(s):
    s.write(WIDE)
    _together(s, 4)


def dead_holder(s):
    """The lease of a killed run is free; the one that waits takes over."""
    s.write("steps:\n  a: {do: test.sleep, ms: 1500, text: x}\n")
    one = s.start("--out", "one", "--events", "e.jsonl")
    path = s.folder / "e.jsonl"
    wait_for(lambda: path.exists() and "task_started" in path.read_text())
    two = s.start("--out", "two")
    time.sleep(0.1)
    os.killpg(one.pid, signal.SIGKILL)
    one.communicate()
    out, err = two.communicate(timeout=30)
    assert two.returncode == 0, (out, err)


def kill_storm(s, rounds=20):
    """A run that is killed at any moment leaves a store from which the next goes on to the same results."""
    import random
    s.write(WIDE)
    s.run("--out", "calm", "--cache", str(s.folder / "calm-store"))
    calm = s.results("calm")
    (s.folder / "p_results").mkdir()
    dead = subprocess.Popen(["true"])   # not waited for: its number is still taken
    time.sleep(0.05)
    for half in (f".4194999-{min(calm)}", f".{dead.pid}-{max(calm)}", ".4194999-manifest.json", ".run.json.4194999"):   # as a run killed while it wrote leaves them
        (s.folder / "p_results" / half).write_text("half")
    rng = random.Random(1)
    for _ in range(rounds):
        p = s.start("--jobs", "2")
        time.sleep(rng.uniform(0, 0.12))
        os.killpg(p.pid, signal.SIGKILL)
        p.communicate()
    s.run()
    now = s.results()
    assert now == calm, f"other results: {sorted(set(now.items()) ^ set(calm.items()))}"[:1000]
    keys = {t["task"]: (t["key"], t["out"]) for t in s.report("calm")["tasks"]}
    assert keys == {t["task"]: (t["key"], t["out"]) for t in s.report()["tasks"]}
    verify = subprocess.run([s.sulcus, "cache", "verify"], env=s.env(), capture_output=True, text=True)
    assert verify.returncode == 0, verify.stdout + verify.stderr
    assert not list(s.store.glob("tmp/*")), "left in tmp: " + str(list(s.store.glob("tmp/*")))


# ---- a store that cannot take it ----
def read_only(s):
    """Hits work; what would have to be computed is told. Root may write everywhere, so then somebody else runs it."""
    s.write(CHAIN)
    s.run()
    if os.geteuid() == 0:
        s.user = NOBODY
        for path in [s.folder, *s.folder.rglob("*")]:
            os.chown(path, NOBODY, -1, follow_symlinks=False)
        if not _may_run(s):
            raise Skip("the programs lie where only root may look")
    subprocess.run(["chmod", "-R", "a-w", str(s.store)], check=True)
    s.run()
    assert counts(s) == {"cached": 7}, counts(s)
    s.write(CHAIN.replace("TEXT", "other"))
    out = s.run(code=1)
    assert str(s.store) in out and "ermission" in out, out
    subprocess.run(["chmod", "-R", "u+w", str(s.store)], check=True)


def _may_run(s):
    try:
        return subprocess.run([s.sulcus, "--version"], user=s.user, capture_output=True).returncode == 0
    except OSError:
        return False


def full_disk(s):
    with small_disk(s, "1500k"):
        s.write("steps:\n  a: {do: test.echo, text: a}\n  b: {do: test.echo, record: $a.record, bytes: 4000000}\n"
                "  c: {do: test.echo, text: c}\nexport: {a: $a.record}\n")
        out = s.run("--keep-going", code=1)
        assert "No space left" in out, out
        assert s.states()["b"] == "failed", s.states()
        s.write("steps:\n  a: {do: test.echo, text: a}\n  b: {do: test.echo, record: $a.record, bytes: 4000}\n")
        s.run()
        assert s.states() == {"a": "cached", "b": "ran"}, s.states()


def free_space(s):
    """What headers promise is held against the disk before anything is computed."""
    with small_disk(s, "2m"):
        s.write("steps:\n  study: {do: phantom.study}\nexport: {bold: $study.bold}\n")
        out = s.run(code=1)
        assert "the results will need" in out and "free some" in out, out
        assert not list((s.store / "cas").rglob("*.*")), "something was computed"


def no_place(s):
    """Results that cannot be written are told before anything is computed."""
    s.write(CHAIN)
    (s.folder / "file").write_text("x")
    for out in ("file", "file/below"):
        text = s.run("--out", out, code=1)
        assert "cannot write results into" in text and "--out" in text and "done " not in text, text
    s.run("--out", "new/deep/folder")
    assert (s.folder / "new/deep/folder/all.json").exists()


def hopeless_cell(s):
    """Too many volumes are censored to clean one cell: what goes on around it goes on when its inputs are known, too."""
    s.write("""
params:
  fd: {each: [0.12 mm, 9 mm]}
steps:
  study: {do: phantom.study}
  select: {do: confounds.select, confounds: $study.fmriprep, strategy: [motion, high_pass, scrub], fd_threshold: $fd}
  clean: {do: signals.labels, bold: $study.bold, labels: $study.atlas, confounds: $select.confounds, sample_mask: $select.sample_mask,
          detrend: true, high_pass: 0.01 Hz, low_pass: 0.1 Hz}
""")
    for good in ("ran", "cached"):
        s.run("--keep-going", code=1)
        cleaned = sorted(v for k, v in s.states().items() if k.startswith("clean"))
        assert cleaned == sorted(["failed", good]), s.states()
    assert "degrees of freedom" in s.run(code=2)


if __name__ == "__main__":
    sys.exit(run_scenarios([crashes, wrong_worker, memory_limit, interrupt, interrupt_planning, two_runs, four_runs, dead_holder, kill_storm,
                            read_only, full_disk, free_space, no_place, hopeless_cell]))
