/* signals.to_image - signals of voxels, labels, maps or spheres back in an image. nilearn's inverse_transform.
 *
 * What belongs where is found once; then the image is written one volume at a time. */
#include "signals.to_image.node.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "fmri/mask_facts.h"
#include "fmri/region_spread.h"
#include "fmri/regions.h"
#include "img/coords.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/labels.h"
#include "img/mask.h"
#include "img/series.h"
#include "num/par.h"
#include "signals/sphere.h"

/* What the columns belong to. */
enum goal { GOAL_MASK, GOAL_LABELS, GOAL_MAPS, GOAL_SEEDS, N_GOAL };
static const char *const port_of[N_GOAL] = { "mask", "labels", "maps", "seeds" };

/* The inputs, from a task or from a shape. */
struct given {
	bool has[N_GOAL], has_names;           /* wired */
	const struct item *item[N_GOAL], *names;   /* NULL: not given, or not made yet */
};

struct target {
	enum goal goal;
	struct region_spread spread;
	const char *const *name;       /* [spread.n_part], or NULL */
};

static struct error *choose_goal(enum goal *out, const struct given *in)
{
	int n = 0;

	*out = GOAL_MASK;
	for (int k = GOAL_LABELS; k < N_GOAL; k++)
		if (in->has[k]) {
			*out = (enum goal)k;
			n++;
		}
	if (n > 1 || (n == 0 && !in->has[GOAL_MASK]))
		return error_new(ERR_USER, "%s of labels, maps and seeds are given: it must be one, or a mask alone",
		                 n > 1 ? "several" : "neither a mask nor one");
	if (*out == GOAL_SEEDS && !in->has[GOAL_MASK])
		return error_new(ERR_USER, "seeds need a mask, whose grid is that of the image");
	if (in->has_names && *out != GOAL_LABELS && *out != GOAL_MAPS)
		return error_new(ERR_USER, "names go with labels or maps, here there is only %s", port_of[*out]);
	return NULL;
}

static struct error *spread_spheres(struct target *t, const struct signals_to_image_params *params, const struct given *in,
                                    const struct mask *mask, struct arena *a)
{
	struct spheres o = {
		.grid = &mask->grid, .inside = mask->inside, .n_radius = params->n_radius, .radius_mm = params->radius_mm,
		.allow_overlap = params->allow_overlap,
	};
	struct regions r = { 0 };
	struct sphere *s;
	struct coords c;
	int *first, *voxel;

	TRY(coords_read(&c, in->item[GOAL_SEEDS], a));
	if (params->n_radius > 1 && params->n_radius != c.n)
		return error_new(ERR_USER, "there are %d radii for %d seed%s: they must be one, or as many", params->n_radius, c.n,
		                 PLURAL(c.n));
	s = NEW_N(a, struct sphere, c.n);
	TRY(spheres_find(s, &o, &c, a));
	first = NEW_N(a, int, c.n + 1);
	for (int k = 0; k < c.n; k++)
		first[k + 1] = first[k] + s[k].n;
	voxel = arena_alloc(a, (size_t)first[c.n] + 1, sizeof *voxel);
	for (int k = 0; k < c.n; k++)
		memcpy(voxel + first[k], s[k].index, (size_t)s[k].n * sizeof *voxel);
	r = (struct regions){ .n = c.n, .n_voxel = first[c.n], .first = first, .voxel = voxel };
	spread_regions(&t->spread, &mask->grid, &r, a);
	t->name = c.name;
	return NULL;
}

static struct error *spread_all_labels(struct target *t, const struct signals_to_image_params *params,
                                       const struct given *in, const struct mask *mask, struct arena *a)
{
	struct labels l;

	TRY(labels_read(&l, in->item[GOAL_LABELS], params->background_label, in->names, a));
	if (mask)
		TRY(grid_check(&mask->grid, "the mask", &l.grid, "labels"));
	spread_labels(&t->spread, &l, mask ? mask->inside : NULL, a);
	t->name = l.name;
	return NULL;
}

static struct error *spread_all_maps(struct target *t, const struct given *in, const struct mask *mask, struct arena *a)
{
	struct image im;
	struct error *e = NULL;

