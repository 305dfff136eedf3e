#!/usr/bin/env python3
"""The seed-to-voxel study as a nilearn script does it, from files to saved maps, imports and plots excluded.

peer_nilearn.py BOLD CONFOUNDS OUT [RADIUS FWHM TR]
Prints one JSON line: seconds, peak memory in bytes, versions. Exits with 77 where nilearn is not installed.
"""
import json
import os
import resource
import sys
import time

import peers

VERSION = peers.begin()
import nibabel  # noqa: E402  (there is one where there is nilearn)
import numpy as np  # noqa: E402
from nilearn.maskers import NiftiMasker, NiftiSpheresMasker  # noqa: E402


def study(bold, confounds, out, radius=8, fwhm=6, tr=2):
    common = dict(detrend=True, standardize="zscore_sample", standardize_confounds=True, low_pass=0.1, high_pass=0.01, t_r=tr)
    seed = NiftiSpheresMasker([(0, -52, 18)], radius=radius, **common).fit_transform(bold, confounds=[confounds])
    masker = NiftiMasker(smoothing_fwhm=fwhm, **common)
    brain = masker.fit_transform(bold, confounds=[confounds])
    r = np.dot(brain.T, seed) / seed.shape[0]
    masker.inverse_transform(r.T).to_filename(os.path.join(out, "r.nii.gz"))
    masker.inverse_transform(np.arctanh(r).T).to_filename(os.path.join(out, "z.nii.gz"))
    return r


def main():
    bold, confounds, out, *rest = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    start = time.perf_counter()
    r = study(bold, confounds, out, *map(float, rest))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak_bytes": peak, "voxels": int(r.size), "nilearn": VERSION,
                      "numpy": np.__version__, "nibabel": nibabel.__version__}))


main()
