#!/usr/bin/env python3
"""scenarios.py SULCUS WORKER NAME... - runs the named scenarios (all without a name); each is a function below."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine import Study, events, wait_for  # noqa: E402

SKIP = 77
NOBODY = 65534
CHAIN = """
params:
  word: {each: [one, two, three]}
steps:
  first: {do: test.echo, text: $word}
  second: {do: test.echo, record: $first.record, text: TEXT}
  all: {do: test.echo, records: $second.record, gather: word}
export: {r: $second.record, all: $all.record}
"""


class Skip(Exception):
    pass


def counts(s):
    return s.report()["counts"]


# ---- what is run, and what is not ----
def noop(s):
    s.write(CHAIN)
    s.run()
    assert counts(s) == {"ran": 7}, counts(s)
    before = s.results()
    stat = {n: (s.folder / "p_results" / n).stat().st_mtime_ns for n in before}
    assert set(before) == {"all.json", "word-one_r.json", "word-two_r.json", "word-three_r.json"}, set(before)
    out = s.run(SULCUS_WORKER="/nonexistent")   # no worker may be needed
    assert counts(s) == {"cached": 7}, counts(s)
    assert "7 cached, 0 ran" in out, out
    assert stat == {n: (s.folder / "p_results" / n).stat().st_mtime_ns for n in s.results()}


def change(s):
    s.write(CHAIN)
    s.run()
    s.write(CHAIN.replace("TEXT", "other"))
    s.run()
    st = s.states()
    assert [st[f"first@{w}"] for w in ("one", "two", "three")] == ["cached"] * 3, st
    assert counts(s) == {"cached": 3, "ran": 4}, st
    assert s.tasks()["second@one"]["why"].startswith("text:"), s.tasks()["second@one"]
    s.write(CHAIN.replace("[one, two, three]", "[one, two, three, four]").replace("TEXT", "other"))
    s.run()
    assert counts(s) == {"cached": 6, "ran": 3}, counts(s)
    assert b"four" not in s.result("word-one_r.json") and (s.folder / "p_results/word-four_r.json").exists()


def cutoff(s):
    """Equal bytes, equal digest: nothing downstream runs."""
    text = """
steps:
  a: {do: test.echo, text: A}
  b: {do: test.echo, record: $a.record, text: same, mute: true}
  c: {do: test.echo, record: $b.record, text: C}
export: {c: $c.record}
"""
    s.write(text)
    s.run()
    s.write(text.replace("text: A", "text: B"))
    s.run()
    assert s.states() == {"a": "ran", "b": "ran", "c": "cached"}, s.states()


def equal_work(s):
    """Two tasks of one key are computed once."""
    s.write("steps:\n  a: {do: test.sleep, ms: 50, text: x}\n  b: {do: test.sleep, ms: 50, text: x}\n")
    s.run("--events", "e.jsonl", "--jobs", "2")
    done = [e for e in events(s.folder / "e.jsonl") if e["event"] == "task_done"]
    assert len(done) == 1, done
    assert sorted(s.states().values()) == ["cached", "ran"], s.states()


def on_request(s):
    s.write("steps:\n  a: {do: test.echo, text: x}\nexport: {r: $a.record}\n")
    s.run()
    s.write("steps:\n  a: {do: test.echo, text: x}\nexport: {r: $a.record, e: $a.extra}\n")
    s.run()
    assert s.states()["a"] == "cached" and counts(s) == {"cached": 1, "ran": 1}, s.states()
    assert (s.folder / "p_results/e.json").exists()


def only(s):
    s.write(CHAIN)
    s.run("--only", "second@two")
    assert s.states() == {"first@two": "ran", "second@two": "ran"}, s.states()
    assert set(s.results()) == {"word-two_r.json"}, set(s.results())
    s.run()
    assert counts(s) == {"cached": 2, "ran": 5}, counts(s)


def excluded(s):
    s.write("""
params:
  x: {each: [1, 2, 3]}
