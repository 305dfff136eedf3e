#!/usr/bin/env python3
"""Runs pipelines/parcel_series.yaml on phantoms, then on the same data as files: parcel_series.py SULCUS."""
import json
import os
import tempfile

from common import check, pipeline, run

PIPELINE = pipeline("parcel_series.yaml")


def read(*path):
    with open(os.path.join(*path)) as f:
        return f.read()


def table(*path):
    header, *rows = [line.split("\t") for line in read(*path).splitlines()]
    return [dict(zip(header, row)) for row in rows]


def phantom_files(top, store):
    """bold, confounds and the atlas with its names, as files."""
    file, out = os.path.join(top, "files.yaml"), os.path.join(top, "files")
    with open(file, "w") as f:
        json.dump({"sulcus": 1, "steps": {"study": {"do": "phantom.study", "subjects": ["01", "02"]},
                                          "one": {"do": "pick", "item": "$study.atlas", "cell": {"sub": "01"}}},
                   "export": {"bold": "$study.bold", "confounds": "$study.confounds", "atlas": "$one.item"}}, f)
    run("run", file, "--out", out, "--cache", store)
    return out


def main():
    with tempfile.TemporaryDirectory() as top:
        out, out2, store = (os.path.join(top, x) for x in ("out", "out2", "cache"))
        run("run", PIPELINE, "--out", out, "--cache", store)
        names = [row["name"] for row in table(out, "sub-01_coverage.tsv")]
        check(f"15 regions, the first PCC: {names}", len(names) == 15 and names[0] == "PCC")
        check("columns are called like regions", list(table(out, "sub-02_series.tsv")[0]) == names)
        check("100 volumes", len(table(out, "sub-02_series.tsv")) == 100)

        data = phantom_files(top, store)
        names_file = os.path.join(data, "atlas.tsv")
        check("names lie beside the exported atlas", table(names_file)[2] == {"index": "3", "name": "R angular"})
        given = ["--set", f"bold={data}/sub-{{sub}}_bold.nii.gz", "--set", f"confounds={data}/sub-{{sub}}_confounds.tsv",
                 "--set", f"atlas={data}/atlas.nii.gz"]
        run("run", PIPELINE, *given, "--out", out2, "--cache", store)
        check("files give the same series", read(out2, "sub-02_series.tsv") == read(out, "sub-02_series.tsv"))
        with open(names_file, "w") as f:
            f.write("index\tname\n1\tposterior cingulate\n")
        run("run", PIPELINE, *given, "--out", out2, "--cache", store)
        columns = list(table(out2, "sub-02_series.tsv")[0])
        check(f"edited names are taken: {columns}", columns[:2] == ["posterior cingulate", "2"])
        again = run("run", PIPELINE, *given, "--out", out2, "--cache", store)
        check(f"a second run computes nothing: {again}", " 0 ran" in again)
        text = run("check", PIPELINE, *given[:4], "--set", f"atlas={data}/sub-01_bold.nii.gz", status=2)
        check(f"a run is no atlas: {text}", "; labels must be 3-D" in text)


main()
