#!/usr/bin/env python3
"""slim.py SULCUS: the front program must not load a numeric or drawing library, which would cost every start."""
import subprocess
import sys

HEAVY = ("blas", "lapack", "fftw", "gomp", "gfortran", "libcairo", "libpango", "Rmath", "libcurl", "libarchive", "nifti")

out = subprocess.run(["ldd", sys.argv[1]], capture_output=True, text=True, check=True).stdout
heavy = [line.strip() for line in out.splitlines() if any(h in line for h in HEAVY)]
for line in heavy:
    print(f"{sys.argv[1]} loads {line}")
sys.exit(1 if heavy else 0)
