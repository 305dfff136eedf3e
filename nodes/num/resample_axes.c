/* Axis by axis: lines are filtered to B-spline coefficients and mixed into outputs, 32 lines along i at a time, and
 * whole rows along j and k. */
#include "num/resample_plan.h"

#include <math.h>
#include <string.h>

#include "num/simd.h"

/* The filter's pole, sqrt(3) - 2; its powers are below rounding after POWERS terms. */
#define POLE (-0.26794919243112270647)
enum { POWERS = 40 };

/* Lines run side by side, so many vectors of them at a time that each waits for its own sums, not for the processor. */
enum { CHAINS = 8, WIDE = CHAINS * FOUR };

typedef float four_float __attribute__((vector_size(16), aligned(4), may_alias));

/* The poles' powers of a line's length, made once. */
struct pole {
	int n;
	double zn;    /* POLE^(n - 1) */
	double z[POWERS];
};

static struct pole pole_of(int n)
{
	struct pole p = { .n = n, .zn = pow(POLE, n - 1) };

	p.z[0] = 1;
	for (int i = 1; i < POWERS; i++)
		p.z[i] = p.z[i - 1] * POLE;
	return p;
}

/* The first `count` lanes of a row: no value of the function, as such vectors are not passed alike everywhere. */
static inline __attribute__((always_inline)) void take(four *x, const double *from, int count)
{
	if (count == FOUR)
		*x = *(const four *)from;
	for (int l = 0; l < count && count < FOUR; l++)
		(*x)[l] = from[l];
}

static inline __attribute__((always_inline)) void put(double *to, const four *x, int count)
{
	if (count == FOUR)
		*(four *)to = *x;
	for (int l = 0; l < count && count < FOUR; l++)
		to[l] = (*x)[l];
}

/* The first coefficients before the second pass: what the signal, mirrored before its first value, adds up to. */
static inline __attribute__((always_inline)) void first_sums(int chains, int count, const struct pole *p, long width,
                                                             double *c, four x[CHAINS])
{
	const double gain = (1 - POLE) * (1 - 1 / POLE), *last = c + (p->n - 1) * width;
	four a = { 0 }, b = { 0 };

	for (int v = 0; v < chains; v++) {
		take(&a, c + v * FOUR, count);
		take(&b, last + v * FOUR, count);
		x[v] = a + p->zn * b;
	}
	for (int i = 1; i < p->n - 1 && i < POWERS; i++)
		for (int v = 0; v < chains; v++) {
			take(&a, c + i * width + v * FOUR, count);
			take(&b, last - i * width + v * FOUR, count);
			x[v] += p->z[i] * a;
			x[v] += p->z[i] * p->zn * b;
		}
	for (int v = 0; v < chains; v++) {
		x[v] = x[v] * gain / (1 - p->zn * p->zn);
		put(c + v * FOUR, &x[v], count);
	}
}

/* chains vectors of `count` lines: values to coefficients, in place, row i at c + i width. chains and count are constants
 * where it matters, so that all stays in registers. */
static inline __attribute__((always_inline)) void filter_lines(int chains, int count, const struct pole *p, long width,
                                                               double *c)
{
	const double gain = (1 - POLE) * (1 - 1 / POLE);
	four x[CHAINS] = { { 0 } }, a = { 0 };
	double *last = c + (p->n - 1) * width;

	first_sums(chains, count, p, width, c, x);
	for (double *row = c + width; row <= last; row += width)
		for (int v = 0; v < chains; v++) {
			take(&a, row + v * FOUR, count);
			x[v] = a * gain + POLE * x[v];
			put(row + v * FOUR, &x[v], count);
		}
	for (int v = 0; v < chains; v++) {
		take(&a, last - width + v * FOUR, count);
		x[v] = (POLE * a + x[v]) * POLE / (POLE * POLE - 1);
		put(last + v * FOUR, &x[v], count);
	}
	for (double *row = last - width; row >= c; row -= width)
		for (int v = 0; v < chains; v++) {
			take(&a, row + v * FOUR, count);
			x[v] = POLE * (x[v] - a);
			put(row + v * FOUR, &x[v], count);
		}
}

/* Values to coefficients, in place, along `width` lines side by side, whose rows are `stride` apart. The signal is mirrored
 * about its ends. Unser et al. 1993, equations 2.5 and 2.6, with the sums that scipy takes. */