steps:
  n: {do: test.number, value: $x}
  few: {do: test.echo, record: $n.record, text: few, when: {lt: [$n.record.value, 2.5]}}
  below: {do: test.echo, record: $few.record, text: below}
  or: {do: test.echo, record: $n.record, text: or, when: {lt: [$n.record.value, 1.5]}, else: {record: $n.record}}
  all: {do: test.echo, records: $few.record, gather: x, missing: drop}
  every: {do: test.echo, records: $or.record, gather: x, missing: fail}
export: {below: $below.record, all: $all.record, every: $every.record}
""")
    s.run()
    st = s.states()
    assert st["few@3"] == st["below@3"] == st["or@2"] == "excluded", st
    assert json.loads(s.result("all.json"))["n"] == 2 and json.loads(s.result("every.json"))["n"] == 3
    assert set(s.results()) == {"all.json", "every.json", "x-1_below.json", "x-2_below.json"}, set(s.results())
    s.run(SULCUS_WORKER="/nonexistent")
    assert counts(s).get("ran", 0) == 0


def missing(s):
    text = """
params:
  x: {each: [1, 2, 3]}
steps:
  n: {do: test.number, value: $x}
  few: {do: test.echo, record: $n.record, when: {lt: [$n.record.value, 1.5]}}
  all: {do: test.echo, records: $few.record, gather: x, missing: WHAT}
"""
    s.write(text.replace("WHAT", "at_least 2"))
    assert "must have at least 2" in s.run(code=1)
    s.write(text.replace("WHAT", "at_least 1"))
    s.run()


def late_axis(s):
    """Cells that are known only when the list was made."""
    text = """
steps:
  list: {do: test.list, items: [a, b, c]}
  one: {do: test.echo, record: $list.records, text: x}
  all: {do: test.echo, records: $one.record, gather: item}
export: {one: $one.record, all: $all.record}
"""
    s.write(text)
    s.run()
    assert set(s.results()) == {"all.json", "item-a_one.json", "item-b_one.json", "item-c_one.json"}, set(s.results())
    assert json.loads(s.result("all.json"))["n"] == 3
    assert counts(s) == {"ran": 5}, s.states()
    s.run(SULCUS_WORKER="/nonexistent")
    assert counts(s) == {"cached": 5}, counts(s)
    s.write(text.replace("[a, b, c]", "[a, b]"))
    s.run()
    assert set(s.results()) == {"all.json", "item-a_one.json", "item-b_one.json"}, set(s.results())


# ---- exports ----
def exports(s):
    s.write(CHAIN)
    s.run()
    out = s.folder / "p_results"
    (out / "word-one_r.json").unlink()
    (out / "word-two_r.json").write_text("mine")
    (out / "other.txt").write_text("not ours")
    before = (out / "all.json").stat().st_mtime_ns
    assert "2 written" in s.run()
    assert (out / "word-two_r.json").read_text() != "mine" and (out / "word-one_r.json").exists()
    assert (out / "all.json").stat().st_mtime_ns == before
    s.write(CHAIN.replace("[one, two, three]", "[one]"))
    (out / "word-three_r.json").write_text("changed by hand")
    s.run()
    assert not (out / "word-two_r.json").exists(), "a stale export must go"
    assert (out / "word-three_r.json").read_text() == "changed by hand", "somebody changed it, so it is not ours"
    assert (out / "other.txt").exists()


def evicted(s):
    """Bytes that were evicted are made again when they are wanted, and only then."""
    s.write(CHAIN)
    s.run()
    first = s.results()
    for blob in s.store.glob("cas/*/*"):
        blob.unlink()
    s.run(SULCUS_WORKER="/nonexistent")          # nobody wants them
    (s.folder / "p_results/word-two_r.json").unlink()
    s.run()
    assert s.results() == first
    st = s.states()
    assert st["second@two"] == "ran" and st["first@two"] == "ran" and st["first@one"] == "cached", st
    s.write(CHAIN.replace("TEXT", "other"))
    s.run()
    assert counts(s) == {"ran": 6, "cached": 1}, s.states()


# ---- files ----
def inputs(s):
    for sub in ("01", "02"):
        (s.folder / f"sub-{sub}.txt").write_text(f'{{"text": "{sub}"}}')
    text = """
