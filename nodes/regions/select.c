/* regions.select - some of the regions of a label image: never by where a column happens to stand. */
#include "regions.select.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/empty_write.h"
#include "img/coords.h"
#include "img/facts.h"
#include "img/labels.h"
#include "regions/chosen.h"
#include "regions/found.h"

/* Which one way of choosing was given; the text is a problem, or NULL. */
static const char *ways_problem(const struct regions_select_params *p, bool has_image, bool has_at)
{
	const int n = (p->n_names > 0) + p->has_largest + p->has_peak + has_at;

	if (n != 1)
		return n ? "names, largest, peak and at exclude each other: one step can follow another"
		         : "nothing says which regions: give names, largest, peak or at";
	if (p->within_mm > 0 && !has_at)
		return "within is for at: how far from a position the nearest region may be";
	return p->has_peak && !has_image ? "peak needs an image, whose highest value in each region it is" : NULL;
}

static struct error *choose(struct chosen *c, const struct regions_select_params *p, const struct regions_select_inputs *in,
                            struct node_env *env)
{
	struct coords at;

	if (p->n_names > 0)
		return chosen_by_name(c, p->n_names, p->names, env->arena);
	if (p->has_largest || p->has_peak) {
		chosen_first(c, p->has_largest ? p->largest : p->peak, p->has_peak, env);
		return NULL;
	}
	TRY(coords_read(&at, in->at, env->arena));
	return chosen_at(c, &at, p->within_mm, env);
}

/* Regions that were not chosen become -1, the others their places among the chosen ones. */
static void keep(struct found *f, const struct chosen *c, struct arena *a)
{
	const struct labels *l = c->labels;
	int *to = NEW_N(a, int, l->n + 1), *value = NEW_N(a, int, l->n + 1), *region;
	const char **name = NEW_N(a, const char *, l->n + 1);
	double *peak = c->peak ? NEW_N(a, double, l->n + 1) : NULL;
	const long size = grid_size(&l->grid);

	region = arena_alloc(a, (size_t)size, sizeof *region);
	*f = (struct found){ .grid = &l->grid, .value = value, .name = name, .peak = peak, .region = region };
	for (int k = 0; k < l->n; k++) {
		to[k] = c->is[k] ? f->n : -1;
		if (!c->is[k])
			continue;
		value[f->n] = l->value[k];
		name[f->n] = c->name[k];
		if (peak)
			peak[f->n] = c->peak[k];
		f->n++;
	}
	names_tell_apart(name, f->n, value, a);
	for (long v = 0; v < size; v++)
		region[v] = l->region[v] < 0 ? -1 : to[l->region[v]];
}

struct error *regions_select_run(struct node_env *env, const struct regions_select_params *params,
                                 const struct regions_select_inputs *in, const struct regions_select_outputs *out)
{
	const char *problem = ways_problem(params, in->image != NULL, in->at != NULL);
	struct labels l;
	struct chosen c;
	struct found f;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(labels_read_any(&l, in->regions, env->arena));
	TRY(chosen_new(&c, &l, in->image, env->arena));
	if (l.n > 0)
		TRY(choose(&c, params, in, env));
	keep(&f, &c, env->arena);
	if (l.n == 0)
		TRY(empty_write(env, out->labels, in->regions, "regions.select", "there are no regions to select from"));
	else if (f.n == 0)
		TRY(empty_write(env, out->labels, NULL, "regions.select", "none of the %d regions lies at the positions%s", l.n,
		                params->within_mm > 0 ? arena_printf(env->arena, ", or within %g mm of one", params->within_mm) : ""));
	else
		found_note(&f, env, f.n < l.n ? arena_printf(env->arena, "; %d of %d are not selected", l.n - f.n, l.n) : "");
	return found_write(&f, out->labels, out->table, env->arena);
}

/* ---- shape ---- */
static void check_image(struct shape *s, const struct image_facts *regions)
{
	struct image_facts im;
	struct error *e;

	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return;
	if (im.n_vol > 1)
		shape_error(s, "image", "the image has %d volumes, must have one", im.n_vol);
	e = grid_check(&im.grid, "the image", &regions->grid, "the regions");
	if (e)
		shape_error(s, "image", "%s", e->text);
	error_free(e);
}

/* Names that are not there, once the regions exist. */
static void check_names(struct shape *s, const struct regions_select_params *params)
{
	const struct item *it = shape_item(s, "regions");
	struct labels l;
	struct chosen c;
	struct error *e;

	if (!it || params->n_names == 0)
		return;
	e = labels_read_any(&l, it, s->arena);
	if (!e && l.n > 0) {
		e = chosen_new(&c, &l, NULL, s->arena);
		if (!e)
			e = chosen_by_name(&c, params->n_names, params->names, s->arena);
	}
	if (e)
		shape_error(s, "names", "%s", e->text);
	error_free(e);
}

struct error *regions_select_shape(struct shape *s, const struct regions_select_params *params)
{
	const char *problem = ways_problem(params, shape_n(s, "image") > 0, shape_n(s, "at") > 0);
	struct image_facts regions;

	if (problem)
		shape_error(s, params->has_peak ? "peak" : "", "%s", problem);
	if (!image_facts_from(&regions, shape_in(s, "regions"), s->arena))
		return NULL;
	if (regions.n_vol > 1) {
		shape_error(s, "regions", "the label image has %d volumes, must have one", regions.n_vol);
		return NULL;
	}
	check_image(s, &regions);
	check_names(s, params);
	found_shape(s, &regions.grid);
	return NULL;
}