	TRY(image_of(&im, in->item[GOAL_MAPS], a));
	if (mask)
		e = grid_check(&mask->grid, "the mask", &im.grid, "maps");
	if (!e)
		spread_maps(&t->spread, &im, mask ? mask->inside : NULL, a);
	image_close(&im);
	return e ? e : names_of_maps(&t->name, t->spread.n_part, in->item[GOAL_MAPS], in->names, a);
}

static struct error *find_target(struct target *t, const struct signals_to_image_params *params, const struct given *in,
                                 struct arena *a)
{
	struct mask m = { 0 }, *mask = in->item[GOAL_MASK] ? &m : NULL;

	TRY(choose_goal(&t->goal, in));
	if (mask)
		TRY(mask_read(mask, in->item[GOAL_MASK], NULL, NULL, a));
	switch (t->goal) {
	case GOAL_LABELS: return spread_all_labels(t, params, in, mask, a);
	case GOAL_MAPS: return spread_all_maps(t, in, mask, a);
	case GOAL_SEEDS: return spread_spheres(t, params, in, mask, a);
	default: break;
	}
	spread_mask(&t->spread, mask, a);
	return NULL;
}

/* ---- columns ---- */
static struct error *as_many(const struct target *t, int n_col)
{
	static const char *const many[N_GOAL] = { "voxels", "labels", "maps", "seeds" };

	if (n_col == t->spread.n_part)
		return NULL;
	return error_new(ERR_DATA, "signals has %d columns, %s has %d %s: they must be as many%s", n_col, port_of[t->goal],
	                 t->spread.n_part, many[t->goal], t->goal == GOAL_MASK ? "" : ", or both have the same names");
}

/* By name: column[part] for all columns. n_found: how many of the columns are called like a part. */
static struct error *by_name(int *column, int *n_found, const char **stranger, const struct target *t, int n_col,
                             const char *const *name, struct arena *a)
{
	struct map *parts = map_new(a), *seen = map_new(a);

	*n_found = 0;
	for (int k = 0; k < t->spread.n_part; k++)
		if (map_put(parts, t->name[k], &column[k]))
			return error_new(ERR_DATA, "two of the %s are called '%s'", port_of[t->goal], t->name[k]);
	for (int c = 0; c < n_col; c++) {
		int *to = map_get(parts, name[c]);

		if (map_put(seen, name[c], (void *)name[c]))
			return error_new(ERR_DATA, "two columns of signals are called '%s'", name[c]);
		if (to) {
			*to = c;
			(*n_found)++;
		} else {
			*stranger = name[c];
		}
	}
	return NULL;
}

/* Which column each part takes, -1 for none. Columns are found by name; when no name of the two is shared, by order. */
static struct error *match(int **out, const struct target *t, int n_col, const char *const *name, const char **note,
                           struct arena *a)
{
	int n = t->spread.n_part, *column = *out = NEW_N(a, int, n), n_found = 0;
	const char *stranger = NULL;

	*note = NULL;
	for (int k = 0; k < n; k++)
		column[k] = -1;
	if (name && t->name)
		TRY(by_name(column, &n_found, &stranger, t, n_col, name, a));
	if (n_found > 0 && stranger)
		return error_new(ERR_DATA, "signals has a column '%s', but %s has none of that name (%d of %d columns have one)", stranger,
		                 port_of[t->goal], n_found, n_col);
	if (n_found > 0 && n_found < n)
		*note = arena_printf(a, "%d of %d %s have no column and are 0", n - n_found, n, port_of[t->goal]);
	if (n_found > 0)
		return NULL;
	TRY(as_many(t, n_col));
	if (name && t->name)
		*note = arena_printf(a, "no column is called like one of the %s ('%s' and '%s' are the first): they were taken in order",
		                     port_of[t->goal], name[0], t->name[0]);
	for (int k = 0; k < n; k++)
		column[k] = k;
	return NULL;
}

/* ---- volumes ---- */
struct filling {
	const struct region_spread *spread;
	const struct series *s;
	const int *column;
	struct image_writer *writer;
	float **volume;              /* [worker][grid_size] */
	struct error **error;        /* [worker] */
};

static void fill_volume(void *ctx, long t, int worker)
{
	const struct filling *c = ctx;

	if (c->error[worker])
		return;
	spread_row(c->spread, c->column, c->s->x + t * c->s->n_col, c->volume[worker]);
	c->error[worker] = image_put(c->writer, (int)t, c->volume[worker]);
}

