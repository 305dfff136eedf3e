/* block.h - FILTER_LANES columns of a matrix, copied to where they stay in the cache: x [n_vol][FILTER_LANES].
 *
 * Used by clean_*.c alone. Each lane is summed by itself in the order of time. Where rows are given, row t of the
 * matrix is rows[t]; NULL: it is t. */
#ifndef SULCUS_BLOCK_H
#define SULCUS_BLOCK_H

#include "num/filter.h"

/* The first n columns from `in` on, of a matrix with n_col columns; lanes from n on become 0. */
void block_load_float(int n_vol, const int *rows, long n_col, const float *in, int n, double *x);
void block_load_double(int n_vol, const int *rows, long n_col, const double *in, int n, double *x);
void block_store_float(int n_vol, long n_col, const double *x, int n, float *out);
void block_store_double(int n_vol, long n_col, const double *x, int n, double *out);
/* to[rows[t]][] = x[t][] */
void block_spread(int n_vol, const int *rows, const double *x, double *to);
/* x[t][] = x[rows[t]][], rows ascending. */
void block_take(int n_vol, const int *rows, double *x);

/* sum[] = sum over t of weight[t] x[t][], or of x[t][] when weight is NULL. */
void block_weighted_sum(int n_vol, const double *weight, const double *x, double *sum);
/* sum[] = sum over t of x[t][]^2 */
void block_sum_of_squares(int n_vol, const double *x, double *sum);
/* Of the rows given: the mean, and the sum of (x[t][] - mean[])^2. */
void block_mean(int n_vol, const int *rows, const double *x, double *mean);
void block_square_about(int n_vol, const int *rows, const double *mean, const double *x, double *square);
/* x[t][] -= sum over r of basis[r][t] coefficient[r][]; the sum is made first. */
void block_subtract_fit(int n_vol, int n_basis, const double *basis, const double *coefficient, double *x);
/* x[t][] -= fit[t][] */
void block_subtract(int n_vol, const double *fit, double *x);
/* x[t][] = (x[t][] - shift[]) factor[] */
void block_shift_and_scale(int n_vol, const double *shift, const double *factor, double *x);
/* Rows other than keep[n_keep] (ascending) become the straight line between their neighbours there, or the nearest. */
void block_bridge(int n_vol, int n_keep, const int *keep, double *x);
/* What is not finite becomes 0. */
void block_make_finite(int n_vol, double *x);

#endif
