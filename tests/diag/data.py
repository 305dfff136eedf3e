"""Small images and tables for the corpus, with the standard library alone."""
import gzip
import struct

GRID = (8, 9, 7)


def nifti(n_vol=20, tr=2.0, grid=GRID, size=4.0):
    """A NIfTI-1 file of int16 counters, voxels of size mm, world (0, 0, 0) in its middle."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 4, *grid, n_vol, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 4, 16)                       # int16
    struct.pack_into("<8f", header, 76, 1, size, size, size, tr, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352, 1, 0)
    header[123] = 2 | 8                                              # mm, s
    struct.pack_into("<2h", header, 252, 0, 2)                       # sform: aligned
    for k in range(3):
        row = [0.0, 0.0, 0.0, -size * (grid[k] // 2)]
        row[k] = size
        struct.pack_into("<4f", header, 280 + 16 * k, *row)
    header[344:348] = b"n+1\0"
    n = grid[0] * grid[1] * grid[2] * n_vol
    return bytes(header) + struct.pack(f"<{n}h", *(1000 + i * 7919 % 997 for i in range(n)))


def table(columns, rows, cell=lambda i, k: f"{(i * 31 + k * 17) % 101 / 101:.4f}"):
    lines = ["\t".join(columns)] + ["\t".join(cell(i, k) for k in range(len(columns))) for i in range(rows)]
    return ("\n".join(lines) + "\n").encode()


SHOWN = ("rest", "face", "face", "house", "rest")
LABELS = ("labels\tchunks\n" + "".join(f"{SHOWN[t // 2 % 5]}\t{t // 10}\n" for t in range(20))).encode()
EVENTS = b"onset\tduration\ttrial_type\n2\t6\tface\n12\t6\thouse\n24\t6\tface\n15\t1\ttone\n39.5\t0.2\tclick\n"
PEOPLE = (b"participant_id\tgroup\tage\tsite\thandedness\n" + b"".join(
    b"sub-0%d\t%s\t%d\t%s\t%s\n" % (k, (b"control", b"patient")[k % 2], 20 + k * 7 % 11, (b"1", b"2b")[k == 4], (b"r", b"n/a")[k == 3])
    for k in range(1, 6)))


def make(folder):
    folder.mkdir()
    pack = lambda b: gzip.compress(b, mtime=0)
    bold = nifti()
    wide = [f"c{k}" for k in range(19)]
    files = {
        "bold.nii.gz": pack(bold),
        "tr0.nii.gz": pack(nifti(tr=0.0)),
        "tr1.nii.gz": pack(nifti(tr=1.0)),
        "short.nii.gz": pack(nifti(n_vol=10)),
        "mask_other.nii.gz": pack(nifti(n_vol=1, size=3.0)),
        "truncated.nii": bold[:5000],
        "confounds.tsv": table(["csf", "white_matter"], 20),
        "confounds_19.tsv": table(["csf", "white_matter"], 19),
        "confounds_wide.tsv": table(wide, 20),
        "ragged.tsv": table(["csf", "white_matter"], 20) + b"0.5\n",
        "run-1_confounds.tsv": table(["csf"], 20),
        "run-2_confounds.tsv": table(["csf"], 20),
        "sub-01_confounds.tsv": table(["csf"], 20),
        "sub-03_confounds.tsv": table(["csf"], 20),
        "sub-01_run-1_bold.nii.gz": pack(bold),
        "sub-01_bold.nii.gz": pack(bold),
        "sub-02_bold.nii.gz": pack(bold),
        "sub-03_bold.nii.gz": pack(bold),
        "people.tsv": PEOPLE,
        "labels.tsv": LABELS,
        "events.tsv": EVENTS,
        "missing.tsv": b"row\tvolume\n3\t4\nn/a\t5\n",
    }
    files.update({f"sub-0{k}_effect.nii.gz": pack(nifti(n_vol=1)) for k in range(1, 6)})
    files.update({"sub-01_map.nii.gz": pack(nifti(n_vol=1)), "sub-07_map.nii.gz": pack(nifti(n_vol=1, size=3.0))})
    for name, content in files.items():
        (folder / name).write_bytes(content)
