#!/usr/bin/env python3
"""scenarios.py SULCUS WORKER NAME... - runs the named scenarios (all without a name); each is a function below."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine import CHAIN, FAIL, WIDE, Skip, events, counts, run_scenarios  # noqa: E402


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
    s.write("steps:\n  a: {do: test.number, value: 1}\n")
    s.run()
    assert s.tasks()["a"]["why"] == "another node", s.tasks()["a"]


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


def failing_list(s):
    """A failure above an axis that is not known yet is still a failure when the rest goes on."""
    s.write("steps:\n  f: {do: test.fail, how: error}\n  l: {do: test.list, items: [a, b], record: $f.record}\n"
            "  m: {do: test.echo, record: $l.records}\n  n: {do: test.echo, text: alone}\n")
    s.run("--keep-going", code=1)
    assert s.states()["f"] == "failed" and s.states()["l"] == "skipped" and s.states()["n"] == "ran", s.states()


def known_files(s):
    """What is wrong inside a table is told of the file that people know, not of a blob."""
    (s.folder / "s.tsv").write_text("a\tb\n" + "".join(f"{i % 3}\t{i % 5}\n" for i in range(20)))
    (s.folder / "c.tsv").write_text("x\n" + "".join(f"{i * i}\n" if i != 2 else "foo\n" for i in range(20)))
    s.write("inputs:\n  s: {kind: series, files: s.tsv}\n  c: {kind: table, files: c.tsv}\n"
            "steps:\n  clean: {do: signals.clean, signals: $s, confounds: $c}\n")
    out = s.run(code=2)
    assert "c.tsv:4:1: 'foo'" in out and "/cas/" not in out, out


def live(s):
    """On a terminal one line a running task, drawn anew; nothing of it in a pipe, no colours with NO_COLOR."""
    import pty
    s.write("steps:\n  nap: {do: test.sleep, ms: 400}\n")
    try:
        main, side = pty.openpty()
    except OSError as e:
        raise Skip("no terminal to be had: " + str(e))
    p = subprocess.Popen([s.sulcus, "run", "p.yaml"], cwd=s.folder, env=s.env(TERM="xterm", NO_COLOR="1"), stdout=side, stderr=side)
    os.close(side)
    out = b""
    while p.poll() is None or out.count(b"1 ran") == 0:
        try:
            out += os.read(main, 4096)
        except OSError:   # the other end is closed
            break
    os.close(main)
    assert p.wait() == 0 and out.count(b"nap") > 2 and b"0 of 1 tasks" in out and b"\x1b[J" in out and b"\x1b[3" not in out, out
    s.write("steps:\n  nap: {do: test.sleep, ms: 200}\n")
    assert "\x1b" not in s.run()


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
def keep(s):
    """keep: never drops bytes at the end of a run and makes them again when asked for; keep: always pins."""
    text = "steps:\n  a: {do: test.echo, text: one, keep: never}\n  b: {do: test.echo, text: TWO, record: $a.record, keep: always}\nexport: {b: $b.record}\n"
    s.write(text)
    s.run()
    out = s.tasks()["a"]["out"]
    assert len(list((s.store / "pins").iterdir())) == 1
    blobs = len([p for p in (s.store / "cas").rglob("*") if p.is_file()])
    assert blobs == 1, f"{blobs} blobs, must be 1"
    s.run()
    assert set(s.states().values()) == {"cached"}, s.states()
    s.write(text.replace("TWO", "three"))
    s.run()
    assert s.states() == {"a": "ran", "b": "ran"}, s.states()
    assert s.tasks()["a"]["out"] == out and "not kept" in s.tasks()["a"]["why"] and "three" in s.tasks()["b"]["why"]


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


def failing(s):
    s.write(FAIL.replace("HOW", "error"))
    out = s.run("--jobs", "1", code=1)
    assert "it was told to fail" in out and "step 'bad' failed" in out and "p.yaml:6:3" in out, out
    assert "next: sulcus explain p.yaml bad" in out, out
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


def events_file(s):
    s.write(CHAIN)
    s.run("--events", "e.jsonl")
    e = events(s.folder / "e.jsonl")
    assert e[0]["event"] == "run_started" and e[0]["tasks"] == 7 and e[0]["todo"] == 7, e[0]
    assert e[-1]["event"] == "run_done" and e[-1]["ran"] == 7, e[-1]
    done = [x for x in e if x["event"] == "task_done"]
    assert len(done) == 7 and all(set(x) >= {"task", "key", "why", "seconds", "cpu", "peak", "bytes"} for x in done)
    assert len([x for x in e if x["event"] == "task_started"]) == 7


def same_bytes(s):
    s.write(WIDE)
    s.run("--jobs", "1", "--out", "one")
    one = s.results("one")
    keys = {t["task"]: (t["key"], t["out"]) for t in s.report("one")["tasks"]}
    s.run("--jobs", "4", "--out", "four", "--cache", str(s.folder / "other"))
    assert s.results("four") == one
    assert keys == {t["task"]: (t["key"], t["out"]) for t in s.report("four")["tasks"]}


def wrong_call(s):
    s.write("steps:\n  a: {do: test.echo, txt: a}\n")
    assert "text" in s.run(code=2)
    s.write("steps:\n  a: {do: test.echo}\n")
    s.run("--executor", "moon", code=2)
    s.run("--only", "nothing", code=2)
    s.run(code=2, name="no.yaml")


if __name__ == "__main__":
    sys.exit(run_scenarios([noop, change, cutoff, equal_work, on_request, only, excluded, missing, late_axis, live, failing_list, known_files, exports,
                            evicted, keep, inputs, command, failing, failing_gather, retry, shapes, packing, events_file,
                            same_bytes, wrong_call]))
