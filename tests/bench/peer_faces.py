#!/usr/bin/env python3
"""The faces study as a nilearn script does it, from single volumes to saved maps, imports and plots excluded.

peer_faces.py FOLDER OUT: FOLDER has session1/*.nii, events1.tsv and the same of session 2.
Prints one JSON line: seconds of each part, peak memory in bytes, version. Exits with 77 where nilearn is not installed.
"""
import glob
import os

import peers

VERSION = peers.begin()
import numpy as np  # noqa: E402  (there is one where there is nilearn)
import pandas as pd  # noqa: E402
from nilearn.glm.first_level import FirstLevelModel, make_first_level_design_matrix  # noqa: E402
from nilearn.image import concat_imgs, mean_img, resample_img  # noqa: E402

TR_S = 2.0


def design(folder, run, n):
    events = pd.read_csv(os.path.join(folder, f"events{run}.tsv"), sep="\t")
    return make_first_level_design_matrix(np.arange(n) * TR_S, events, hrf_model="spm + derivative", drift_model="cosine", high_pass=0.01)


def study(folder, out, lap):
    files = [sorted(glob.glob(os.path.join(folder, f"session{k}", "*.nii"))) for k in (1, 2)]
    runs = [concat_imgs(f, auto_resample=True) for f in files]
    lap("concat")
    runs[1] = resample_img(runs[1], runs[0].affine, runs[0].shape[:3], copy_header=True)
    lap("resample")
    mean_img(runs[0], copy_header=True).to_filename(os.path.join(out, "mean.nii.gz"))
    designs = [design(folder, k + 1, run.shape[3]) for k, run in enumerate(runs)]
    model = FirstLevelModel(t_r=TR_S).fit(runs, design_matrices=designs)
    lap("fit")
    first, third = (np.eye(designs[0].shape[1])[list(designs[0].columns).index(c)] for c in ("faces", "scrambled"))
    for name, contrast in {"faces_minus_scrambled": first - third, "scrambled_minus_faces": third - first,
                           "effects_of_interest": np.array([first, third])}.items():
        model.compute_contrast(contrast, output_type="z_score").to_filename(os.path.join(out, name + ".nii.gz"))
    lap("contrasts")


peers.timed(study, VERSION)
