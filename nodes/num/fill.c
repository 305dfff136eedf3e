#include "num/fill.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/filter.h"
#include "num/lanes.h"
#include "num/linalg.h"
#include "num/simd.h"

enum { STEP = FILTER_LANES / LANES, HERTZ = 64 /* frequencies whose waves are held at once */ };

/* One row to overwrite, between the kept rows `piece` and piece + 1: from their values and slopes. */
struct place {
	int row, piece;
	double value[2], slope[2];
};

struct fill {
	enum fill_kind kind;
	int n_vol, n_keep, n_fill, n_outside;
	const int *keep, *fill, *outside;
	const double *matrix;  /* of few kept rows: [n_fill][n_keep]; of Lomb-Scargle: [n_vol][n_keep] */
	/* The equations of the spline's slopes, eliminated: s[i] = (b[i] - lower[i] s[i - 1]) / pivot[i] downwards, then
	 * s[i] -= upper[i] s[i + 1] upwards. */
	const double *gap;     /* [n_keep - 1]: from one kept row to the next, s */
	const double *lower, *upper, *pivot;  /* [n_keep]; pivot holds 1 / pivot */
	const struct place *place;            /* [n_fill] */
};

static void choose_rows(struct fill *f, int n_fill, const int *fill, bool extrapolate, struct arena *a)
{
	int *inside = NEW_N(a, int, n_fill), *outside = NEW_N(a, int, n_fill);

	for (int k = 0; k < n_fill; k++) {
		if (extrapolate || (fill[k] >= f->keep[0] && fill[k] <= f->keep[f->n_keep - 1]))
			inside[f->n_fill++] = fill[k];
		else
			outside[f->n_outside++] = fill[k];
	}
	f->fill = inside;
	f->outside = outside;
}

/* The polynomial through all of at most 3 kept rows, by Lagrange's formula. */
static void few_rows(struct fill *f, struct arena *a)
{
	double *m = NEW_N(a, double, (size_t)f->n_fill * (size_t)f->n_keep);

	f->matrix = m;
	for (int r = 0; r < f->n_fill; r++)
		for (int k = 0; k < f->n_keep; k++, m++) {
			*m = 1;
			for (int q = 0; q < f->n_keep; q++)
				if (q != k)
					*m *= (double)(f->fill[r] - f->keep[q]) / (f->keep[k] - f->keep[q]);
		}
}

/* Row i says that the second derivative goes on smoothly at kept row i; the first and the last that the third does at
 * the second and the last but one. Without pivoting: after a step the pivot is at least the gap between two rows. */
static void spline_equations(struct fill *f, struct arena *a)
{
	int n = f->n_keep;
	double *lower = NEW_N(a, double, n), *upper = NEW_N(a, double, n), *pivot = NEW_N(a, double, n);
	const double *h = f->gap;

	for (int i = 0; i < n; i++) {
		double middle;

		if (i == 0) {
			middle = h[1];
			upper[i] = h[0] + h[1];
		} else if (i == n - 1) {
			middle = h[n - 3];
			lower[i] = h[n - 3] + h[n - 2];
		} else {
			middle = 2 * (h[i - 1] + h[i]);
			lower[i] = h[i];
			upper[i] = h[i - 1];
		}
		pivot[i] = 1 / (i == 0 ? middle : middle - lower[i] * upper[i - 1]);
		upper[i] *= pivot[i];
	}
	f->lower = lower;
	f->upper = upper;
	f->pivot = pivot;
}

/* Hermite's cubics in u = (t - keep[piece]) / h. */
static void spline_places(struct fill *f, struct arena *a)
{
	struct place *place = NEW_N(a, struct place, f->n_fill);
	int piece = 0;

	f->place = place;
	for (int r = 0; r < f->n_fill; r++) {
		while (piece < f->n_keep - 2 && f->keep[piece + 1] <= f->fill[r])
			piece++;
		double h = f->gap[piece], u = (double)(f->fill[r] - f->keep[piece]) / (f->keep[piece + 1] - f->keep[piece]);
		double v = 1 - u;

		place[r] = (struct place){ f->fill[r], piece, { (1 + 2 * u) * v * v, u * u * (3 - 2 * u) },
		                           { h * u * v * v, -h * u * u * v } };
	}
}

static void spline_new(struct fill *f, double tr_s, struct arena *a)
{
	double *gap = NEW_N(a, double, f->n_keep);

	for (int i = 0; i + 1 < f->n_keep; i++)
		gap[i] = (f->keep[i + 1] - f->keep[i]) * tr_s;
	f->gap = gap;
	spline_equations(f, a);
	spline_places(f, a);
}