NUM_CLONES static void filter(const struct pole *p, int width, long stride, double *c)
{
	int x = 0;

	if (p->n == 1)
		return;
	for (; x + WIDE <= width; x += WIDE)
		filter_lines(CHAINS, FOUR, p, stride, c + x);
	/* What is left over by constants too, so that its lanes do not go through memory. */
	for (; x + WIDE / 2 <= width; x += WIDE / 2)
		filter_lines(CHAINS / 2, FOUR, p, stride, c + x);
	for (; x + WIDE / 4 <= width; x += WIDE / 4)
		filter_lines(CHAINS / 4, FOUR, p, stride, c + x);
	for (; x + FOUR <= width; x += FOUR)
		filter_lines(1, FOUR, p, stride, c + x);
	if (width - x == 3)
		filter_lines(1, 3, p, stride, c + x);
	else if (width - x == 2)
		filter_lines(1, 2, p, stride, c + x);
	else if (width - x == 1)
		filter_lines(1, 1, p, stride, c + x);
}

/* Output o of an axis from rows [n_in][width]: the weighted sum of its taps. */
NUM_CLONES static void mix(const struct resample_axis *a, int o, int width, const double *rows, double *out)
{
	const int *at = a->at + (long)o * a->n_tap;
	const double *w = a->weight + (long)o * a->n_tap;
	const double *r0 = rows + (long)at[0] * width, *r1, *r2, *r3;

	if (a->n_tap == 1) {
		memcpy(out, r0, (size_t)width * sizeof *out);
		return;
	}
	r1 = rows + (long)at[1] * width;
	if (a->n_tap == 2) {
		for (int x = 0; x < width; x++)
			out[x] = w[0] * r0[x] + w[1] * r1[x];
		return;
	}
	r2 = rows + (long)at[2] * width;
	r3 = rows + (long)at[3] * width;
	for (int x = 0; x < width; x++)
		out[x] = (w[0] * r0[x] + w[1] * r1[x]) + (w[2] * r2[x] + w[3] * r3[x]);
}

/* Rows to lines side by side, [n][WIDE]; rows that are missing are like the first. */
static inline __attribute__((always_inline)) void rows_to_lines(const float *in, int n_row, int n, double *lines)
{
	for (int l = 0; l < WIDE; l += FOUR) {
		const float *row[FOUR];

		for (int q = 0; q < FOUR; q++)
			row[q] = in + (long)(l + q < n_row ? l + q : 0) * n;
		for (int i = 0; i < n; i++) {
			four_float x = { row[0][i], row[1][i], row[2][i], row[3][i] };

			*(four *)(lines + (long)i * WIDE + l) = __builtin_convertvector(x, four);
		}
	}
}

/* Lines to rows that are `stride` apart. */
static inline __attribute__((always_inline)) void lines_to_rows(const double *lines, int n_row, int n, long stride, double *out)
{
	for (int l = 0; l < n_row; l++, lines++, out += stride) {
		const double *x = lines;
		int o = 0;

		for (; o + FOUR <= n; o += FOUR, x += FOUR * WIDE)
			*(four *)(out + o) = (four){ x[0], x[WIDE], x[2 * WIDE], x[3 * WIDE] };
		for (; o < n; o++, x += WIDE)
			out[o] = x[0];
	}
}

/* Along i, for WIDE rows of a plane (fewer at the end): out [rows][axis n], of padded rows only what is not copies. lines:
 * [n_in][WIDE]. */
NUM_CLONES static void some_rows(const struct resample_axis *a, const struct pole *p, const float *in, int n_row,
                                 double *lines, double *out)
{
	double one[WIDE];

	rows_to_lines(in, n_row, a->n_in, lines);
	if (a->filter)
		filter(p, WIDE, WIDE, lines);
	if (a->n_tap == 1) {
		lines_to_rows(lines, n_row, a->n_in, a->n, out + 1);
		return;
	}
	for (int o = 0; o < a->n; o++) {
		mix(a, o, WIDE, lines, one);
		for (int l = 0; l < n_row; l++)
			out[(long)l * a->n + o] = one[l];
	}
}

/* Along i where every output is a voxel. */
static void copy_rows(const struct resample_axis *a, const float *in, int n_row, double *out)
{
	for (int l = 0; l < n_row; l++, in += a->n_in, out += a->n)
		for (int o = 0; o < a->n; o++)
			out[o] = in[a->at[o]];
}

size_t resample_buffer_size(const struct resample *r)
{
	const struct resample_axis *a = r->axis;
	size_t planes = (size_t)a[0].n_in * WIDE + (size_t)a[1].n_in * (size_t)a[0].n;
	size_t lines = ((size_t)a[2].n_in + 1) * RESAMPLE_COLUMNS;

	return ((planes > lines ? planes : lines) + 7) / 8 * 8;
}

/* Rows along an axis of padded coefficients that are copies of others, `width` wide and `stride` apart. */
static void pad(const struct resample_axis *a, int width, long stride, double *rows)
{
	const int beyond[RESAMPLE_PAD] = { 0, a->n_in + 1, a->n_in + 2 };

	for (int e = 0; e < RESAMPLE_PAD; e++)
		memcpy(rows + beyond[e] * stride, rows + (a->at[beyond[e]] + 1) * stride, (size_t)width * sizeof *rows);
}

