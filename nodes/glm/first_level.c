/* glm.first_level - a linear model at every voxel of one or many runs.
 *
 * Runs are read one after the other, each once, a block of voxels at a time from where the volumes lie; smoothing makes
 * one matrix of floats of a run first. */
#include "glm.first_level.node.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "fmri/mask_made.h"
#include "fmri/several.h"
#include "glm/first_level_check.h"
#include "glm/fit.h"
#include "img/mask.h"

/* ---- what is fitted ---- */
struct study {
	struct fit_args args;
	struct several bold;
	const char **name;               /* [bold.n] */
	struct fit_run *run;             /* [bold.n] */
	struct grid grid;
	long n;
	int *index;                      /* [n] ascending */
};

static struct error *check_counts(const struct glm_first_level_inputs *in)
{
	if (in->design.n != in->bold.n)
		return error_new(ERR_USER, "there are %d runs of bold and %d designs: each run needs one", in->bold.n, in->design.n);
	if (in->sample_mask.n > 0 && in->sample_mask.n != in->bold.n)
		return error_new(ERR_USER, "there are %d runs of bold and %d of sample_mask: each run needs one", in->bold.n,
		                 in->sample_mask.n);
	return NULL;
}

/* Gathered runs go together by their keys. */
static struct error *check_pairs(const struct items *bold, const char *port, const struct items *other, struct arena *a)
{
	const char **key = NEW_N(a, const char *, bold->n), **others = NEW_N(a, const char *, bold->n);

	for (int k = 0; k < bold->n && k < other->n; k++) {
		key[k] = bold->item[k].cell;
		others[k] = other->item[k].cell;
	}
	return first_level_pairs(other->n > 0 ? bold->n : 0, key, port, others, a);
}

static struct error *open_runs(struct study *s, const struct glm_first_level_inputs *in, struct arena *a)
{
	TRY(check_counts(in));
	TRY(check_pairs(&in->bold, "design", &in->design, a));
	TRY(check_pairs(&in->bold, "sample_mask", &in->sample_mask, a));
	TRY(several_open(&s->bold, &in->bold, a));
	s->run = NEW_N(a, struct fit_run, s->bold.n);
	s->grid = s->bold.im[0].grid;
	for (int k = 0; k < s->bold.n; k++) {
		TRY(first_level_grids(fit_what(s->name[k], a), &s->bold.im[k].grid, fit_what(s->name[0], a), &s->grid));
		TRY(fit_ready(&s->run[k], s->name[k], &s->args, s->bold.im[k].n_vol, &in->design.item[k],
		              in->sample_mask.n > 0 ? &in->sample_mask.item[k] : NULL, a));
	}
	return NULL;
}

/* The voxels of the mask in the order of the file. */
static void set_voxels(struct study *s, const unsigned char *inside, int n, struct arena *a)
{
	s->index = NEW_N(a, int, n);
	for (long v = 0; v < grid_size(&s->grid); v++)
		if (inside[v])
			s->index[s->n++] = (int)v;
}

static struct error *choose_voxels(struct study *s, const struct item *given, const struct glm_first_level_params *params,
                                   struct node_env *env)
{
	enum mask_strategy strategy = params->mask_strategy == GLM_FIRST_LEVEL_MASK_STRATEGY_EPI ? MASK_STRATEGY_EPI
	                                                                                        : MASK_STRATEGY_BACKGROUND;
	struct mask mask;

	if (given || params->mask_strategy == GLM_FIRST_LEVEL_MASK_STRATEGY_NONE)
		TRY(mask_read(&mask, given, &s->grid, "bold", env->arena));
	else
		TRY(mask_made(&mask, &s->bold.im[0], strategy, env));
	set_voxels(s, mask.inside, mask.n, env->arena);
	return NULL;
}

