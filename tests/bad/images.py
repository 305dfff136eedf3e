"""NIfTI files byte by byte, good and bad, with the standard library alone."""
import gzip
import math
import struct

GRID = (8, 9, 7)
N = GRID[0] * GRID[1] * GRID[2]
TYPES = {"uint8": (2, 8, "B"), "int16": (4, 16, "h"), "float32": (16, 32, "f"), "rgb": (128, 24, "3s"), "complex64": (32, 64, "2f")}


def head(i, t=0):
    """Value of voxel i: 0 in the border, a bright block with a course inside."""
    x, y, z = i % GRID[0], i // GRID[0] % GRID[1], i // (GRID[0] * GRID[1])
    inside = 2 <= x < 6 and 2 <= y < 7 and 2 <= z < 5
    return 100 + (i * 31 + t * 17) % 41 if inside else 0


def values(n_vol, f=head):
    return [f(i, t) for t in range(n_vol) for i in range(N)]


def nifti(x, dim=(*GRID, 20), dtype="int16", dim0=None, pixdim=(4, 4, 4, 2), affine=None, forms=(0, 2), slope=(1, 0),
          qform=(0, 0, 0, 0, 0, 0), offset=352, magic=b"n+1\0"):
    """A NIfTI-1 file; x: the voxels, or None for a header alone. The world's origin is in the middle of the grid."""
    code, bits, fmt = TYPES[dtype]
    h = bytearray(352)
    rows = affine or [[4, 0, 0, -16], [0, 4, 0, -16], [0, 0, 4, -12]]
    struct.pack_into("<i", h, 0, 348)
    struct.pack_into("<8h", h, 40, dim0 if dim0 is not None else len(dim), *dim, *[1] * (7 - len(dim)))
    struct.pack_into("<2h", h, 70, code, bits)
    struct.pack_into("<8f", h, 76, 1, *pixdim, 0, 0, 0)
    struct.pack_into("<3f", h, 108, offset, *slope)
    h[123] = 2 | 8                                              # mm, s
    struct.pack_into("<2h", h, 252, *forms)                     # qform, sform
    struct.pack_into("<6f", h, 256, *qform)
    for k, row in enumerate(rows):
        struct.pack_into("<4f", h, 280 + 16 * k, *row)
    h[344:348] = magic
    return bytes(h) + (b"" if x is None else struct.pack(f"<{len(x)}{fmt}", *x))


def pack(b):
    return gzip.compress(b, mtime=0)


bold = nifti(values(20))
floats = lambda f: nifti(values(20, f), dtype="float32")
mask = lambda f: nifti(values(1, f), GRID, "uint8", pixdim=(4, 4, 4, 0))
brain = mask(lambda i, t: head(i) > 0)
nan, inf = math.nan, math.inf