inputs:
  raw: {kind: file, per: [sub], files: "sub-{sub}.txt"}
steps:
  c: {do: command, argv: [cp, $in, $out], reads: {in: $raw}, writes: {out: record}}
export: {c: $c.out}
"""
    s.write(text)
    s.run()
    assert s.result("sub-01_c.json") == b'{"text": "01"}', s.results()
    (s.folder / "sub-02.txt").write_text('{"text": "new"}')
    s.run()
    assert s.states()["c@01"] == "cached" and s.states()["c@02"] == "ran", s.states()
    assert s.result("sub-02_c.json") == b'{"text": "new"}'
    (s.folder / "sub-02.txt").unlink()
    os.symlink("nowhere", s.folder / "sub-02.txt")
    assert "sub-02.txt" in _any_failure(s)


def command(s):
    text = """
steps:
  a: {do: test.echo, text: x}
  c: {do: command, argv: [sh, -c, 'SCRIPT', sh, $in, $out], reads: {in: $a.record}, writes: {out: record}}
export: {c: $c.out}
"""
    s.write(text.replace("SCRIPT", 'echo words; cp "$1" "$2"'))
    s.run()
    assert b'"text": "x"' in s.result("c.json")
    assert (s.folder / "p_results/logs/c.log").read_text() == "words\n"
    s.write(text.replace("SCRIPT", "echo alas >&2; exit 3"))
    out = s.run(code=1)
    assert "exit status 3" in out and "alas" in out and "c.log" in out, out
    s.write(text.replace("SCRIPT", "kill -9 $$"))
    assert "signal 9" in s.run(code=1)
    s.write(text.replace("SCRIPT", "true"))
    assert "did not write" in s.run(code=1)
    s.write(text.replace("[sh,", "[no-such-program,"))
    assert "no-such-program" in _any_failure(s)


def _any_failure(s):
    p = s.start()
    out, err = p.communicate(timeout=30)
    assert p.returncode in (1, 2), (p.returncode, out, err)
    return out + err


# ---- failures ----
FAIL = """
params:
  x: {each: [1, 2, 3, 4]}
steps:
  bad: {do: test.fail, how: HOW}
  after: {do: test.echo, record: $bad.record}
  good: {do: test.echo, text: $x}
  well: {do: test.echo, record: $good.record}
"""


def failing(s):
    s.write(FAIL.replace("HOW", "error"))
    out = s.run("--jobs", "1", code=1)
    assert "it was told to fail" in out and "step 'bad' failed" in out and "p.yaml:6:3" in out, out
    assert s.states()["bad"] == "failed" and s.states()["after"] == "skipped", s.states()
    s.run("--keep-going", code=1)
    assert counts(s)["failed"] == 1 and counts(s)["skipped"] == 1, counts(s)
    assert counts(s).get("ran", 0) + counts(s).get("cached", 0) == 8, counts(s)
    s.run("--keep-going", code=1)
    assert counts(s)["cached"] == 8, counts(s)


def failing_gather(s):
    """A failed cell is dropped only under --keep-going; the run fails all the same."""
    s.write("""
params:
  how: {each: [none, error]}
steps:
  f: {do: test.fail, how: $how}
  all: {do: test.echo, records: $f.record, gather: how, missing: drop}
  strict: {do: test.echo, records: $f.record, gather: how, text: strict}
