#include "num/filter.h"

#include <assert.h>
#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "num/simd.h"

/* nilearn's _check_wn: what a digital filter can do at most and at least. */
static double clip(double hz, double nyquist, int fact_if_high, int *facts)
{
	if (hz >= nyquist) {
		*facts |= fact_if_high;
		return nyquist - nyquist * 10 * FLT_EPSILON;
	}
	if (hz < 0) {
		*facts |= FILTER_FACT_NEGATIVE;
		return nyquist * FLT_EPSILON;
	}
	return hz;
}

static int impossible_facts(double high_pass_hz, double low_pass_hz, double tr_s, int order)
{
	int facts = 0;

	if (!(tr_s > 0) || !isfinite(tr_s) || !isfinite(0.5 / tr_s) || isinf(high_pass_hz) || isinf(low_pass_hz))
		facts |= FILTER_FACT_BAD_RATE;
	if (order < 1 || order > FILTER_MAX_ORDER)
		facts |= FILTER_FACT_BAD_ORDER;
	if (high_pass_hz == 0 || low_pass_hz == 0)
		facts |= FILTER_FACT_ZERO;
	if (high_pass_hz >= low_pass_hz)
		facts |= FILTER_FACT_CROSSED;
	return facts;
}

struct filter_cutoffs filter_cutoffs(double high_pass_hz, double low_pass_hz, double tr_s, int order)
{
	struct filter_cutoffs c = { FILTER_NONE, high_pass_hz, low_pass_hz, 0 };
	double nyquist = 0.5 / tr_s;

	if (isnan(high_pass_hz) && isnan(low_pass_hz))
		return c;
	c.facts = impossible_facts(high_pass_hz, low_pass_hz, tr_s, order);
	if (c.facts)
		return c;
	if (!isnan(high_pass_hz))
		c.high_pass_hz = clip(high_pass_hz, nyquist, FILTER_FACT_HIGH_CLIPPED, &c.facts);
	if (!isnan(low_pass_hz))
		c.low_pass_hz = clip(low_pass_hz, nyquist, FILTER_FACT_LOW_CLIPPED, &c.facts);
	if (c.high_pass_hz == c.low_pass_hz)
		c.facts |= FILTER_FACT_UNFILTERED;
	else if (isnan(low_pass_hz))
		c.band = FILTER_HIGH;
	else
		c.band = isnan(high_pass_hz) ? FILTER_LOW : FILTER_BAND;
	return c;
}

/* Analog poles become the denominator of one section; fs = 2 in the bilinear transform z = (4 + p) / (4 - p). The
 * pair is either conjugate or real. Returns (4 - p)(4 - q), by which the gain is divided. */
static double add_section(struct filter *f, double complex p, double complex q, const double zeros[3])
{
	double complex zp = (4 + p) / (4 - p), zq = (4 + q) / (4 - q);
	int s = f->n_sections++;

	memcpy(f->b[s], zeros, sizeof f->b[s]);
	f->a[s][0] = 1;
	f->a[s][1] = -creal(zp + zq);
	f->a[s][2] = creal(zp * zq);
	return creal((4 - p) * (4 - q));
}

/* The real pole of an odd order: a section with one delay. */
static double add_single(struct filter *f, double p, double zero)
{
	int s = f->n_sections++;

	f->b[s][0] = 1;
	f->b[s][1] = -zero;
	f->a[s][0] = 1;
	f->a[s][1] = -(4 + p) / (4 - p);
	return 4 - p;
}

/* Poles of the prototype are p_m = -exp(i pi m / (2 N)), m = -N + 1, -N + 3 .. N - 1; those with m >= 0 are enough. */
static double complex prototype_pole(int m, int order)
{
	return -cexp(I * M_PI * m / (2.0 * order));
}

/* 4 (zeros at s = 0) or 1 (zeros at infinity, thus at z = -1) to the power of N is put section by section. */
static void design_low_high(struct filter *f, bool high, double w, int order)
{
	const double low_zeros[3] = { 1, 2, 1 }, high_zeros[3] = { 1, -2, 1 };

	for (int m = order % 2 ? 0 : 1; m < order; m += 2) {
		double complex p = prototype_pole(m, order);
		double complex s = high ? w / p : w * p;
		double one = high ? 4 : w, gain;
		int k = f->n_sections;

		if (m == 0)
			gain = one / add_single(f, creal(s), high ? 1 : -1);
		else
			gain = one * one / add_section(f, s, conj(s), high ? high_zeros : low_zeros);
		for (int c = 0; c < 3; c++)
			f->b[k][c] *= gain;
	}
}

static void design_band(struct filter *f, double w1, double w2, int order)
{
	const double zeros[3] = { 1, 0, -1 };
	double width = w2 - w1, gain;

	for (int m = order % 2 ? 0 : 1; m < order; m += 2) {
		double complex a = prototype_pole(m, order) * width / 2;
		double complex root = csqrt(a * a - w1 * w2), pole[2] = { a + root, a - root };
		/* m = 0 gives two poles that are real or each other's conjugate; the others come with conjugates. */
		int n_pairs = m == 0 ? 1 : 2;

		for (int k = 0; k < n_pairs; k++) {
			int s = f->n_sections;

			gain = 4 * width / add_section(f, pole[k], m == 0 ? pole[1] : conj(pole[k]), zeros);
			for (int c = 0; c < 3; c++)
				f->b[s][c] *= gain;
		}
	}
}

