#include "stats/map.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/mask_facts.h"
#include "fmri/volumes.h"
#include "img/image.h"
#include "img/mask.h"
#include "node/node.h"
#include "node/shape.h"

/* How many voxels inside are no number; they become 0. */
static long clean(struct stat_map *m)
{
	long n = 0;

	for (long v = 0; v < grid_size(&m->grid); v++) {
		bool inside = !m->inside || m->inside[v];

		n += inside && !isfinite(m->x[v]);
		if (!inside || !isfinite(m->x[v]))
			m->x[v] = 0;
	}
	return n;
}

static void tell(struct node_env *env, long n, bool masked)
{
	if (n > 0)
		node_note(env, "%ld voxel%s%s %s NaN or infinite and count%s as 0", n, n == 1 ? "" : "s",
		          masked ? " inside the mask" : "", n == 1 ? "is" : "are", n == 1 ? "s" : "");
}

/* Which voxels count as tests; x still has its NaN. */
static void choose(struct stat_map *m, enum stat_tested tested, struct arena *a)
{
	const long size = grid_size(&m->grid);

	m->tested = arena_alloc(a, (size_t)size, 1);
	if (!m->inside && tested == STAT_TESTED_BACKGROUND)
		background_mask(m->x, &m->grid, 2, m->tested, a);
	else
		for (long v = 0; v < size; v++)
			m->tested[v] = m->inside ? m->inside[v] : isfinite(m->x[v]) && m->x[v] != 0;
	for (long v = 0; v < size; v++)
		m->n_tested += m->tested[v];
}

static struct error *read(struct stat_map *m, const struct image *im, const struct item *mask, struct arena *a)
{
	struct mask inside;

	TRY(image_need_3d(im, "the image"));
	m->grid = im->grid;
	m->is_float = im->type == IMAGE_FLOAT32 && im->slope == 1 && im->inter == 0;
	m->x = arena_alloc(a, (size_t)grid_size(&m->grid), sizeof *m->x);
	image_volume_double(im, 0, NONFINITE_KEEP, m->x);
	if (mask) {
		TRY(mask_read(&inside, mask, &m->grid, "the image", a));
		m->inside = inside.inside;
	}
	return NULL;
}

struct error *stat_map_read(struct stat_map *out, const struct item *image, const struct item *mask,
                            enum stat_tested tested, struct node_env *env)
{
	struct image im;
	struct error *e;

	*out = (struct stat_map){ 0 };
	TRY(image_of(&im, image, env->arena));
	e = read(out, &im, mask, env->arena);
	image_close(&im);
	if (e)
		return e;
	choose(out, tested, env->arena);
	tell(env, clean(out), mask != NULL);
	return NULL;
}

struct error *stat_map_need_tests(const struct stat_map *m, enum stat_tested tested)
{
	if (m->n_tested > 0)
		return NULL;
	return error_new(ERR_DATA, tested == STAT_TESTED_BACKGROUND
	                 ? "no voxel of the image differs from the median of its border, so that there are no tests: give a mask"
	                 : "all voxels of the image are 0 or no numbers, so that there are no tests");
}

double stat_map_least_voxels(const struct stat_map *m, double voxels, bool has_volume, double mm3)
{
	return has_volume ? (1 - 1e-6) * mm3 / grid_voxel_mm3(&m->grid) : voxels;
}

double stat_map_threshold(const struct stat_map *m, double threshold)
{
	return m->is_float ? (float)threshold : threshold;
}

bool stat_map_check(struct image_facts *im, struct shape *s)
{
	if (!image_facts_from(im, shape_in(s, "image"), s->arena))
		return false;
	if (im->n_vol > 1)
		shape_error(s, "image", "image has %d volumes, must have one", im->n_vol);
	mask_facts_check(s, "mask", &im->grid, "the image");
	return im->n_vol == 1;
}
