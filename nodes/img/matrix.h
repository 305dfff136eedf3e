/* matrix.h - matrices of doubles with names of rows and columns. */
#ifndef SULCUS_MATRIX_H
#define SULCUS_MATRIX_H

#include "base/error.h"
#include "img/npy.h"

struct arena;
struct item;

struct matrix {
	int n_row, n_col;
	const char *const *row, *const *column;  /* names, or NULL; of a connectome both are the same list */
	const double *x;                         /* [n_row][n_col] */
	struct npy npy;                          /* what matrix_close lets go of */
};

/* From matrix.npy and names.tsv, or from a written list of rows (literal.json). */
must_check struct error *matrix_read(struct matrix *out, const struct item *it, struct arena *a);
void matrix_close(struct matrix *m);
/* names_path may be NULL when there are no names. Names of rows and columns are stored as one names.tsv
 * (index, name) when they are the same list, else as (axis, index, name). */
must_check struct error *matrix_write(const char *npy_path, const char *names_path, const struct matrix *m,
                                      struct arena *a);

#endif
