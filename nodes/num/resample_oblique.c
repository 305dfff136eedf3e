/* Lattices that are turned against each other: 64 (or 8) coefficients around each output, and nearest voxels. */
#include "num/resample_plan.h"

#include <math.h>

#include "num/simd.h"

typedef float four_floats __attribute__((vector_size(16), aligned(4), may_alias));
typedef long four_words __attribute__((vector_size(32), aligned(8), may_alias));

enum { OUTSIDE = -9 };

/* A row of outputs: the first tap of each (OUTSIDE: it has none) and the weights of its four taps, along an axis of the
 * source. */
struct taps {
	int first[RESAMPLE_BLOCK];
	double weight[4][RESAMPLE_BLOCK];
};

/* Without branches, so that the compiler can do several at once. */
static inline __attribute__((always_inline)) double clamped_place(double last, double c)
{
	const double big = 6755399441055744.0;   /* 1.5 times 2^52: numbers near it are whole */
	double half = ((2 * c + big) - big) / 2, x = fabs(c - half) < 1e-9 ? half : c, in = x < 0 ? 0 : x;

	in = in > last ? last : in;
	return ((x >= -0.5) & (x <= last + 0.5)) ? in : -1;
}

double resample_place(const struct resample *r, int axis, double c)
{
	double last = r->n_in[axis] - 1;

	if (r->edge == RESAMPLE_FILL)
		return c >= 0 && c <= last ? c : -1;
	return clamped_place(last, c);
}

NUM_CLONES void resample_places(const struct resample *r, const int voxel[3], int n, double c[3][RESAMPLE_BLOCK])
{
	for (int d = 0; d < 3; d++) {
		double last = r->n_in[d] - 1, i = r->p[d][0], j = r->p[d][1] * voxel[1], k = r->p[d][2] * voxel[2], b = r->b[d];
		double *at = c[d];

		for (int o = 0; o < n; o++)
			at[o] = ((i * (voxel[0] + o) + j) + k) + b;
		if (r->edge == RESAMPLE_CLAMP)
			for (int o = 0; o < n; o++)
				at[o] = clamped_place(last, at[o]);
		else
			for (int o = 0; o < n; o++)
				at[o] = ((at[o] >= 0) & (at[o] <= last)) ? at[o] : -1;
	}
}

/* The whole part of a place, which is not negative, as a double: conversions would keep the compiler from doing several at
 * once. */
static inline __attribute__((always_inline)) double whole_part(double x)
{
	const double big = 4503599627370496.0;   /* 2^52: sums with it are whole */
	double near = (x + big) - big;

	return near > x ? near - 1 : near;
}

/* Where the taps begin. */
static inline __attribute__((always_inline)) void first_taps(int n, const double *c, const double *whole, struct taps *t)
{
	for (int o = 0; o < n; o++)
		t->first[o] = (int)(c[o] < 0 ? OUTSIDE : whole[o]);
}

/* Taps f - 1 .. f + 2 of coefficients that begin one below the source. */
NUM_CLONES static void cubic_taps(int n, const double *c, struct taps *t)
{
	const double sixth = 1.0 / 6;
	double whole[RESAMPLE_BLOCK];

	for (int o = 0; o < n; o++) {
		double x = c[o] < 0 ? 0 : c[o], f = whole_part(x);
		double d = x - f, u = 1 - d, w0 = u * u * u * sixth, w1 = (d * d * (d - 2) * 3 + 4) * sixth;
		double w2 = (u * u * (u - 2) * 3 + 4) * sixth;

		whole[o] = f;
		t->weight[0][o] = w0;
		t->weight[1][o] = w1;
		t->weight[2][o] = w2;
		t->weight[3][o] = 1 - w0 - w1 - w2;
	}
	first_taps(n, c, whole, t);
}

/* The same four taps, of which those at the ends are 0. */
NUM_CLONES static void linear_taps(int n, const double *c, struct taps *t)
{
	double whole[RESAMPLE_BLOCK];

	for (int o = 0; o < n; o++) {
		double x = c[o] < 0 ? 0 : c[o], f = whole_part(x);

		whole[o] = f;
		t->weight[0][o] = t->weight[3][o] = 0;
		t->weight[1][o] = 1 - (x - f);
		t->weight[2][o] = x - f;
	}
	first_taps(n, c, whole, t);
}