/* ---- what people are told ---- */
static void tell_voxels(struct node_env *env, const char *what, const struct fitted *f, long n)
{
	if (f->count[GLM_CONSTANT] > 0)
		node_note(env, "%ld of %ld voxels are the same at all times in %s: their betas and variance are 0",
		          f->count[GLM_CONSTANT], n, what);
	if (f->count[GLM_NO_MEAN] > 0)
		node_note(env, "%ld of %ld voxels have a mean that is not above 0 in %s, so there is no percent of it: their betas and "
		          "variance are 0 (signal_scaling: none fits them)", f->count[GLM_NO_MEAN], n, what);
}

/* Percent of a mean that is only rounding are huge numbers without a meaning. */
static void tell_demeaned(struct node_env *env, const char *what, const struct fitted *f, long n)
{
	long larger = 0;

	for (long v = 0; v < n; v++)
		larger += f->variance[v] > 100 * 100;
	if (2 * larger > n)
		node_note(env, "in %ld of %ld voxels the noise is larger than the mean in %s: data that were demeaned or z-scored have no "
		          "percent of their mean (signal_scaling: none fits them as they are)", larger, n, what);
}

static bool has_column(const struct fit_run *r, const char *name)
{
	for (int c = 0; c < r->design.n_col; c++)
		if (strcmp(r->design.column[c], name) == 0)
			return true;
	return false;
}

/* Columns of one run that others lack; contrasts leave out the runs that have none of their columns. */
static void tell_columns(struct node_env *env, const struct study *s)
{
	for (int k = 0; k < s->bold.n && s->bold.n > 1; k++) {
		const char **only = NEW_N(env->arena, const char *, s->run[k].design.n_col);
		int n = 0;

		for (int c = 0; c < s->run[k].design.n_col; c++) {
			int others = 0;

			for (int j = 0; j < s->bold.n; j++)
				others += j != k && has_column(&s->run[j], s->run[k].design.column[c]);
			if (others == 0)
				only[n++] = s->run[k].design.column[c];
		}
		if (n > 0)
			node_note(env, "only %s has %s%s", s->run[k].what, n == 1 ? "the column " : "the columns ",
			          design_names(n, only, env->arena));
	}
}

/* ---- the model ---- */
/* A smoothed run is a matrix, which goes before the next run comes. */
static struct error *fit_voxels_of(struct fitted *f, const struct study *s, int k, struct node_env *env)
{
	struct node_env own = *env;
	struct fit_data d;
	struct error *e;

	own.arena = arena_new();
	e = fit_data_open(&d, &s->bold.im[k], &s->run[k], &s->args, s->n, s->index, &own);
	if (!e)
		e = fit_voxels(f, &d, &s->args, env);
	arena_free(own.arena);
	return e;
}

static struct error *fit_run(struct glm_run *out, unsigned char *lost, const struct study *s, int k, struct node_env *env)
{
	const struct fit_run *r = &s->run[k];
	double *dof = NEW(env->arena, double);
	struct fitted f;

	TRY(fit_voxels_of(&f, s, k, env));
	image_close(&s->bold.im[k]);
	tell_voxels(env, r->what, &f, s->n);
	if (s->args.scaling != FIT_SCALING_NONE)
		tell_demeaned(env, r->what, &f, s->n);
	for (long v = 0; v < s->n; v++)
		lost[v] |= f.kind[v] == GLM_NOT_FINITE;
	*dof = r->n_row - r->model->rank;
	*out = (struct glm_run){ .name = r->name, .n_row = r->n_row, .n_col = r->design.n_col, .column = r->design.column,
	                         .design = r->design.x, .order = s->args.order, .beta = f.beta, .variance = f.variance,
	                         .rho = f.rho, .n_part = 1, .dof = dof };
	return NULL;
}

/* x [n_row][n] without the voxels that are lost, where it lies. */
static void shrink(const double *x, int n_row, long n, const unsigned char *lost)
{
	double *to = (double *)x;

	for (int r = 0; x && r < n_row; r++)
		for (long v = 0; v < n; v++)
			if (!lost[v])
				*to++ = x[r * n + v];
}

