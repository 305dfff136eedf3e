/* stat.h - small statistics over many voxels: means over time, correlations, Fisher's z.
 *
 * Matrices are row-major [n_vol][n_col] of float; sums are double, in the order of time, for each column by
 * itself. */
#ifndef SULCUS_STAT_H
#define SULCUS_STAT_H

enum stat_norm {
	STAT_PEARSON,  /* Pearson's r, within [-1, 1]; NaN for a column (or seed) without variance */
	STAT_DOT_N,    /* compat: sum_t seed[t] x[t] / n_vol on the series as given, neither centred nor clipped */
};

/* out[c] = mean over t of x[t][c]; a NaN in a column makes its mean NaN. */
void stat_mean(int n_vol, long n_col, const float *x, float out[], int n_threads);
void stat_mean_double(int n_vol, long n_col, const float *x, double out[], int n_threads);
/* The correlation of seed [n_vol] with every column of x; returns how many of the results are NaN. */
long stat_correlate(enum stat_norm norm, int n_vol, long n_col, const double seed[], const float *x, float out[],
                    int n_threads);
/* z[c] = atanh(r[c]), z may be r; returns how many had |r| >= 1, whose z is infinite (|r| > 1 counts as 1). */
long stat_fisher_z(long n, const float r[], float z[]);

#endif
