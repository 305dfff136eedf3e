/* glm.second_level - a linear model of one map a subject, at every voxel that the subjects share.
 *
 * The maps are what first levels made of each subject (their effects, say), so a group of models is a gathered list of
 * maps. nilearn's SecondLevelModel. */
#include "glm.second_level.node.h"

#include "base/arena.h"
#include "fmri/mask_facts.h"
#include "fmri/several.h"
#include "glm/group.h"
#include "glm/group_design.h"
#include "img/facts.h"
#include "img/glm.h"
#include "node/shape.h"

static struct group_args args_of(const struct glm_second_level_params *p)
{
	return (struct group_args){ p->formula, p->subjects, p->centre };
}

static struct error *check_params(const struct glm_second_level_params *p, int n)
{
	if (p->has_at_least && p->compat == GLM_SECOND_LEVEL_COMPAT_NILEARN)
		return error_new(ERR_USER, "at_least has no meaning with compat: nilearn, which takes zeros for values");
	if (p->has_at_least && p->at_least > n)
		return error_new(ERR_USER, "at_least is %d, but there are %d images", p->at_least, n);
	return NULL;
}

static struct error *with_a_way_out(struct error *e)
{
	struct error *told = error_new(e->code, "%s; image.resample with `onto` puts one where the other is", e->text);

	error_free(e);
	return told;
}

/* One volume each, all on the grid of the first image. */
static struct error *check_maps(const struct several *s, const struct grid *g, const char *what)
{
	for (int k = 0; k < s->n; k++) {
		struct error *e = grid_check(&s->im[k].grid, s->name[k], g, what);

		if (s->im[k].n_vol != 1) {
			error_free(e);
			return error_new(ERR_DATA,
			                 "%s has %d volumes, must have one (glm.contrast makes one of a run, image.mean too)", s->name[k],
			                 s->im[k].n_vol);
		}
		if (e)
			return with_a_way_out(e);
	}
	return NULL;
}

/* ---- a run ---- */
static const char *const *keys_of(const struct items *items, struct arena *a)
{
	const char **key = NEW_N(a, const char *, items->n + 1);

	for (int k = 0; k < items->n; k++)
		key[k] = items->item[k].cell ? items->item[k].cell : "";
	return key;
}

static struct error *make_design(struct group_made *made, const struct glm_second_level_inputs *in,
                                 const struct glm_second_level_params *params, struct node_env *env)
{
	struct arena *a = env->arena;
	struct table *table = NEW_N(a, struct table, in->table.n + 1), design;
	struct group_given g = { .n = in->images.n, .key = keys_of(&in->images, a) };
	struct group_args args = args_of(params);
	const char *where;

	for (int k = 0; k < in->table.n; k++)
		TRY(table_of(&table[k], &in->table.item[k], a));
	g.tables = (struct keyed_tables){ in->table.n, table, keys_of(&in->table, a) };
	if (in->design) {
		TRY(table_of(&design, in->design, a));
		g.design = &design;
	}
	TRY(group_design_make(made, &g, &args, &where, a));
	if (made->n_extra > 0)
		node_note(env, "the table has %d row%s of subjects without an image", made->n_extra,
		          made->n_extra == 1 ? "" : "s");
	if (made->depend)
		node_note(env, "%s: contrasts of them that cannot be told are refused", made->depend);
	return NULL;
}

/* The images to subtract, in the order of those that they are subtracted from. */
static struct error *open_minus(struct several *out, const struct glm_second_level_inputs *in,
                                const struct several *from, struct node_env *env)
{
	struct arena *a = env->arena;
	int *which = NEW_N(a, int, from->n + 1);
	struct image *im = NEW_N(a, struct image, from->n + 1);
	const char **name = NEW_N(a, const char *, from->n + 1);
	struct several all;

	TRY(keys_match(which, from->n, keys_of(&in->images, a), in->minus.n, keys_of(&in->minus, a), "minus"));
	TRY(several_open(&all, &in->minus, a));
	if (all.n > from->n)
		node_note(env, "minus has %d image%s without a partner", all.n - from->n, all.n - from->n == 1 ? "" : "s");
	for (int k = 0; k < from->n; k++) {
		im[k] = all.im[which[k]];
		name[k] = arena_printf(a, "minus: %s", all.name[which[k]]);
	}
	*out = (struct several){ .n = from->n, .im = im, .name = name };
	return NULL;
}

static struct error *write_outputs(const struct glm *glm, const struct group_data *g,
                                   const struct glm_second_level_outputs *out, struct arena *a)
{
	const struct glm_run *r = &glm->run[0];
	unsigned char *inside = NEW_N(a, unsigned char, grid_size(&g->grid));

	for (long v = 0; v < g->n; v++)
		inside[g->index[v]] = 1;
	TRY(image_write_bytes(out_blob(out->mask, "image.nii"), &g->grid, inside));
	TRY(image_write(out_blob(out->n, "image.nii"), &g->grid, 1, 0, IMAGE_INT32, g->count));
	TRY(table_write_numbers(out_blob(out->design, "table.tsv"), r->n_row, r->n_col, r->column, r->design, a));
	return glm_write(out->glm, glm, a);
}

