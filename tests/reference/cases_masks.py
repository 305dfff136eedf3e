"""Masks, and images cut at a threshold."""
from words import Waiting

# nilearn's parameters that have the same name here; copy_header says only how nilearn stores the result.
SAME = {"lower_cutoff", "upper_cutoff", "connected", "opening", "exclude_zeros", "ensure_finite", "border_size", "two_sided",
        "cluster_threshold"}


def same(params, *skip):
    for key in params:
        if key not in SAME and key not in skip:
            raise Waiting(f"no parameter for {key}")
    return {key: int(value) if key == "opening" else value for key, value in params.items() if key in SAME}


def background(case, read):
    return {"x": {"do": "mask.background", "image": "$img", **same(case["params"])}}, {"img": "$x.mask"}


def epi(case, read):
    return {"x": {"do": "mask.epi", "image": "$img", **same(case["params"])}}, {"img": "$x.mask"}


def multi_background(case, read):
    """A mask of each image, with nilearn's defaults for several, and what more than half of them have."""
    one = {"do": "mask.background", "image": "$imgs", "connected": True, "opening": 2, **same(case["params"])}
    both = {"do": "mask.and", "masks": "$one.mask", "gather": "item", "threshold": 0.5, "connected": one["connected"]}
    return {"one": one, "both": both}, {"img": "$both.mask"}


def threshold(case, read):
    p = case["params"]
    step = {"do": "image.threshold", "image": "$img", **same(p, "threshold", "copy_header")}
    if isinstance(p["threshold"], str):
        step["percentile"] = float(p["threshold"].rstrip("%"))
    else:
        step["threshold"] = p["threshold"]
    return {"x": step}, {"img": "$x.image"}


PIPELINES = {
    "masking.compute_background_mask": background,
    "masking.compute_epi_mask": epi,
    "masking.compute_multi_background_mask": multi_background,
    "image.threshold_img": threshold,
}

KINDS = {"imgs": "bold"}
