"""Each case: its files, and the steps that meet them. `bold` and `mask` are good ones that every case has."""
from images import (GRID, N, bold, brain, floats, head, inf, mask, nan, nifti, pack, values)

cases = {}
MAKE = "{do: image.mean, image: $x}"
SPHERE = "{do: signals.spheres, bold: $x, seeds: [[0, 0, 0]], radius: 8 mm}"
CENTRE = 4 + GRID[0] * (4 + GRID[1] * 3)   # a voxel of the head
SHOWN = ("rest", "face", "face", "house", "house")
SHOWN_PARAM = "params: {shown: [%s]}\n" % ", ".join(SHOWN * 4)
VOXELS = "{do: signals.voxels, bold: $x, mask: $mask, standardize: zscore_sample}"


def case(name, content, step=MAKE, file="x.nii", kind="image", more=None, inputs=""):
    """content: bytes of the input x, or {file: bytes} with `file` the one that is named."""
    files = content if isinstance(content, dict) else {file: content}
    inputs += "}\n  y: {kind: table, files: y.tsv" if "y.tsv" in files else ""
    text = ("sulcus: 1\ninputs:\n  x: {kind: %s, files: %s%s}\n  bold: {kind: bold, files: bold.nii.gz}\n"
            "  mask: {kind: mask, files: mask.nii}\nsteps:\n  a: %s\n" % (kind, file, inputs, step))
    cases[name] = ({"bold.nii.gz": pack(bold), "mask.nii": brain, **files}, text + (more or ""))


# ---- headers ----
header = lambda *a, **k: nifti(None, *a, **k)
case("zero_voxels", header((0, 9, 7, 20)))
case("negative_size", header((-8, 9, 7, 20)))
case("no_axes", header(GRID, dim0=0))
case("eight_axes", header(GRID, dim0=8))
case("two_to_the_31_voxels", header((2048, 2048, 512)))
case("two_to_the_45_voxels", header((32767, 32767, 32767, 32767)))
case("five_axes", header((*GRID, 1, 3)))
case("five_axes_of_which_one_counts", nifti(values(20), (*GRID, 20, 1)))
case("two_axes", nifti(list(range(72)), (8, 9)))
case("negative_pixdim", nifti(values(20), pixdim=(-4, 4, -4, 2), forms=(1, 0), qform=(0, 0, 0, -16, -16, -12)))
case("zero_pixdim", nifti(values(20), pixdim=(0, 4, 4, 2), forms=(0, 0)))
case("singular_affine", nifti(values(20), affine=[[4, 0, 0, -16], [4, 0, 0, -16], [0, 0, 4, -12]]))
case("nan_affine", nifti(values(20), affine=[[4, 0, 0, -16], [0, nan, 0, -16], [0, 0, 4, -12]]))
case("nan_offset_of_affine", nifti(values(20), affine=[[4, 0, 0, nan], [0, 4, 0, -16], [0, 0, 4, -12]]))
case("nan_quaternion", nifti(values(20), forms=(1, 0), qform=(nan, 0, 0, 0, 0, 0)))
case("long_quaternion", nifti(values(20), forms=(1, 0), qform=(1, 1, 0, 0, 0, 0)))
case("nan_intercept", nifti(values(20), slope=(2, nan)))
case("nan_slope", nifti(values(20), slope=(nan, 5)))
case("colours", header(GRID, "rgb"))
case("complex_numbers", header(GRID, "complex64"))
case("voxels_inside_the_header", nifti(values(20), offset=100))
case("nan_place_of_voxels", nifti(values(20), offset=nan))
case("analyze", nifti(values(20), magic=b"\0\0\0\0"))
case("wrong_magic", nifti(values(20), magic=b"n+9\0"))

