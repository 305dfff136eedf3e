"""The tables that layers.py holds the sources to."""
import re

ENGINE = {"base", "node", "config", "store", "plan", "run"}

# A folder of engine/ or nodes/ may include from itself and from these; a name with a slash is one header.
MAY = {
    "base": set(),
    "node": {"base"},
    "config": {"base", "node"},
    "store": {"base"},
    "plan": {"base", "node", "config", "store"},
    "run": {"base", "node", "config", "store", "plan"},
    "cli": ENGINE,
    "num": {"base/arena.h", "base/error.h", "base/spare.h"},
    "img": {"base", "num", "node/node.h", "node/shape.h", "node/stream.h"},
    "draw": {"base", "num", "img", "node/node.h"},
    "fmri": {"base", "num", "img", "node/node.h", "node/shape.h", "node/stream.h"},
}
# Families of nodes: all that is below them, and never each other.
FAMILY = {"base", "num", "img", "fmri", "draw", "node/node.h", "node/shape.h"}

# Words of the field in the engine, and of the engine in nodes, comments counted.
FIELD_WORDS = re.compile(r"\b(voxels?|bolds?|f?mri|bids|niftis?|brains?|affines?|confounds?|contrasts?)\b", re.I)
ENGINE_WORDS = re.compile(r"\b(schedulers?|pipelines?|leases?|executors?|memo)\b", re.I)

# (files, word, why it is right there)
ALLOWED_WORDS = [
    ("engine/node/shape.h", "affine", "the example of facts, which are the nodes' own"),
    ("engine/config/*", "bids", "a key of the language"),
    ("engine/cli/graph.c", "bids", "a key of the language"),
    ("engine/cli/study.h", "bids", "a word that an option takes"),
    ("engine/config/*", "bold", "an example in a message, as people write it"),
    ("engine/run/export*", "bids", "the standard that names of results follow"),
    ("engine/run/export_name.*", "contrast", "an entity of names in that standard"),
    ("engine/node/node.h", "contrast", "the same entity, as an example"),
    ("engine/run/command_wait.c", "nifti", "the value of a variable that foreign programs read"),
    ("nodes/signals/spheres.c", "pipeline", "where people wrote a list"),
]

# A foreign library's header, and the only files that may include it.
FOREIGN = {
    "sodium.h": ["engine/base/digest.c"],
    "yaml.h": ["engine/config/yaml*.c"],
    "sanitizer/asan_interface.h": ["engine/base/arena.c"],
    "isa-l/igzip_lib.h": ["nodes/img/gz.c"],
    "libdeflate.h": ["nodes/img/gz_write.c"],
    "nifti1.h": ["nodes/img/nifti*.c"],
    "nifti2.h": ["nodes/img/nifti*.c"],
    "nifti2_io.h": ["nodes/img/nifti*.c"],
    "cblas.h": ["nodes/num/linalg*.c"],
    "lapacke.h": ["nodes/num/linalg*.c"],
    "fftw3.h": ["nodes/num/fft*.c"],
    "Rmath.h": ["nodes/num/stat*.c"],
    "jansson.h": ["nodes/kinds/sidecar.c", "nodes/img/sidecar.c"],
    "curl/curl.h": ["nodes/fetch/http.c"],
    "archive.h": ["nodes/fetch/unpack.c"],
    "archive_entry.h": ["nodes/fetch/unpack.c"],
    "cairo.h": ["nodes/draw/canvas*.c"],
    "cairo-svg.h": ["nodes/draw/canvas*.c"],
    "cairo-pdf.h": ["nodes/draw/canvas*.c"],
    "pango/pangocairo.h": ["nodes/draw/canvas*.c", "nodes/draw/text.c"],
}

# C and POSIX; what starts with sys/ or linux/ is the system's too.
SYSTEM = set("""assert.h complex.h ctype.h dirent.h dlfcn.h errno.h fcntl.h fenv.h float.h getopt.h glob.h immintrin.h inttypes.h
    limits.h locale.h math.h netdb.h poll.h pthread.h pwd.h sched.h semaphore.h setjmp.h signal.h spawn.h stdalign.h stdarg.h
    stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h strings.h termios.h time.h unistd.h wchar.h x86intrin.h""".split())

# Written so that this file does not break its own rules.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|far[m])/\w|\.librar[y]/")
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K]|stu[b]|not implemente[d]|unimplemente[d])\b")
