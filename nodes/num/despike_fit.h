/* despike_fit.h - the curve with the least sum of |residuals|, of FILTER_LANES columns at a time; used by despike.c.
 *
 * Each step is weighted least squares by the normal equations. Their sums need not be made pair by pair: products of
 * sines and cosines are sines and cosines of sums and differences, so 5 + 8 n_freq sums of the weights (of powers of
 * time, up to 2 times waves, up to 2 n_freq) give all (3 + 2 n_freq)^2 / 2 of them. */
#ifndef SULCUS_DESPIKE_FIT_H
#define SULCUS_DESPIKE_FIT_H

#include <stddef.h>

struct arena;

/* The sum of w times two curves, from two sums of the weights. */
struct despike_pair {
	int sum[2];
	double factor[2];
};

/* Curves 1, u, u^2, then cos k and sin k for k = 1 .. n_freq; u is time from -1 to 1. */
struct despike_fit {
	int n_vol, n_freq, n_curve, n_sum;
	const double *curve;     /* [n_curve][n_vol] */
	const double *curve_at;  /* [n_vol][n_curve], the same */
	const double *sums;      /* [n_sum][n_vol]: what weights are summed with */
	const struct despike_pair *pair;  /* of the lower triangle, row after row */
};

void despike_fit_new(struct despike_fit *f, int n_vol, int n_freq, struct arena *a);
size_t despike_fit_work(const struct despike_fit *f);
/* x [n_vol][FILTER_LANES] minus its curve to residual, likewise. A column that holds what is not finite gives
 * residuals that are not. */
void despike_fit_run(const struct despike_fit *f, const double x[], double residual[], double work[]);

#endif
