/* image.math - a formula of images, voxel by voxel. nilearn's math_img, in double throughout. */
#include "image.math.node.h"

#include <math.h>

#include "base/arena.h"
#include "img/expression.h"
#include "img/facts.h"
#include "img/image.h"
#include "num/par.h"

static const char *const ports[EXPRESSION_IMAGES] = { "a", "b", "c", "d" };

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

static struct error *first_problem(struct math *c, int workers)
{
	struct error *first = NULL;

	for (int w = 0; w < workers; w++) {
		if (first)
			error_free(c->problem[w]);
		else
			first = c->problem[w];
		c->bad[0] += w ? c->bad[w] : 0;
	}
	return first;
}

static struct error *make_all(struct node_env *env, const struct expression *formula,
                              const struct expression_source *source, const struct image *a, const char *path)
{
	int n_vol = expression_volumes(formula), workers = par_workers(env->n_threads, n_vol);
	struct math c = { formula, source, NULL, NEW_N(env->arena, double *, workers), NEW_N(env->arena, float *, workers),
	                  NEW_N(env->arena, struct error *, workers), NEW_N(env->arena, long, workers) };

	TRY(image_create(&c.out, path, &a->grid, n_vol, n_vol > 1 ? a->tr_s : 0, IMAGE_FLOAT32, env->arena));
	for (int w = 0; w < workers; w++) {
		c.stack[w] = arena_alloc(env->arena, expression_stack(formula), sizeof(double));
		c.volume[w] = arena_alloc(env->arena, (size_t)source->n_voxel, sizeof(float));
	}
	par_for(env->n_threads, n_vol, make_volume, &c);
	TRY(first_problem(&c, workers));
	if (c.bad[0])
		node_note(env, "%ld of the %ld values are NaN or infinite", c.bad[0], source->n_voxel * n_vol);
	return image_finish(c.out);
}

static void note_totals(struct node_env *env, const struct expression *formula, const char *text)
{
	int at, len;
	double x;

	if (expression_not_finite(formula, &x, &at, &len))
		node_note(env, "%.*s is %s, because of such values in what it is taken of: where(isfinite(a), a, 0) leaves them out",
		          len, text + at, isnan(x) ? "NaN" : "infinite");
}

/* The result has the kind of a, so volumes over time must come from it. */
static const char *wrong_volumes(int made, int a, struct arena *arena)
{
	if (made <= 1 || made == a)
		return NULL;
	return arena_printf(arena, "the result has %d volumes but a, which gives it its kind, has one: exchange the images' "
	                    "names", made);
}

static struct error *open_images(struct image image[EXPRESSION_IMAGES], const struct item *const item[EXPRESSION_IMAGES],
                                 struct arena *a)
{
	for (int k = 0; k < EXPRESSION_IMAGES; k++) {
		if (!item[k])
			continue;
		TRY(image_of(&image[k], item[k], a));
		TRY(grid_check(&image[k].grid, ports[k], &image[0].grid, "a"));
	}
	return NULL;
}

struct error *image_math_run(struct node_env *env, const struct image_math_params *params,
                             const struct image_math_inputs *in, const struct image_math_outputs *out)
{
	const struct item *const item[EXPRESSION_IMAGES] = { in->a, in->b, in->c, in->d };
	struct image image[EXPRESSION_IMAGES] = { 0 };
	struct expression_problem problem;
	struct expression *formula;
	int n_vol[EXPRESSION_IMAGES];
	const char *wrong;

	TRY(open_images(image, item, env->arena));
	for (int k = 0; k < EXPRESSION_IMAGES; k++)
		n_vol[k] = image[k].n_vol;
	if (!expression_compile(&formula, params->formula, n_vol, &problem, env->arena))
		return error_new(ERR_USER, "at '%.*s' of the formula: %s", problem.len, params->formula + problem.at, problem.text);
	wrong = wrong_volumes(expression_volumes(formula), image[0].n_vol, env->arena);
	if (wrong)
		return error_new(ERR_USER, "%s", wrong);
	struct expression_source source = { grid_size(&image[0].grid), image, load };

	expression_reduce(formula, &source, env->n_threads, env->arena);
	note_totals(env, formula, params->formula);
	TRY(make_all(env, formula, &source, &image[0], out_blob(out->image, "image.nii")));
	for (int k = 0; k < EXPRESSION_IMAGES; k++)
		image_close(&image[k]);
	return NULL;
}

/* ---- shape ---- */
struct known {
	int n_vol[EXPRESSION_IMAGES];    /* 0: not given, -1: not known yet */
	struct image_facts facts[EXPRESSION_IMAGES];
};

static void look(struct shape *s, struct known *known)
{
	for (int k = 0; k < EXPRESSION_IMAGES; k++) {
		bool is_known = image_facts_from(&known->facts[k], shape_in(s, ports[k]), s->arena);

		known->n_vol[k] = is_known ? known->facts[k].n_vol : shape_n(s, ports[k]) > 0 ? -1 : 0;
	}
}

static void check_images(struct shape *s, const struct known *known, const struct expression *formula)
{
	for (int k = 0; k < EXPRESSION_IMAGES; k++) {
		if (known->n_vol[k] && !expression_uses(formula, k))
			shape_warning(s, ports[k], "the formula does not use %s", ports[k]);
		if (known->n_vol[k] <= 0 || known->n_vol[0] <= 0)
			continue;
		struct error *e = grid_check(&known->facts[k].grid, ports[k], &known->facts[0].grid, "a");

		if (e)
			shape_error(s, ports[k], "%s", e->text);
		error_free(e);
	}
}

static void tell_result(struct shape *s, const struct known *known, const struct expression *formula)
{
	const struct image_facts *a = &known->facts[0];
	int n_vol = expression_volumes(formula);
	struct image_facts made;
	double size;

	if (n_vol == 0 || known->n_vol[0] <= 0)
		return;
	made = image_facts_new(&a->grid, n_vol, n_vol > 1 ? a->tr_s : 0, "float32");
	made.space = a->space;
	shape_out(s, "image", image_facts_to(&made, s->arena));
	size = (double)grid_size(&a->grid);
	s->memory = made.bytes + 8 * grid_size(&a->grid) * (expression_kept_volumes(formula) + 2) + (32 << 20);
	for (int k = 0; k < EXPRESSION_IMAGES; k++)
		s->memory += known->n_vol[k] > 0 ? known->facts[k].bytes : 0;
	s->seconds = 1e-9 * size * known->n_vol[0] * expression_steps(formula) + 0.005;
}

struct error *image_math_shape(struct shape *s, const struct image_math_params *params)
{
	struct known known;
	struct expression_problem problem;
	struct expression *formula;
	const char *wrong;

	look(s, &known);
	if (!expression_compile(&formula, params->formula, known.n_vol, &problem, s->arena)) {
		shape_error(s, arena_printf(s->arena, "formula:%d:%d", problem.at, problem.len), "%s", problem.text);
		return NULL;
	}
	check_images(s, &known, formula);
	wrong = known.n_vol[0] > 0 ? wrong_volumes(expression_volumes(formula), known.n_vol[0], s->arena) : NULL;
	if (wrong)
		shape_error(s, "a", "%s", wrong);
	tell_result(s, &known, formula);
	return NULL;
}
