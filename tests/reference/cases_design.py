"""Cases of first-level designs."""
from words import Waiting

WORDS = {"drift_model": "drift", "high_pass": "high_pass", "hrf_model": "hrf", "fir_delays": "fir_delays", "drift_order": "drift_order"}


def design(case, read):
    p = dict(case["params"])
    frames = p.pop("frame_times")
    step = {"do": "glm.design", "events": "$events", "n_volumes": frames["n"], "tr": frames["step"]}
    for key, value in p.items():
        if key not in WORDS:
            raise Waiting(f"no parameter for {key}")
        step[WORDS[key]] = "none" if value is None else value
    return {"x": step}, {"design": "$x.design"}


PIPELINES = {"glm.first_level.make_first_level_design_matrix": design}
KINDS = {"events": "table"}
