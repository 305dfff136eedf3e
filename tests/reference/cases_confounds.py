"""Cases of confounds."""


def high_variance(case, read):
    p = dict(case["params"])
    step = {"do": "confounds.high_variance", "image": "$img", "n": p.pop("n_confounds"), "percentile": p.pop("percentile"), **p}
    return {"x": step}, {"confounds": "$x.confounds"}


PIPELINES = {"signal.high_variance_confounds": high_variance}

# Columns that are known up to their sign are turned to point as the expected ones do.
UP_TO_SIGN = {"signal.high_variance_confounds"}