static struct error *fit_and_write(struct node_env *env, const struct glm_second_level_params *params,
                                   const struct group_maps *maps,
                                   const struct mask *mask, const struct group_made *made, const struct glm_second_level_outputs *out)
{
	bool compat = params->compat == GLM_SECOND_LEVEL_COMPAT_NILEARN;
	struct group_options o = { mask, { params->n_smoothing, params->smoothing_mm },
	                           params->has_at_least ? params->at_least : maps->n, compat };
	struct group_data g;
	struct glm_run run;
	struct glm glm;

	TRY(group_read(&g, maps, &o, env));
	TRY(group_fit(&run, &g, &made->design, compat, env));
	glm = (struct glm){ .grid = g.grid, .n = g.n, .index = g.index, .group = true, .noise = "ols", .n_run = 1,
	                    .run = &run, .data = g.data };
	return write_outputs(&glm, &g, out, env->arena);
}

struct error *glm_second_level_run(struct node_env *env, const struct glm_second_level_params *params,
                                   const struct glm_second_level_inputs *in, const struct glm_second_level_outputs *out)
{
	struct several images, minus = { 0 };
	struct group_maps maps;
	struct group_made made;
	struct mask mask;
	const struct grid *g;
	struct error *e;

	TRY(make_design(&made, in, params, env));
	TRY(check_params(params, in->images.n));
	TRY(several_open(&images, &in->images, env->arena));
	g = &images.im[0].grid;
	TRY(check_maps(&images, g, images.name[0]));
	if (in->minus.n > 0) {
		TRY(open_minus(&minus, in, &images, env));
		TRY(check_maps(&minus, g, images.name[0]));
	}
	if (in->mask)
		TRY(mask_read(&mask, in->mask, g, images.name[0], env->arena));
	maps = (struct group_maps){ images.n, images.im, in->minus.n > 0 ? minus.im : NULL, images.name };
	e = fit_and_write(env, params, &maps, in->mask ? &mask : NULL, &made, out);
	several_close(&minus);
	several_close(&images);
	return e;
}

/* ---- at check time ---- */
static bool report(struct shape *s, const char *where, struct error *e)
{
	bool failed = e != NULL;

	if (e)
		shape_error(s, where, "%s", e->text);
	error_free(e);
	return failed;
}

static void check_minus(struct shape *s, const struct grid *g, const char *what)
{
	int n = shape_n(s, "images"), n_minus = shape_n(s, "minus");
	const char **key = NEW_N(s->arena, const char *, n + 1), **other = NEW_N(s->arena, const char *, n_minus + 1);
	struct several minus;

	if (n_minus == 0)
		return;
	for (int k = 0; k < n; k++)
		key[k] = shape_cell(s, "images", k);
	for (int k = 0; k < n_minus; k++)
		other[k] = shape_cell(s, "minus", k);
	if (report(s, "minus", keys_match(NEW_N(s->arena, int, n + 1), n, key, n_minus, other, "minus")))
		return;
	if (g && several_facts(&minus, s, "minus"))
		report(s, "minus", check_maps(&minus, g, what));
}

static void tell_images(struct shape *s, const struct grid *g)
{
	struct image_facts mask = image_facts_new(g, 1, 0, "uint8"), n = image_facts_new(g, 1, 0, "int32");

	shape_out(s, "mask", image_facts_to(&mask, s->arena));
	shape_out(s, "n", image_facts_to(&n, s->arena));
}

static void tell_model(struct shape *s, const struct grid *g, const struct group_made *made)
{
	struct glm_facts f = { .grid = *g, .group = true, .noise = "ols", .n_voxel = -1, .n_run = 1, .run = &made->facts };

	shape_out(s, "glm", glm_facts_to(&f, s->arena));
}

/* Maps are mapped, the rows of the fitted voxels and what is written of them are in memory. */
static void predict(struct shape *s, const struct glm_second_level_params *params, const struct image_facts *first,
                    int n_voxel, int n_col)
{
	int n = shape_n(s, "images") + shape_n(s, "minus");
	int64_t size = grid_size(&first->grid), fitted = n_voxel >= 0 ? n_voxel : size;

	s->memory = n * first->bytes + fitted * (8 * shape_n(s, "images") + 16 * n_col + 48) + 24 * size + (32 << 20);
	s->seconds = 2e-9 * (double)n * (double)(size + fitted * n_col) + (params->n_smoothing > 0 ? 3e-8 * (double)n * (double)size : 0) + 0.01;
}

struct error *glm_second_level_shape(struct shape *s, const struct glm_second_level_params *params)
{
	struct group_args args = args_of(params);
	struct fwhm smoothing = { params->n_smoothing, params->smoothing_mm };
	struct group_made made;
	struct image_facts first;
	struct several images;
	int n_voxel, n_col = 1;
	bool known = group_design_check(&made, s, &args);

	report(s, "at_least", check_params(params, shape_n(s, "images")));
	if (known) {
		n_col = made.design.n_col;
		shape_out(s, "design", design_facts_to(&made.facts, s->arena));
	}
	if (!several_facts(&images, s, "images") || !image_facts_from(&first, shape_in(s, "images"), s->arena)) {
		check_minus(s, NULL, NULL);
		return NULL;
	}
	report(s, "images", check_maps(&images, &first.grid, images.name[0]));
	check_minus(s, &first.grid, images.name[0]);
	n_voxel = mask_facts_check(s, "mask", &first.grid, images.name[0]);
	fwhm_check(s, &smoothing, &first.grid, "smoothing");
	tell_images(s, &first.grid);
	if (known)
		tell_model(s, &first.grid, &made);
	predict(s, params, &first, n_voxel, n_col);
	return NULL;
}
