"""Running a pipeline of pipelines/ with the program that a test is given."""
import glob
import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def pipeline(name):
    return os.path.join(ROOT, "pipelines", name)


def check(what, is_so):
    if not is_so:
        sys.exit(f"FAIL: {what}")


def run(*args, status=0):
    """What it prints."""
    done = subprocess.run([sys.argv[1], *args], capture_output=True, text=True)
    text = done.stdout + done.stderr
    check(f"exit {done.returncode}, must be {status}\n{text}", done.returncode == status)
    return text


def digests(out):
    """Of the images and tables that were exported, by name."""
    found = {}
    for path in sorted(glob.glob(os.path.join(out, "*.nii.gz")) + glob.glob(os.path.join(out, "*.tsv"))):
        with open(path, "rb") as f:
            found[os.path.basename(path)] = hashlib.sha256(f.read()).hexdigest()
    return found
