#include "num/clean_basis.h"

#include <math.h>

#include "base/arena.h"
#include "num/bands.h"
#include "num/block.h"
#include "num/linalg.h"

enum {
	FEW = 32,   /* so many directions are faster one by one than as a product of matrices */
};

/* Directions whose pivot is less than this part of the first are rounding. What is left of two dependent confounds
 * after the filter is about 1e-14 to 1e-12; tables have six digits or more. */
static const double pivot_tol = 1e-9;

size_t clean_basis_work(const struct clean_basis *q, int n_vol)
{
	size_t rows = q->n > 1 ? (size_t)q->n : 1;

	if (q->t)
		rows = (size_t)n_vol + (q->whole ? 0 : rows);
	return rows * FILTER_LANES;
}

void clean_basis_subtract(const struct clean_basis *q, int n_vol, double *x, double *work)
{
	double *fit = work + (q->whole ? 0 : (size_t)q->n * FILTER_LANES);

	if (q->n <= 0)
		return;
	if (!q->t) {
		for (int r = 0; r < q->n; r++)
			block_weighted_sum(n_vol, q->row + (size_t)r * (size_t)n_vol, x, work + (size_t)r * FILTER_LANES);
		block_subtract_fit(n_vol, q->n, q->row, work, x);
		return;
	}
	if (q->whole) {
		linalg_product(n_vol, FILTER_LANES, n_vol, q->t, x, false, fit);
	} else {
		linalg_product(q->n, FILTER_LANES, n_vol, q->row, x, false, work);
		linalg_product(n_vol, FILTER_LANES, q->n, q->t, work, false, fit);
	}
	block_subtract(n_vol, fit, x);
}

static const double *transposed(int n_row, int n_col, const double *x, struct arena *a)
{
	double *t = NEW_N(a, double, (size_t)n_row * (size_t)n_col);

	for (size_t r = 0; r < (size_t)n_row; r++)
		for (size_t c = 0; c < (size_t)n_col; c++)
			t[c * (size_t)n_row + r] = x[r * (size_t)n_col + c];
	return t;
}

/* Many directions are taken out as products of matrices; when they are more than half, as one product. */
static void make_fast(struct clean_basis *q, int n_vol, struct arena *a)
{
	if (q->n <= FEW)
		return;
	q->t = transposed(q->n, n_vol, q->row, a);
	q->whole = 2 * q->n > n_vol;
	if (q->whole) {
		double *p = NEW_N(a, double, (size_t)n_vol * (size_t)n_vol);

		linalg_gram(n_vol, q->n, q->t, false, p);
		q->t = p;
	}
}

/* Takes mean, line and band out of columns x [n_keep][n_col] once more. Twice is enough: what the first pass left of the
 * directions by rounding, and a scaling may have made large, is taken out by the second. */
static void free_again(const struct clean *c, int n_col, double *x, struct arena *a)
{
	struct clean chain = *c;

	chain.options.scale = CLEAN_SCALE_NONE;
	chain.n_vol = c->n_keep;
	chain.keep = chain.span = NULL;
	clean_double(&chain, n_col, x, x, 1, a);
}

static void basis_of(struct clean_basis *q, int n_row, int n_col, const double *x, double tol, struct arena *a)
{
	int n_max = n_col < n_row ? n_col : n_row;
	double *row = NEW_N(a, double, (size_t)n_max * (size_t)n_row);

	q->n = linalg_basis(n_row, n_col, x, tol, row, a);
	q->row = row;
}

/* Fourier columns [n_vol][*n_col] of what is not in the band, and of what is in the band to stop. */
static double *fourier(const struct clean *c, int *n_col, struct arena *a)
{
	const struct clean_options *o = &c->options;
	const struct band band[2] = { { isnan(o->high_pass_hz) ? 0 : o->high_pass_hz,
	                                isnan(o->low_pass_hz) ? (double)INFINITY : o->low_pass_hz, false },
	                              { o->stop_hz[0], o->stop_hz[1], true } };
	int n[2] = { c->cutoffs.band == FILTER_NONE ? 0 : bands_count(c->n_vol, o->tr_s, &band[0]),
	             c->stop.band == FILTER_NONE ? 0 : bands_count(c->n_vol, o->tr_s, &band[1]) };
	double *x = NEW_N(a, double, (size_t)c->n_vol * (size_t)(n[0] + n[1]) + 1);

	*n_col = n[0] + n[1];
	for (int k = 0, at = 0; k < 2; at += n[k++]) {
		double *part = NEW_N(a, double, (size_t)c->n_vol * (size_t)n[k] + 1);

		if (n[k] > 0)
			bands_basis(c->n_vol, o->tr_s, &band[k], part);
		for (size_t t = 0; t < (size_t)c->n_vol; t++)
			for (int j = 0; j < n[k]; j++)
				x[t * (size_t)*n_col + (size_t)(at + j)] = part[t * (size_t)n[k] + (size_t)j];
	}
	return x;
}

void clean_set_band(struct clean *c, struct arena *a)
{
	struct clean chain = *c;
	double *x;
	int n_col;

	if (c->options.way != CLEAN_PROJECTION)
		return;
	x = fourier(c, &n_col, a);
	if (n_col == 0)
		return;
	chain.options.scale = CLEAN_SCALE_NONE;
	chain.despike = NULL;
	chain.centre = true;   /* with an intercept, so that a mean that stays in does not turn into waves */
	clean_double(&chain, n_col, x, x, 1, a);
	free_again(&chain, n_col, x, a);
	basis_of(&c->band, c->n_keep, n_col, x, pivot_tol, a);
	make_fast(&c->band, c->n_keep, a);
}

/* The confounds go through the same detrending and filter as the signals, so that what the filter took from the
 * signals does not come back, and are scaled, so that the pivots can be compared. */
void clean_set_confounds(struct clean *c, int n_conf, const double *conf, struct arena *a)
{
	struct clean chain = *c;
	double *ready = NEW_N(a, double, (size_t)c->n_vol * (size_t)n_conf);

	chain.options.scale = c->options.standardize_confounds ? CLEAN_SCALE_ZSCORE : CLEAN_SCALE_MAX;
	chain.despike = NULL;
	clean_double(&chain, n_conf, conf, ready, 1, a);
	if (c->options.way == CLEAN_PROJECTION)
		free_again(&chain, n_conf, ready, a);
	basis_of(&c->confounds, c->n_keep, n_conf, ready, pivot_tol, a);
}
