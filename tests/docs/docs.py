#!/usr/bin/env python3
"""docs.py SULCUS: whole pipelines in README.md and docs/ run as they stand; the files that they read are a phantom's."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SULCUS = os.path.abspath(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parents[2]
PHANTOM = "sulcus: 1\nsteps:\n  study: {do: phantom.study}\nexport: {bold: $study.bold, events: $study.events}\n"
FILE_OF_KIND = {"bold": "sub-01_bold.nii.gz", "table": "sub-01_events.tsv"}


def pipelines():
    """(file, number, text) of all blocks that are whole pipelines; a list of keys with ... is none."""
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for k, text in enumerate(re.findall(r"^```yaml\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)):
            if re.search(r"^sulcus: 1$", text, re.M) and re.search(r"^steps:$", text, re.M):
                yield path.name, k, text


class Documents(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sulcus-docs-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "phantom.yaml").write_text(PHANTOM)
        self.run_file("phantom.yaml", "made")

    def run_file(self, name, out):
        env = {**os.environ, "SULCUS_CACHE": str(self.folder / "cache"), "NO_COLOR": "1"}
        r = subprocess.run([SULCUS, "run", name, "--out", out], cwd=self.folder, env=env, capture_output=True, text=True, timeout=100)
        self.assertEqual(r.returncode, 0, r.stderr)

    def put_inputs(self, text):
        for kind, file in re.findall(r"\{kind: (\w+), files: \"([^\"]+)\"", text):
            (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.folder / "made" / FILE_OF_KIND[kind], self.folder / file)

    def test_pipelines_run_as_they_are_shown(self):
        seen = []
        for name, k, text in pipelines():
            with self.subTest(file=name, block=k):
                self.put_inputs(text)
                (self.folder / "shown.yaml").write_text(text, encoding="utf-8")
                self.run_file("shown.yaml", f"{name}_{k}")
                self.assertTrue(list((self.folder / f"{name}_{k}").glob("*")))
                seen.append(name)
        self.assertEqual(seen, ["README.md", "README.md", "language.md"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
