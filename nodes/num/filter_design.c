/* Cut-offs, and the sections that they give. */
#include "num/filter.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

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

struct filter_cutoffs filter_stop_cutoffs(double from_hz, double to_hz, double tr_s, int order)
{
	struct filter_cutoffs c = { FILTER_NONE, to_hz, from_hz, impossible_facts(from_hz, to_hz, tr_s, order) };
	double nyquist = 0.5 / tr_s;

	if (isnan(from_hz) || isnan(to_hz))
		c.facts |= FILTER_FACT_BAD_RATE;
	if (c.facts)
		return c;
	c.high_pass_hz = clip(to_hz, nyquist, FILTER_FACT_HIGH_CLIPPED, &c.facts);
	c.low_pass_hz = clip(from_hz, nyquist, FILTER_FACT_LOW_CLIPPED, &c.facts);
	if (c.low_pass_hz == c.high_pass_hz)
		c.facts |= FILTER_FACT_UNFILTERED;
	else
		c.band = FILTER_STOP;
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

/* The high-pass's poles w0 / p of half the width, then as in a band; all zeros are at s = i sqrt(w1 w2). */
static void design_stop(struct filter *f, double w1, double w2, int order)
{
	double square = w1 * w2, zeros[3] = { 1, -2 * (16 - square) / (16 + square), 1 };

	for (int m = order % 2 ? 0 : 1; m < order; m += 2) {
		double complex a = (w2 - w1) / 2 / prototype_pole(m, order);
		double complex root = csqrt(a * a - square), pole[2] = { a + root, a - root };
		int n_pairs = m == 0 ? 1 : 2;

		for (int k = 0; k < n_pairs; k++) {
			int s = f->n_sections;
			double gain = (16 + square) / add_section(f, pole[k], m == 0 ? pole[1] : conj(pole[k]), zeros);

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
	double w_high = 4 * tan(M_PI * cut->high_pass_hz / fs), w_low = 4 * tan(M_PI * cut->low_pass_hz / fs);
	bool two_edges = cut->band == FILTER_BAND || cut->band == FILTER_STOP;

	memset(f, 0, sizeof *f);
	f->tr_s = tr_s;
	if (cut->band == FILTER_NONE)
		return;
	if (cut->band == FILTER_BAND)
		design_band(f, w_high, w_low, order);
	else if (cut->band == FILTER_STOP)
		design_stop(f, w_low, w_high, order);
	else
		design_low_high(f, cut->band == FILTER_HIGH, cut->band == FILTER_HIGH ? w_high : w_low, order);
	/* scipy: three times the number of coefficients of the filter written as one. */
	f->pad = 3 * ((two_edges ? 2 * order : order) + 1);
	set_start(f);
}
