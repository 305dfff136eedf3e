"""Readers of .npy, NIfTI-1 and tables with the standard library alone: flat arrays and their shape."""
import array
import ast
import gzip
import struct
import sys

NIFTI = {2: "B", 4: "h", 8: "i", 16: "f", 64: "d", 256: "b", 512: "H", 768: "I"}
NPY = {"f4": "f", "f8": "d", "i4": "i", "i8": "q", "u1": "B", "b1": "B"}


def unpack(code, raw):
    out = array.array(code)
    out.frombytes(raw)
    if sys.byteorder == "big":
        out.byteswap()
    return out


def transpose(x, rows, columns):
    """Fortran order to C order."""
    return [x[c * rows + r] for r in range(rows) for c in range(columns)]


def read_npy(path):
    with open(path, "rb") as f:
        data = f.read()
    size = struct.unpack_from("<H", data, 8)[0] if data[6] == 1 else struct.unpack_from("<I", data, 8)[0]
    start = (10 if data[6] == 1 else 12) + size
    head = ast.literal_eval(data[start - size:start].decode())
    x, shape = unpack(NPY[head["descr"][1:]], data[start:]), head["shape"]
    if head["fortran_order"] and len(shape) == 2:
        x = transpose(x, *shape)
    return list(x), tuple(shape)


def read_nifti(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        data = f.read()
    dim = struct.unpack_from("<8h", data, 40)
    code, start = struct.unpack_from("<h", data, 70)[0], int(struct.unpack_from("<f", data, 108)[0])
    slope, inter = struct.unpack_from("<2f", data, 112)
    shape = [n for n in dim[1:dim[0] + 1]]
    while len(shape) > 3 and shape[-1] == 1:
        shape.pop()
    count = 1
    for n in shape:
        count *= n
    x = unpack(NIFTI[code], data[start:start + count * array.array(NIFTI[code]).itemsize])
    if slope == slope and slope != 0 and (slope, inter) != (1, 0):
        x = [v * slope + inter for v in x]
    return list(x), tuple(shape)


def read_table(path):
    """Cells of a TSV below its header; those that are no numbers as they are."""
    with open(path) as f:
        rows = [line.rstrip("\n").split("\t") for line in f]

    def number(text):
        try:
            return float("nan") if text in ("n/a", "") else float(text)
        except ValueError:
            return text
    rows = rows[1:]
    return [number(t) for row in rows for t in row], (len(rows), len(rows[0]))


def read(path):
    return read_npy(path) if path.endswith(".npy") else read_nifti(path) if ".nii" in path else read_table(path)
