"""How every peer begins: all processors for its BLAS, no warnings, and exit 77 where there is no nilearn."""
import os
import sys
import warnings


def begin():
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, str(os.cpu_count()))
    try:
        import nilearn
    except ImportError as why:
        print(f"skipped: {why}", file=sys.stderr)
        sys.exit(77)
    warnings.simplefilter("ignore")
    return nilearn.__version__
