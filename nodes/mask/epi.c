/* mask.epi - the head in an EPI image: what is brighter than the least dense place of its histogram.
 *
 * The mean over time, smoothed by one voxel when there is an opening to follow, is cut in the widest gap between its
 * sorted voxels. nilearn's compute_epi_mask; a heuristic of T. Nichols. */
#include "mask.epi.node.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/epi_mask.h"
#include "fmri/mask_finish.h"
#include "fmri/volumes.h"
#include "img/facts.h"
#include "img/image.h"
#include "num/gauss.h"

/* compat: nilearn averages float images in float, and smooths single volumes of integers in float. */
static bool is_single(const struct image *im)
{
	if (im->slope != 1 || im->inter != 0)
		return false;
	return im->type == IMAGE_FLOAT32 || (im->n_vol == 1 && image_type_bytes(im->type) <= 4);
}

/* The mean over time with sums in float. */
static void mean_single(const struct image *im, float *mean, struct arena *a)
{
	long size = grid_size(&im->grid);
	float *x = arena_alloc(a, (size_t)size, sizeof *x);

	image_volume(im, 0, NONFINITE_KEEP, mean);
	for (int t = 1; t < im->n_vol; t++) {
		image_volume(im, t, NONFINITE_KEEP, x);
		for (long v = 0; v < size; v++)
			mean[v] += x[v];
	}
	for (long v = 0; v < size; v++)
		mean[v] /= (float)im->n_vol;
}

/* Smoothed by one voxel, stored as float after each pass. */
static void smooth_single(float *x, const int n[3], struct arena *a)
{
	const double identity[3][4] = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } }, one[3] = { 1, 1, 1 };
	double sigma[3];

	gauss_sigma(identity, one, sigma);
	struct gauss *g = gauss_new(n, sigma, a);
	float *work = arena_alloc(a, gauss_work_size(g), sizeof *work);

	gauss_smooth(g, &(struct gauss_source){ .n_vol = 1, .voxel = x, .slope = 1 }, 0, x, work);
}

static void prepare_single(const struct image *im, bool smooth, double *mean, struct arena *a)
{
	long size = grid_size(&im->grid);
	float *x = arena_alloc(a, (size_t)size, sizeof *x), *smoothed = arena_alloc(a, (size_t)size, sizeof *smoothed);

	mean_single(im, x, a);
	for (long v = 0; v < size; v++)
		smoothed[v] = x[v];
	if (smooth)
		smooth_single(smoothed, im->grid.n, a);
	for (long v = 0; v < size; v++)
		mean[v] = isnan(x[v]) ? (double)NAN : smoothed[v];
}

static bool any_finite(const double *x, long n)
{
	for (long v = 0; v < n; v++)
		if (isfinite(x[v]))
			return true;
	return false;
}

/* What is not finite becomes 0, or NaN when it is to take no part. */
static void settle(double *x, long n, bool ensure_finite)
{
	for (long v = 0; v < n; v++)
		if (!isfinite(x[v]))
			x[v] = ensure_finite ? 0 : (double)NAN;
}

/* The mean over time, smoothed when an opening follows. */
static struct error *prepare(const struct image *im, bool single, bool smooth, double *mean, struct node_env *env)
{
	if (single)
		prepare_single(im, smooth, mean, env->arena);
	else
		image_mean_over_time(im, mean, env->n_threads, env->arena);
	if (!any_finite(mean, grid_size(&im->grid)))
		return error_new(ERR_DATA, "no voxel of the image is a number: all are NaN or infinite in some volume");
	if (!single && smooth)
		epi_smooth(mean, im->grid.n, env->arena);
	return NULL;
}

static struct error *make(struct node_env *env, const struct image *im, const struct mask_epi_params *params,
                          const char *path)
{
	const struct mask_finish finish = { params->opening, params->connected, "no voxel reaches the threshold",
	                                    "every voxel is inside" };
	long size = grid_size(&im->grid);
	bool single = params->compat == MASK_EPI_COMPAT_NILEARN && is_single(im);
	const struct epi_cut cut = { params->lower_cutoff, params->upper_cutoff, params->exclude_zeros, single };
	double *mean = arena_alloc(env->arena, (size_t)size, sizeof *mean), threshold;
	unsigned char *inside = arena_alloc(env->arena, (size_t)size, 1);

	TRY(prepare(im, single, params->opening > 0, mean, env));
	settle(mean, size, params->ensure_finite);
	TRY(epi_threshold(&threshold, size, mean, &cut, env->arena));
	for (long v = 0; v < size; v++)
		inside[v] = mean[v] >= threshold;
	return mask_finish(env, &finish, &im->grid, inside, path);
}

struct error *mask_epi_run(struct node_env *env, const struct mask_epi_params *params, const struct mask_epi_inputs *in,
                           const struct mask_epi_outputs *out)
{
	struct image im;
	struct error *e;

	TRY(image_of(&im, in->image, env->arena));
	e = make(env, &im, params, out_blob(out->mask, "image.nii"));
	image_close(&im);
	return e;
}

struct error *mask_epi_shape(struct shape *s, const struct mask_epi_params *params)
{
	struct image_facts im, mask;

	if (params->lower_cutoff >= params->upper_cutoff)
		shape_error(s, "lower_cutoff", "lower_cutoff is %g and upper_cutoff is %g: the lower one must be below the upper one",
		            params->lower_cutoff, params->upper_cutoff);
	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	mask_opening_check(s, params->opening, &im.grid);
	mask = image_facts_new(&im.grid, 1, 0, "uint8");
	shape_out(s, "mask", image_facts_to(&mask, s->arena));
	s->memory = im.bytes + 48 * grid_size(&im.grid) + (8 << 20);
	s->seconds = 1e-9 * (double)grid_size(&im.grid) * (im.n_vol + 200) + 0.005;
	return NULL;
}
