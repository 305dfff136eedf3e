/* image.math - a formula of images, voxel by voxel. nilearn's math_img, in double throughout. */
#include "image.math.node.h"

#include <math.h>

#include "base/arena.h"
#include "img/expression.h"
#include "img/facts.h"
#include "img/image.h"
#include "num/par.h"

enum { IMAGES_MAX = 64 };

/* Item k goes by its key in a written map, else by a letter. NULL: gathered by other keys, or too many. */
static const char *name_of(const char *cell, int k)
{
	static const char letter[26][2] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
	                                    "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z" };

	if (cell[0])
		return (cell[0] >= '0' && cell[0] <= '9') || k >= IMAGES_MAX ? NULL : cell;
	return k < 26 ? letter[k] : NULL;
}

static const char *const no_image = "there is no image in the list, must be one or more";
static const char *const no_names = "gathered images have no names that a formula could use, and at most 64 can be written as {name: $step.port, ...}";

/* ---- running ---- */
struct math {
	const struct expression *formula;
	const struct expression_source *source;
	struct image_writer *out;
	double **stack;              /* [worker] */
	float **volume;              /* [worker][grid_size] */
	struct error **problem;      /* [worker], the first of each */
	long *bad;                   /* [worker] voxels that are NaN or infinite */
};

static void load(const void *ctx, int image, int t, long first, long n, double *out)
{
	image_part_double((const struct image *)ctx + image, t, first, n, NONFINITE_KEEP, out);
}

static void make_volume(void *ctx, long t, int worker)
{
	struct math *c = ctx;

	if (c->problem[worker])
		return;
	c->bad[worker] += expression_volume(c->formula, c->source, (int)t, c->stack[worker], c->volume[worker]);
	c->problem[worker] = image_put(c->out, (int)t, c->volume[worker]);
}

static struct error *make_all(struct node_env *env, const struct expression *formula,
                              const struct expression_source *source, double tr_s, struct out *out)
{
	int n_vol = expression_volumes(formula), workers = par_workers(env->n_threads, n_vol);
	struct math c = { formula, source, NULL, NEW_N(env->arena, double *, workers), NEW_N(env->arena, float *, workers),
	                  NEW_N(env->arena, struct error *, workers), NEW_N(env->arena, long, workers) };
	long bad = 0;

	TRY(image_create_out(&c.out, out, &((const struct image *)source->ctx)->grid, n_vol, n_vol > 1 ? tr_s : 0, IMAGE_FLOAT32, env->arena));
	for (int w = 0; w < workers; w++) {
		c.stack[w] = arena_alloc(env->arena, expression_stack(formula), sizeof(double));
		c.volume[w] = arena_alloc(env->arena, (size_t)source->n_voxel, sizeof(float));
	}
	par_for(env->n_threads, n_vol, make_volume, &c);
	TRY(error_first(workers, c.problem));
	for (int w = 0; w < workers; w++)
		bad += c.bad[w];
	if (bad)
		node_note(env, "%ld of the %ld values are NaN or infinite", bad, source->n_voxel * n_vol);
	return image_finish(c.out);
}

static void note_totals(struct node_env *env, const struct expression *formula, const char *text)
{
	int at, len;
	double x;

	if (expression_not_finite(formula, &x, &at, &len))
		node_note(env, "%.*s is %s, because of such values in what it is taken of: where(isfinite(x), x, 0) leaves them out",
		          len, text + at, isnan(x) ? "NaN" : "infinite");
}

static struct error *open_images(struct image *image, const char **name, int *n_vol, const struct items *items, struct arena *a)
{
	for (int k = 0; k < items->n; k++) {
		name[k] = name_of(items->item[k].cell, k);
		if (!name[k])
			return error_new(ERR_USER, "%s", no_names);
		TRY(image_of(&image[k], &items->item[k], a));
		n_vol[k] = image[k].n_vol;
		TRY(grid_check(&image[k].grid, name[k], &image[0].grid, name[0]));
	}
	return NULL;
}

/* The time between volumes of the first run among them. */
static double tr_of(const struct image *image, int n)
{
	for (int k = 0; k < n; k++)
		if (image[k].n_vol > 1)
			return image[k].tr_s;
	return 0;
}

