/* regions.components - the connected parts of a mask as regions. scipy's label, with limits of size. */
#include "regions.components.node.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "fmri/empty_write.h"
#include "img/facts.h"
#include "img/mask.h"
#include "num/components.h"
#include "regions/found.h"

/* A part, numbered from 1 in the order of first voxels. */
struct part { int number; long size; };

/* The sizes that regions may have, in voxels. */
struct limits { double least, most; };

/* What does not go together; where is the parameter. NULL: nothing. */
static const char *problem_of(const struct regions_components_params *p, const char **where)
{
	*where = "min_volume";
	if (p->min_voxels > 0 && p->has_min_volume)
		return "min_voxels and min_volume exclude each other";
	*where = "max_volume";
	return p->has_max_voxels && p->has_max_volume ? "max_voxels and max_volume exclude each other" : NULL;
}

/* Volumes give or take the rounding of the affine's entries. */
static struct limits limits_of(const struct regions_components_params *p, const struct grid *g)
{
	const double voxel = grid_voxel_mm3(g);

	return (struct limits){
		p->has_min_volume ? (1 - 1e-6) * p->min_volume_mm3 / voxel : (double)p->min_voxels,
		p->has_max_volume ? (1 + 1e-6) * p->max_volume_mm3 / voxel
		                  : p->has_max_voxels ? (double)p->max_voxels : (double)INFINITY,
	};
}

/* As it was given. */
static const char *limit_text(double voxels, bool is_volume, double mm3, struct arena *a)
{
	return is_volume ? arena_printf(a, "%.6g mm3 (%.3g voxels)", mm3, voxels) : arena_printf(a, "%.0f voxels", voxels);
}

static const char *limits_problem(const struct limits *l, const struct regions_components_params *p, struct arena *a)
{
	if (l->least <= l->most * (1 + 2e-6))
		return NULL;
	return arena_printf(a, "no size is right: regions must have %s or more, and %s or fewer",
	                    limit_text(l->least, p->has_min_volume, p->min_volume_mm3, a),
	                    limit_text(l->most, p->has_max_volume, p->max_volume_mm3, a));
}

static int compare_parts(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->size != y->size ? (x->size < y->size) - (x->size > y->size) : (x->number > y->number) - (x->number < y->number);
}

/* Those of the parts whose size is right, as they are to be numbered; *small and *large count the others. */
static int choose(struct part *kept, int n_part, const long *size, const struct limits *l, bool by_size, int *small, int *large)
{
	int n = 0;

	*small = *large = 0;
	for (int k = 1; k <= n_part; k++) {
		const double voxels = (double)size[k];

		*small += voxels < l->least;
		*large += voxels > l->most;
		if (voxels >= l->least && voxels <= l->most)
			kept[n++] = (struct part){ k, size[k] };
	}
	if (by_size && n > 0)
		qsort(kept, (size_t)n, sizeof *kept, compare_parts);
	return n;
}

/* label [grid_size] of parts from 1 on becomes regions from 0 on, -1 outside all. */
static void renumber(int *label, long size, int n_part, const struct part *kept, int n, struct arena *a)
{
	int *to = NEW_N(a, int, n_part + 1);

	for (int k = 0; k <= n_part; k++)
		to[k] = -1;
	for (int k = 0; k < n; k++)
		to[kept[k].number] = k;
	for (long v = 0; v < size; v++)
		label[v] = to[label[v]];
}

static void name_all(struct found *f, struct arena *a)
{
	const char **name = NEW_N(a, const char *, f->n + 1);
	int *value = NEW_N(a, int, f->n + 1);

	for (int k = 0; k < f->n; k++) {
		value[k] = k + 1;
		name[k] = arena_printf(a, "region %d", k + 1);
	}
	f->value = value;
	f->name = name;
}

static struct error *tell_none(struct node_env *env, struct out *out, const struct item *from, int n_part, const long *size,
                               const struct limits *l)
{
	long most = 0;

	if (n_part == 0)
		return empty_write(env, out, from, "regions.components", "there are no regions: the mask given is empty");
	for (int k = 1; k <= n_part; k++)
		most = size[k] > most ? size[k] : most;
	return empty_write(env, out, NULL, "regions.components", "there are no regions: of %d connected part%s, of at most %ld "
	                   "voxels, none has %.6g or more%s", n_part, n_part == 1 ? "" : "s", most, l->least,
	                   isfinite(l->most) ? arena_printf(env->arena, " and %.6g or fewer", l->most) : "");
}

static const char *left_out(int small, int large, const struct limits *l, struct arena *a)
{
	const char *text = "";

	if (small)
		text = arena_printf(a, "; %d of fewer than %.6g voxels %s left out", small, l->least, small == 1 ? "is" : "are");
	if (large)
		text = arena_printf(a, "%s; %d of more than %.6g voxels %s left out", text, large, l->most, large == 1 ? "is" : "are");
	return text;
}

struct error *regions_components_run(struct node_env *env, const struct regions_components_params *params,
                                     const struct regions_components_inputs *in, const struct regions_components_outputs *out)
{
	static const enum components_touch touch[] = { COMPONENTS_FACES, COMPONENTS_EDGES, COMPONENTS_CORNERS };
	const char *where, *problem = problem_of(params, &where);
	struct arena *a = env->arena;
	struct mask m;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(mask_read_any(&m, in->mask, NULL, NULL, a));
	const struct limits l = limits_of(params, &m.grid);
	const long n_voxel = grid_size(&m.grid);
	int *label = arena_alloc(a, (size_t)n_voxel, sizeof *label), small, large;
	int n_part = components_label(m.inside, m.grid.n, touch[params->neighbours], label, a);
	long *size = NEW_N(a, long, n_part + 1);
	struct part *kept = NEW_N(a, struct part, n_part + 1);
	struct found f = { .grid = &m.grid, .region = label };

	components_sizes(n_voxel, label, n_part, size);
	f.n = choose(kept, n_part, size, &l, params->order == REGIONS_COMPONENTS_ORDER_SIZE, &small, &large);
	renumber(label, n_voxel, n_part, kept, f.n, a);
	name_all(&f, a);
	if (f.n == 0)
		TRY(tell_none(env, out->labels, in->mask, n_part, size, &l));
	else
		found_note(&f, env, left_out(small, large, &l, a));
	return found_write(&f, out->labels, out->table, a);
}

struct error *regions_components_shape(struct shape *s, const struct regions_components_params *params)
{
	const char *where, *problem = problem_of(params, &where);
	struct image_facts im;
	struct limits l;

	if (problem)
		shape_error(s, where, "%s", problem);
	if (!image_facts_from(&im, shape_in(s, "mask"), s->arena))
		return NULL;
	if (im.n_vol > 1)
		shape_error(s, "mask", "the mask has %d volumes, must have one", im.n_vol);
	l = limits_of(params, &im.grid);
	problem = problem ? NULL : limits_problem(&l, params, s->arena);
	if (problem)
		shape_error(s, params->has_min_volume ? "min_volume" : "min_voxels", "%s", problem);
	found_shape(s, &im.grid);
	return NULL;
}
