#!/usr/bin/env python3
"""Runs pipelines/denoise_fmriprep.yaml on phantoms, then on the same data as fMRIPrep's files: denoise_fmriprep.py SULCUS."""
import json
import os
import tempfile

from common import check, pipeline, run

PIPELINE = pipeline("denoise_fmriprep.yaml")


def read(*path):
    with open(os.path.join(*path), "rb") as f:
        return f.read()


def record(*path):
    return json.loads(read(*path))


def fmriprep_tree(top, store):
    """A tree like fMRIPrep's, of two phantoms, and what --set says of it."""
    file, out, tree = (os.path.join(top, x) for x in ("files.yaml", "files", "derivatives"))
    with open(file, "w") as f:
        json.dump({"sulcus": 1, "steps": {"study": {"do": "phantom.study", "subjects": ["01", "02"]},
                                          "one": {"do": "pick", "item": "$study.atlas", "cell": {"sub": "01"}}},
                   "export": {"bold": "$study.bold", "mask": "$study.mask", "fmriprep": "$study.fmriprep", "atlas": "$one.item"}}, f)
    run("run", file, "--out", out, "--cache", store)
    names = {"bold.nii.gz": "desc-preproc_bold.nii.gz", "mask.nii.gz": "desc-brain_mask.nii.gz", "fmriprep.tsv": "desc-confounds_timeseries.tsv"}
    for sub in ("sub-01", "sub-02"):
        os.makedirs(f"{tree}/{sub}/func")
        for old, new in names.items():
            os.rename(f"{out}/{sub}_{old}", f"{tree}/{sub}/func/{sub}_task-rest_{new}")
        with open(f"{tree}/{sub}/func/{sub}_task-rest_desc-confounds_timeseries.json", "w") as f:
            json.dump({f"a_comp_cor_{k:02d}": {"Mask": "combined"} for k in range(6)}, f)
    given = {"bold": "desc-preproc_bold.nii.gz", "mask": "desc-brain_mask.nii.gz", "confounds": "desc-confounds_timeseries.tsv",
             "sidecar": "desc-confounds_timeseries.json"}
    sets = [f"--set={name}={tree}/sub-{{sub}}/func/*_{end}" for name, end in given.items()]
    return tree, sets + [f"--set=atlas={out}/atlas.nii.gz"]


def check_tr(tree, given, out, store):
    """RepetitionTime of the dataset is read with each run, and its change runs them again."""
    for name, text in (("dataset_description", {"Name": "x"}), ("task-rest_bold", {"RepetitionTime": 2})):
        with open(f"{tree}/{name}.json", "w") as f:
            json.dump(text, f)
    run("run", PIPELINE, *given, "--out", out, "--cache", store)
    with open(f"{tree}/task-rest_bold.json", "w") as f:
        json.dump({"RepetitionTime": 3}, f)
    text = run("check", PIPELINE, *given, status=2)
    check(f"a sidecar against the header: {text}", "is 3 s, but" in text and "has a TR of 2 s in its header: say which with tr" in text)
    os.remove(f"{tree}/task-rest_bold.json")


def main():
    with tempfile.TemporaryDirectory() as top:
        out, out2, store = (os.path.join(top, x) for x in ("out", "out2", "cache"))
        run("run", PIPELINE, "--out", out, "--cache", store)
        selected, cleaned = record(out, "sub-01_selected.json"), record(out, "sub-01_cleaned.json")
        check(f"volumes are censored for motion and steady state: {selected}",
              selected["censored"] == selected["censored_fd"] + selected["non_steady_state"] == 2 and selected["columns"] == 35)
        check(f"cleaning goes by the selection: {cleaned}", cleaned["kept"] == 98 and cleaned["confound_rank"] == 35)

        tree, given = fmriprep_tree(top, store)
        run("run", PIPELINE, *given, "--out", out2, "--cache", store)
        for name in ("series.tsv", "selected.json", "cleaned.json"):
            check(f"files give the same {name}", read(out2, f"sub-02_{name}") == read(out, f"sub-02_{name}"))
        check_tr(tree, given, out2, store)
        run("run", PIPELINE, *given, "--set", "strategy=compcor", "--out", out2, "--cache", store)
        check("compcor takes six components", record(out2, "sub-01_selected.json")["columns_compcor"] == 6)
        text = run("check", PIPELINE, *given, "--set", "strategy=comcor", status=2)
        check(f"the nearest strategy is named: {text}", "compcor" in text)
        again = run("run", PIPELINE, *given, "--set", "strategy=compcor", "--out", out2, "--cache", store)
        check(f"a second run computes nothing: {again}", " 0 ran" in again)


main()
