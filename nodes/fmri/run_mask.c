#include "fmri/run_mask.h"

#include <string.h>

#include "base/arena.h"
#include "fmri/mask_facts.h"
#include "img/facts.h"
#include "node/shape.h"
#include "num/resample.h"

static struct error *on_one_grid(const struct grid *mask, const struct grid *g, const struct run_mask_options *o)
{
	struct error *e = grid_check(mask, "the mask", g, "bold"), *told;

	if (!e)
		return NULL;
	told = error_new(e->code, "%s; %s", e->text, o->fix);
	error_free(e);
	return told;
}

/* The nearest voxels of m at those of g. */
static struct error *onto(struct mask *out, const struct mask *m, const struct grid *g, bool compat, struct arena *a)
{
	struct resample *r = resample_new(m->grid.n, m->grid.affine, g->n, g->affine, RESAMPLE_NEAREST,
	                                  compat ? RESAMPLE_FILL : RESAMPLE_CLAMP, 0, a);
	unsigned char *inside = NEW_N(a, unsigned char, grid_size(g)), *line = inside;
	int *from = NEW_N(a, int, g->n[0]);

	if (!r)
		return error_new(ERR_DATA, "the affine of the mask or of bold has no inverse: they cannot be brought together");
	for (int k = 0; k < g->n[2]; k++)
		for (int j = 0; j < g->n[1]; j++, line += g->n[0]) {
			resample_nearest(r, (int[3]){ 0, j, k }, g->n[0], from);
			for (int i = 0; i < g->n[0]; i++)
				line[i] = from[i] >= 0 && m->inside[from[i]];
		}
	mask_of(out, g, inside, a);
	if (out->n == 0)
		return error_new(ERR_DATA, "none of the %d voxels of the mask (%s) lies inside bold (%s)", m->n,
		                 grid_text(&m->grid, a), grid_text(g, a));
	return NULL;
}

struct error *run_mask_read(struct mask *out, const struct item *it, const struct grid *g,
                            const struct run_mask_options *o, struct arena *a)
{
	struct mask own;

	TRY(mask_read(&own, it, NULL, "bold", a));
	*out = own;
	if (o->resampling == RUN_RESAMPLING_NONE)
		TRY(on_one_grid(&own.grid, g, o));
	if (o->resampling == RUN_RESAMPLING_DATA && !grid_same(&own.grid, g))
		return onto(out, &own, g, o->compat, a);
	if (grid_same(&own.grid, g))
		out->grid = *g;
	return NULL;
}

int run_mask_check(struct mask *out, struct shape *s, const struct grid *g, const struct run_mask_options *o,
                   struct grid *grid)
{
	const struct item *it = shape_item(s, "mask");
	struct image_facts f;
	struct error *e = NULL;
	int n = mask_facts_check(s, "mask", NULL, "bold");
	bool known = image_facts_from(&f, shape_in(s, "mask"), s->arena) && f.n_vol == 1;

	*grid = *g;
	if (known && o->resampling == RUN_RESAMPLING_NONE)
		e = on_one_grid(&f.grid, g, o);
	if (known && o->resampling == RUN_RESAMPLING_MASK)
		*grid = f.grid;
	if (it && n >= 0 && !e) {
		e = run_mask_read(out, it, g, o, s->arena);
		n = e ? -1 : out->n;
		*grid = e ? *grid : out->grid;
	}
	if (e)
		shape_error(s, "mask", "%s", e->text);
	error_free(e);
	return n;
}

void run_mask_crop(struct mask *out, const struct mask *m, struct arena *a)
{
	struct grid box = m->grid;
	int low[3] = { box.n[0], box.n[1], box.n[2] }, high[3] = { -1, -1, -1 }, at[3];

	for (int v = 0; v < m->n; v++) {
		grid_voxel(&m->grid, m->index[v], at);
		for (int d = 0; d < 3; d++) {
			low[d] = at[d] < low[d] ? at[d] : low[d];
			high[d] = at[d] > high[d] ? at[d] : high[d];
		}
	}
	for (int d = 0; d < 3; d++) {
		low[d] -= low[d] > 0;
		high[d] += high[d] < m->grid.n[d] - 1;
		box.n[d] = high[d] - low[d] + 1;
	}
	for (int d = 0; d < 3; d++)
		box.affine[d][3] += (box.affine[d][0] * low[0] + box.affine[d][1] * low[1]) + box.affine[d][2] * low[2];
	unsigned char *inside = NEW_N(a, unsigned char, grid_size(&box));

	for (int v = 0; v < m->n; v++) {
		grid_voxel(&m->grid, m->index[v], at);
		inside[grid_index(&box, at[0] - low[0], at[1] - low[1], at[2] - low[2])] = 1;
	}
	mask_of(out, &box, inside, a);
}
