/* contrast_pool.h - the effects of several runs put together (fixed effects), and their statistics.
 *
 * MEAN: effect sum_r e_r / n, covariance sum_r V_r / n^2 over the n runs; V_r = C cov_r C' times the run's variance.
 * PRECISION: runs weigh as much as they are certain: V = (sum_r V_r^-1)^-1, effect V sum_r V_r^-1 e_r.
 * WHITENED (F tests of nilearn): effect sum_r (C cov_r C')^-1/2 e_r / n, one variance sum_r s_r / n^2, with which F over
 *   several runs is approximate.
 * t = e / sqrt(V); F = e' V^-1 e / q with q rows, of whitened effects e' e / (q variance). Degrees of freedom add up. */
#ifndef SULCUS_GLM_CONTRAST_POOL_H
#define SULCUS_GLM_CONTRAST_POOL_H

#include <stdbool.h>

#include "glm/contrast_model.h"

enum pool_how { POOL_MEAN, POOL_PRECISION, POOL_WHITENED };

struct pool {
	enum pool_how how;
	bool compat;                  /* variances of 0 count as 1e-50, those to be inverted as 1e-16 at least */
	int n_row, n_cov;             /* rows; n_row (n_row + 1) / 2, or 1 of whitened effects */
	int n_run;                    /* that were added */
	long n;                       /* voxels */
	double *effect;               /* [n_row][n] */
	double *cov;                  /* [n_cov][n] */
	double *dof;                  /* [n] */
	unsigned char *bad;           /* [n] nothing can be said: no variance in a run, or not estimable there */
};
void pool_new(struct pool *p, enum pool_how how, bool compat, int n_row, long n, struct arena *a);
/* Back to no runs, for other n voxels (at most as many). */
void pool_clear(struct pool *p, long n);
void pool_add(struct pool *p, const struct run_effects *e, int n_threads, struct arena *scratch);
/* After the last run: effects and covariances over the runs; 0 where bad. */
void pool_finish(struct pool *p, int n_threads, struct arena *scratch);

/* Each may be NULL. t or F [n], its z, the probability of so large a value where nothing is, and -log10 of that. */
struct pool_maps { float *stat, *z; double *p; float *log10p; };
void pool_test(const struct pool *p, bool is_f, const struct pool_maps *out, int n_threads, struct arena *scratch);

#endif
