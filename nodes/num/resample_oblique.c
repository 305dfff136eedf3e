/* Lattices that are turned against each other: sums of 64 (or 8) coefficients around each output, for LANES outputs at once.
 * What one lane has is what an output alone would have, so that the bits do not depend on how a row is cut. */
#include "num/resample_oblique.h"

#include <limits.h>
#include <string.h>

#include "num/simd.h"

typedef long lanes_word __attribute__((vector_size(64), aligned(8), may_alias));

/* So many outputs side by side are faster one by one. */
enum { FEW = 3 };

/* The offset of an output that has no taps; others are at least -LANES. */
#define OUTSIDE (-0x1p60)

/* x where yes, else y. A vector is no value of a function, as it is not passed alike everywhere. */
static inline __attribute__((always_inline)) void choose(lanes_double *out, const lanes_word *yes, const lanes_double *x,
                                                         const lanes_double *y)
{
	*out = (lanes_double)(((lanes_word)*x & *yes) | ((lanes_word)*y & ~*yes));
}

/* NaN stays. */
static inline __attribute__((always_inline)) void clamp_lanes(lanes_double *x, double low, double high)
{
	const lanes_double lows = low - (lanes_double){ 0 }, highs = high - (lanes_double){ 0 };
	lanes_word beyond = *x < lows;

	choose(x, &beyond, &lows, x);
	beyond = *x > highs;
	choose(x, &beyond, &highs, x);
}

/* LANES outputs in a row along an axis: the weights of their four taps. */
struct taps {
	lanes_double weight[4];
};

/* What lies near a half becomes it, as in resample_place(). */
static inline __attribute__((always_inline)) void snap(lanes_double *c)
{
	const double big = 3377699720527872.0;   /* 1.5 times 2^51: numbers near it are halves */
	lanes_double half = (*c + big) - big, off = *c - half, size = (lanes_double)((lanes_word)off & LONG_MAX);
	lanes_word near = size < 1e-9;

	choose(c, &near, &half, c);
}

static inline __attribute__((always_inline)) void whole_part(lanes_double *whole, const lanes_double *x)
{
	const double big = 4503599627370496.0;   /* 2^52: sums with it are whole */
	lanes_double near = (*x + big) - big;
	lanes_word over = near > *x;

	*whole = near + (lanes_double)(over & (lanes_word)((lanes_double){ 0 } - 1));
}

/* Taps f - 1 .. f + 2 of coefficients that begin one below the source; f is known. */
static inline __attribute__((always_inline)) void cubic_taps(const lanes_double *c, const lanes_double *whole, struct taps *t)
{
	const double sixth = 1.0 / 6;
	lanes_double d, u;

	d = *c - *whole;
	u = 1 - d;
	t->weight[0] = u * u * u * sixth;
	t->weight[1] = (d * d * (d - 2) * 3 + 4) * sixth;
	t->weight[2] = (u * u * (u - 2) * 3 + 4) * sixth;
	t->weight[3] = 1 - t->weight[0] - t->weight[1] - t->weight[2];
}

/* The same four taps, of which those at the ends are 0. */
static inline __attribute__((always_inline)) void linear_taps(const lanes_double *c, const lanes_double *whole, struct taps *t)
{
	t->weight[0] = t->weight[3] = (lanes_double){ 0 };
	t->weight[2] = *c - *whole;
	t->weight[1] = 1 - t->weight[2];
}

static inline __attribute__((always_inline)) void find_taps(bool cubic, const lanes_double *c, const lanes_double *whole,
                                                            struct taps *t)
{
	if (cubic)
		cubic_taps(c, whole, t);
	else
		linear_taps(c, whole, t);
}

/* Coefficients of an oblique volume, and which taps count along each axis: 0 .. 3, or 1 .. 2 when linear. */
struct field {
	const double *coefficient;
	long row, plane;
	int from, to;
};

static inline __attribute__((always_inline)) struct field field_of(const struct resample *r, const double *coefficient,
                                                                   bool cubic)
{
	long row = r->axis[0].n;

	return (struct field){ coefficient, row, row * r->axis[1].n, cubic ? 0 : 1, cubic ? 4 : 3 };
}

