/* Where outputs lie in the source: the map between two lattices, and tables for axes that run along each other. */
#include "num/resample_plan.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"

static bool is_diagonal(const double a[3][4])
{
	for (int e = 0; e < 9; e++)
		if (e / 3 != e % 3 && a[e / 3][e % 3] != 0)
			return false;
	return true;
}

/* The entries that numpy's inverse of a diagonal affine has, to the bit. */
static void map_diagonal(const double from[3][4], const double to[3][4], double p[3][3], double b[3])
{
	memset(p, 0, 9 * sizeof(double));
	for (int d = 0; d < 3; d++) {
		double v = 1 / from[d][d];

		p[d][d] = v * to[d][d];
		b[d] = v * to[d][3] + (-(v * from[d][3]));
	}
}

static void swap_rows(double m[3][7], int x, int y)
{
	double row[7];

	memcpy(row, m[x], sizeof row);
	memcpy(m[x], m[y], sizeof row);
	memcpy(m[y], row, sizeof row);
}

/* m = [a | x], rows exchanged so that pivots are the largest: x becomes inv(a) x. Products with 1 / pivot, as OpenBLAS has
 * them: outputs on an image's faces are in or out by the last bit. */
static bool eliminate(double m[3][7])
{
	for (int c = 0; c < 3; c++) {
		int best = c;

		for (int r = c + 1; r < 3; r++)
			if (fabs(m[r][c]) > fabs(m[best][c]))
				best = r;
		swap_rows(m, c, best);
		if (m[c][c] == 0)
			return false;
		for (int r = c + 1; r < 3; r++) {
			double f = m[r][c] * (1 / m[c][c]);

			for (int e = c; e < 7; e++)
				m[r][e] -= f * m[c][e];
		}
	}
	for (int c = 2; c >= 0; c--)
		for (int e = 3; e < 7; e++) {
			for (int r = c + 1; r < 3; r++)
				m[c][e] -= m[c][r] * m[r][e];
			m[c][e] *= 1 / m[c][c];
		}
	return true;
}

static bool inverse(const double a[3][4], double out[3][4])
{
	double m[3][7];

	for (int r = 0; r < 3; r++)
		for (int c = 0; c < 7; c++)
			m[r][c] = c < 3 ? a[r][c] : c == 6 ? -a[r][3] : c - 3 == r;
	if (!eliminate(m))
		return false;
	for (int r = 0; r < 3; r++)
		memcpy(out[r], m[r] + 3, sizeof out[r]);
	return true;
}

/* Is the determinant more than rounding? Relative to the edges of a voxel, so that units do not matter. */
static bool has_inverse(const double a[3][4])
{
	double det = 0, scale = 1, sum = 0;

	for (int c = 0; c < 3; c++) {
		int c1 = (c + 1) % 3, c2 = (c + 2) % 3;

		det += a[0][c] * (a[1][c1] * a[2][c2] - a[1][c2] * a[2][c1]);
		scale *= sqrt(a[0][c] * a[0][c] + a[1][c] * a[1][c] + a[2][c] * a[2][c]);
		sum += a[c][3];
	}
	return isfinite(sum) && isfinite(scale) && fabs(det) > 1e-9 * scale;
}

bool resample_map(const double from[3][4], const double to[3][4], double p[3][3], double b[3])
{
	static const double one[3][4] = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } };
	double inv[3][4];

	if (!has_inverse(from) || !has_inverse(to))
		return false;
	if (!memcmp(from, to, sizeof inv)) {
		map_diagonal(one, one, p, b);
		return true;
	}
	if (is_diagonal(from) && is_diagonal(to)) {
		map_diagonal(from, to, p, b);
		return true;
	}
	if (!inverse(from, inv))
		return false;
	for (int r = 0; r < 3; r++) {
		for (int c = 0; c < 3; c++)
			p[r][c] = inv[r][0] * to[0][c] + inv[r][1] * to[1][c] + inv[r][2] * to[2][c];
		b[r] = (inv[r][0] * to[0][3] + inv[r][1] * to[1][3] + inv[r][2] * to[2][3]) + inv[r][3];
	}
	return true;
}

/* Where output o of the axis lies; scipy shifts before it scales when the matrix is diagonal. */
static double axis_place(const struct resample *r, int axis, int o)
{
	double p = r->p[axis][r->axis[axis].to], b = r->b[axis];

	return resample_place(r, axis, r->zoom ? (o + b / p) * p : p * o + b);
}

/* Voxel x of an axis whose mirror images about its end voxels go on for ever: period 2 n - 2. */
static int mirrored(int x, int n)
{
	int period = 2 * n - 2, m = n == 1 ? 0 : x % period;

	if (m < 0)
		m += period;
	return m < n ? m : period - m;
}