static struct error *compute(struct node_env *env, const struct image_math_params *p, struct image *image,
                             const struct items *items, struct out *out)
{
	int n = items->n, *n_vol = NEW_N(env->arena, int, n);
	const char **name = NEW_N(env->arena, const char *, n);
	const struct expression_images images = { n, name, n_vol };
	struct expression_problem problem;
	struct expression *formula;

	TRY(open_images(image, name, n_vol, items, env->arena));
	if (!expression_compile(&formula, p->expression, &images, &problem, env->arena))
		return error_new(ERR_USER, "at '%.*s' of the expression: %s", problem.len, p->expression + problem.at, problem.text);
	struct expression_source source = { grid_size(&image[0].grid), image, load };

	expression_reduce(formula, &source, env->n_threads, env->arena);
	note_totals(env, formula, p->expression);
	return make_all(env, formula, &source, tr_of(image, n), out);
}

struct error *image_math_run(struct node_env *env, const struct image_math_params *params,
                             const struct image_math_inputs *in, const struct image_math_outputs *out)
{
	struct image *image = NEW_N(env->arena, struct image, in->images.n);
	struct error *e;

	if (in->images.n == 0)
		return error_new(ERR_USER, "%s", no_image);
	e = compute(env, params, image, &in->images, out->image);
	for (int k = 0; k < in->images.n; k++)   /* those that were opened */
		image_close(&image[k]);
	return e;
}

/* ---- shape ---- */
struct known {
	int n;                       /* images */
	const char **name;
	int *n_vol;                  /* -1: not known yet */
	struct image_facts *facts;
	int first, run;              /* the first that is known, and that is known and over time; -1: none */
};

static bool look(struct shape *s, struct known *known)
{
	int n = shape_n(s, "images");

	*known = (struct known){ n, NEW_N(s->arena, const char *, n + 1), NEW_N(s->arena, int, n + 1),
	                         NEW_N(s->arena, struct image_facts, n + 1), -1, -1 };
	if (n == 0)
		shape_error(s, "images", "%s", no_image);
	for (int k = 0; k < n; k++) {
		known->name[k] = name_of(shape_cell(s, "images", k), k);
		known->n_vol[k] = image_facts_from(&known->facts[k], shape_in_n(s, "images", k), s->arena) ? known->facts[k].n_vol : -1;
		if (known->first < 0 && known->n_vol[k] > 0)
			known->first = k;
		if (known->run < 0 && known->n_vol[k] > 1)
			known->run = k;
		if (!known->name[k]) {
			shape_error(s, "images", "%s", no_names);
			return false;
		}
	}
	return n > 0;
}

static void check_images(struct shape *s, const struct known *known, const struct expression *formula)
{
	for (int k = 0; k < known->n; k++) {
		if (!expression_uses(formula, k))
			shape_warning(s, "images", "the expression does not use %s", known->name[k]);
		if (known->n_vol[k] <= 0 || k == known->first)
			continue;
		struct error *e = grid_check(&known->facts[k].grid, known->name[k], &known->facts[known->first].grid,
		                             known->name[known->first]);

		if (e)
			shape_error(s, "images", "%s", e->text);
		error_free(e);
	}
}

static void tell_result(struct shape *s, const struct known *known, const struct expression *formula)
{
	const struct image_facts *first = &known->facts[known->first < 0 ? 0 : known->first];
	int n_vol = expression_volumes(formula);
	struct image_facts made;
	double size;

	if (n_vol == 0 || known->first < 0)
		return;
	made = image_facts_new(&first->grid, n_vol, n_vol > 1 && known->run >= 0 ? known->facts[known->run].tr_s : 0, "float32");
	made.space = first->space;
	shape_out(s, "image", image_facts_to(&made, s->arena));
	size = (double)grid_size(&first->grid);
	s->memory = made.bytes + 8 * grid_size(&first->grid) * (expression_kept_volumes(formula) + 2) + (32 << 20);
	for (int k = 0; k < known->n; k++)
		s->memory += known->n_vol[k] > 0 ? known->facts[k].bytes : 0;
	s->seconds = 1e-9 * size * (known->run >= 0 ? known->n_vol[known->run] : 1) * expression_steps(formula) + 0.005;
}

struct error *image_math_shape(struct shape *s, const struct image_math_params *params)
{
	struct known known;
	struct expression_problem problem;
	struct expression *formula;

	if (!look(s, &known))
		return NULL;
	const struct expression_images images = { known.n, known.name, known.n_vol };

	if (!expression_compile(&formula, params->expression, &images, &problem, s->arena)) {
		shape_error(s, arena_printf(s->arena, "expression:%d:%d", problem.at, problem.len), "%s", problem.text);
		return NULL;
	}
	check_images(s, &known, formula);
	tell_result(s, &known, formula);
	return NULL;
}
