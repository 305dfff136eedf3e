"""Which pipeline computes a reference case. A function without a row here has no node yet."""
import glob
import importlib
import json
import os

from words import Waiting, words

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


# Each file cases_<area>.py has a table of the same shape; KINDS there are kinds of its inputs.
PIPELINES = {
    "image.smooth_img": smooth,
    "image.mean_img": mean,
    "masking.compute_background_mask": background,
    "maskers.NiftiSpheresMasker": spheres,
    "maskers.NiftiMasker": voxels,
    "pipeline: seed-to-voxel correlation": seed_to_voxel,
}

KINDS = {"img": "bold", "confounds": "table", "mask_img": "mask"}

for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases_*.py"))):
    area = importlib.import_module(os.path.basename(path)[:-3])
    PIPELINES.update(area.PIPELINES)
    KINDS.update(getattr(area, "KINDS", {}))


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
