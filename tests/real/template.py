#!/usr/bin/env python3
"""mask.template with nilearn's packaged templates on the MNI grid of 3 mm: template.py SULCUS. Exit status 77 without them."""
import glob
import os
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))
import arrays  # noqa: E402  (found by the line above)

# What nilearn.masking.compute_brain_mask(img, mask_type) of 0.12.1 has, with all else left as it is.
VOXELS = {"t1": 61080, "gm": 3542, "wm": 4024}


def write_grid(path):
    """An empty volume of 61 x 73 x 61 voxels of 3 mm from (-90, -126, -72) on."""
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, 61, 73, 61, 1, 1, 1, 1)
    struct.pack_into("<2h", head, 70, 2, 8)
    struct.pack_into("<8f", head, 76, 1, 3, 3, 3, 1, 1, 1, 1)
    struct.pack_into("<f", head, 108, 352)
    struct.pack_into("<2h", head, 252, 0, 4)
    struct.pack_into("<12f", head, 280, 3, 0, 0, -90, 0, 3, 0, -126, 0, 0, 3, -72)
    head[344:348] = b"n+1\0"
    with open(path, "wb") as f:
        f.write(bytes(head) + bytes(61 * 73 * 61))


def main():
    data = os.path.join(os.environ.get("SULCUS_SHARED", os.path.join(ROOT, "..", "shared")), "data", "templates")
    if not os.path.isdir(data):
        print(f"skipped: there is no {data}")
        sys.exit(77)
    inputs, steps = {"grid": "kind: volume, files: grid.nii"}, {}
    for name in VOXELS:
        file = glob.glob(os.path.join(os.path.abspath(data), f"*_{name}_*.nii.gz"))[0]
        inputs[name] = f"kind: volume, files: {file}"
        for compat in ("none", "nilearn"):
            steps[f"{name}_{compat}"] = f"do: mask.template, image: $grid, template: ${name}, compat: {compat}"
    with tempfile.TemporaryDirectory() as top:
        write_grid(os.path.join(top, "grid.nii"))
        file = os.path.join(top, "template.yaml")
        with open(file, "w") as f:
            print("sulcus: 1", "inputs:", *(f"  {k}: {{{v}}}" for k, v in inputs.items()), "steps:",
                  *(f"  {k}: {{{v}}}" for k, v in steps.items()), "export:", *(f"  {k}: ${k}.mask" for k in steps),
                  sep="\n", file=f)
        done = subprocess.run([sys.argv[1], "run", file, "--out", top + "/out", "--cache", top + "/cache"],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"FAIL: exit {done.returncode}\n{done.stdout}{done.stderr}")
        for step in steps:
            x, _ = arrays.read_nifti(f"{top}/out/{step}.nii.gz")
            if sum(x) != VOXELS[step.split("_")[0]]:
                sys.exit(f"FAIL: {step} has {sum(x)} voxels, must have {VOXELS[step.split('_')[0]]}")
    print(f"{len(steps)} masks of templates have nilearn's voxels")


main()
