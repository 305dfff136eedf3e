#include "fmri/motion.h"

#include <math.h>
#include <stdbool.h>

#include "base/arena.h"

const char *const motion_names[MOTION_N] = { "trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z" };

/* Where sampling shows a frequency, between 0 and Nyquist. */
static double folded(double hz, double tr_s)
{
	double rate = 1 / tr_s;

	return fabs(hz - rate * floor(hz / rate + 0.5));
}

/* The band that is seen, from low to high; false when it reaches 0 Hz. */
static bool visible_band(const struct motion_filter *f, double *low, double *high)
{
	double nyquist = 0.5 / f->tr_s;
	long folds = lrint(floor(f->to_hz / nyquist)) - lrint(floor(f->from_hz / nyquist));
	double x = folded(f->from_hz, f->tr_s), y = folded(f->to_hz, f->tr_s);

	*low = fmin(x, y);
	*high = fmax(x, y);
	if (folds == 0)
		return true;
	*high = nyquist;
	return folds == 1 && lrint(floor(f->to_hz / nyquist)) % 2 == 1;
}

const char *motion_filter_design(struct filter *out, const struct motion_filter *f, int n_vol, struct arena *a)
{
	double nyquist = 0.5 / f->tr_s, low = f->from_hz, high = nyquist;
	struct filter_cutoffs cut;

	if (!(f->to_hz > f->from_hz))
		return arena_printf(a, "the band ends at %g Hz, must end above %g Hz, where it begins", f->to_hz, f->from_hz);
	if (isinf(f->to_hz) && f->from_hz >= nyquist)
		return arena_printf(a, "a low pass at %g Hz leaves all as it is: a TR of %g s shows frequencies up to %g Hz",
		                    f->from_hz, f->tr_s, nyquist);
	if (!isinf(f->to_hz) && f->to_hz > 16 * nyquist)
		return arena_printf(a, "the band ends at %g Hz, far above what a TR of %g s shows (%g Hz)", f->to_hz, f->tr_s,
		                    nyquist);
	if (!isinf(f->to_hz) && !visible_band(f, &low, &high))
		return arena_printf(a, "the band from %g to %g Hz folds onto 0 Hz at a TR of %g s, which shows up to %g Hz: slow "
		                    "motion would go too", f->from_hz,
		                    f->to_hz, f->tr_s, nyquist);
	cut = high < nyquist ? filter_stop_cutoffs(low, high, f->tr_s, f->order)
	                     : filter_cutoffs(NAN, low, f->tr_s, f->order);
	if (cut.facts & FILTER_FACT_IMPOSSIBLE || low <= 0)
		return arena_printf(a, "there is no filter of order %d that takes out %g to %g Hz at a TR of %g s", f->order, low,
		                    high, f->tr_s);
	filter_design(out, &cut, f->tr_s, f->order);
	if (n_vol > 0 && n_vol <= out->pad)
		return arena_printf(a, "%d volumes are too few for this filter, must be more than %d", n_vol, out->pad);
	return NULL;
}

void motion_filter_run(const struct filter *f, int n_vol, double *x, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);

	filter_series(f, n_vol, x, NEW_N(a, double, (size_t)(n_vol + 2 * f->pad) * FILTER_LANES));
	arena_reset(a, mark);
}

void motion_difference(int n_vol, const double *x, double *out)
{
	for (int t = n_vol - 1; t > 0; t--)
		out[t] = x[t] - x[t - 1];
	out[0] = NAN;
}

void motion_displacement(int n_vol, const double *const par[MOTION_N], double radius_mm, double *fd_mm)
{
	fd_mm[0] = NAN;
	for (int t = 1; t < n_vol; t++) {
		double sum = 0;

		for (int k = 0; k < MOTION_N; k++)
			sum += fabs(par[k][t] - par[k][t - 1]) * (k < 3 ? 1 : radius_mm);
		fd_mm[t] = sum;
	}
}
