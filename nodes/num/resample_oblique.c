/* Lattices that are turned against each other: 64 (or 8) coefficients around each output, and nearest voxels. */
#include "num/resample_plan.h"

#include <math.h>

#include "num/simd.h"

typedef double four __attribute__((vector_size(32), aligned(8), may_alias));

/* A row of outputs: the first tap of each and the weights of its four taps, along each axis of the source. */
struct taps {
	int first[RESAMPLE_BLOCK];
	double weight[RESAMPLE_BLOCK][4];
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

/* Taps f - 1 .. f + 2 of coefficients that begin one below the source; what is outside gets some inside. */
NUM_CLONES static void cubic_taps(int n, const double *c, struct taps *t)
{
	int *first = t->first;
	double (*weight)[4] = t->weight;
	const double sixth = 1.0 / 6;

	for (int o = 0; o < n; o++) {
		double x = c[o] < 0 ? 0 : c[o];
		int f = (int)x;
		double d = x - f, u = 1 - d, w0 = u * u * u * sixth, w1 = (d * d * (d - 2) * 3 + 4) * sixth;
		double w2 = (u * u * (u - 2) * 3 + 4) * sixth;

		first[o] = f;
		weight[o][0] = w0;
		weight[o][1] = w1;
		weight[o][2] = w2;
		weight[o][3] = 1 - w0 - w1 - w2;
	}
}

/* The same four taps, of which those at the ends are 0. */
NUM_CLONES static void linear_taps(int n, const double *c, struct taps *t)
{
	int *first = t->first;
	double (*weight)[4] = t->weight;

	for (int o = 0; o < n; o++) {
		double x = c[o] < 0 ? 0 : c[o];

		first[o] = (int)x;
		weight[o][0] = weight[o][3] = 0;
		weight[o][2] = x - first[o];
		weight[o][1] = 1 - weight[o][2];
	}
}

/* The sum over taps from .. to - 1 along j and k, and all four along i. */
static inline __attribute__((always_inline)) double sum_taps(const struct taps t[3], int o, long row, long plane,
                                                             const double *coefficient, int from, int to)
{
	const double *base = coefficient + t[0].first[o] + row * t[1].first[o] + plane * t[2].first[o];
	const double *wi = t[0].weight[o], *wj = t[1].weight[o], *wk = t[2].weight[o];
	four sum = { 0 };

	for (int k = from; k < to; k++) {
		four part = { 0 };

		for (int j = from; j < to; j++)
			part += *(const four *)(base + row * j + plane * k) * wj[j];
		sum += part * wk[k];
	}
	sum *= *(const four *)wi;
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

NUM_CLONES static void oblique_row(const struct resample *r, const double *coefficient, int n,
                                   double c[3][RESAMPLE_BLOCK], float *out)
{
	long row = r->n_in[0] + RESAMPLE_PAD, plane = row * (r->n_in[1] + RESAMPLE_PAD);
	bool cubic = r->kind == RESAMPLE_CONTINUOUS;
	struct taps t[3];

	for (int d = 0; d < 3; d++)
		if (cubic)
			cubic_taps(n, c[d], &t[d]);
		else
			linear_taps(n, c[d], &t[d]);
	for (int o = 0; o < n; o++) {
		double v;

		if (c[0][o] < 0 || c[1][o] < 0 || c[2][o] < 0)
			continue;
		v = cubic ? sum_taps(t, o, row, plane, coefficient, 0, 4) : sum_taps(t, o, row, plane, coefficient, 1, 3);
		v = v < r->low ? r->low : v;
		out[o] = (float)(v > r->high ? r->high : v);
	}
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