/* Voxels that are not a number at some time of some run are left out of all. */
static struct error *drop_lost(struct study *s, struct glm_run *run, const unsigned char *lost, struct node_env *env)
{
	long kept = 0, n = s->n;

	for (long v = 0; v < n; v++)
		if (!lost[v])
			s->index[kept++] = s->index[v];
	if (kept == n)
		return NULL;
	if (kept == 0)
		return error_new(ERR_DATA, "all %ld voxels inside the mask are NaN or infinite at some time", n);
	node_note(env, "%ld of %ld voxels are NaN or infinite at some time and are left out of the mask", n - kept, n);
	for (int k = 0; k < s->bold.n; k++) {
		shrink(run[k].beta, run[k].n_col, n, lost);
		shrink(run[k].variance, 1, n, lost);
		shrink(run[k].rho, run[k].order, n, lost);
	}
	s->n = kept;
	return NULL;
}

static struct error *fit_all(struct node_env *env, struct study *s, const char *noise, struct out *glm, struct out *mask)
{
	struct glm_run *run = NEW_N(env->arena, struct glm_run, s->bold.n);
	unsigned char *lost = NEW_N(env->arena, unsigned char, s->n), *inside = NEW_N(env->arena, unsigned char, grid_size(&s->grid));

	for (int k = 0; k < s->bold.n; k++)
		TRY(fit_run(&run[k], lost, s, k, env));
	TRY(drop_lost(s, run, lost, env));
	tell_columns(env, s);
	for (long v = 0; v < s->n; v++)
		inside[s->index[v]] = 1;
	TRY(image_write_bytes(out_blob(mask, "image.nii"), &s->grid, inside));
	return glm_write(glm, &(struct glm){ .grid = s->grid, .n = s->n, .index = s->index, .noise = noise,
	                                     .n_run = s->bold.n, .run = run }, env->arena);
}

/* ---- of one run ---- */
static struct error *more(struct node_env *env, const struct study *s, int k, const struct glm_first_level_outputs *out)
{
	struct out *const wanted[] = { [FIT_RESIDUALS] = out->residuals, [FIT_PREDICTED] = out->predicted,
	                               [FIT_R_SQUARE] = out->r_square, [FIT_AR] = out->ar };
	struct fit_data d;
	struct fitted f;

	TRY(fit_data_open(&d, &s->bold.im[k], &s->run[k], &s->args, s->n, s->index, env));
	TRY(fit_voxels(&f, &d, &s->args, env));
	for (int w = FIT_RESIDUALS; w <= FIT_AR; w++)
		if (wanted[w])
			TRY(fit_more_write(out_blob(wanted[w], "image.nii"), (enum fit_more)w, &f, &d, &s->args, env));
	return NULL;
}

struct error *glm_first_level_run(struct node_env *env, const struct glm_first_level_params *params,
                                  const struct glm_first_level_inputs *in, const struct glm_first_level_outputs *out)
{
	struct study s = { .name = NEW_N(env->arena, const char *, in->bold.n + 1) };
	struct error *e;
	int k;

	TRY(first_level_args(&s.args, params));
	for (int i = 0; i < in->bold.n; i++)
		s.name[i] = fit_name(in->bold.item[i].cell, i, in->bold.n, env->arena);
	TRY(first_level_run_of(&k, params->run, in->bold.n, s.name, env->arena));
	if (out->ar && s.args.order == 0)
		return first_level_no_ar();
	e = open_runs(&s, in, env->arena);
	if (!e)
		e = choose_voxels(&s, in->mask, params, env);
	if (!e)
		e = out->glm ? fit_all(env, &s, params->noise, out->glm, out->mask) : more(env, &s, k, out);
	several_close(&s.bold);
	return e;
}