export: {all: $all.record}
""")
    s.run(code=1)
    assert s.states()["all"] == "skipped", s.states()
    s.run("--keep-going", code=1)
    assert s.states()["all"] == "ran" and s.states()["strict"] == "skipped", s.states()
    assert json.loads(s.result("all.json"))["n"] == 1


def crashes(s):
    words = {"abort": "signal 6", "segv": "signal 11", "exit": "exit status 5", "nooutput": "did not write"}
    for how, word in words.items():
        s.write(FAIL.replace("HOW", how))
        out = s.run("--keep-going", code=1)
        assert word in out, (how, out)
        assert counts(s).get("ran", 0) + counts(s).get("cached", 0) == 8, (how, counts(s))
        if how == "abort":
            assert "these are its last words" in out, out


def retry(s):
    flag = s.folder / "flag"
    s.write(f"steps:\n  a: {{do: test.fail, how: flag, flag: {flag}, retry: 1}}\n")
    s.run()
    assert s.states() == {"a": "ran"}
    s.write(f"steps:\n  a: {{do: test.fail, how: flag, flag: {flag}-2}}\n")
    s.run(code=1)
    s.write("steps:\n  a: {do: test.fail, how: error, retry: 3}\n")
    s.run("--events", "e.jsonl", code=1)
    assert len([e for e in events(s.folder / "e.jsonl") if e["event"] == "task_started"]) == 1, "an error of data is not retried"
    s.write("steps:\n  a: {do: test.fail, how: system, retry: 2}\n")
    s.run("--events", "e.jsonl", code=1)
    assert len([e for e in events(s.folder / "e.jsonl") if e["event"] == "task_started"]) == 3


def memory_limit(s):
    if os.environ.get("SULCUS_SANITIZED"):
        raise Skip("a sanitizer cannot live in so little memory")
    s.write("steps:\n  a: {do: test.fail, how: memory, need: {memory: 60 MB}}\n  b: {do: test.echo, text: x}\n")
    out = s.run("--keep-going", code=1)
    assert "out of memory" in out and s.states()["b"] == "ran", out


def shapes(s):
    s.write("""
params:
  x: {each: [1, 2, 3]}
steps:
  a: {do: test.number, value: $x, wrong: this is odd}
  b: {do: test.echo, text: never}
""")
    out = s.run(code=2)
    assert "this is odd" in out and out.count("this is odd") <= 3 and "p.yaml:6" in out, out
    assert not list(s.store.glob("ac/*/*")), "nothing may have run"


def packing(s):
    """Tasks that say they need much memory do not run side by side."""
    s.write("""
params:
  x: {each: [1, 2, 3]}
steps:
  a: {do: test.sleep, ms: 100, text: $x, need: {memory: 700 MB}}
""")
    s.run("--jobs", "3", "--mem", "1 GB", "--events", "e.jsonl")
    running = most = 0
    for e in events(s.folder / "e.jsonl"):
        running += {"task_started": 1, "task_done": -1}.get(e["event"], 0)
        most = max(most, running)
    assert most == 1, most


# ---- signals ----
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
    left = subprocess.run(["pgrep", "-f", f"^sulcus-worker|{s.store}"], capture_output=True, text=True).stdout
    assert not left, f"still there: {left}"


def events_file(s):
    s.write(CHAIN)
    s.run("--events", "e.jsonl")
    e = events(s.folder / "e.jsonl")
    assert e[0]["event"] == "run_started" and e[0]["tasks"] == 7 and e[0]["todo"] == 7, e[0]
    assert e[-1]["event"] == "run_done" and e[-1]["ran"] == 7, e[-1]
    done = [x for x in e if x["event"] == "task_done"]
    assert len(done) == 7 and all(set(x) >= {"task", "key", "why", "seconds", "cpu", "peak", "bytes"} for x in done)
    assert len([x for x in e if x["event"] == "task_started"]) == 7


# ---- the same whatever happens ----
WIDE = """
params:
  x: {each: [1, 2, 3, 4, 5, 6, 7, 8]}
steps:
  a: {do: test.sleep, ms: 5, text: $x}
  b: {do: test.echo, record: $a.record, text: b, bytes: 20000}
  c: {do: test.echo, record: $b.record, text: c}
  all: {do: test.echo, records: $c.record, gather: x}
