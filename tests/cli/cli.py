#!/usr/bin/env python3
"""cli.py SULCUS WORKER: the commands as people call them, on a made-up study in a fresh folder."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

SULCUS, WORKER = (os.path.abspath(p) for p in sys.argv[1:3])

STUDY = """sulcus: 1
title: Two heads
params: {fwhm: 8 mm}
steps:
  study:  {do: phantom.study, subjects: ["01", "02"]}
  smooth: {do: image.smooth, image: $study.bold, fwhm: $fwhm}
  mean:   {do: image.mean, image: $smooth.image}
  all:    {do: image.mean_of, images: $mean.image, gather: sub}
export: {mean: $mean.image, all: $all.image}
"""


def enums(schema):
    """All lists of words in a JSON Schema."""
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    found = [schema["enum"]] if isinstance(schema, dict) and isinstance(schema.get("enum"), list) else []
    return found + [e for part in inner for e in enums(part)]


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sulcus-cli-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.env = {**os.environ, "SULCUS_CACHE": os.path.join(self.folder, "cache"), "SULCUS_WORKER": WORKER, "TMPDIR": self.folder}
        self.write("study.yaml", STUDY)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as f:
            f.write(text)

    def call(self, *args, code=0, path=None):
        env = {**self.env, **({"PATH": path} if path is not None else {})}
        done = subprocess.run([SULCUS, *args], cwd=self.folder, env=env, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, f"{args}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_every_command_has_help_of_one_screen_with_an_example(self):
        for name in self.call("help", "--names").split():
            text = self.call(name, "--help")
            self.assertEqual(text, self.call("help", name))
            self.assertIn("Example:  sulcus " + name, text)
            self.assertLessEqual(len(text.splitlines()), 40, name)

    def test_wrong_calls_name_the_nearest(self):
        self.assertIn("did you mean 'check'?", self.call("chekc", code=2))
        self.assertIn("did you mean '--strict'?", self.call("check", "--stict", "study.yaml", code=2))
        self.assertIn("did you mean 'image.smooth'?", self.call("nodes", "smooth", code=2))
        self.assertIn("did you mean 'smooth'?", self.call("explain", "study.yaml", "smoth", code=2))
        self.assertIn("needs a pipeline", self.call("check", code=2))
        self.call(code=2)

    def test_version(self):
        self.assertRegex(self.call("--version"), r"^sulcus \d+\.\d+\.\d+\n$")

    def test_output_that_cannot_be_written_is_told(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([SULCUS, "help"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write the output", done.stderr)

    def test_check_says_all(self):
        self.assertIn("study.yaml: nothing is wrong: 4 steps, 7 tasks", self.call("check", "study.yaml"))
        table = self.call("check", "-v", "study.yaml")
        self.assertRegex(table, r"smooth: image.smooth, for each sub \(2\)")
        self.assertRegex(table, r"param +fwhm +8 mm +written, study.yaml:6:")
        self.write("bad.yaml", STUDY.replace("fwhm: $fwhm", "fwmh: 3 mm").replace("do: image.mean,", "do: image.mean, when: 3,"))
        text = self.call("check", "bad.yaml", code=2)
        self.assertIn("bad.yaml: 2 errors, no warnings", text)
        self.assertRegex(text, r"bad.yaml:6:\d+: error: ")
        self.assertRegex(text, r"bad.yaml:7:\d+: error: ")
        self.assertIn("cannot", self.call("check", "absent.yaml", code=2))

    def test_check_computes_nothing(self):
        self.call("check", "study.yaml")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "cache")))

    def test_plan_run_explain(self):
        self.assertIn("7 tasks, 0 in the store, 7 to run", self.call("plan", "study.yaml"))
        self.assertEqual(self.call("plan", "--steps", "study.yaml").split(), ["study", "smooth", "mean", "all"])
        self.call("run", "study.yaml")
        self.assertIn("7 in the store, 0 to run", self.call("plan", "study.yaml"))
        self.assertIn("nothing since the last run", self.call("explain", "study.yaml", "smooth@01"))
        self.write("study.yaml", STUDY.replace("fwhm: 8 mm", "fwhm: 0.6 cm"))
        self.assertRegex(self.call("explain", "study.yaml", "smooth@01"), r"param fwhm: 8 mm -> 6 mm \(study\.yaml:6:\d+\)")
        self.assertRegex(self.call("explain", "study.yaml", "all"), r"waits for\n    smooth@01\n      param fwhm: 8 mm -> 6 mm")
        self.assertIn("its tasks: mean@01, mean@02", self.call("explain", "study.yaml", "mean@03", code=2))

    def test_explain_tells_that_an_input_changed(self):
        self.call("run", "study.yaml")
        self.write("study.yaml", STUDY.replace('["01", "02"]', '["01", "02", "03"]'))
        self.write("other.yaml", STUDY.replace('["01", "02"]', '["01", "02", "03"]'))
        self.call("run", "other.yaml", "--only", "mean")
        self.assertIn("input images: 1 new: 03", self.call("explain", "study.yaml", "all"))

    def test_show(self):
        self.call("run", "study.yaml")
        exported = self.call("show", "study_results/all.nii.gz")
        self.assertIn("24x29x24", exported)
        stored = self.call("show", "study.yaml:all.image")
        self.assertEqual(exported.splitlines()[1:], stored.splitlines()[1:])
        self.assertIn("there is no such file", self.call("show", "absent", code=2))
        self.assertIn("it has image", self.call("show", "study.yaml:all.nothing", code=2))
        self.write("junk.nii.gz", "junk")
        self.assertNotEqual(self.call("show", "junk.nii.gz", code=2), "")
        self.assertEqual([n for n in os.listdir(self.folder) if n.startswith("sulcus-")], [])

    def test_diff(self):
        self.write("study.yaml", STUDY.replace("fwhm: $fwhm", "fwhm: $fwhm, keep: always"))   # to compare what passes otherwise
        self.call("run", "study.yaml", "--out", "a")
        self.call("run", "study.yaml", "--out", "b", "--set", "fwhm=7 mm")
        self.assertRegex(self.call("diff", "a/all.nii.gz", "b/all.nii.gz", code=1), r"^differs: .*\d")
        self.assertRegex(self.call("diff", "a/all.nii.gz", "a/all.nii.gz"), r"^same")
        self.call("diff", "a/all.nii.gz", "study.yaml:all")
        self.call("diff", "a/all.nii.gz", "absent.nii.gz", code=2)
        runs = self.call("diff", "a", "b", code=1)
        self.assertIn("exported files: 0 same, 3 differ", runs)
        self.assertRegex(runs, r"all\.image: differs: .*\d+ of \d+ voxels")
        self.call("diff", "a", "b/run.json", "--atol", "1e6")
        self.call("diff", "a", "a/all.nii.gz", code=2)
        os.remove(os.path.join(self.folder, "b", "all.nii.gz"))
        self.assertIn("all.nii.gz: only in a", self.call("diff", "a", "b", "--atol", "1e6", code=1))

    def test_graph(self):
        dot = self.call("graph", "study.yaml")
        self.assertIn("digraph", dot)
        self.assertEqual(len(re.findall(r"^\tn\d+ \[", dot, re.M)), 6)
        cells = self.call("graph", "study.yaml", "--cells")
        self.assertEqual(len(re.findall(r"^\tn\d+ \[", cells, re.M)), 10)
        for path, extra in ((None, ["--plain"]), ("", [])):
            self.call("graph", "study.yaml", "-o", "g.svg", *extra, path=path)
            boxes = xml.parse(os.path.join(self.folder, "g.svg")).findall(".//{*}text[@class='name']")
            self.assertEqual([b.text for b in boxes], ["study", "smooth", "mean", "all", "mean", "all"])

    def test_a_bids_query_finds_the_files_of_its_entities(self):
        """Entities that are not named may stand between; other tasks, descriptions and folders do not match."""
        for sub in ("01", "02"):
            func = f"data/derivatives/fmriprep/sub-{sub}/ses-a/func"
            os.makedirs(os.path.join(self.folder, func))
            os.makedirs(os.path.join(self.folder, f"data/sub-{sub}/func"))
            for run in ("1", "2"):
                for task, desc in (("rest", "confounds"), ("nback", "confounds"), ("rest", "other")):
                    name = f"sub-{sub}_ses-a_task-{task}_acq-x_run-{run}_desc-{desc}_timeseries.tsv"
                    self.write(f"{func}/{name}", f"x\n{sub}{run}{len(task)}\n")
                self.write(f"data/sub-{sub}/func/sub-{sub}_task-rest_run-{run}_desc-confounds_timeseries.tsv", "x\n0\n")
        self.write("b.yaml", "sulcus: 1\ninputs:\n  t: {kind: table, per: [sub, run], bids: {root: data, derivatives: fmriprep, "
                   "task: rest, desc: confounds, suffix: timeseries}}\nsteps:\n  e: {do: test.echo, table: $t}\nexport: {t: $t}\n")
        self.call("run", "b.yaml", "--out", "out")
        for sub in ("01", "02"):
            for run in ("1", "2"):
                with open(os.path.join(self.folder, f"out/sub-{sub}_run-{run}_t.tsv")) as f:
                    self.assertEqual(f.read(), f"x\n{sub}{run}4\n")
        self.assertEqual(len([n for n in os.listdir(os.path.join(self.folder, "out")) if n.endswith(".tsv")]), 4)

    def test_nodes_and_schema(self):
        names = self.call("nodes", "--names").split()
        self.assertIn("image.smooth", names)
        self.assertFalse([n for n in names if n.startswith(("test.", "import."))])
        self.assertIn("argv", self.call("nodes", "command"))
        self.assertIn("cell", self.call("nodes", "pick"))
        text = self.call("nodes", "image.smooth")
        self.assertIn("fwhm", text)
        self.assertIn("default 6 mm", text)
        for name in names:
            self.call("nodes", name)
        schema = self.call("schema")
        self.assertEqual(json.loads(schema)["title"], "sulcus pipeline")
        touch = [i for i in enums(json.loads(schema)) if 18 in i or "18" in i]
        self.assertTrue(len(touch) >= 2 and all({18, "18"} <= set(i) for i in touch), touch)


unittest.main(argv=[sys.argv[0]])
