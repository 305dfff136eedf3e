"""Cases of resampling and of images one after the other."""


def numbers(rows):
    """A matrix row by row; the last row of a 4 x 4 one says nothing."""
    return [x for row in rows[:3] for x in row]


def resample(case, read):
    p = case["params"]
    step = {"do": "image.resample", "image": "$img", "affine": numbers(p["target_affine"]), "interpolation": p["interpolation"]}
    if "target_shape" in p:
        step["shape"] = p["target_shape"]
    if case["compat_nilearn"]:
        step["compat"] = "nilearn"
    return {"x": step}, {"img": "$x.image"}


def concat(case, read):
    for name in ("run1", "run2"):
        case["inputs"][name] = {"per": ["vol"], "files": case["inputs"][name].replace("*", "*-{vol}")}
    how = {"do": "image.concat", "gather": "vol", "resample": case["params"]["auto_resample"], "tr": 2, "compat": "nilearn"}
    steps = {"first": {**how, "images": "$run1"}, "second": {**how, "images": "$run2"},
             "onto": {"do": "image.resample", "image": "$second.image", "onto": "$first.image", "compat": "nilearn"}}
    return steps, {"run1": "$first.image", "run2": "$onto.image"}


PIPELINES = {
    "image.resample_img": resample,
    "image.concat_imgs then image.resample_img(run 2 onto run 1)": concat,
}

KINDS = {"run1": "volume", "run2": "volume"}
