/* Lattices that are turned against each other: 64 (or 8) coefficients around each output, and nearest voxels. */
#include "num/resample_plan.h"

#include <math.h>
#include <string.h>

#include "num/simd.h"

typedef double four __attribute__((vector_size(32), aligned(8), may_alias));

/* A row of outputs inside: which, where their first coefficient is, and the weights of the taps along each axis. */
struct taps {
	int n;
	int output[RESAMPLE_BLOCK];
	long at[RESAMPLE_BLOCK];
	four weight[3][RESAMPLE_BLOCK];
};

static inline __attribute__((always_inline)) double place(const struct resample *r, double last, double c)
{
	if (r->edge == RESAMPLE_FILL)
		return c >= 0 && c <= last ? c : -1;
	double half = rint(2 * c) / 2;

	c = fabs(c - half) < 1e-9 ? half : c;
	if (!(c >= -0.5 && c <= last + 0.5))
		return -1;
	return c < 0 ? 0 : c > last ? last : c;
}

double resample_place(const struct resample *r, int axis, double c)
{
	return place(r, r->n_in[axis] - 1, c);
}

NUM_CLONES void resample_places(const struct resample *r, const int voxel[3], int n, double c[3][RESAMPLE_BLOCK])
{
	for (int d = 0; d < 3; d++) {
		double last = r->n_in[d] - 1, j = r->p[d][1] * voxel[1], k = r->p[d][2] * voxel[2];

		for (int o = 0; o < n; o++)
			c[d][o] = place(r, last, ((r->p[d][0] * (voxel[0] + o) + j) + k) + r->b[d]);
	}
}

/* Both have taps f - 1 .. f + 2, so that one loop serves: linear weights are 0 at the ends. */
static inline __attribute__((always_inline)) void set_weights(bool cubic, double t, four *w)
{
	double u = 1 - t;

	if (!cubic) {
		*w = (four){ 0, u, t, 0 };
		return;
	}
	double w1 = (t * t * (t - 2) * 3 + 4) / 6, w2 = (u * u * (u - 2) * 3 + 4) / 6, w0 = u * u * u / 6;

	*w = (four){ w0, w1, w2, 1 - w0 - w1 - w2 };
}

static inline __attribute__((always_inline)) void find_taps(const struct resample *r, int n,
                                                            double c[3][RESAMPLE_BLOCK], struct taps *taps)
{
	long ni = r->n_in[0] + RESAMPLE_PAD, nj = r->n_in[1] + RESAMPLE_PAD;
	bool cubic = r->kind == RESAMPLE_CONTINUOUS;

	taps->n = 0;
	for (int o = 0; o < n; o++) {
		int f[3];

		if (c[0][o] < 0 || c[1][o] < 0 || c[2][o] < 0)
			continue;
		for (int d = 0; d < 3; d++) {
			f[d] = (int)c[d][o];
			set_weights(cubic, c[d][o] - f[d], &taps->weight[d][taps->n]);
		}
		taps->at[taps->n] = f[0] + ni * (f[1] + nj * f[2]);
		taps->output[taps->n++] = o;
	}
}

/* The sum over taps first .. last - 1 along j and k, and all four along i. */
static inline __attribute__((always_inline)) double sum_taps(const struct resample *r, const struct taps *taps, int x,
                                                             const double *coefficient, int first, int last)
{
	long ni = r->n_in[0] + RESAMPLE_PAD, nj = r->n_in[1] + RESAMPLE_PAD;
	const double *base = coefficient + taps->at[x];
	four sum = { 0 };

	for (int k = first; k < last; k++) {
		four row = { 0 };

		for (int j = first; j < last; j++)
			row += *(const four *)(base + ni * (j + nj * k)) * taps->weight[1][x][j];
		sum += row * taps->weight[2][x][k];
	}
	sum *= taps->weight[0][x];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

NUM_CLONES static void oblique_row(const struct resample *r, const double *coefficient, int n,
                                   double c[3][RESAMPLE_BLOCK], float *out)
{
	struct taps taps;

	find_taps(r, n, c, &taps);
	for (int x = 0; x < taps.n; x++) {
		double v = r->kind == RESAMPLE_CONTINUOUS ? sum_taps(r, &taps, x, coefficient, 0, 4)
		                                          : sum_taps(r, &taps, x, coefficient, 1, 3);

		v = v < r->low ? r->low : v;
		out[taps.output[x]] = (float)(v > r->high ? r->high : v);
	}
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
