"""Cases of signals in voxels and spheres, and of the seed's map made from them."""
from words import words


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
    "maskers.NiftiSpheresMasker": spheres,
    "maskers.NiftiMasker": voxels,
    "pipeline: seed-to-voxel correlation": seed_to_voxel,
}

KINDS = {"confounds": "table", "mask_img": "mask"}
