/* series.h - signals over time: [time][column], with names and TR. */
#ifndef SULCUS_SERIES_H
#define SULCUS_SERIES_H

#include "base/error.h"
#include "img/npy.h"

struct arena;
struct item;

struct series {
	int n_row, n_col;           /* times, columns */
	double tr_s;                /* 0: unknown */
	const char *const *column;  /* [n_col] names, or NULL */
	const float *x;             /* [n_row][n_col] */
	struct npy npy;             /* what series_close lets go of */
	const int *volume;          /* [n_row] which volumes of the run the rows are, of n_vol; NULL: all of them in order */
	int n_vol;
};

must_check struct error *series_read(struct series *out, const struct item *it, struct arena *a);
/* The same as doubles: npy.f64, and no x. */
must_check struct error *series_read_double(struct series *out, const struct item *it, struct arena *a);
void series_close(struct series *s);
/* The two blobs: out_blob(o, "series.npy"), out_blob(o, "series.json"). */
must_check struct error *series_write(const char *npy_path, const char *json_path, const struct series *s,
                                      struct arena *a);
/* The second alone: names, TR and volumes. */
must_check struct error *series_write_names(const char *json_path, const struct series *s, struct arena *a);
/* A name of a column: its own, or its number from 0. */
const char *series_column(const struct series *s, int col, struct arena *a);

#endif