static void set_taps(const struct resample_axis *x, int o, double c)
{
	int f = (int)c, n = x->n_tap, *at = x->at + (long)o * n;
	double t = c - f, u = 1 - t, *w = x->weight + (long)o * n;

	for (int k = 0; k < n; k++)
		at[k] = mirrored(n == 4 ? f - 1 + k : f + k, x->n_in);
	w[0] = 1;
	if (n == 2) {
		w[0] = u;
		w[1] = t;
	} else if (n == 4) {
		w[1] = (t * t * (t - 2) * 3 + 4) / 6;
		w[2] = (u * u * (u - 2) * 3 + 4) / 6;
		w[0] = u * u * u / 6;
		w[3] = 1 - w[0] - w[1] - w[2];
	}
}

static void plan_axis(struct resample *r, int axis, struct arena *a)
{
	struct resample_axis *x = &r->axis[axis];
	int n = r->n_out[x->to];
	double *c = arena_alloc(a, (size_t)n, sizeof *c);
	bool whole = true;

	x->n_in = r->n_in[axis];
	x->nearest = NEW_N(a, int, n);
	for (int o = 0; o < n; o++) {
		c[o] = axis_place(r, axis, o);
		x->nearest[o] = c[o] < 0 ? -1 : (int)(c[o] + 0.5);
		whole &= c[o] < 0 || c[o] == floor(c[o]);
		if (c[o] >= 0 && x->n++ == 0)
			x->first = o;
	}
	x->n_tap = whole || r->kind == RESAMPLE_NEAREST ? 1 : r->kind == RESAMPLE_LINEAR ? 2 : 4;
	x->filter = x->n_tap == 4;
	x->at = NEW_N(a, int, (size_t)x->n * (size_t)x->n_tap + 1);
	x->weight = NEW_N(a, double, (size_t)x->n * (size_t)x->n_tap + 1);
	for (int o = 0; o < x->n; o++)
		set_taps(x, o, c[x->first + o]);
	r->copies &= whole;
}

/* Coefficients with one more voxel below and two above, so that no tap lies outside. */
static void plan_padded(struct resample *r, int axis, struct arena *a)
{
	struct resample_axis *x = &r->axis[axis];
	int n = r->n_in[axis];

	*x = (struct resample_axis){ .n_in = n, .to = axis, .n = n + RESAMPLE_PAD, .n_tap = 1 };
	x->filter = r->kind == RESAMPLE_CONTINUOUS;
	x->at = NEW_N(a, int, x->n);
	x->weight = NEW_N(a, double, x->n);
	for (int o = 0; o < x->n; o++) {
		x->at[o] = mirrored(o - 1, n);
		x->weight[o] = 1;
	}
}

/* The output axis that runs along each source axis; false when p has another form. */
static bool find_aligned(struct resample *r)
{
	int row[3] = { 0 }, column[3] = { 0 };

	for (int d = 0; d < 3; d++)
		for (int q = 0; q < 3; q++)
			if (r->p[d][q] != 0) {
				row[d]++;
				column[q]++;
				r->axis[d].to = q;
			}
	for (int d = 0; d < 3; d++)
		if (row[d] != 1 || column[d] != 1)
			return false;
	return true;
}

static bool is_identity(const struct resample *r)
{
	for (int e = 0; e < 9; e++)
		if (r->p[e / 3][e % 3] != (e / 3 == e % 3))
			return false;
	return true;
}

void resample_plan_axes(struct resample *r, struct arena *a)
{
	/* An entry that moves no output by a billionth of a voxel is rounding. */
	for (int e = 0; e < 9 && r->edge == RESAMPLE_CLAMP; e++)
		if (fabs(r->p[e / 3][e % 3]) * r->n_out[e % 3] < 1e-9)
			r->p[e / 3][e % 3] = 0;
	r->aligned = find_aligned(r);
	r->zoom = r->aligned && r->axis[0].to == 0 && r->axis[1].to == 1;
	r->copies = r->aligned;
	for (int d = 0; d < 3; d++) {
		if (r->aligned)
			plan_axis(r, d, a);
		else
			plan_padded(r, d, a);
	}
	r->copies &= r->edge == RESAMPLE_CLAMP;
}

bool resample_shifts(const struct resample *r, int shift[3])
{
	for (int d = 0; d < 3; d++) {
		if (!(r->b[d] == floor(r->b[d]) && fabs(r->b[d]) < INT_MAX / 4))
			return false;
		shift[d] = (int)r->b[d];
	}
	return is_identity(r);
}

bool resample_pad(struct resample *r, const int start[3], const int stop[3])
{
	bool possible = true;

	for (int d = 0; d < 3; d++) {
		int b = (int)r->b[d], n = r->n_out[d], first = start[d] > b ? start[d] - b : 0, last = stop[d] - b;
		int *nearest = r->axis[d].nearest;

		last = last < n ? last : n;
		possible &= last >= first;
		for (int o = 0; o < n; o++)
			nearest[o] = o >= first && o < last ? start[d] + (o - first) : -1;
	}
	r->fill = 0;
	r->copies = true;
	return possible;
}
