/* Data become what is fitted: percent of a mean, centred where the design can make a constant. */
#include <math.h>

#include "num/glm_fit_inside.h"

typedef long long lanes_bits __attribute__((vector_size(64), aligned(8), may_alias));

/* The sums of LANES series, and where some value is not the first. */
NUM_CLONES static void look(int n_row, size_t stride, const double *y, double *sum, long long *differs)
{
	const lanes_double first = *(const lanes_double *)y;
	lanes_double total = { 0 };
	lanes_bits other = { 0 };

	for (int t = 0; t < n_row; t++, y += stride) {
		lanes_double x = *(const lanes_double *)y;

		total += x;
		other |= x != first;
	}
	*(lanes_double *)sum = total;
	*(lanes_bits *)differs = other;
}

/* y = (y - shift) factor where keep has all bits, else 0. */
NUM_CLONES static void change(int n_row, size_t stride, double *y, const double *shift, const double *factor,
                              const long long *keep)
{
	const lanes_double s = *(const lanes_double *)shift, f = *(const lanes_double *)factor;
	const lanes_bits k = *(const lanes_bits *)keep;

	for (int t = 0; t < n_row; t++, y += stride)
		*(lanes_double *)y = (lanes_double)((lanes_bits)((*(lanes_double *)y - s) * f) & k);
}

/* How one series is scaled. */
static enum glm_voxel scale_of(const struct glm_fit *f, double sum, bool differs, double *shift, double *factor,
                               double *offset)
{
	double mean = sum / f->m->n_row, to = f->o.mean > 0 ? f->o.mean : mean;

	if (f->o.compat)
		to = to > 1 ? to : 1;
	*factor = f->o.percent ? 100 / to : 1;
	*shift = f->centre ? mean : f->o.percent ? to : 0;
	*offset = !f->centre ? 0 : f->o.percent ? (mean - to) * *factor : mean;
	if (!isfinite(sum))
		return GLM_NOT_FINITE;
	if (!differs)
		return GLM_CONSTANT;
	return f->o.percent && !(to > 0) ? GLM_NO_MEAN : GLM_FITTED;
}

void glm_fit_scale(const struct glm_fit *f, int n, double *y, double *offset, unsigned char *kind)
{
	double sum[LANES], shift[LANES], factor[LANES];
	long long differs[LANES], keep[LANES];

	for (int first = 0; first < n; first += LANES) {
		look(f->m->n_row, (size_t)f->stride, y + first, sum, differs);
		for (int k = 0; k < LANES; k++) {
			enum glm_voxel is = scale_of(f, sum[k], differs[k] != 0, &shift[k], &factor[k], &offset[first + k]);

			keep[k] = is == GLM_FITTED ? -1 : 0;
			offset[first + k] = keep[k] ? offset[first + k] : 0;
			kind[first + k] = (unsigned char)is;
		}
		change(f->m->n_row, (size_t)f->stride, y + first, shift, factor, keep);
	}
}

bool glm_fit_centres(const struct glm_fit *f)
{
	return f->centre;
}

NUM_CLONES static void weighted_sum(int n_row, size_t stride, const double *weight, const double *y, double *sum)
{
	lanes_double total = { 0 };

	for (int t = 0; t < n_row; t++, y += stride)
		total += weight[t] * *(const lanes_double *)y;
	*(lanes_double *)sum = total;
}

void glm_fit_residual_sum(const struct glm_fit *f, int n, double *y, double *sum, unsigned char *kind)
{
	glm_fit_scale(f, n, y, sum, kind);
	for (int first = 0; first < n; first += LANES)
		weighted_sum(f->m->n_row, (size_t)f->stride, f->left, y + first, sum + first);
}