/* Lane l is the output whose first tap is at base + l. A sum that is -0 becomes 0, as if all sums had begun with 0. */
static inline __attribute__((always_inline)) void sum_lanes(const struct field *f, const struct taps t[3], long at,
                                                            lanes_double *out)
{
	const double *base = f->coefficient + at;
	lanes_double sum[4] = { { 0 } };

#pragma GCC unroll 4
	for (int k = f->from; k < f->to; k++) {
		const double *c = base + f->plane * k;
		lanes_double part[4];

		for (int i = f->from; i < f->to; i++)
			part[i] = *(const lanes_double *)(c + i + f->row * f->from) * t[1].weight[f->from];
#pragma GCC unroll 4
		for (int j = f->from + 1; j < f->to; j++)
			for (int i = f->from; i < f->to; i++)
				part[i] += *(const lanes_double *)(c + i + f->row * j) * t[1].weight[j];
		for (int i = f->from; i < f->to; i++)
			sum[i] = k == f->from ? part[i] * t[2].weight[k] : sum[i] + part[i] * t[2].weight[k];
	}
	for (int i = f->from; i < f->to; i++)
		sum[i] *= t[0].weight[i];
	*out = ((sum[0] + sum[1]) + (sum[2] + sum[3])) + 0.0;
}

static inline __attribute__((always_inline)) void put_lanes(const struct resample *r, lanes_double *x, float *out)
{
	clamp_lanes(x, r->low, r->high);
	*(lanes_float *)out = __builtin_convertvector(*x, lanes_float);
}

/* One output, lanes being taps along i. */
static inline __attribute__((always_inline)) void put_one(const struct resample *r, const struct field *f,
                                                          const double w[3][4], long at, float *out)
{
	const double *base = f->coefficient + at;
	four sum = { 0 };
	double v;

	for (int k = f->from; k < f->to; k++) {
		four part = { 0 };

		for (int j = f->from; j < f->to; j++)
			part += *(const four *)(base + f->row * j + f->plane * k) * w[1][j];
		sum += part * w[2][k];
	}
	sum *= *(const four *)w[0];
	v = (sum[0] + sum[1]) + (sum[2] + sum[3]);
	v = v < r->low ? r->low : v;
	*out = (float)(v > r->high ? r->high : v);
}

/* One output wherever it is, the lanes of its weights being axes. */
static inline __attribute__((always_inline)) void put_single(const struct resample *r, const struct field *f, bool cubic,
                                                             const struct resample_along a[3], int voxel, float *out)
{
	double place[LANES] = { 0 }, w[3][4];
	lanes_double c, whole;
	struct taps t;

	for (int d = 0; d < 3; d++) {
		place[d] = resample_place(r, d, resample_place_along(&a[d], voxel));
		if (place[d] < 0)
			return;
	}
	c = *(const lanes_double *)place;
	whole_part(&whole, &c);
	find_taps(cubic, &c, &whole, &t);
	for (int d = 0; d < 3; d++)
		for (int q = 0; q < 4; q++)
			w[d][q] = t.weight[q][d];
	put_one(r, f, w, (long)place[0] + f->row * (long)place[1] + f->plane * (long)place[2], out);
}

/* Outputs whose taps are not side by side: run by run, or one by one. */
static inline __attribute__((always_inline)) void put_runs(const struct resample *r, const struct field *f,
                                                           const struct taps t[3], const lanes_double *at, int n, float *out)
{
	for (int o = 0, end; o < n; o = end) {
		float some[LANES];
		lanes_double x;

		for (end = o + 1; end < n && (*at)[end] == (*at)[o]; end++)
			continue;
		if ((*at)[o] == OUTSIDE)
			continue;
		if (end - o < FEW) {
			for (; o < end; o++) {
				double w[3][4];

				for (int d = 0; d < 3; d++)
					for (int q = 0; q < 4; q++)
						w[d][q] = t[d].weight[q][o];
				put_one(r, f, w, (long)(*at)[o] + o, out + o);
			}
			continue;
		}
		sum_lanes(f, t, (long)(*at)[o], &x);
		put_lanes(r, &x, some);
		for (; o < end; o++)
			out[o] = some[o];
	}
}

NUM_CLONES static void put_mixed(const struct resample *r, const double *coefficient, const struct taps t[3],
                                 const lanes_double *at, int n, float *out)
{
	const struct field cubic = field_of(r, coefficient, true), linear = field_of(r, coefficient, false);

	if (r->kind == RESAMPLE_CONTINUOUS)
		put_runs(r, &cubic, t, at, n, out);
	else
		put_runs(r, &linear, t, at, n, out);
}

/* Places of LANES outputs from `voxel` on along an axis; beyond gets more than 0, or NaN, where there is none. As compilers
 * combine truths lane by lane, there is one of them. */
