/* npy.h - arrays in numpy's .npy files.
 *
 * Written: version 1, C order, native little endian. Read: versions 1 to 3, one or two axes (a single axis is a column;
 * Fortran order is transposed), all plain number types, both byte orders. */
#ifndef SULCUS_NPY_H
#define SULCUS_NPY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct arena;

enum npy_type { NPY_FLOAT32, NPY_FLOAT64 };

struct npy {
	int n_row, n_col;
	const double *f64;      /* [n_row][n_col], as asked for by the reader; else NULL */
	const float *f32;
	void *map;              /* when the array is used where it lies in the file */
	size_t map_size;
};

/* As doubles, or as floats (rounded); without a copy when the file has that type in C order. */
must_check struct error *npy_read(struct npy *out, const char *path, enum npy_type as, struct arena *a);
/* The elements, to be changed in memory; the file stays as it is. */
must_check struct error *npy_own_floats(float **out, struct npy *x);
must_check struct error *npy_own(double **out, struct npy *x);
void npy_close(struct npy *x);
bool npy_is(const char *path);   /* begins as such a file does */
/* Only the shape. */
must_check struct error *npy_peek(int *n_row, int *n_col, const char *path, struct arena *a);
must_check struct error *npy_write(const char *path, int n_row, int n_col, const double *x);
must_check struct error *npy_write_floats(const char *path, int n_row, int n_col, const float *x);

#endif
