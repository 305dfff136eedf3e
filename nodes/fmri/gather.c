#include "fmri/gather.h"

#include <math.h>

#include "base/arena.h"
#include "node/shape.h"
#include "num/gauss.h"

static bool three(const struct fwhm *f, double mm[3])
{
	bool any = false;

	for (int d = 0; d < 3; d++) {
		mm[d] = f->n == 0 ? 0 : f->mm[f->n == 3 ? d : 0];
		any |= mm[d] > 0;
	}
	return any;
}

struct error *fwhm_gauss(struct gauss **out, const struct fwhm *f, const struct grid *g, struct arena *a)
{
	double mm[3], sigma[3];

	*out = NULL;
	if (f->n == 2)
		return error_new(ERR_USER,
		                 "the width of smoothing has 2 numbers, must be one, or one for each of the 3 axes");
	if (!three(f, mm))
		return NULL;
	gauss_sigma(g->affine, mm, sigma);
	for (int d = 0; d < 3; d++)
		if (gauss_radius(sigma[d]) < 0)
			return error_new(ERR_USER, "a width of %g mm is too wide for voxels of this size (at most %d of them)",
			                 mm[d],
			                 GAUSS_MAX_RADIUS);
	*out = gauss_new(g->n, sigma, a);
	return NULL;
}

bool gather_keeps_unsigned(const struct image *im)
{
	return (im->type == IMAGE_UINT8 || im->type == IMAGE_UINT16) && im->slope == 1 && im->inter == 0;
}

void gather_truncate(struct gauss *g, const struct image *im)
{
	if (g && gather_keeps_unsigned(im))
		gauss_truncate(g, im->type == IMAGE_UINT8 ? 255 : 65535);
}

void fwhm_check(struct shape *s, const struct fwhm *f, const struct grid *g, const char *where)
{
	struct gauss *gauss;
	struct error *e = fwhm_gauss(&gauss, f, g, s->arena);
	double mm[3], voxel[3];

	if (e)
		shape_error(s, where, "%s", e->text);
	error_free(e);
	grid_voxel_mm(g, voxel);
	three(f, mm);
	for (int d = 0; d < 3; d++) {
		if (mm[d] > 0.5 * g->n[d] * voxel[d] && g->n[d] > 1) {
			shape_warning(s, where, "a width of %g mm is more than half the image along axis %d (%g mm)", mm[d], d,
			              g->n[d] * voxel[d]);
			return;
		}
	}
}

bool gather_in_place(const struct image *im, struct gauss_source *source)
{
	*source = (struct gauss_source){ .voxel = image_floats(im, 0), .slope = im->slope, .inter = im->inter };
	if (!source->voxel) {
		if (im->type != IMAGE_INT16 || im->swapped || (uintptr_t)im->raw % sizeof(int16_t) != 0)
			return false;
		source->raw = (const int16_t *)(const void *)im->raw;
	}
	source->n_vol = im->n_vol;
	return true;
}

size_t gather_work(const struct gauss *g)
{
	return g ? gauss_work_size(g) : 0;
}

void gather_volume(const struct image *im, const struct gauss *g, int t, float *out, float *work)
{
	struct gauss_source src;

	if (g && gather_in_place(im, &src)) {
		gauss_smooth(g, &src, t, out, work);
		return;
	}
	image_volume(im, t, NONFINITE_ZERO, out);
	if (g)
		gauss_smooth(g, &(struct gauss_source){ .n_vol = 1, .voxel = out, .slope = 1 }, 0, out, work);
}
