/* gauss_pass.h - the sums of one pass, and the conversions around it; used by gauss_run.c.
 *
 * Neighbours are `step` doubles apart, mirror images included, so nothing is looked up. Several rows are done by one
 * call, as rows are short. */
#ifndef SULCUS_GAUSS_PASS_H
#define SULCUS_GAUSS_PASS_H

#include <stddef.h>
#include <stdint.h>

struct gauss_pass {
	int radius;
	size_t step;
	size_t in_row, out_row;  /* from one row to the next */
	const double *weight;  /* [radius + 1] */
	double truncate_max;   /* 0, or see gauss_truncate() */
};

/* out[x] = (float)(w0 in[x] + sum over q = radius .. 1 of (in[x - q step] + in[x + q step]) w[q]) for x < n in each
 * row. in and the doubles' out have room up to the next multiple of LANES. */
void gauss_pass_to_double(const struct gauss_pass *p, long n_rows, long n, const double *in, double *out);
void gauss_pass_to_float(const struct gauss_pass *p, long n_rows, long n, const double *in, float *out);

/* What is not finite becomes 0. */
void gauss_take_float(long n, const float *in, double *out);
void gauss_take_int16(long n, const int16_t *in, double slope, double inter, double *out);
/* out has room up to the next multiple of LANES. */
void gauss_widen(long n, const float *in, double *out);

#endif
