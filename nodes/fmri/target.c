#include "fmri/target.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "num/resample.h"

static struct error *check_affine(const struct target *t)
{
	static const double last[4] = { 0, 0, 0, 1 };

	if (t->n_affine != 9 && t->n_affine != 12 && t->n_affine != 16)
		return error_new(ERR_USER, "the affine has %d numbers, must have 9 (3 x 3, no place), 12 (3 x 4) or 16 (4 x 4), "
		                 "row by row", t->n_affine);
	for (int e = 0; e < t->n_affine; e++)
		if (!isfinite(t->affine[e]))
			return error_new(ERR_USER, "number %d of the affine is not finite", e + 1);
	if (t->n_affine == 16 && memcmp(t->affine + 12, last, sizeof last) != 0)
		return error_new(ERR_USER, "the last row of the affine is %g %g %g %g, must be 0 0 0 1", t->affine[12],
		                 t->affine[13], t->affine[14], t->affine[15]);
	return NULL;
}

static struct error *check_together(const struct target *t)
{
	if (t->n_affine && t->n_voxel)
		return error_new(ERR_USER, "both affine and voxel are given, must be one of them");
	if (t->n_shape && t->n_voxel)
		return error_new(ERR_USER, "both shape and voxel are given: voxel keeps the field of view, which makes the shape");
	if (t->n_shape && !t->n_affine)
		return error_new(ERR_USER, "shape is given without affine: voxels need a place in the world");
	if (t->n_shape && t->n_shape != 3)
		return error_new(ERR_USER, "the shape has %d numbers, must have 3", t->n_shape);
	if (t->n_shape && t->n_affine == 9)
		return error_new(ERR_USER, "shape is given with an affine of 9 numbers, which has no place: give 12, or leave out "
		                 "shape for the box around the image");
	if (t->n_voxel && t->n_voxel != 1 && t->n_voxel != 3)
		return error_new(ERR_USER, "voxel has %d numbers, must have 1 or 3", t->n_voxel);
	return NULL;
}

/* Lowest and highest coordinate along each axis of `to` over the corner voxel centres of a grid; false when `to` has no
 * inverse. */
static bool corners(const struct grid *from, const double to[3][4], double low[3], double high[3])
{
	double p[3][3], b[3];

	if (!resample_map(to, from->affine, p, b))
		return false;
	for (int corner = 0; corner < 8; corner++)
		for (int d = 0; d < 3; d++) {
			double y = 0;

			for (int e = 0; e < 3; e++)
				y += p[d][e] * (corner >> e & 1 ? from->n[e] - 1 : 0);
			y += b[d];
			low[d] = corner == 0 || y < low[d] ? y : low[d];
			high[d] = corner == 0 || y > high[d] ? y : high[d];
		}
	return true;
}

static struct error *set_size(struct grid *out, const double n[3])
{
	for (int d = 0; d < 3; d++)
		if (!(n[d] >= 1 && n[d] == floor(n[d])))
			return error_new(ERR_USER, "the shape is %g %g %g, must be three whole numbers of at least 1", n[0], n[1], n[2]);
	if (!(n[0] * n[1] * n[2] <= INT_MAX))
		return error_new(ERR_USER, "the new grid has %.10g x %.10g x %.10g voxels, must have less than 2^31 in all", n[0],
		                 n[1], n[2]);
	for (int d = 0; d < 3; d++)
		out->n[d] = (int)n[d];
	return NULL;
}

static struct error *from_affine(struct grid *out, const struct grid *from, const struct target *t)
{
	/* Rounding of the map shall not add a plane of voxels. */
	double low[3], high[3], n[3], tolerance = t->compat ? 0 : 1e-6;
	int columns = t->n_affine == 9 ? 3 : 4;

	memset(out->affine, 0, sizeof out->affine);
	for (int e = 0; e < 3 * columns; e++)
		out->affine[e / columns][e % columns] = t->affine[e];
	if (!corners(from, out->affine, low, high))
		return error_new(ERR_USER, "the affine has no inverse: its columns do not span space");
	if (t->n_shape)
		return set_size(out, t->shape);
	if (t->n_affine == 9) {
		double origin[3];

		affine_apply(out->affine, low, origin);
		for (int d = 0; d < 3; d++) {
			out->affine[d][3] = origin[d];
			high[d] -= low[d];
		}
	}
	for (int d = 0; d < 3; d++) {
		if (high[d] < 0)
			return error_new(ERR_DATA, "the image ends before the affine's first voxel along its axis %d: no voxel would "
			                 "be in both", d);
		n[d] = ceil(high[d] - tolerance) + 1;
	}
	return set_size(out, n);
}

static struct error *from_voxel(struct grid *out, const struct grid *from, const struct target *t)
{
	double mm[3], n[3];

	grid_voxel_mm(from, mm);
	memcpy(out->affine, from->affine, sizeof out->affine);
	for (int d = 0; d < 3; d++) {
		double size = t->voxel_mm[t->n_voxel == 3 ? d : 0], ratio = size / mm[d], shift;

		if (!(size > 0 && isfinite(size)))
			return error_new(ERR_USER, "the voxel is %g mm, must be more than 0", size);
		n[d] = fmax(1, ceil(from->n[d] / ratio - 1e-3));
		/* From the middle of the field half a field back, in voxels of the image. */
		shift = (from->n[d] - 1) / 2.0 - (n[d] - 1) / 2 * ratio;
		for (int row = 0; row < 3; row++) {
			out->affine[row][3] += from->affine[row][d] * shift;
			out->affine[row][d] = from->affine[row][d] * ratio;
		}
	}
	return set_size(out, n);
}

struct error *target_grid(struct grid *out, const struct grid *from, const struct target *t)
{
	*out = *from;
	TRY(check_together(t));
	if (t->n_voxel)
		return from_voxel(out, from, t);
	if (!t->n_affine)
		return NULL;
	TRY(check_affine(t));
	return from_affine(out, from, t);
}

struct error *target_overlap(const struct grid *to, const struct grid *from)
{
	double low[3], high[3];

	if (!corners(to, from->affine, low, high))
		return NULL;
	for (int d = 0; d < 3; d++)
		if (high[d] < -0.5 || low[d] > from->n[d] - 0.5)
			return error_new(ERR_DATA, "the new grid lies outside the image: along the image's axis %d from voxel %.4g to %.4g, "
			                 "the image has 0 to %d", d, low[d], high[d], from->n[d] - 1);
	return NULL;
}