/* Coefficients of an oblique volume, and which taps along j and k count: 0 .. 3, or 1 .. 2 when linear. */
struct field {
	const double *coefficient;
	long row, plane;
	int from, to;
};

static inline __attribute__((always_inline)) const double *first_tap(const struct field *f, const struct taps t[3], int o)
{
	return f->coefficient + t[0].first[o] + f->row * t[1].first[o] + f->plane * t[2].first[o];
}

/* One output: lanes are its taps along i. */
static inline __attribute__((always_inline)) double sum_one(const struct field *f, const struct taps t[3], int o)
{
	const double *base = first_tap(f, t, o);
	four sum = { 0 }, weight = { t[0].weight[0][o], t[0].weight[1][o], t[0].weight[2][o], t[0].weight[3][o] };

	for (int k = f->from; k < f->to; k++) {
		four part = { 0 };

		for (int j = f->from; j < f->to; j++)
			part += *(const four *)(base + f->row * j + f->plane * k) * t[1].weight[j][o];
		sum += part * t[2].weight[k][o];
	}
	sum *= weight;
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* x where it is not beyond the limit (NaN is not), else the limit. */
static inline __attribute__((always_inline)) void limit(four *x, const four_words *beyond, double to)
{
	const four all = to - (four){ 0 };

	*x = (four)(((four_words)*x & ~*beyond) | ((four_words)all & *beyond));
}

/* Four neighbours: each lane is an output, whose sum has the order, hence the bits, of sum_one(). */
static inline __attribute__((always_inline)) void put_four(const struct resample *r, const struct field *f,
                                                           const struct taps t[3], int o, float *out)
{
	const double *base = first_tap(f, t, o);
	four sum[4] = { { 0 } };
	four_words beyond;

	for (int k = f->from; k < f->to; k++) {
		four part[4] = { { 0 } };

		for (int j = f->from; j < f->to; j++)
			for (int i = 0; i < 4; i++)
				part[i] += *(const four *)(base + i + f->row * j + f->plane * k) * *(const four *)(t[1].weight[j] + o);
		for (int i = 0; i < 4; i++)
			sum[i] += part[i] * *(const four *)(t[2].weight[k] + o);
	}
	for (int i = 0; i < 4; i++)
		sum[i] *= *(const four *)(t[0].weight[i] + o);
	sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
	beyond = sum[0] < r->low;
	limit(&sum[0], &beyond, r->low);
	beyond = sum[0] > r->high;
	limit(&sum[0], &beyond, r->high);
	*(four_floats *)(out + o) = __builtin_convertvector(sum[0], four_floats);
}

static inline __attribute__((always_inline)) void put_one(const struct resample *r, const struct field *f,
                                                          const struct taps t[3], int o, float *out)
{
	double v = sum_one(f, t, o);

	v = v < r->low ? r->low : v;
	out[o] = (float)(v > r->high ? r->high : v);
}

static inline __attribute__((always_inline)) bool is_inside(const struct taps t[3], int o)
{
	return (t[0].first[o] | t[1].first[o] | t[2].first[o]) >= 0;
}

/* Which outputs do not have their taps in the same rows as the one before, and one behind it. */
static inline __attribute__((always_inline)) void find_breaks(const struct taps t[3], int n, int *differs)
{
	for (int o = 1; o < n; o++)
		differs[o] = (t[0].first[o] - t[0].first[o - 1] - 1) | (t[1].first[o] - t[1].first[o - 1]) |
		             (t[2].first[o] - t[2].first[o - 1]);
}

/* Lattices that are turned little against each other have runs of neighbours nearly everywhere. The last four of a run
 * are done again where they overlap. f is a constant apart from its places, so that loops over taps unroll. */
static inline __attribute__((always_inline)) void put_row(const struct resample *r, const struct field *f,
                                                          const struct taps t[3], int n, float *out)
{
	int differs[RESAMPLE_BLOCK];

	find_breaks(t, n, differs);
	for (int o = 0, end; o < n; o = end) {
		for (end = o + 1; end < n && !differs[end]; end++)
			continue;
		if (!is_inside(t, o))
			continue;
		if (end - o < FOUR)
			for (; o < end; o++)
				put_one(r, f, t, o, out);
		for (; o + FOUR <= end; o += FOUR)
			put_four(r, f, t, o, out);
		if (o < end)
			put_four(r, f, t, end - FOUR, out);
	}
}

NUM_CLONES static void cubic_row(const struct resample *r, const double *coefficient, const struct taps t[3], int n, float *out)
{
	long row = r->axis[0].n, plane = row * r->axis[1].n;

	put_row(r, &(struct field){ coefficient, row, plane, 0, 4 }, t, n, out);
}

NUM_CLONES static void linear_row(const struct resample *r, const double *coefficient, const struct taps t[3], int n, float *out)
{
	long row = r->axis[0].n, plane = row * r->axis[1].n;

	put_row(r, &(struct field){ coefficient, row, plane, 1, 3 }, t, n, out);
}

static void oblique_row(const struct resample *r, const double *coefficient, int n, double c[3][RESAMPLE_BLOCK], float *out)
{
	bool cubic = r->kind == RESAMPLE_CONTINUOUS;
	struct taps t[3];

	for (int d = 0; d < 3; d++)
		(cubic ? cubic_taps : linear_taps)(n, c[d], &t[d]);
	(cubic ? cubic_row : linear_row)(r, coefficient, t, n, out);
}

/* Is no output of the row inside? */
static bool all_outside(int n, double c[3][RESAMPLE_BLOCK])
{
	for (int o = 0; o < n; o++)
		if (c[0][o] >= 0 && c[1][o] >= 0 && c[2][o] >= 0)
			return false;
	return true;
}

/* The outputs of a plane, at most RESAMPLE_BLOCK in a row at a time. */
void resample_oblique(void *ctx, long k, int worker)
{
	const struct resample_job *job = ctx;
	const struct resample *r = job->r;
	double c[3][RESAMPLE_BLOCK];

	(void)worker;
	for (int j = 0; j < r->n_out[1]; j++)
		for (int i = 0; i < r->n_out[0]; i += RESAMPLE_BLOCK) {
			int n = r->n_out[0] - i < RESAMPLE_BLOCK ? r->n_out[0] - i : RESAMPLE_BLOCK;

			resample_places(r, (int[3]){ i, j, (int)k }, n, c);
			if (!all_outside(n, c))
				oblique_row(r, job->mid, n, c, job->out + i + r->n_out[0] * (j + (long)r->n_out[1] * k));
		}
}

static void nearest_aligned(const struct resample *r, const int voxel[3], int n, int index[])
{
	const long by[3] = { 1, r->n_in[0], (long)r->n_in[0] * r->n_in[1] };
	const int *along = NULL;
	long base = 0, step = 0;

	for (int d = 0; d < 3; d++) {
		const struct resample_axis *x = &r->axis[d];

		if (x->to == 0) {
			along = x->nearest + voxel[0];
			step = by[d];
		} else if (base >= 0) {
			base = x->nearest[voxel[x->to]] < 0 ? -1 : base + by[d] * x->nearest[voxel[x->to]];
		}
	}
	for (int o = 0; o < n; o++)
		index[o] = base < 0 || along[o] < 0 ? -1 : (int)(base + step * along[o]);
}

static void nearest_oblique(const struct resample *r, const int voxel[3], int n, int index[])
{
	double c[3][RESAMPLE_BLOCK];

	resample_places(r, voxel, n, c);
	for (int o = 0; o < n; o++) {
		bool inside = c[0][o] >= 0 && c[1][o] >= 0 && c[2][o] >= 0;

		index[o] = !inside ? -1 : (int)(c[0][o] + 0.5) + r->n_in[0] * ((int)(c[1][o] + 0.5) +
		                                                                 r->n_in[1] * (int)(c[2][o] + 0.5));
	}
}

void resample_nearest(const struct resample *r, const int voxel[3], int n, int index[])
{
	for (int done = 0; done < n; done += RESAMPLE_BLOCK) {
		int part = n - done < RESAMPLE_BLOCK ? n - done : RESAMPLE_BLOCK;
		const int from[3] = { voxel[0] + done, voxel[1], voxel[2] };

		if (r->aligned)
			nearest_aligned(r, from, part, index + done);
		else
			nearest_oblique(r, from, part, index + done);
	}
}
