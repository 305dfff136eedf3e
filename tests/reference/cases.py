"""Which pipeline computes a reference case. A function without a row here has no node yet."""
import glob
import importlib
import json
import os

from words import Waiting, words


def smooth(case, read):
    return {"x": {"do": "image.smooth", "image": "$img", **words(case["params"])}}, {"img": "$x.image"}


def mean(case, read):
    return {"x": {"do": "image.mean", "image": "$img", **words(case["params"])}}, {"img": "$x.image"}


# Each file cases_<area>.py has a table of the same shape; KINDS there are kinds of its inputs, by name or by (function, name).
PIPELINES = {
    "image.smooth_img": smooth,
    "image.mean_img": mean,
}

KINDS = {"img": "image"}
UP_TO_SIGN = set()

for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases_*.py"))):
    area = importlib.import_module(os.path.basename(path)[:-3])
    PIPELINES.update(area.PIPELINES)
    KINDS.update(getattr(area, "KINDS", {}))
    UP_TO_SIGN |= getattr(area, "UP_TO_SIGN", set())


def files(root, path):
    """A file, several as an axis `item` (what differs between their names; no other file may fit), or the words themselves."""
    if isinstance(path, dict):
        return {**path, "files": f"{root}/{path['files']}"}
    if isinstance(path, str):
        return {"files": f"{root}/{path}"}
    begin = os.path.commonprefix(path)
    end = os.path.commonprefix([p[len(begin):][::-1] for p in path])[::-1]
    if len(glob.glob(f"{root}/{begin}*{end}")) != len(path):
        raise Waiting("a pattern for these files")
    return {"per": ["item"], "files": f"{root}/{begin}{{item}}{end}"}


def pipeline(case, root, read):
    """The text of a pipeline (YAML that is JSON) for a case."""
    if case["function"] not in PIPELINES:
        raise Waiting(f"no node for {case['function']}")
    steps, export = PIPELINES[case["function"]](case, read)
    inputs = {}
    for name, path in case["inputs"].items():
        kind = KINDS.get((case["function"], name)) or KINDS.get(name)
        if not kind:
            raise Waiting(f"no input for {name}")
        inputs[name] = {"kind": kind, **files(root, path)}
    used = json.dumps(steps)
    inputs = {k: v for k, v in inputs.items() if f'"${k}"' in used}
    return {"sulcus": 1, "inputs": inputs, "steps": steps, "export": export}
