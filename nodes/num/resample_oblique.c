/* Lattices that are turned against each other: sums of 64 (or 8) coefficients around each output, for LANES outputs at once.
 * What one lane has is what an output alone would have, so that the bits do not depend on how a row is cut. */
#include "num/resample_plan.h"

#include <limits.h>
#include <math.h>

#include "num/simd.h"

typedef long lanes_word __attribute__((vector_size(64), aligned(8), may_alias));

/* The offset of an output that has no taps; others are at least -LANES. */
#define OUTSIDE (-0x1p60)

/* A row of outputs along an axis of the source: output `voxel` is at ((step * voxel + j) + k) + b. */
struct along {
	double step, j, k, b, last;
};

static inline __attribute__((always_inline)) double place_along(const struct along *a, double voxel)
{
	return ((a->step * voxel + a->j) + a->k) + a->b;
}

static struct along along_of(const struct resample *r, int d, const int voxel[3])
{
	return (struct along){ r->p[d][0], r->p[d][1] * voxel[1], r->p[d][2] * voxel[2], r->b[d], r->n_in[d] - 1 };
}

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

/* Coefficients of an oblique volume, and which taps along j and k count: 0 .. 3, or 1 .. 2 when linear. */
struct field {
	const double *coefficient;
	long row, plane;
	int from, to;
};

/* Lane l is the output whose first tap is at base + l. */
static inline __attribute__((always_inline)) void sum_lanes(const struct field *f, const struct taps t[3], long at,
                                                            lanes_double *out)
{
	const double *base = f->coefficient + at;
	lanes_double sum[4] = { { 0 } };

#pragma GCC unroll 4
	for (int k = f->from; k < f->to; k++) {
		const double *c = base + f->plane * k;
		lanes_double part[4];

		for (int i = 0; i < 4; i++)
			part[i] = *(const lanes_double *)(c + i + f->row * f->from) * t[1].weight[f->from];
#pragma GCC unroll 4
		for (int j = f->from + 1; j < f->to; j++)
			for (int i = 0; i < 4; i++)
				part[i] += *(const lanes_double *)(c + i + f->row * j) * t[1].weight[j];
		for (int i = 0; i < 4; i++)
			sum[i] += part[i] * t[2].weight[k];
	}
	for (int i = 0; i < 4; i++)
		sum[i] *= t[0].weight[i];
	*out = (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static inline __attribute__((always_inline)) void put_lanes(const struct resample *r, lanes_double *x, float *out)
{
	clamp_lanes(x, r->low, r->high);
	*(lanes_float *)out = __builtin_convertvector(*x, lanes_float);
}

/* Outputs whose taps are not side by side: run by run, or one by one, lanes being taps along i. */
static inline __attribute__((always_inline)) void put_one(const struct resample *r, const struct field *f,
                                                          const struct taps t[3], int o, long at, float *out)
{
	const double *base = f->coefficient + at + o;
	four sum = { 0 }, weight = { t[0].weight[0][o], t[0].weight[1][o], t[0].weight[2][o], t[0].weight[3][o] };
	double v;

	for (int k = f->from; k < f->to; k++) {
		four part = { 0 };

		for (int j = f->from; j < f->to; j++)
			part += *(const four *)(base + f->row * j + f->plane * k) * t[1].weight[j][o];
		sum += part * t[2].weight[k][o];
	}
	sum *= weight;
	v = (sum[0] + sum[1]) + (sum[2] + sum[3]);
	v = v < r->low ? r->low : v;
	*out = (float)(v > r->high ? r->high : v);
}

static inline __attribute__((always_inline)) void put_runs(const struct resample *r, const struct field *f,
                                                           const struct taps t[3], const lanes_double *at, int n, float *out)
{
	enum { FEW = 3 };

	for (int o = 0, end; o < n; o = end) {
		float some[LANES];
		lanes_double x;

		for (end = o + 1; end < n && (*at)[end] == (*at)[o]; end++)
			continue;
		if ((*at)[o] == OUTSIDE)
			continue;
		if (end - o < FEW) {
			for (; o < end; o++)
				put_one(r, f, t, o, (long)(*at)[o], out + o);
			continue;
		}
		sum_lanes(f, t, (long)(*at)[o], &x);
		put_lanes(r, &x, some);
		for (; o < end; o++)
			out[o] = some[o];
	}
}

NUM_CLONES static void cubic_runs(const struct resample *r, const double *coefficient, const struct taps t[3],
                                  const lanes_double *at, int n, float *out)
{
	long row = r->axis[0].n, plane = row * r->axis[1].n;

	put_runs(r, &(struct field){ coefficient, row, plane, 0, 4 }, t, at, n, out);
}

NUM_CLONES static void linear_runs(const struct resample *r, const double *coefficient, const struct taps t[3],
                                   const lanes_double *at, int n, float *out)
{
	long row = r->axis[0].n, plane = row * r->axis[1].n;

	put_runs(r, &(struct field){ coefficient, row, plane, 1, 3 }, t, at, n, out);
}

/* Places of LANES outputs from `voxel` on along an axis; beyond gets more than 0, or NaN, where there is none. As compilers
 * combine truths lane by lane, there is one of them. */
static inline __attribute__((always_inline)) void find_places(const struct along *a, bool clamp, double voxel,
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
                                                           const struct along a[3], double voxel, int n, float *out)
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

		(cubic ? cubic_runs : linear_runs)(r, f->coefficient, kept, &at, n, out);
	} else if (at[0] != OUTSIDE) {
		sum_lanes(f, t, (long)at[0], &x);
		put_lanes(r, &x, out);
	}
}

