#include "num/despike.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/despike_fit.h"
#include "num/filter.h"
#include "num/median.h"

/* A median residual below this part of the largest value is rounding. */
static const double ROUNDING = 1e-10;

struct despike {
	int n_vol;
	double c1, c2;
	struct despike_fit fit;  /* not made for runs that are too short */
};

struct despike *despike_new(int n_vol, double c1, double c2, struct arena *a)
{
	struct despike *d = NEW(a, struct despike);

	assert(c1 > 0 && c2 > c1);
	d->n_vol = n_vol;
	d->c1 = c1;
	d->c2 = c2;
	if (n_vol >= DESPIKE_MIN_VOLUMES)
		despike_fit_new(&d->fit, n_vol, n_vol / 30, a);
	return d;
}

size_t despike_work(const struct despike *d)
{
	if (d->n_vol < DESPIKE_MIN_VOLUMES)
		return 0;
	return (size_t)d->n_vol * FILTER_LANES + despike_fit_work(&d->fit);
}

/* sqrt(pi / 2) median(|residual|) of one column, 0 when it is to stay as it is. */
static double noise(int n, const double *x, const double *residual, double *scratch)
{
	double largest = 0, sum = 0, m;

	for (long t = 0; t < n; t++) {
		scratch[t] = fabs(residual[t * FILTER_LANES]);
		sum += scratch[t];
		largest = fmax(largest, fabs(x[t * FILTER_LANES]));
	}
	if (!isfinite(sum) || !isfinite(largest))
		return 0;
	m = median(n, scratch);
	return m > ROUNDING * largest ? sqrt(M_PI / 2) * m : 0;
}

static long move_spikes(const struct despike *d, double sigma, const double *residual, double *x)
{
	double width = d->c2 - d->c1;
	long moved = 0;

	for (long t = 0; t < d->n_vol; t++) {
		double s = residual[t * FILTER_LANES] / sigma, size = fabs(s);

		if (!(size > d->c1))
			continue;
		size = d->c1 + width * tanh((size - d->c1) / width);
		x[t * FILTER_LANES] += (copysign(size, s) - s) * sigma;
		moved++;
	}
	return moved;
}

long despike_run(const struct despike *d, double x[], double work[])
{
	double *residual = work, *fit = residual + (long)d->n_vol * FILTER_LANES;
	long moved = 0;

	if (d->n_vol < DESPIKE_MIN_VOLUMES)
		return 0;
	despike_fit_run(&d->fit, x, residual, fit);
	for (int l = 0; l < FILTER_LANES; l++) {
		double sigma = noise(d->n_vol, x + l, residual + l, fit);

		if (sigma > 0)
			moved += move_spikes(d, sigma, residual + l, x + l);
	}
	return moved;
}