export: {b: $b.record, all: $all.record}
"""


def same_bytes(s):
    s.write(WIDE)
    s.run("--jobs", "1", "--out", "one")
    one = s.results("one")
    keys = {t["task"]: (t["key"], t["out"]) for t in s.report("one")["tasks"]}
    s.run("--jobs", "4", "--out", "four", "--cache", str(s.folder / "other"))
    assert s.results("four") == one
    assert keys == {t["task"]: (t["key"], t["out"]) for t in s.report("four")["tasks"]}


def _together(s, n):
    """n runs at once on one empty store; each key is computed once."""
    runs = [s.start("--out", f"out{i}", "--events", f"e{i}.jsonl", "--jobs", "2") for i in range(n)]
    for p in runs:
        out, err = p.communicate(timeout=60)
        assert p.returncode == 0, (p.returncode, out, err)
    done = [e["key"] for i in range(n) for e in events(s.folder / f"e{i}.jsonl") if e["event"] == "task_done"]
    assert len(done) == len(set(done)) == 25, (len(done), len(set(done)))
    assert all(s.results(f"out{i}") == s.results("out0") for i in range(n))


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
    rng = random.Random(1)
    for _ in range(rounds):
        p = s.start("--jobs", "2")
        time.sleep(rng.uniform(0, 0.12))
        os.killpg(p.pid, signal.SIGKILL)
        p.communicate()
    s.run()
    assert s.results() == calm
    keys = {t["task"]: (t["key"], t["out"]) for t in s.report("calm")["tasks"]}
    assert keys == {t["task"]: (t["key"], t["out"]) for t in s.report()["tasks"]}
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
    s.store.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(s.store)],
                                           capture_output=True).returncode:
        raise Skip("needs a mount of its own")
    try:
        s.write("steps:\n  a: {do: test.echo, text: a}\n  b: {do: test.echo, record: $a.record, bytes: 4000000}\n"
                "  c: {do: test.echo, text: c}\nexport: {a: $a.record}\n")
        out = s.run("--keep-going", code=1)
        assert "No space left" in out, out
        assert s.states()["b"] == "failed", s.states()
        s.write("steps:\n  a: {do: test.echo, text: a}\n  b: {do: test.echo, record: $a.record, bytes: 4000}\n")
        s.run()
        assert s.states() == {"a": "cached", "b": "ran"}, s.states()
    finally:
        subprocess.run(["umount", "-l", str(s.store)])


def wrong_call(s):
    s.write("steps:\n  a: {do: test.echo, txt: a}\n")
    assert "text" in s.run(code=2)
    s.write("steps:\n  a: {do: test.echo}\n")
    s.run("--executor", "moon", code=2)
    s.run("--only", "nothing", code=2)
    s.run(code=2, name="no.yaml")


SCENARIOS = [noop, change, cutoff, equal_work, on_request, only, excluded, missing, late_axis, exports, evicted, inputs, command,
             failing, failing_gather, crashes, retry, memory_limit, shapes, packing, interrupt, events_file, same_bytes,
             two_runs, four_runs, dead_holder, kill_storm, read_only, full_disk, wrong_call]


def main():
    sulcus, worker, *names = sys.argv[1:]
    bad = skipped = 0
    for f in SCENARIOS:
        if names and f.__name__ not in names:
            continue
        s = Study(os.path.abspath(sulcus), os.path.abspath(worker))
        try:
            f(s)
            print("ok", f.__name__)
        except Skip as e:
            skipped += 1
            print("skip", f.__name__, e)
        except Exception as e:  # noqa: BLE001 - told, then the others go on
            bad += 1
            print("FAILED", f.__name__, f"{type(e).__name__}: {e}")
        finally:
            s.close()
    return 1 if bad else SKIP if skipped and len(names) == 1 else 0


if __name__ == "__main__":
    sys.exit(main())