/* What one Lomb-Scargle frequency w, rad / s, contributes: column 0 and 1 of at [n_vol][2 HERTZ] are its cosine and
 * sine at all times, row 0 and 1 of from [2 HERTZ][n_keep] those of the kept rows over their sums of squares. */
static void one_frequency(const struct fill *f, double w, double tr_s, double *at, double *from)
{
	double sum_sin = 0, sum_cos = 0, norm[2] = { 0, 0 };
	double *row[2] = { from, from + f->n_keep };

	for (int i = 0; i < f->n_keep; i++) {
		sum_sin += sin(2 * w * (f->keep[i] * tr_s));
		sum_cos += cos(2 * w * (f->keep[i] * tr_s));
	}
	double shift = atan2(sum_sin, sum_cos) / 2;
	for (int t = 0; t < f->n_vol; t++) {
		at[(size_t)t * 2 * HERTZ] = cos(w * (t * tr_s) - shift);
		at[(size_t)t * 2 * HERTZ + 1] = sin(w * (t * tr_s) - shift);
	}
	for (int c = 0; c < 2; c++) {
		for (int i = 0; i < f->n_keep; i++) {
			row[c][i] = at[(size_t)f->keep[i] * 2 * HERTZ + (size_t)c];
			norm[c] += row[c][i] * row[c][i];
		}
		/* A wave that is 0 at all kept rows says nothing. */
		for (int i = 0; i < f->n_keep; i++)
			row[c][i] = norm[c] > 1e-10 * f->n_keep ? row[c][i] / norm[c] : 0;
	}
}

/* All sums over frequencies are one matrix [n_vol][n_keep]. */
static void lomb_scargle_new(struct fill *f, double tr_s, struct arena *a)
{
	size_t n_vol = (size_t)f->n_vol, n_keep = (size_t)f->n_keep;
	double *matrix = NEW_N(a, double, n_vol * n_keep), span = (f->keep[f->n_keep - 1] - f->keep[0]) * tr_s;
	struct arena_mark mark = arena_mark(a);
	double *at = NEW_N(a, double, n_vol * 2 * HERTZ), *from = NEW_N(a, double, n_keep * 2 * HERTZ);

	f->matrix = matrix;
	for (int first = 0; first < 4 * f->n_keep && span > 0; first += HERTZ) {
		int n = 4 * f->n_keep - first < HERTZ ? 4 * f->n_keep - first : HERTZ;

		memset(from, 0, n_keep * 2 * HERTZ * sizeof *from);
		for (int k = 0; k < n; k++)
			one_frequency(f, 2 * M_PI * (first + k + 1) / (8 * span), tr_s, at + 2 * k, from + (size_t)k * 2 * n_keep);
		linalg_product(f->n_vol, f->n_keep, 2 * HERTZ, at, from, true, matrix);
	}
	arena_reset(a, mark);
}

struct fill *fill_new(enum fill_kind kind, int n_vol, int n_keep, const int keep[], int n_fill, const int fill[],
                      bool extrapolate, double tr_s, struct arena *a)
{
	struct fill *f = NEW(a, struct fill);
	int *kept = NEW_N(a, int, n_keep);

	assert(n_keep >= 1 && keep[0] >= 0 && keep[n_keep - 1] < n_vol);
	memcpy(kept, keep, (size_t)n_keep * sizeof *keep);
	f->kind = kind;
	f->n_vol = n_vol;
	f->n_keep = n_keep;
	f->keep = kept;
	choose_rows(f, n_fill, fill, extrapolate, a);
	if (kind == FILL_LOMB_SCARGLE)
		lomb_scargle_new(f, tr_s, a);
	else if (n_keep <= 3)
		few_rows(f, a);
	else
		spline_new(f, tr_s, a);
	return f;
}

int fill_outside(const struct fill *f, const int **rows)
{
	*rows = f->outside;
	return f->n_outside;
}

size_t fill_work(const struct fill *f)
{
	size_t n = (size_t)f->n_keep + (size_t)(f->kind == FILL_LOMB_SCARGLE ? f->n_vol : f->n_fill);

	return n * FILTER_LANES;
}

