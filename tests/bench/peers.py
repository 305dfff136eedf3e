"""How every peer begins: all processors for its BLAS, no warnings, and exit 77 where there is no nilearn; and how it is asked."""
import json
import os
import resource
import subprocess
import sys
import time
import warnings


def begin():
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, str(os.cpu_count()))
    try:
        import nilearn
    except ImportError as why:
        print(f"skipped: {why}", file=sys.stderr)
        sys.exit(77)
    warnings.simplefilter("ignore")
    return nilearn.__version__


def ask(*argv):
    """What a peer prints last, as JSON; None where there is no nilearn. Any other failure ends the bench, so that none goes unseen."""
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True)
    if done.returncode == 77:
        print(f"peer skipped: no nilearn for {argv[0]}")
        return None
    if done.returncode:
        sys.exit(f"the peer {argv[1]} exited with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def timed(study, version):
    """Runs study(folder, out, lap) of the command line, where lap(what) ends a part; prints seconds, parts and peak memory."""
    folder, out = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    parts, last = {}, [time.perf_counter()]

    def lap(what):
        now = time.perf_counter()
        parts[what] = now - last[0]
        last[0] = now
    study(folder, out, lap)
    print(json.dumps({"seconds": sum(parts.values()), "parts": parts, "nilearn": version,
                      "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
