#include "num/hrf.h"

#include <limits.h>
#include <math.h>

struct gamma_difference { double onset_s, delay, under, disp, udisp, ratio; };

static const struct gamma_difference canonical[] = {
	[HRF_SPM] = { 0, 6, 16, 1, 1, 0.167 },
	[HRF_GLOVER] = { 0, 6, 12, 0.9, 0.9, 0.48 },
};

int hrf_samples(double dt_s)
{
	double n = rint(HRF_LENGTH_S / dt_s);

	return n > 0 && n < INT_MAX ? (int)n : 0;
}

/* The density of a gamma distribution that begins at `from`; norm is Gamma(shape) scale. */
struct density { double shape, scale, from, norm; };

static struct density density_of(double shape, double scale, double from)
{
	return (struct density){ shape, scale, from, tgamma(shape) * scale };
}

static double density_at(const struct density *d, double x)
{
	double y = (x - d->from) / d->scale;

	return y > 0 ? pow(y, d->shape - 1) * exp(-y) / d->norm : 0;
}

static void response(const struct gamma_difference *g, double dt_s, int n, double *out)
{
	struct density peak = density_of(g->delay / g->disp, g->disp, dt_s), under = density_of(g->under / g->udisp, g->udisp, dt_s);
	double step = (double)HRF_LENGTH_S / (n - 1), sum = 0;

	for (int i = 0; i < n; i++) {
		double x = (i < n - 1 ? i * step : HRF_LENGTH_S) - g->onset_s;

		out[i] = density_at(&peak, x) - g->ratio * density_at(&under, x);
		sum += out[i];
	}
	for (int i = 0; i < n; i++)
		out[i] /= sum;
}

/* (one - other) / step */
static void difference(const struct gamma_difference *one, const struct gamma_difference *other, double step, double dt_s,
                       int n, double *out, double *work)
{
	response(one, dt_s, n, out);
	response(other, dt_s, n, work);
	for (int i = 0; i < n; i++)
		out[i] = 1 / step * (out[i] - work[i]);
}

void hrf_kernel(enum hrf_shape shape, enum hrf_part part, double dt_s, int n, double *out, double *work)
{
	struct gamma_difference g = canonical[shape], other = g;

	if (part == HRF_RESPONSE) {
		response(&g, dt_s, n, out);
	} else if (part == HRF_DERIVATIVE) {
		other.onset_s = 0.1;
		difference(&g, &other, 0.1, dt_s, n, out, work);
	} else {
		g.udisp = other.udisp = 1;
		other.disp = g.disp + 0.01;
		difference(&g, &other, 0.01, dt_s, n, out, work);
	}
}