/* The slopes s [n_keep][FILTER_LANES] of the spline at the kept rows of x, a half of the columns at a time. */
NUM_CLONES static void slopes(const struct fill *f, const lanes_double *x, lanes_double *s)
{
	int n = f->n_keep;
	const double *h = f->gap;
	lanes_double y0 = x[f->keep[0] * STEP], y1 = x[f->keep[1] * STEP];
	lanes_double before = (y1 - y0) / h[0], after = (x[f->keep[2] * STEP] - y1) / h[1], b;
	double both = h[0] + h[1];

	s[0] = ((h[0] + 2 * both) * h[1] * before + h[0] * h[0] * after) / both * f->pivot[0];
	for (int i = 1; i < n - 1; i++) {
		after = (x[f->keep[i + 1] * STEP] - x[f->keep[i] * STEP]) / h[i];
		b = 3 * (h[i] * before + h[i - 1] * after);
		s[i * STEP] = (b - f->lower[i] * s[(i - 1) * STEP]) * f->pivot[i];
		if (i < n - 2)
			before = after;
	}
	both = h[n - 3] + h[n - 2];
	b = (h[n - 2] * h[n - 2] * before + (2 * both + h[n - 2]) * h[n - 3] * after) / both;
	s[(n - 1) * STEP] = (b - f->lower[n - 1] * s[(n - 2) * STEP]) * f->pivot[n - 1];
	for (int i = n - 2; i >= 0; i--)
		s[i * STEP] -= f->upper[i] * s[(i + 1) * STEP];
}

NUM_CLONES static void between(const struct fill *f, const lanes_double *x, const lanes_double *s, lanes_double *out)
{
	for (int r = 0; r < f->n_fill; r++) {
		const struct place *p = &f->place[r];
		const lanes_double *y0 = x + f->keep[p->piece] * STEP, *y1 = x + f->keep[p->piece + 1] * STEP;
		const lanes_double *s0 = s + p->piece * STEP;

		for (int half = 0; half < STEP; half++)
			out[r * STEP + half] = (p->value[0] * y0[half] + p->value[1] * y1[half]) +
			                       (p->slope[0] * s0[half] + p->slope[1] * s0[STEP + half]);
	}
}

static void take_kept(const struct fill *f, const double *x, double *kept)
{
	for (int i = 0; i < f->n_keep; i++)
		memcpy(kept + i * FILTER_LANES, x + (size_t)f->keep[i] * FILTER_LANES, FILTER_LANES * sizeof *x);
}

/* Subtracts each column's mean and returns it; sd dividing by n - 1, 0 for n = 1. */
static void centre(int n, double *x, double mean[FILTER_LANES], double sd[FILTER_LANES])
{
	for (int l = 0; l < FILTER_LANES; l++)
		mean[l] = sd[l] = 0;
	for (long i = 0; i < (long)n * FILTER_LANES; i++)
		mean[i % FILTER_LANES] += x[i];
	for (int l = 0; l < FILTER_LANES; l++)
		mean[l] /= n;
	for (long i = 0; i < (long)n * FILTER_LANES; i++) {
		x[i] -= mean[i % FILTER_LANES];
		sd[i % FILTER_LANES] += x[i] * x[i];
	}
	for (int l = 0; l < FILTER_LANES; l++)
		sd[l] = n > 1 ? sqrt(sd[l] / (n - 1)) : 0;
}

static void run_lomb_scargle(const struct fill *f, double *x, double *work)
{
	double *kept = work, *all = work + (size_t)f->n_keep * FILTER_LANES;
	double mean[FILTER_LANES], sd[FILTER_LANES], mean_all[FILTER_LANES], sd_all[FILTER_LANES];

	take_kept(f, x, kept);
	centre(f->n_keep, kept, mean, sd);
	lanes_product(f->n_vol, f->n_keep, f->matrix, kept, all);
	centre(f->n_vol, all, mean_all, sd_all);
	for (int r = 0; r < f->n_fill; r++)
		for (int l = 0; l < FILTER_LANES; l++) {
			size_t at = (size_t)f->fill[r] * FILTER_LANES + (size_t)l;

			x[at] = (all[at] + mean_all[l]) * (sd_all[l] > 0 ? sd[l] / sd_all[l] : sd_all[l]) + mean[l];
		}
}

void fill_run(const struct fill *f, double x[], double work[])
{
	double *out = work + (size_t)f->n_keep * FILTER_LANES;

	if (f->kind == FILL_LOMB_SCARGLE) {
		run_lomb_scargle(f, x, work);
		return;
	}
	if (f->n_keep <= 3) {
		take_kept(f, x, work);
		lanes_product(f->n_fill, f->n_keep, f->matrix, work, out);
	} else {
		for (int half = 0; half < STEP; half++)
			slopes(f, (const lanes_double *)x + half, (lanes_double *)work + half);
		between(f, (const lanes_double *)x, (const lanes_double *)work, (lanes_double *)out);
	}
	for (int r = 0; r < f->n_fill; r++)
		memcpy(x + (size_t)f->fill[r] * FILTER_LANES, out + (size_t)r * FILTER_LANES, FILTER_LANES * sizeof *x);
}