static inline __attribute__((always_inline)) void find_places(const struct resample_along *a, bool clamp, double voxel,
                                                              lanes_double *c, lanes_double *beyond)
{
	const lanes_double count = { 0, 1, 2, 3, 4, 5, 6, 7 }, v = count + voxel;
	double edge = clamp ? 0.5 : 0;
	lanes_double at;

	*c = ((a->step * v + a->j) + a->k) + a->b;
	if (clamp)
		snap(c);
	at = *c;
	clamp_lanes(&at, -edge, a->last + edge);
	at -= *c;
	*beyond += (lanes_double)((lanes_word)at & LONG_MAX);
	clamp_lanes(c, 0, a->last);
}

static inline __attribute__((always_inline)) bool is_zero(const lanes_word *x)
{
	const lanes_word w = *x;

	return !(w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]);
}

/* LANES outputs from `voxel` on, of which n are wanted. */
static inline __attribute__((always_inline)) void put_some(const struct resample *r, const struct field *f, bool cubic,
                                                           const struct resample_along a[3], double voxel, int n, float *out)
{
	const lanes_double none = OUTSIDE - (lanes_double){ 0 }, count = { 0, 1, 2, 3, 4, 5, 6, 7 };
	lanes_double c, at, x, whole[3], beyond = { 0 };
	lanes_word outside, differs;
	struct taps t[3];

	for (int d = 0; d < 3; d++) {
		find_places(&a[d], r->edge == RESAMPLE_CLAMP, voxel, &c, &beyond);
		whole_part(&whole[d], &c);
		find_taps(cubic, &c, &whole[d], &t[d]);
	}
	at = whole[0] - count + whole[1] * (double)f->row + whole[2] * (double)f->plane;
	outside = beyond != 0;
	choose(&at, &outside, &none, &at);
	differs = at != at[0];
	if (n < LANES || !is_zero(&differs)) {
		const struct taps kept[3] = { t[0], t[1], t[2] };

		put_mixed(r, f->coefficient, kept, &at, n, out);
	} else if (at[0] != OUTSIDE) {
		sum_lanes(f, t, (long)at[0], &x);
		put_lanes(r, &x, out);
	}
}

static inline __attribute__((always_inline)) void put_anywhere(const struct resample *r, const struct field *f, bool cubic,
                                                               const struct resample_along a[3], int first, int end,
                                                               float *out)
{
	if (end - first < FEW)
		for (int voxel = first; voxel < end; voxel++)
			put_single(r, f, cubic, a, voxel, out + voxel);
	else
		for (int voxel = first; voxel < end; voxel += LANES)
			put_some(r, f, cubic, a, voxel, end - voxel < LANES ? end - voxel : LANES, out + voxel);
}

NUM_CLONES void resample_some(const struct resample *r, const double *coefficient, const struct resample_along a[3], int first,
                              int end, float *out)
{
	const struct field cubic = field_of(r, coefficient, true), linear = field_of(r, coefficient, false);

	if (r->kind == RESAMPLE_CONTINUOUS)
		put_anywhere(r, &cubic, true, a, first, end, out);
	else
		put_anywhere(r, &linear, false, a, first, end, out);
}

/* What the last LANES outputs repeat has the same bits. */
static inline __attribute__((always_inline)) void put_run(const struct resample *r, const struct field *f, bool cubic,
                                                          const struct resample_along a[3], const double whole[3], int first,
                                                          int end, float *out)
{
	const long at = (long)whole[0] + f->row * (long)whole[1] + f->plane * (long)whole[2];
	const lanes_double count = { 0, 1, 2, 3, 4, 5, 6, 7 };

	for (int o = first; o < end; o += LANES) {
		lanes_double x, v;
		struct taps t[3];
		float some[LANES];

		if (end - o < LANES && end - first >= LANES)
			o = end - LANES;
		v = count + (double)o;
		for (int d = 0; d < 3; d++) {
			lanes_double c = ((a[d].step * v + a[d].j) + a[d].k) + a[d].b, tap = whole[d] - (lanes_double){ 0 };

			if (d == 0)
				tap += v;
			find_taps(cubic, &c, &tap, &t[d]);
		}
		sum_lanes(f, t, at + o, &x);
		if (end - o >= LANES) {
			put_lanes(r, &x, out + o);
		} else {
			put_lanes(r, &x, some);
			memcpy(out + o, some, (size_t)(end - o) * sizeof *some);
		}
	}
}

NUM_CLONES void resample_run(const struct resample *r, const double *coefficient, const struct resample_along a[3],
                             const double whole[3], int first, int end, float *out)
{
	const struct field cubic = field_of(r, coefficient, true), linear = field_of(r, coefficient, false);

	if (r->kind == RESAMPLE_CONTINUOUS)
		put_run(r, &cubic, true, a, whole, first, end, out);
	else
		put_run(r, &linear, false, a, whole, first, end, out);
}
