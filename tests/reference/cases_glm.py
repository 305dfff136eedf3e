"""First-level models and their contrasts."""

# Why compat is asked for (docs/nilearn.md has a row for each): in these runs some voxels have a mean below 1 or are constant in
# one run, and nilearn fits them otherwise; its F over runs is approximate, of whitened effects; a voxel of variance 0 in one run
# has another t there. effects_of_interest is the F test of these two columns.
F_ROWS = ["faces", "scrambled"]
OUTPUTS = {"z_score": "z", "stat": "stat", "p_value": "p", "effect_size": "effect", "effect_variance": "variance"}


def two_runs(case, read):
    """Two runs as fixed effects."""
    p, mask = case["params"], case["inputs"]["mask"]
    case["inputs"] = {"bold": {"per": ["run"], "files": "faces_concat/run{run}.nii.gz"},
                      "events": {"per": ["run"], "files": "inputs/faces/events{run}.tsv"}}
    fit = {"do": "glm.first_level", "bold": "$bold", "design": "$design.design", "noise": p["noise_model"], "gather": "run",
           "compat": "nilearn"}
    if mask != "computed":
        case["inputs"]["mask"] = mask
        fit["mask"] = "$mask"
    steps = {"design": {"do": "glm.design", "bold": "$bold", "events": "$events", "tr": p["t_r"], "hrf": p["hrf_model"],
                        "drift": p["drift_model"], "high_pass": p["high_pass"]},
             "fit": fit,
             "t": {"do": "glm.contrast", "glm": "$fit.glm", "contrast": "faces - scrambled", "compat": "nilearn"},
             "f": {"do": "glm.contrast", "glm": "$fit.glm", "f": F_ROWS, "compat": "nilearn"}}
    export = {"mask": "$fit.mask"}
    for run in (1, 2):
        steps[f"pick{run}"] = {"do": "pick", "item": "$design.design", "cell": {"run": run}}
        export[f"design{run}"] = f"$pick{run}.item"
    for name, port in OUTPUTS.items():
        export[f"faces_scrambled_{name}"] = f"$t.{port}"
        export[f"effects_of_interest_{name}"] = f"$f.{port}"
    case["expected"] = {name.replace("-", "_"): path for name, path in case["expected"].items()}
    return steps, export


def one_run(case, read):
    steps = {"fit": {"do": "glm.first_level", "bold": ["$run1"], "design": ["$design"], "noise": case["params"]["noise_model"], "compat": "nilearn"},
             "t": {"do": "glm.contrast", "glm": "$fit.glm", "contrast": "faces - scrambled"}}
    export = {"r_square": "$fit.r_square", "effect": "$t.effect", "z": "$t.z"}
    for port in ("residuals", "predicted"):
        export[f"{port}_first6"] = f"$fit.{port}"
    return steps, export


TWO, ONE = "glm.first_level.FirstLevelModel, two runs as fixed effects", "glm.first_level.FirstLevelModel, one run"
PIPELINES = {TWO: two_runs, ONE: one_run}
KINDS = {(TWO, "bold"): "bold", (TWO, "events"): "table", (ONE, "run1"): "bold", "design": "design"}
