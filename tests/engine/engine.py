"""Runs of test nodes by the built programs, each in a folder and a store of its own."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time


SKIP = 77
CHAIN = """
params:
  word: {each: [one, two, three]}
steps:
  first: {do: test.echo, text: $word}
  second: {do: test.echo, record: $first.record, text: TEXT}
  all: {do: test.echo, records: $second.record, gather: word}
export: {r: $second.record, all: $all.record}
"""
FAIL = """
params:
  x: {each: [1, 2, 3, 4]}
steps:
  bad: {do: test.fail, how: HOW}
  after: {do: test.echo, record: $bad.record}
  good: {do: test.echo, text: $x}
  well: {do: test.echo, record: $good.record}
"""
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


class Skip(Exception):
    """The scenario cannot run here."""


class Study:
    """A folder with pipelines, a store and results."""

    def __init__(self, sulcus, worker):
        self.sulcus = sulcus
        self.worker = worker
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sulcus-engine-"))
        self.store = self.folder / "store"
        self.user = None            # whom programs run as, None: us

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, text, name="p.yaml"):
        (self.folder / name).write_text("sulcus: 1\n" + text)

    def env(self, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith("SULCUS_")}
        return {**env, "SULCUS_WORKER": self.worker, "SULCUS_CACHE": str(self.store),
                "ASAN_OPTIONS": "handle_segv=0:handle_abort=0", **more}

    def start(self, *args, name="p.yaml", **more):
        return subprocess.Popen([self.sulcus, "run", name, *args], cwd=self.folder, env=self.env(**more),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, user=self.user)

    def run(self, *args, code=0, name="p.yaml", timeout=60, **more):
        p = self.start(*args, name=name, **more)
        try:
            out, err = p.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            out, err = p.communicate()
            raise AssertionError(f"still running after {timeout} s\n{out}\n{err}")
        assert p.returncode == code, f"exit code {p.returncode}, must be {code}\n--- out\n{out}--- err\n{err}"
        return out + err

    def report(self, out="p_results"):
        return json.loads((self.folder / out / "run.json").read_text())

    def states(self, out="p_results"):
        return {t["task"]: t["state"] for t in self.report(out)["tasks"]}

    def tasks(self, out="p_results"):
        return {t["task"]: t for t in self.report(out)["tasks"]}

    def result(self, file, out="p_results"):
        return (self.folder / out / file).read_bytes()

    def results(self, out="p_results"):
        """All exports, as name to bytes."""
        own = ("run.json", "manifest.json")
        return {p.name: p.read_bytes() for p in sorted((self.folder / out).iterdir()) if p.is_file() and p.name not in own}


@contextlib.contextmanager
def small_disk(s, size):
    """The study's store on a disk of its own."""
    s.store.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(s.store)],
                                           capture_output=True).returncode:
        raise Skip("needs a mount of its own")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(s.store)])


def events(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def wait_for(what, seconds=10):
    """Polls until what() holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def counts(s):
    return s.report()["counts"]


def run_scenarios(scenarios):
    """What the programs of scenarios do: PROGRAM SULCUS WORKER NAME... - all without a name."""
    sulcus, worker, *names = sys.argv[1:]
    bad = skipped = 0
    for name in set(names) - {f.__name__ for f in scenarios}:
        bad += 1
        print("FAILED", name, "there is no such scenario")
    for f in scenarios:
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
