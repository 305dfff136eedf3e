#include "num/clean.h"

#include <math.h>

#include "base/arena.h"
#include "num/linalg.h"

/* Directions of the confounds whose pivot is less than this part of the first are rounding. What is left of two
 * dependent confounds after the filter is about 1e-14 to 1e-12; tables have six digits or more. */
static const double pivot_tol = 1e-9;

int clean_pad_needed(const struct clean_options *o)
{
	struct filter_cutoffs cut = filter_cutoffs(o->high_pass_hz, o->low_pass_hz, o->tr_s, o->order);
	struct filter f;

	filter_design(&f, &cut, o->tr_s, o->order);
	return f.pad;
}

/* Time with mean 0 and length 1; NULL for a single volume, which nilearn leaves as it is. */
static const double *time_line(int n_vol, struct arena *a)
{
	double *line = NEW_N(a, double, n_vol), square = 0;

	if (n_vol == 1)
		return NULL;
	for (int t = 0; t < n_vol; t++) {
		line[t] = t - (n_vol - 1) / 2.0;
		square += line[t] * line[t];
	}
	for (int t = 0; t < n_vol; t++)
		line[t] /= sqrt(square);
	return line;
}

/* The confounds go through the same detrending and filter as the signals, so that what the filter took from the
 * signals does not come back (Lindquist et al. 2018), and are scaled, so that the pivots can be compared. */
static void set_basis(struct clean *c, int n_conf, const double *conf, struct arena *a)
{
	struct clean chain = *c;
	int n_max = n_conf < c->n_vol ? n_conf : c->n_vol;
	double *basis = NEW_N(a, double, (size_t)n_max * (size_t)c->n_vol);
	struct arena_mark mark = arena_mark(a);
	double *ready = NEW_N(a, double, (size_t)c->n_vol * (size_t)n_conf);

	chain.options.scale = c->options.standardize_confounds ? CLEAN_SCALE_ZSCORE : CLEAN_SCALE_MAX;
	clean_double(&chain, n_conf, conf, ready, 1, a);
	c->n_basis = linalg_basis(c->n_vol, n_conf, ready, pivot_tol, basis, a);
	c->basis = basis;
	arena_reset(a, mark);
}

/* The trace of the projection that the filter nearly is. */
static double filter_dof(const struct filter *f, int n_vol)
{
	double dof = 0;

	for (int k = 0; k < n_vol; k++) {
		double gain = filter_gain(f, k / (n_vol * f->tr_s));
		dof += gain * gain;
	}
	return dof;
}

struct clean *clean_new(const struct clean_options *o, int n_vol, int n_conf, const double *conf, struct arena *a)
{
	struct clean *c = NEW(a, struct clean);

	c->options = *o;
	c->n_vol = n_vol;
	c->cutoffs = filter_cutoffs(o->high_pass_hz, o->low_pass_hz, o->tr_s, o->order);
	if (c->cutoffs.facts & FILTER_FACT_IMPOSSIBLE)
		return c;
	filter_design(&c->filter, &c->cutoffs, o->tr_s, o->order);
	if (o->detrend)
		c->line = time_line(n_vol, a);
	if (n_conf > 0)
		set_basis(c, n_conf, conf, a);
	c->dof = c->line ? n_vol - 2 : n_vol;
	if (c->filter.n_sections)
		c->dof = fmin(c->dof, filter_dof(&c->filter, n_vol));
	if (c->n_basis > 0)
		c->dof -= c->n_basis;
	return c;
}
