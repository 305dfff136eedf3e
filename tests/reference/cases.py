"""Which pipeline computes a reference case. A function without a row here has no node yet."""
import json

CLEAN = {"detrend": "detrend", "standardize": "standardize", "standardize_confounds": "standardize_confounds",
         "low_pass": "low_pass", "high_pass": "high_pass", "t_r": "tr", "smoothing_fwhm": "smoothing", "radius": "radius",
         "allow_overlap": "allow_overlap", "fwhm": "fwhm"}


class Waiting(Exception):
    """The case needs something that does not exist yet."""


def words(params, *skip):
    """nilearn's parameters in our words; null is left out."""
    out = {}
    for key, value in params.items():
        if key in skip or value is None:
            continue
        if key not in CLEAN:
            raise Waiting(f"no parameter for {key}")
        out[CLEAN[key]] = value
    return out


def seeds_of(case, read):
    seeds = case["params"]["seeds"]
    if isinstance(seeds, str):
        x, (n, _) = read(seeds)
        seeds = [x[3 * k:3 * k + 3] for k in range(n)]
    return seeds


def signals_inputs(case):
    ports = {"bold": "$img"}
    if "confounds" in case["inputs"]:
        ports["confounds"] = "$confounds"
    if "mask_img" in case["inputs"]:
        ports["mask"] = "$mask_img"
    return ports


def smooth(case, read):
    return {"x": {"do": "image.smooth", "image": "$img", **words(case["params"])}}, {"img": "$x.image"}


def mean(case, read):
    return {"x": {"do": "image.mean", "image": "$img", **words(case["params"])}}, {"img": "$x.image"}


def background(case, read):
    if case["params"]:
        raise Waiting("parameters of the mask")
    return {"x": {"do": "mask.background", "image": "$img"}}, {"img": "$x.mask"}


def spheres(case, read):
    step = {"do": "signals.spheres", **signals_inputs(case), "seeds": seeds_of(case, read), **words(case["params"], "seeds")}
    if case["compat_nilearn"]:
        step["compat"] = "nilearn"
    return {"x": step}, {"signals": "$x.signals"}


def voxels(case, read):
    step = {"do": "signals.voxels", **signals_inputs(case), **words(case["params"])}
    return {"x": step}, {"mask": "$x.mask", "signals_every_50th": "$x.signals"}


def seed_to_voxel(case, read):
    p, ports = case["params"], signals_inputs(case)
    steps = {"seed": {"do": "signals.spheres", **ports, "seeds": [p["seed"]], **words(p, "seed", "smoothing_fwhm")},
             "brain": {"do": "signals.voxels", **ports, **words(p, "seed", "radius")},
             "x": {"do": "connectome.seed_to_voxel", "seed": "$seed.signals", "voxels": "$brain.signals", "mask": "$brain.mask"}}
    if case["compat_nilearn"]:
        steps["seed"]["compat"] = steps["x"]["compat"] = "nilearn"
    return steps, {"r": "$x.r", "z": "$x.z", "seed_signal": "$seed.signals"}


PIPELINES = {
    "image.smooth_img": smooth,
    "image.mean_img": mean,
    "masking.compute_background_mask": background,
    "maskers.NiftiSpheresMasker": spheres,
    "maskers.NiftiMasker": voxels,
    "pipeline: seed-to-voxel correlation": seed_to_voxel,
}

KINDS = {"img": "bold", "confounds": "table", "mask_img": "mask"}


def pipeline(case, root, read):
    """The text of a pipeline (YAML that is JSON) for a case."""
    if case["function"] not in PIPELINES:
        raise Waiting(f"no node for {case['function']}")
    steps, export = PIPELINES[case["function"]](case, read)
    inputs = {}
    for name, path in case["inputs"].items():
        if name not in KINDS or not isinstance(path, str):
            raise Waiting(f"no input for {name}")
        inputs[name] = {"kind": KINDS[name], "files": f"{root}/{path}"}
    used = json.dumps(steps)
    inputs = {k: v for k, v in inputs.items() if f'"${k}"' in used}
    return {"sulcus": 1, "inputs": inputs, "steps": steps, "export": export}
