#!/usr/bin/env python3
"""Regions from a t-test as nilearn's example does it, from the run to saved maps, signals and summaries, imports and plots excluded.

peer_roi.py FOLDER OUT: FOLDER has bold.nii.gz, labels.tsv and mask_vt.nii.gz.
Prints one JSON line: seconds of each part, peak memory in bytes, version. Exits with 77 where nilearn is not installed.
"""
import os

import peers

VERSION = peers.begin()
import numpy as np  # noqa: E402  (there is one where there is nilearn)
import pandas as pd  # noqa: E402
from nilearn.image import get_data, load_img, mean_img, new_img_like, smooth_img  # noqa: E402
from nilearn.maskers import NiftiLabelsMasker  # noqa: E402
from scipy import ndimage, stats  # noqa: E402


def regions(log_p, mask):
    """The two largest parts of what is above 5 in the mask, grown by a voxel."""
    labels, n = ndimage.label(ndimage.binary_dilation((np.minimum(log_p, 10) >= 5) & mask))
    sizes = np.bincount(labels.ravel(), minlength=n + 1)[1:]
    return sum(np.where(labels == k + 1, i + 1, 0) for i, k in enumerate(np.argsort(-sizes, kind="stable")[:2])).astype(np.int32)


def study(folder, out, lap):
    labels = pd.read_csv(os.path.join(folder, "labels.tsv"), sep="\t")["labels"]
    smooth = smooth_img(os.path.join(folder, "bold.nii.gz"), 6)
    lap("smooth")
    mean_img(smooth, copy_header=True).to_filename(os.path.join(out, "mean.nii.gz"))
    lap("mean")
    data = get_data(smooth)
    t, p = stats.ttest_ind(data[..., labels == "face"], data[..., labels == "house"], axis=-1)
    log_p = np.nan_to_num(-np.log10(p))
    lap("test")
    two = new_img_like(smooth, regions(log_p, get_data(load_img(os.path.join(folder, "mask_vt.nii.gz"))) != 0))
    for name, image in {"t": new_img_like(smooth, t), "log10p": new_img_like(smooth, log_p), "mask_atlas": two}.items():
        image.to_filename(os.path.join(out, name + ".nii.gz"))
    lap("regions")
    signals = pd.DataFrame(NiftiLabelsMasker(two).fit_transform(smooth))
    signals.to_csv(os.path.join(out, "signals.tsv"), sep="\t")
    signals.groupby(labels).describe().to_csv(os.path.join(out, "by_condition.tsv"), sep="\t")
    lap("signals")


peers.timed(study, VERSION)