# ---- files ----
zipped = pack(bold)
case("empty_file", b"")
case("short_header", bold[:200])
case("truncated", bold[:10000])
case("truncated_gz", zipped[:len(zipped) // 2], file="x.nii.gz")
case("truncated_trailer_of_gz", zipped[:-3], file="x.nii.gz")
case("damaged_gz", zipped[:len(zipped) // 2] + bytes(20) + zipped[len(zipped) // 2 + 20:], file="x.nii.gz")
case("wrong_sum_of_gz", zipped[:-8] + bytes(4) + zipped[-4:], file="x.nii.gz")
case("trailing_bytes_of_gz", zipped + b"and more", file="x.nii.gz")
case("trailing_zeros_of_gz", zipped + bytes(512), file="x.nii.gz")
case("two_members_of_gz", pack(bold[:9000]) + pack(bold[9000:]), file="x.nii.gz")
case("image_twice_in_gz", zipped + zipped, file="x.nii.gz")
case("gz_without_its_name", zipped)
case("name_of_gz_without_it", bold, file="x.nii.gz")
case("text_for_an_image", b"this is no image at all\n", file="x.txt")
case("image_by_another_name", bold, file="x.dat")
case("picture", b"\x89PNG\r\n\x1a\n" + bytes(400), file="x.png")
case("pair_without_img", {"x.hdr": header(magic=b"ni1\0", offset=0)[:348]}, file="x.hdr")
case("pair_with_short_img", {"x.hdr": header(magic=b"ni1\0", offset=0)[:348], "x.img": bytes(1000)}, file="x.hdr")
case("pair_in_one_name", nifti(values(20), magic=b"ni1\0"))

# ---- volumes and voxels ----
one = nifti(values(1), GRID, pixdim=(4, 4, 4, 0))
one_4d = nifti(values(1), (*GRID, 1))
case("one_volume_for_bold", one, kind="bold")
case("one_volume_of_four_axes_for_bold", one_4d, kind="bold")
case("run_for_a_mask", bold, "{do: signals.voxels, bold: $bold, mask: $x}", kind="mask")
case("one_volume_for_signals", one, SPHERE)
case("one_volume_for_voxels", one, VOXELS)
case("one_volume_over_time", one, '{do: image.math, images: $x, expression: "a - mean_t(a)"}')
case("volumes_that_do_not_fit", nifti(values(10), (*GRID, 10)), '{do: image.math, images: {a: $bold, b: $x}, expression: "a + b"}')
case("empty_mask", mask(lambda i, t: 0), "{do: signals.voxels, bold: $bold, mask: $x}", kind="mask")
for name, step in {"dilate": "mask.dilate, mask: $x", "close": "mask.close, mask: $x, radius: 9 mm", "not": "mask.not, mask: $x",
                   "components": "regions.components, mask: $x", "and": "mask.and, a: $mask, b: $x",
                   "select": "regions.select, regions: $x, largest: 2"}.items():
    case(f"empty_mask_{name}", mask(lambda i, t: 0), "{do: %s}" % step, kind="labels" if name == "select" else "mask")
case("nan_mask", nifti([nan] * N, GRID, "float32"), "{do: signals.voxels, bold: $bold, mask: $x}", kind="mask")
all_nan = floats(lambda i, t: nan)
some_nan = floats(lambda i, t: nan if i == CENTRE and t == 3 else head(i, t))
some_inf = floats(lambda i, t: inf if i == CENTRE and t == 3 else head(i, t))
constant = floats(lambda i, t: 5)
for name, x in {"all_nan": all_nan, "some_nan": some_nan, "some_inf": some_inf, "constant": constant}.items():
    case(f"{name}_smooth", x, "{do: image.smooth, image: $x}")
    case(f"{name}_mean", x)
    case(f"{name}_math", x, '{do: image.math, images: $x, expression: "(a - mean_t(a)) / std_t(a)"}')
    case(f"{name}_math_mean", x, '{do: image.math, images: $x, expression: "a / mean(a)"}')
    case(f"{name}_background", x, "{do: mask.background, image: $x}")
    case(f"{name}_epi", x, "{do: mask.epi, image: $x}")
    case(f"{name}_spheres", x, SPHERE)
    case(f"{name}_voxels", x, VOXELS)
    case(f"{name}_threshold", x, "{do: image.threshold, image: $x, threshold: 3}")
    case(f"{name}_stats", x, "{do: stats.threshold, image: $x, control: fdr}")
    case(f"{name}_crop", x, "{do: image.crop, image: $x}")
    case(f"{name}_ttest", x, "{do: stats.ttest, bold: $x, conditions: $shown, a: face, b: house}", more=SHOWN_PARAM)
    case(f"{name}_one_sample", x, "{do: stats.ttest, bold: $x, value: 5}")
    case(f"{name}_anova", x, "{do: stats.anova, bold: $x, conditions: $shown}", more=SHOWN_PARAM)
    case(f"{name}_by_condition", x, SPHERE, more="  c: {do: stats.by_condition, series: $a.signals, conditions: $shown}\n" + SHOWN_PARAM)
    case(f"{name}_resample", x, "{do: image.resample, image: $x, voxel: 5 mm}")
for name, f in {"all_nan": lambda i: nan, "zeros": lambda i: 0, "some_nan": lambda i: nan if i == CENTRE else i % 5 - 2,
                "inf": lambda i: inf if i == CENTRE else i % 5 - 2}.items():
    x = nifti([f(i) for i in range(N)], GRID, "float32", pixdim=(4, 4, 4, 0))
    case(f"{name}_fdr", x, "{do: stats.threshold, image: $x, control: fdr}")
    case(f"{name}_fpr", x, "{do: stats.threshold, image: $x}")
    case(f"{name}_clusters", x, "{do: stats.clusters, image: $x, threshold: 1}")
    case(f"{name}_inference", x, "{do: stats.cluster_inference, image: $x, threshold: 1}")
    case(f"{name}_binarize", x, "{do: image.binarize, image: $x, threshold: 1}")
    case(f"{name}_binarize_percentile", x, "{do: image.binarize, image: $x, percentile: 99, two_sided: false}")
    case(f"{name}_components", x, "{do: regions.components, mask: $x, min_voxels: 3}")
    case(f"{name}_labels", x, "{do: regions.select, regions: $x, largest: 2}", kind="labels")
for name, step in {"fdr": "stats.threshold, control: fdr", "clusters": "stats.clusters", "inference": "stats.cluster_inference"}.items():
    case(f"one_voxel_{name}", nifti([5], (1, 1, 1)), "{do: %s, image: $x}" % step)
    case(f"empty_mask_{name}", mask(lambda i, t: 0), "{do: %s, image: $mask, mask: $x}" % step, kind="mask")
case("one_voxel", nifti([5], (1, 1, 1)), "{do: image.smooth, image: $x}")
case("one_voxel_background", nifti([5], (1, 1, 1)), "{do: mask.background, image: $x}")
case("one_voxel_epi", nifti([5], (1, 1, 1)), "{do: mask.epi, image: $x}")
case("one_voxel_run", nifti(list(range(20)), (1, 1, 1, 20)), "{do: signals.voxels, bold: $x}")
shifted = nifti(values(1), GRID, "uint8", affine=[[4, 0, 0, -15], [0, 4, 0, -16], [0, 0, 4, -12]])
case("mask_elsewhere", shifted, "{do: signals.voxels, bold: $bold, mask: $x}", kind="mask")
case("image_elsewhere", shifted, '{do: image.math, images: {a: $bold, b: $x}, expression: "a * b"}', kind="mask")
case("seed_outside", bold, "{do: signals.spheres, bold: $x, seeds: [[0, 0, 100]], radius: 8 mm}")
case("smoothing_too_wide", bold, "{do: image.smooth, image: $x, fwhm: 900 mm}")

# ---- formulas ----
for name, formula in {"unknown_function": "a > prcentile(a, 90)", "unknown_name": "img * 2", "open_parenthesis": "(a + 1",
                      "too_few_arguments": "where(a, 1)", "missing_port": "a * b", "number": "np.mean(a)",
                      "chained": "0 < a < 5", "method": "a.mean()", "empty": ""}.items():
    case(f"formula_{name}", bold, '{do: image.math, images: $x, expression: "%s"}' % formula)
case("formula_folded", bold, "\n    do: image.math\n    images: $x\n    expression: >-\n      a\n      + q")
case("formula_in_a_param", bold, '{do: image.math, images: $x, expression: $f}', more='params: {f: "a + q"}\n')

# ---- tables ----
rows = lambda f, n=20: "".join(f(i) + "\n" for i in range(n))
clean = "{do: signals.spheres, bold: $bold, seeds: [[0, 0, 0]], radius: 8 mm, confounds: $x}"
row = lambda i: f"{i * 7 % 11}\t{i * 5 % 13}"
tables = {
    "ragged_rows": "a\tb\n" + rows(row, 12) + "1\n" + rows(row, 7),
    "text_for_numbers": "a\tb\n" + rows(row, 12) + "1\tmuch\n" + rows(row, 7),
    "duplicate_columns": "a\ta\n" + rows(row),
    "no_rows": "a\tb\n",
    "no_bytes": "",
    "rows_and_volumes": "a\tb\n" + rows(row, 19),
    "not_a_number_in_a_row": "a\tb\n" + rows(row, 12) + "n/a\t1\n" + rows(row, 7),
    "infinity_in_a_row": "a\tb\n" + rows(row, 12) + "inf\t1\n" + rows(row, 7),
    "constant_column": "a\tb\n" + rows(lambda i: f"{i}\t3"),
    "binary": "\0\1\2\3",
}
for name, text in tables.items():
    case(f"table_{name}", text.encode(), clean, file="x.tsv", kind="table")

# ---- events and designs ----
DESIGN = "{do: glm.design, bold: $bold, events: $x, hrf: spm + derivative}"


def events(name, text, step=DESIGN, **more):
    case("events_" + name, text.encode(), step, file="x.tsv", kind="table", **more)


EVENTS = "onset\tduration\ttrial_type\n2\t4\tfaces\n14\t4\thouses\n24\t4\tfaces\n"
events("without_onset", EVENTS.replace("onset", "onsets"))
events("without_duration", "onset\ttrial_type\n2\ta\n")
events("without_names", "2\t4\t1\n14\t4\t1\n")
events("without_onset_value", EVENTS.replace("14", "n/a"))
events("text_in_duration", EVENTS.replace("14\t4", "14\t4 s"))
events("negative_duration", EVENTS.replace("14\t4", "14\t-4"))
events("infinite_onset", EVENTS.replace("24", "inf"))
events("in_milliseconds", "onset\tduration\ttrial_type\n2000\t4000\tfaces\n14000\t4000\thouses\n24000\t4000\tfaces\n")
events("after_the_run", EVENTS.replace("14", "140").replace("24", "240"))
events("twice_and_nameless", EVENTS + "24\t4\tfaces\n30\t1\tn/a\n")
events("empty", "onset\tduration\n")
events("of_no_trial_type", EVENTS.replace("faces", "n/a").replace("houses", ""))
events("of_too_many_conditions", "onset\tduration\ttrial_type\n" + "".join(f"{t}\t1\tc{t}\n" for t in range(12)))
events("that_fill_the_run", "onset\tduration\ttrial_type\n0\t20\ta\n20\t100\tb\n", DESIGN.replace("spm + derivative", "none"))
events("contrast_of_no_condition", EVENTS, DESIGN, more="  fit: {do: glm.first_level, bold: $bold, design: $a.design, mask: $mask}\n"
       "  c: {do: glm.contrast, glm: $fit.glm, contrast: faces - hauses}\n")

MOTION = "{do: glm.design, bold: $bold, events: [{onset: 2, duration: 4, trial_type: x}], confounds: $x}"
events("with_a_confound_of_their_name", "x\n" + "".join(f"{t % 3}\n" for t in range(20)), MOTION)
events("with_a_short_confound", "y\n" + "".join(f"{t % 3}\n" for t in range(18)), MOTION)
events("with_a_confound_without_first", "y\nn/a\n" + "".join(f"{t % 3}\n" for t in range(19)), MOTION)
FIT = "{do: glm.first_level, bold: $bold, design: $x, mask: $mask}"
case("design_with_nan", b"a\tb\n" + b"1\t2\n" * 12 + b"1\tnan\n" + b"2\t3\n" * 7, FIT, file="x.tsv", kind="design")
case("design_with_text", b"a\tb\n" + b"1\t2\n" * 19 + b"1\tx\n", FIT, file="x.tsv", kind="design")

# ---- what was shown, volume by volume ----
TTEST = "{do: stats.ttest, bold: $bold, conditions: $x, a: face, b: house}"
BY_CONDITION = ("{do: signals.spheres, bold: $bold, seeds: [[0, 0, 0]], radius: 8 mm}",
                "  c: {do: stats.by_condition, series: $a.signals, conditions: $x}\n")
ROWS = "{do: table.rows, table: $x, where: {labels: [face, house]}}"
shown = lambda f: "labels\tchunks\n" + "".join(f"{f(t)}\t{t // 10}\n" for t in range(20))
named = shown(lambda t: SHOWN[t % 5])
conditions = {
    "of_19_volumes": named[:named.rindex("house")],
    "all_missing": shown(lambda t: "n/a"),
    "without_house": shown(lambda t: SHOWN[t % 3]),
    "misspelt": named.replace("house", "hause"),
    "of_one_house": shown(lambda t: "house" if t == 7 else SHOWN[t % 3]),
    "by_another_column": named.replace("labels", "stimulus"),
    "ragged": named + "face\n",
    "shared_events": "onset\tduration\ttrial_type\n0\t20\tface\n10\t20\thouse\n",
    "events_between_volumes": "onset\tduration\ttrial_type\n1.2\t0.5\tface\n9.2\t0.5\thouse\n",
    "events_after_the_run": "onset\tduration\ttrial_type\n100\t5\tface\n120\t5\thouse\n",
    "events_without_duration": "onset\ttrial_type\n2\tface\n",
    "events_of_no_time": "onset\tduration\ttrial_type\n2\t4\tface\nlater\t4\thouse\n",
    "events_that_go_back": "onset\tduration\ttrial_type\n2\t4\tface\n9\t-1\thouse\n",
}
for name, text in conditions.items():
    case(f"ttest_{name}", text.encode(), TTEST, file="x.tsv", kind="table")
    case(f"by_condition_{name}", text.encode(), BY_CONDITION[0], file="x.tsv", kind="table", more=BY_CONDITION[1])
for name in ("of_one_house", "without_house", "all_missing"):
    case(f"anova_{name}", conditions[name].encode(), TTEST.replace("ttest", "anova").replace("a: face, b: house", "names: [face, house]"),
         file="x.tsv", kind="table")
    case(f"volumes_{name}", conditions[name].encode(), "{do: image.select, image: $bold, conditions: $x, names: [face, house]}",
         file="x.tsv", kind="table")
for name in ("without_house", "misspelt", "by_another_column", "all_missing", "ragged"):
    case(f"rows_{name}", conditions[name].encode(), ROWS, file="x.tsv", kind="table")

# ---- rows, and tables side by side ----
indices = {"beyond": "row\n3\n20\n", "negative": "row\n-1\n", "half": "row\n1.5\n", "of_text": "row\nfirst\n", "missing": "row\n3\nn/a\n",
           "without_rows": "row\n", "of_other_columns": "from\tto\n1\t2\n", "infinite": "row\ninf\n"}
for name, text in indices.items():
    case(f"index_{name}", text.encode(), "{do: image.select, image: $bold, index: $x}", file="x.tsv", kind="table")
case("index_of_a_longer_table", b"labels\n" + b"rest\n" * 24 + b"face\n", "{do: image.select, image: $bold, index: $r.index}",
     file="x.tsv", kind="table", more="  r: {do: table.rows, table: $x, where: {labels: face}}\n")
join = lambda name, x, y, more="": case(
    f"join_{name}", {"x.tsv": x, "y.tsv": y}, '{do: table.join, a: $x, b: $y, "on": [id]%s}' % more, file="x.tsv", kind="table")
join("twice", b"id\tp\n1\t2\n", b"id\tq\n1\t3\n2\t4\n1\t5\n")
join("of_nobody", b"id\tp\n1\t2\n", b"id\tq\nsub-1\t3\n")
join("of_the_same_column", b"id\tp\n1\t2\n", b"id\tp\n1\t3\n")
join("without_key", b"id\tp\n1\t2\n", b"sub\tq\n1\t3\n")
join("of_no_rows", b"id\tp\n", b"id\tq\n1\t3\n")
join("of_some", b"id\tp\n1\t2\n2\t5\n", b"id\tq\n1\t3\n")

# ---- regions ----
atlas = nifti([(i % GRID[0] > 4) + 2 * (i % GRID[0] < 2) for i in range(N)], GRID, pixdim=(4, 4, 4, 0))
NAMES = b"index\tname\n1\tright\n2\tleft\n"
choose = lambda name, how, x=atlas: case(f"regions_{name}", {"x.nii": x, "x.tsv": NAMES}, "{do: regions.select, regions: $x, %s}" % how,
                                         kind="labels")
choose("of_no_such_name", "names: [left, rihgt]")
choose("of_no_such_number", "names: [3]")
choose("far_away", "at: [[0, 0, 500]]")
choose("beyond_all_numbers", "at: [[0, 0, 1.0e+200]], within: 3 mm")
choose("more_than_there_are", "largest: 5")
choose("of_halves", "largest: 1", nifti([0.5 * (i % 3) for i in range(N)], GRID, "float32", pixdim=(4, 4, 4, 0)))
case("roi_of_nothing", bold, "{do: stats.ttest, bold: $x, conditions: $shown, a: face, b: house}", more="""  high: {do: image.binarize, image: $a.log10p, threshold: 40, two_sided: false}
  wide: {do: mask.dilate, mask: $high.mask}
  parts: {do: regions.components, mask: $wide.mask}
  two: {do: regions.select, regions: $parts.labels, largest: 2}
  signals: {do: signals.labels, bold: $x, labels: $two.labels}
  boxes: {do: stats.by_condition, series: $signals.signals, conditions: $shown}
""" + SHOWN_PARAM)

# ---- permutations made before ----
GROUP = """  m: {do: image.mean, image: $bold}
  n: {do: image.math, images: $m.image, expression: "2 * a"}
  group: {do: glm.second_level, images: [$m.image, $n.image, $m.image], mask: $mask}
"""
earlier = lambda name, rows, more="": case(
    f"permutations_{name}", f"permutation\tmax_t\n{rows}".encode(),
    "{do: glm.permutation, glm: $group.glm, contrast: intercept, n_perm: 0, earlier: $x%s}" % more, file="x.tsv", kind="table", more=GROUP)
earlier("out_of_order", "0\t5\n2\t4\n1\t3\n")
earlier("without_the_data", "1\t4\n2\t3\n")
earlier("half_a_number", "0\t5\n1.5\t4\n")
earlier("beyond_counting", "0\t5\n1e300\t4\n")
earlier("without_a_value", "0\t5\n1\tn/a\n")
earlier("of_text", "0\tfive\n")
earlier("too_far_for_nilearn", "0\t5\n20000000\t4\n", ", compat: nilearn")
case("permutations_of_no_blocks", b"b\n1\nn/a\n2\n", "{do: glm.permutation, glm: $group.glm, contrast: intercept, blocks: $x}",
     file="x.tsv", kind="table", more=GROUP)

# ---- volumes of a series ----
volume = lambda i, dim=GRID, **k: nifti([head(v, i) for v in range(dim[0] * dim[1] * dim[2])], dim, pixdim=(4, 4, 4, 0), **k)
series = {f"v{i}.nii": volume(i) for i in (1, 2, 4, 5)}   # a gap is no error
gathered = lambda name, odd, step="{do: image.concat, images: $x, gather: vol}": case(
    f"series_{name}", {**series, **odd}, step, file='"v{vol}.nii"', kind="volume", inputs=", per: [vol]")
gathered("with_a_gap", {})
gathered("of_two_sizes", {"v2.nii": volume(2, (8, 9, 6))})
gathered("of_two_sizes_unresampled", {"v2.nii": volume(2, (8, 9, 6))}, "{do: image.concat, images: $x, gather: vol, resample: false}")
gathered("with_one_truncated", {"v2.nii": volume(2)[:700]})
gathered("with_one_of_nan", {"v2.nii": nifti([nan] * N, GRID, "float32")})
gathered("with_a_run", {"v2.nii": bold})
moved = {"v2.nii": volume(2, affine=[[4, 0, 0, -15.5], [0, 4, 0, -16], [0, 0, 4, -12]])}
gathered("moved", moved)
runs = {"v1.nii": bold, "v2.nii": nifti(values(20), pixdim=(4, 4, 4, 3))}
case("runs_of_two_times", runs, "{do: image.concat, images: $x, gather: vol}", file='"v{vol}.nii"', kind="bold", inputs=", per: [vol]")
