/* Where outputs lie in the source, and which voxels are nearest. */
#include "num/resample_plan.h"

#include <math.h>

#include "num/simd.h"

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
