/* Lattices that are turned against each other, row by row: a row of outputs falls into stretches whose taps are side by
 * side, and what lies between them. */
#include "num/resample_oblique.h"

#include <math.h>

#include "num/simd.h"

static struct resample_along along_of(const struct resample *r, int d, const int voxel[3])
{
	return (struct resample_along){ r->p[d][0], r->p[d][1] * voxel[1], r->p[d][2] * voxel[2], r->b[d], r->n_in[d] - 1 };
}

/* floor() of small numbers; the library's is a call. */
static inline double whole_below(double x)
{
	double whole = (double)(long)x;

	return whole - (whole > x);
}

/* How far output o has moved along an axis; along i, away from where a row that is not turned has it. */
static inline double moved(const struct resample_along *a, bool main, int o)
{
	return resample_place_along(a, o) - (main ? o : 0);
}

/* Is x between low and low + 0.5, and not so near to them that it may count as one of them? */
static inline bool is_between(double x, double low)
{
	return x > low + 1e-6 && x < low + (0.5 - 1e-6);
}

/* The end of the outputs from o on, before n, that are between low and low + 0.5. As places grow or fall along the row, the
 * last one tells. */
static inline int half_end(const struct resample_along *a, bool main, int o, int n, double low)
{
	double first = moved(a, main, o), drift = a->step - main, room = (drift > 0 ? low + 0.5 : low) - first;

	if (!is_between(first, low))
		return o;
	if (is_between(moved(a, main, n - 1), low))
		return n;
	if (drift != 0 && room / drift < n - o)
		n = o + (int)(room / drift) + 1;
	while (!is_between(moved(a, main, n - 1), low))
		n--;
	return n;
}

/* For each axis, which outputs come next that are alike, up to end - 1. calm: they are inside, their first taps are side by
 * side, and none counts as a whole or half voxel; or all count as the outermost centre, which then is at `at`. */
struct stretch {
	int end[3];
	bool calm[3];
	double whole[3];
	struct resample_along at[3];
};

static inline void find_stretch(const struct resample_along *a, int d, bool clamp, int o, int n, struct stretch *s)
{
	bool main = d == 0;
	double first = moved(a, main, o), whole = whole_below(first), half = whole + 0.5, from = whole + (main ? o : 0);
	double low = first < half ? whole : half;
	int end = half_end(a, main, o, n, low);

	s->at[d] = *a;
	s->whole[d] = whole;
	s->calm[d] = end > o && from >= 0 && from < a->last;
	if (end == o) {
		end = o + LANES < n ? o + LANES : n;
	} else if (s->calm[d]) {
		int inside = main && a->last - whole < n ? (int)(a->last - whole) : n;

		if (end < n)
			end = half_end(a, main, end, n, low == whole ? half : whole);
		end = end < inside ? end : inside;
	} else if (main) {
		end = from < 0 && -whole < end ? (int)-whole : end;
	} else if (clamp && (low == -0.5 || low == a->last)) {
		s->whole[d] = low < 0 ? 0 : low;
		s->at[d] = (struct resample_along){ .b = s->whole[d] };
		s->calm[d] = true;
	}
	s->end[d] = end;
}

static void put_row(const struct resample *r, const double *coefficient, const struct resample_along a[3], float *out)
{
	int n = r->n_out[0];
	struct stretch s = { .end = { 0 } };

	for (int o = 0, end = n; o < n; o = end, end = n) {
		for (int d = 0; d < 3; d++) {
			if (s.end[d] <= o)
				find_stretch(&a[d], d, r->edge == RESAMPLE_CLAMP, o, n, &s);
			end = s.end[d] < end ? s.end[d] : end;
		}
		if (s.calm[0] && s.calm[1] && s.calm[2])
			resample_run(r, coefficient, s.at, s.whole, o, end, out);
		else
			resample_some(r, coefficient, a, o, end, out);
	}
}

static bool row_outside(const struct resample_along a[3], int n)
{
	for (int d = 0; d < 3; d++) {
		double x = resample_place_along(&a[d], 0), y = resample_place_along(&a[d], n - 1);

		if ((x < -0.6 && y < -0.6) || (x > a[d].last + 0.6 && y > a[d].last + 0.6))
			return true;
	}
	return false;
}

/* The outputs of a plane. Where lattices are turned so much that no LANES outputs are alike, stretches do not pay. */
void resample_oblique(void *ctx, long k, int worker)
{
	const struct resample_job *job = ctx;
	const struct resample *r = job->r;
	const double far = 1.0 / LANES;
	bool turned = fabs(r->p[0][0] - 1) > far || fabs(r->p[1][0]) > far || fabs(r->p[2][0]) > far;
	float *out = job->out + r->n_out[0] * (long)r->n_out[1] * k;

	(void)worker;
	for (int j = 0; j < r->n_out[1]; j++, out += r->n_out[0]) {
		const int voxel[3] = { 0, j, (int)k };
		struct resample_along a[3];

		for (int d = 0; d < 3; d++)
			a[d] = along_of(r, d, voxel);
		if (row_outside(a, r->n_out[0]))
			continue;
		if (turned)
			resample_some(r, job->mid, a, 0, r->n_out[0], out);
		else
			put_row(r, job->mid, a, out);
	}
}
