#include "fmri/epi_mask.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/sorted.h"
#include "num/gauss.h"

enum { RADIUS = 2 };   /* 4 sigma of a width of one voxel, rounded */

/* Where position x of an axis of n voxels is found: d c b a | a b c d | d c b a, as often as needed. */
static int mirrored(int x, int n)
{
	while (x < 0 || x >= n)
		x = x < 0 ? -1 - x : 2 * n - 1 - x;
	return x;
}

/* A line of n values stride apart; line [n] is scratch. The order of the sum is that of num/gauss.h. */
static void smooth_line(double *x, int n, long stride, const double w[RADIUS + 1], double *line)
{
	for (int i = 0; i < n; i++)
		line[i] = x[i * stride];
	for (int i = 0; i < n; i++) {
		double sum = w[0] * line[i];

		for (int q = RADIUS; q >= 1; q--)
			sum += (line[mirrored(i - q, n)] + line[mirrored(i + q, n)]) * w[q];
		x[i * stride] = sum;
	}
}

static void smooth_axis(double *x, const int n[3], int axis, const double w[RADIUS + 1], double *line)
{
	const long stride[3] = { 1, n[0], (long)n[0] * n[1] };
	const int d1 = axis == 0 ? 1 : 0, d2 = axis == 2 ? 1 : 2;

	for (int p = 0; p < n[d2]; p++)
		for (int q = 0; q < n[d1]; q++)
			smooth_line(x + p * stride[d2] + q * stride[d1], n[axis], stride[axis], w, line);
}

void epi_smooth(double *x, const int n[3], struct arena *a)
{
	const double identity[3][4] = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } }, one[3] = { 1, 1, 1 };
	long size = (long)n[0] * n[1] * n[2];
	struct arena_mark start = arena_mark(a);
	bool *nan = arena_alloc(a, (size_t)size, sizeof *nan);
	int longest = n[0] > n[1] ? n[0] : n[1];
	double *line = arena_alloc(a, (size_t)(longest > n[2] ? longest : n[2]), sizeof *line), w[RADIUS + 1], sigma[3];

	for (long v = 0; v < size; v++) {
		nan[v] = isnan(x[v]);
		x[v] = isfinite(x[v]) ? x[v] : 0;
	}
	gauss_sigma(identity, one, sigma);
	gauss_weights(sigma[0], RADIUS, w);
	for (int axis = 0; axis < 3; axis++)
		smooth_axis(x, n, axis, w, line);
	for (long v = 0; v < size; v++)
		if (nan[v])
			x[v] = NAN;
	arena_reset(a, start);
}

/* The values that are sorted, ascending; how many. */
static long sorted(double *out, long n, const double *x, bool exclude_zeros, struct arena *a)
{
	long m = 0;

	for (long v = 0; v < n; v++)
		if (!isnan(x[v]) && !(exclude_zeros && x[v] == 0))
			out[m++] = x[v];
	sort_doubles(out, m, a);
	return m;
}

static struct error *no_gap(const double *s, long m, long low, long high, const struct epi_cut *cut)
{
	if (m == 0)
		return error_new(ERR_DATA, "no voxel %s, so there is no histogram to cut",
		                 cut->exclude_zeros ? "of the image is a number other than 0" : "of the image is a number");
	if (s[0] == s[m - 1])
		return error_new(ERR_DATA, "the image is constant: each of %ld voxels is %g over time", m, s[0]);
	if (high <= low)
		return error_new(ERR_DATA, "there are too few voxels between lower_cutoff %g and upper_cutoff %g: %ld of %ld, "
		                 "must be two or more", cut->lower, cut->upper, high - low + 1, m);
	return error_new(ERR_DATA, "all of the %ld voxels between lower_cutoff %g and upper_cutoff %g are %g: %s",
	                 high - low + 1, cut->lower, cut->upper, s[low],
	                 s[low] == 0 ? "with exclude_zeros only the others are looked at" : "wider cut-offs are needed");
}

struct error *epi_threshold(double *out, long n, const double *x, const struct epi_cut *cut, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	double *s = arena_alloc(a, (size_t)n, sizeof *s), widest = 0;
	long m = sorted(s, n, x, cut->exclude_zeros, a), at = -1;
	long low = (long)floor(cut->lower * (double)m), high = (long)floor(cut->upper * (double)m);
	struct error *e = NULL;

	if (high > m - 1)
		high = m - 1;
	for (long q = low; q < high; q++) {
		double gap = cut->single ? (float)(s[q + 1] - s[q]) : s[q + 1] - s[q];

		if (gap > widest) {
			widest = gap;
			at = q;
		}
	}
	if (at < 0)
		e = no_gap(s, m, low, high, cut);
	else
		*out = 0.5 * (s[at] + s[at + 1]);
	arena_reset(a, start);
	return e;
}
