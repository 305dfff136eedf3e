#include "fmri/mask_made.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/epi_mask.h"
#include "fmri/volumes.h"
#include "node/node.h"

static struct error *of_background(unsigned char *inside, double *mean, const struct grid *g, struct arena *a)
{
	background_mask(mean, g, 2, inside, a);
	return NULL;
}

static struct error *of_epi(unsigned char *inside, double *mean, const struct grid *g, struct arena *a)
{
	const struct epi_cut cut = { .lower = 0.2, .upper = 0.85 };
	double threshold;

	epi_smooth(mean, g->n, a);
	for (long v = 0; v < grid_size(g); v++)
		mean[v] = isfinite(mean[v]) ? mean[v] : 0;
	TRY(epi_threshold(&threshold, grid_size(g), mean, &cut, a));
	for (long v = 0; v < grid_size(g); v++)
		inside[v] = mean[v] >= threshold;
	morph_tidy(inside, g->n, 2, true, a);
	return NULL;
}

struct error *mask_made(struct mask *out, const struct image *im, enum mask_strategy strategy, struct node_env *env)
{
	static struct error *(*const make[])(unsigned char *, double *, const struct grid *, struct arena *) = {
		[MASK_STRATEGY_BACKGROUND] = of_background, [MASK_STRATEGY_EPI] = of_epi,
	};
	long size = grid_size(&im->grid);
	unsigned char *inside = NEW_N(env->arena, unsigned char, size);
	double *mean = arena_alloc(env->arena, (size_t)size, sizeof *mean);

	image_mean_over_time(im, mean, env->n_threads, env->arena);
	TRY(make[strategy](inside, mean, &im->grid, env->arena));
	mask_of(out, &im->grid, inside, env->arena);
	if (out->n == 0)
		return error_new(ERR_DATA, "no voxel of bold is inside the mask made of it (mask_strategy: %s): give a mask",
		                 strategy == MASK_STRATEGY_EPI ? "epi" : "background, what differs from the border");
	return NULL;
}