static struct error *write_image(struct out *out, const struct target *t, const struct series *s, const int *column,
                                 struct node_env *env)
{
	int workers = par_workers(env->n_threads, s->n_row);
	struct filling c = { .spread = &t->spread, .s = s, .column = column, .volume = NEW_N(env->arena, float *, workers),
	                     .error = NEW_N(env->arena, struct error *, workers) };

	for (int w = 0; w < workers; w++)
		c.volume[w] = arena_alloc(env->arena, (size_t)grid_size(&t->spread.grid), sizeof(float));
	TRY(image_create_out(&c.writer, out, &t->spread.grid, s->n_row, s->n_row > 1 ? s->tr_s : 0, IMAGE_FLOAT32, env->arena));
	par_for(env->n_threads, s->n_row, fill_volume, &c);
	TRY(error_first(workers, c.error));
	return image_finish(c.writer);
}

struct error *signals_to_image_run(struct node_env *env, const struct signals_to_image_params *params,
                                   const struct signals_to_image_inputs *in, const struct signals_to_image_outputs *out)
{
	struct given given = {
		.has = { in->mask, in->labels, in->maps, in->seeds }, .has_names = in->names,
		.item = { in->mask, in->labels, in->maps, in->seeds }, .names = in->names,
	};
	struct target t = { 0 };
	struct series s;
	const char *note;
	struct error *e;
	int *column;

	TRY(find_target(&t, params, &given, env->arena));
	TRY(series_read(&s, in->signals, env->arena));
	e = match(&column, &t, s.n_col, s.column, &note, env->arena);
	if (!e && note)
		node_note(env, "%s", note);
	if (!e)
		e = write_image(out->image, &t, &s, column, env);
	series_close(&s);
	return e;
}

/* ---- shape ---- */
static struct given given_to(const struct shape *s)
{
	struct given g = { .has_names = shape_n(s, "names") > 0, .names = shape_item(s, "names") };

	for (int k = 0; k < N_GOAL; k++) {
		g.has[k] = shape_n(s, port_of[k]) > 0;
		g.item[k] = shape_item(s, port_of[k]);
	}
	return g;
}

/* All that can be said once the bytes of the regions exist. */
static struct error *look(struct shape *s, const struct signals_to_image_params *params, const struct given *in,
                          const struct series_facts *signals)
{
	struct target t = { 0 };
	const char *note;
	int *column;

	for (int k = 0; k < N_GOAL; k++)
		if (in->has[k] && !in->item[k])
			return NULL;
	if (in->has_names && !in->names)
		return NULL;
	TRY(find_target(&t, params, in, s->arena));
	return signals->n_col > 0 ? match(&column, &t, signals->n_col, signals->column, &note, s->arena) : NULL;
}

struct error *signals_to_image_shape(struct shape *s, const struct signals_to_image_params *params)
{
	struct series_facts signals = { -1, -1, 0, NULL };
	bool has_signals = series_facts_from(&signals, shape_in(s, "signals"), s->arena);
	struct given in = given_to(s);
	struct image_facts on, image;
	enum goal goal;
	struct error *e = choose_goal(&goal, &in);
	const char *where = e ? "" : port_of[goal];

	if (in.has[GOAL_MASK] && !in.item[GOAL_MASK])
		mask_facts_check(s, "mask", NULL, NULL);
	if (!e)
		e = look(s, params, &in, &signals);
	if (e)
		shape_error(s, where, "%s", e->text);
	else if (has_signals && image_facts_from(&on, shape_in(s, goal == GOAL_SEEDS ? "mask" : where), s->arena)) {
		image = image_facts_new(&on.grid, signals.n_row, signals.tr_s, "float32");
		if (signals.n_row > 0)
			shape_out(s, "image", image_facts_to(&image, s->arena));
		s->memory = 60 * grid_size(&on.grid) + 8 * on.bytes + 8 * (int64_t)signals.n_row * (signals.n_col > 0 ? signals.n_col : 0) +
		            (16 << 20);
		s->seconds = 5e-9 * (double)grid_size(&on.grid) * signals.n_row + 0.01;
	}
	error_free(e);
	return NULL;
}