/* scipy's sosfilt_zi: each section's delays when its input has always been the gain of those before it. */
static void set_start(struct filter *f)
{
	double level = 1;

	for (int s = 0; s < f->n_sections; s++) {
		const double *a = f->a[s], *b = f->b[s];
		double gain = (b[0] + b[1] + b[2]) / (a[0] + a[1] + a[2]);

		f->start[s][0] = (gain - b[0]) * level;
		f->start[s][1] = (b[2] - a[2] * gain) * level;
		level *= gain;
	}
}

void filter_design(struct filter *f, const struct filter_cutoffs *cut, double tr_s, int order)
{
	double fs = 1 / tr_s;
	double w1 = 4 * tan(M_PI * cut->high_pass_hz / fs), w2 = 4 * tan(M_PI * cut->low_pass_hz / fs);

	memset(f, 0, sizeof *f);
	f->tr_s = tr_s;
	if (cut->band == FILTER_NONE)
		return;
	if (cut->band == FILTER_BAND)
		design_band(f, w1, w2, order);
	else
		design_low_high(f, cut->band == FILTER_HIGH, cut->band == FILTER_HIGH ? w1 : w2, order);
	/* scipy: three times the number of coefficients of the filter written as one. */
	f->pad = 3 * ((cut->band == FILTER_BAND ? 2 * order : order) + 1);
	set_start(f);
}

double filter_gain(const struct filter *f, double hz)
{
	double complex z = cexp(-2 * M_PI * I * hz * f->tr_s);
	double gain = 1;

	for (int s = 0; s < f->n_sections; s++) {
		const double *a = f->a[s], *b = f->b[s];
		double h = cabs(b[0] + z * (b[1] + z * b[2])) / cabs(a[0] + z * (a[1] + z * a[2]));

		gain *= h * h;
	}
	return gain;
}

/* x before the first sample becomes 2 x[0] - x[q], and likewise after the last. */
static void extend(int n_vol, int pad, double x[])
{
	double *first = x + (long)pad * FILTER_LANES, *last = first + (long)(n_vol - 1) * FILTER_LANES;

	for (long q = 1; q <= pad; q++)
		for (long c = 0; c < FILTER_LANES; c++) {
			first[c - q * FILTER_LANES] = 2 * first[c] - first[c + q * FILTER_LANES];
			last[c + q * FILTER_LANES] = 2 * last[c] - last[c - q * FILTER_LANES];
		}
}

/* One section over n samples from x on, step samples apart (1: forward, -1: backward); level [FILTER_LANES] is the
 * first sample before any section. Transposed direct form II. */
NUM_CLONES static void run_section(const struct filter *f, int s, int n, double *x, long step, const double *level)
{
	const double *a = f->a[s], *b = f->b[s];
	lanes_double *row = (lanes_double *)x;
	const lanes_double *l = (const lanes_double *)level;
	lanes_double p0 = f->start[s][0] * l[0], p1 = f->start[s][1] * l[0];
	lanes_double q0 = f->start[s][0] * l[1], q1 = f->start[s][1] * l[1];

	for (int t = 0; t < n; t++, row += step * (FILTER_LANES / LANES)) {
		lanes_double u = row[0], v = row[1], y = b[0] * u + p0, z = b[0] * v + q0;

		p0 = (b[1] * u + p1) - a[1] * y;
		q0 = (b[1] * v + q1) - a[1] * z;
		p1 = b[2] * u - a[2] * y;
		q1 = b[2] * v - a[2] * z;
		row[0] = y;
		row[1] = z;
	}
}

static void run_all(const struct filter *f, int n, double *x, long step)
{
	double level[FILTER_LANES];

	memcpy(level, x, sizeof level);
	for (int s = 0; s < f->n_sections; s++)
		run_section(f, s, n, x, step, level);
}

void filter_run(const struct filter *f, int n_vol, double x[])
{
	int n = n_vol + 2 * f->pad;

	if (f->n_sections == 0)
		return;
	assert(n_vol > f->pad);
	extend(n_vol, f->pad, x);
	run_all(f, n, x, 1);
	run_all(f, n, x + (long)(n - 1) * FILTER_LANES, -1);
}

void filter_series(const struct filter *f, int n_vol, double x[n_vol], double work[])
{
	double *mid = work + (long)f->pad * FILTER_LANES;

	memset(work, 0, (size_t)(n_vol + 2 * f->pad) * FILTER_LANES * sizeof *work);
	for (long t = 0; t < n_vol; t++)
		mid[t * FILTER_LANES] = x[t];
	filter_run(f, n_vol, work);
	for (long t = 0; t < n_vol; t++)
		x[t] = mid[t * FILTER_LANES];
}

int cosine_count(int n_vol, double high_pass_hz, double dt_s)
{
	double order = floor(((2.0 * n_vol) * high_pass_hz) * dt_s);

	if (!(order > 0))
		return 0;
	return order < n_vol - 1 ? (int)order : n_vol - 1;
}

void cosine_basis(int n_vol, int n_cos, double out[n_vol][n_cos])
{
	double scale = sqrt(2.0 / n_vol);

	for (int t = 0; t < n_vol; t++)
		for (int k = 1; k <= n_cos; k++)
			out[t][k - 1] = scale * cos(M_PI / n_vol * (t + 0.5) * k);
}
