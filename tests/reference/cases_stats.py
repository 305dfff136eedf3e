"""Thresholds of statistics, and tables of clusters."""
from words import Waiting

THRESHOLD = {"alpha": "alpha", "height_control": "control", "two_sided": "two_sided", "cluster_threshold": "cluster_threshold"}
CLUSTERS = {"stat_threshold": "threshold", "cluster_threshold": "cluster_threshold", "two_sided": "two_sided",
            "min_distance": "min_distance"}


def ours(params, names):
    for key in params:
        if key not in names:
            raise Waiting(f"no parameter for {key}")
    return {names[key]: value for key, value in params.items()}


def threshold(case, read):
    mask = {"mask": "$mask"} if "mask" in case["inputs"] else {}
    step = {"do": "stats.threshold", "image": "$img", **mask, **ours(case["params"], THRESHOLD)}
    return {"x": step}, {"img": "$x.image", "threshold": "$x.record"}


def clusters(case, read):
    return {"x": {"do": "stats.clusters", "image": "$img", **ours(case["params"], CLUSTERS)}}, {"table": "$x.table"}


PIPELINES = {
    "glm.threshold_stats_img": threshold,
    "reporting.get_clusters_table": clusters,
}

KINDS = {"mask": "mask"}
