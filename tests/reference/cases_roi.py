"""The study of regions from a t-test, from the run to the regions' signals."""


def roi(case, read):
    """One step each; the threshold is on the capped -log10 p."""
    p = case["params"]
    steps = {
        "smooth": {"do": "image.smooth", "image": "$img", "fwhm": p["fwhm"]},
        "mean": {"do": "image.mean", "image": "$smooth.image"},
        "test": {"do": "stats.ttest", "bold": "$smooth.image", "conditions": "$labels", "a": "face", "b": "house"},
        "capped": {"do": "image.math", "images": {"p": "$test.log10p"}, "expression": f"min(p, {p['cap']})"},
        "high": {"do": "image.threshold", "image": "$capped.image", "threshold": p["threshold"]},
        "both": {"do": "mask.and", "a": "$high.image", "b": "$mask"},
        "grown": {"do": "mask.dilate", "mask": "$both.mask", "neighbours": 6, "iterations": 1},
        "parts": {"do": "regions.components", "mask": "$grown.mask", "neighbours": 6},
        "signals": {"do": "signals.labels", "bold": "$smooth.image", "labels": "$parts.labels"},
    }
    return steps, {"mean": "$mean.image", "t": "$test.t", "logp": "$capped.image", "intersection": "$both.mask",
                   "dilated": "$grown.mask", "regions": "$parts.labels", "signals": "$signals.signals", "n_labels": "$parts.table"}


FUNCTION = "pipeline: smooth, t-test face against house, threshold, intersect, dilate, label, extract"
PIPELINES = {FUNCTION: roi}

KINDS = {(FUNCTION, "img"): "bold", (FUNCTION, "labels"): "table"}
