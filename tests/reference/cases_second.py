"""Group models: maps of several subjects, and a contrast of their model."""


def one_sample(case, read):
    """The mean of all maps; any contrast of the one column is that column."""
    steps = {"group": {"do": "glm.second_level", "images": "$imgs", "mask": "$mask", "gather": "item"},
             "test": {"do": "glm.contrast", "glm": "$group.glm", "contrast": "intercept"}}
    return steps, {"z_score": "$test.z", "stat": "$test.stat", "p_value": "$test.p", "effect_size": "$test.effect",
                   "effect_variance": "$test.variance"}


PIPELINES = {"glm.second_level.SecondLevelModel one-sample": one_sample}

KINDS = {("glm.second_level.SecondLevelModel one-sample", "imgs"): "image"}