/* floor() of small numbers that are not near a whole one; the library's is a call. */
static inline double whole_below(double x)
{
	const double big = 6755399441055744.0;   /* 1.5 times 2^52: numbers near it are whole */

	return ((x - 0.5) + big) - big;
}

/* Of places in halves. */
static inline bool is_between_halves(double x, double half)
{
	return x > half + 1e-6 && x < half + 1 - 1e-6;
}

/* Do outputs first .. last of the row all lie inside, away from whole and half voxels, with their first taps side by side?
 * Places grow or fall along the row, so its ends tell. whole: the first taps of output 0, were the row so long. */
static inline __attribute__((always_inline)) bool is_calm(const struct along a[3], int first, int last, double whole[3])
{
	for (int d = 0; d < 3; d++) {
		double x = place_along(&a[d], first), y = place_along(&a[d], last), by = d == 0;
		double low = (x - by * first) * 2, high = (y - by * last) * 2, half = whole_below(low);

		if (!(x >= 0 && y >= 0 && x <= a[d].last && y <= a[d].last))
			return false;
		if (!is_between_halves(low, half) || !is_between_halves(high, half))
			return false;
		whole[d] = (double)((long)half >> 1);
	}
	return true;
}

/* How many outputs from o on, a multiple of LANES, lie calmly; 0 when not even so many do. */
static int calm_part(const struct along a[3], int o, int n, double whole[3])
{
	int part = (n - o) / LANES * LANES;
	double most = n - o;

	if (part > 0 && is_calm(a, o, o + part - 1, whole))
		return part;
	for (int d = 0; d < 3; d++) {
		double x = place_along(&a[d], o), by = d == 0, low = (x - by * o) * 2, drift = (a[d].step - by) * 2;
		double room = whole_below(low) - low + (drift > 0), end = drift != 0 ? room / drift : most;

		if (!(x >= 0 && x <= a[d].last))
			return 0;
		most = end < most ? end : most;
		if (d == 0 && a[d].last - x + 1 < most)
			most = a[d].last - x + 1;
	}
	part = (int)most / LANES * LANES;
	if (part > 0 && is_calm(a, o, o + part - 1, whole))
		return part;
	part -= LANES;   /* the estimate was too good */
	return part > 0 && is_calm(a, o, o + part - 1, whole) ? part : 0;
}

static bool row_outside(const struct along a[3], int n)
{
	for (int d = 0; d < 3; d++) {
		double x = place_along(&a[d], 0), y = place_along(&a[d], n - 1);

		if ((x < -0.6 && y < -0.6) || (x > a[d].last + 0.6 && y > a[d].last + 0.6))
			return true;
	}
	return false;
}

/* LANES outputs from `voxel` on of a row that is calm there. */
static inline __attribute__((always_inline)) void put_calm(const struct resample *r, const struct field *f, bool cubic,
                                                           const struct along a[3], const double whole[3], int voxel,
                                                           float *out)
{
	const lanes_double count = { 0, 1, 2, 3, 4, 5, 6, 7 }, v = count + (double)voxel;
	long at = (long)whole[0] + voxel + f->row * (long)whole[1] + f->plane * (long)whole[2];
	lanes_double x;
	struct taps t[3];

	for (int d = 0; d < 3; d++) {
		lanes_double c = ((a[d].step * v + a[d].j) + a[d].k) + a[d].b, first = whole[d] + (d == 0) * v;

		find_taps(cubic, &c, &first, &t[d]);
	}
	sum_lanes(f, t, at, &x);
	put_lanes(r, &x, out);
}

/* Lattices that are turned little against each other are calm nearly everywhere. */
static inline __attribute__((always_inline)) void put_row(const struct resample *r, const struct field *f, bool cubic,
                                                          const struct along a[3], float *out)
{
	const double far = 1.0 / LANES;
	bool turned = fabs(a[0].step - 1) > far || fabs(a[1].step) > far || fabs(a[2].step) > far;
	int n = r->n_out[0], o = 0;

	while (o < n) {
		double whole[3];
		int part = turned ? 0 : calm_part(a, o, n, whole);

		for (int end = o + part; o < end; o += LANES)
			put_calm(r, f, cubic, a, whole, o, out + o);
		if (part == 0) {
			put_some(r, f, cubic, a, o, n - o < LANES ? n - o : LANES, out + o);
			o += LANES;
		}
	}
}

NUM_CLONES static void cubic_row(const struct resample *r, const double *coefficient, const struct along a[3], float *out)
{
	long row = r->axis[0].n, plane = row * r->axis[1].n;

	put_row(r, &(struct field){ coefficient, row, plane, 0, 4 }, true, a, out);
}

NUM_CLONES static void linear_row(const struct resample *r, const double *coefficient, const struct along a[3], float *out)
{
	long row = r->axis[0].n, plane = row * r->axis[1].n;

	put_row(r, &(struct field){ coefficient, row, plane, 1, 3 }, false, a, out);
}

/* The outputs of a plane. */
void resample_oblique(void *ctx, long k, int worker)
{
	const struct resample_job *job = ctx;
	const struct resample *r = job->r;
	float *out = job->out + r->n_out[0] * (long)r->n_out[1] * k;

	(void)worker;
	for (int j = 0; j < r->n_out[1]; j++, out += r->n_out[0]) {
		const int voxel[3] = { 0, j, (int)k };
		struct along a[3];

		for (int d = 0; d < 3; d++)
			a[d] = along_of(r, d, voxel);
		if (!row_outside(a, r->n_out[0]))
			(r->kind == RESAMPLE_CONTINUOUS ? cubic_row : linear_row)(r, job->mid, a, out);
	}
}
