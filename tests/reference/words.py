"""nilearn's words for parameters, and ours."""

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