/* The same of columns, along i. */
static void pad_columns(const struct resample_axis *a, int n_row, double *rows)
{
	const int beyond[RESAMPLE_PAD] = { 0, a->n_in + 1, a->n_in + 2 };

	for (int e = 0; e < RESAMPLE_PAD; e++) {
		double *to = rows + beyond[e], *from = rows + a->at[beyond[e]] + 1;

		for (long row = 0; row < n_row; row++)
			to[row * a->n] = from[row * a->n];
	}
}

/* Of oblique lattices planes are made where they stay, and so are coefficients along j and k. */
void resample_plane(void *ctx, long k, int worker)
{
	const struct resample_job *job = ctx;
	const struct resample_axis *i = &job->r->axis[0], *j = &job->r->axis[1];
	const float *in = job->in + k * i->n_in * j->n_in;
	bool padded = !job->r->aligned;
	double *lines = job->buffer + (size_t)worker * job->n_buffer, *mid = job->mid + (k + padded) * j->n * i->n;
	double *plane = padded ? mid + i->n : lines + (long)i->n_in * WIDE;
	struct pole pi = pole_of(i->n_in), pj = pole_of(j->n_in);

	for (int row = 0; row < j->n_in; row += WIDE) {
		int n = j->n_in - row < WIDE ? j->n_in - row : WIDE;
		const float *from = in + (long)row * i->n_in;
		double *to = plane + (long)row * i->n;

		if (i->n_tap == 1 && !i->filter)
			copy_rows(i, from, n, to);
		else
			some_rows(i, &pi, from, n, lines, to);
	}
	if (j->filter)
		filter(&pj, padded ? i->n_in : i->n, i->n, plane + padded);
	if (padded && i->filter)
		pad_columns(i, j->n_in, plane);
	if (padded)
		pad(j, i->n, i->n, mid);
	for (int o = 0; o < j->n && !padded; o++)
		mix(j, o, i->n, plane, mid + (long)o * i->n);
}

/* n neighbours to floats, clamped; NaN stays. step: floats from one to the next in out. */
NUM_CLONES static void store(const struct resample *r, int n, const double *x, float *out, long step)
{
	if (step == 1) {
		for (int i = 0; i < n; i++) {
			double v = x[i] < r->low ? r->low : x[i];
			out[i] = (float)(v > r->high ? r->high : v);
		}
		return;
	}
	for (int i = 0; i < n; i++) {
		double v = x[i] < r->low ? r->low : x[i];
		out[i * step] = (float)(v > r->high ? r->high : v);
	}
}

/* Where the first inside output along the source's axes is in out, and how far apart outputs along each are. */
static long out_steps(const struct resample *r, long step[3])
{
	const long by[3] = { 1, r->n_out[0], (long)r->n_out[0] * r->n_out[1] };
	long origin = 0;

	for (int d = 0; d < 3; d++) {
		step[d] = by[r->axis[d].to];
		origin += r->axis[d].first * step[d];
	}
	return origin;
}

void resample_row(void *ctx, long j, int worker)
{
	const struct resample_job *job = ctx;
	const struct resample *r = job->r;
	const struct resample_axis *k = &r->axis[2];
	long n_row = r->axis[0].n, n_plane = n_row * r->axis[1].n, step[3], origin;
	double *lines = job->buffer + (size_t)worker * job->n_buffer, *one = lines + (long)k->n_in * RESAMPLE_COLUMNS;
	struct pole pk = pole_of(k->n_in);

	if (!r->aligned) {
		/* Not row j itself, but so many columns that few are left over. */
		long wide = (n_row + WIDE - 1) / WIDE * WIDE, first = j * wide, n = n_plane - first < wide ? n_plane - first : wide;

		if (n > 0 && k->filter)
			filter(&pk, (int)n, n_plane, job->mid + n_plane + first);
		if (n > 0)
			pad(k, (int)n, n_plane, job->mid + first);
		return;
	}
	origin = out_steps(r, step) + j * step[1];
	for (long x = 0; x < n_row; x += RESAMPLE_COLUMNS) {
		int n = (int)(n_row - x < RESAMPLE_COLUMNS ? n_row - x : RESAMPLE_COLUMNS);
		const double *mid = job->mid + j * n_row + x;

		for (int p = 0; p < k->n_in; p++)
			memcpy(lines + (long)p * n, mid + p * n_plane, (size_t)n * sizeof *lines);
		if (k->filter)
			filter(&pk, n, n, lines);
		for (int o = 0; o < k->n; o++) {
			mix(k, o, n, lines, one);
			store(r, n, one, job->out + origin + o * step[2] + x * step[0], step[0]);
		}
	}
}
