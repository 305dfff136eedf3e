"""Cases of signals of regions: labels and maps."""
from cases_signals import signals_inputs
from words import words


def step(case, node, regions, *own):
    """own: parameters of the node that nilearn calls the same."""
    ports = {**signals_inputs(case), regions: f"${regions}"}
    params = {key: case["params"][key] for key in own if key in case["params"]}
    if case["compat_nilearn"]:
        params["compat"] = "nilearn"
    return {"x": {"do": node, **ports, **params, **words(case["params"], *own)}}, {"signals": "$x.signals"}


def labels(case, read):
    return step(case, "signals.labels", "labels", "strategy")


def maps(case, read):
    return step(case, "signals.maps", "maps")


PIPELINES = {
    "maskers.NiftiLabelsMasker": labels,
    "maskers.NiftiMapsMasker": maps,
}

KINDS = {"labels": "labels", "maps": "maps"}
