#include "glm/first_level_check.h"

#include <string.h>

#include "base/arena.h"
#include "fmri/mask_facts.h"
#include "fmri/shape_problem.h"
#include "glm.first_level.node.h"
#include "img/facts.h"

struct error *first_level_args(struct fit_args *out, const struct glm_first_level_params *params)
{
	*out = (struct fit_args){ .bins = params->exact ? 0 : params->bins, .scaling = (enum fit_scaling)params->signal_scaling,
	                          .smoothing = { params->n_smoothing, params->smoothing_mm },
	                          .compat = params->compat == GLM_FIRST_LEVEL_COMPAT_NILEARN };
	return fit_order(&out->order, params->noise);
}

struct error *first_level_run_of(int *k, const char *run, int n, const char *const *name, struct arena *a)
{
	*k = 0;
	if (!run || !*run)
		return NULL;
	for (int i = 0; i < n; i++)
		if (strcmp(name[i], run) == 0) {
			*k = i;
			return NULL;
		}
	if (n < 2)
		return error_new(ERR_USER, "run is '%.60s', but there is one run, which has no key: leave it out", run);
	return error_new(ERR_USER, "run is '%.60s', must be one of %s", run, design_names(n, name, a));
}

struct error *first_level_grids(const char *what, const struct grid *g, const char *what_first, const struct grid *first)
{
	struct error *e = grid_check(g, what, first, what_first), *told;

	if (!e)
		return NULL;
	told = error_new(ERR_DATA, "%s; image.resample with onto: takes one run's images onto another's", e->text);
	error_free(e);
	return told;
}

struct error *first_level_pairs(int n, const char *const *bold, const char *port, const char *const *other, struct arena *a)
{
	for (int k = 0; k < n; k++)
		if (*bold[k] && *other[k] && strcmp(bold[k], other[k]) != 0)
			return error_new(ERR_USER, "run %s of bold would go with run %s of %s: bold has the runs %s, and %s has %s, must be the "
			                 "same", bold[k], other[k], port, design_names(n, bold, a), port, design_names(n, other, a));
	return NULL;
}

struct error *first_level_no_ar(void)
{
	return error_new(ERR_USER, "ar has the coefficients of correlated noise, but noise is ols: take ar1 or more");
}

/* ---- at check time ---- */
struct checking {
	struct shape *s;
	struct fit_args args;
	int n;                           /* runs of bold */
	const char **name;               /* [n] */
	struct image_facts *bold;        /* [n]; n_vol 0: not known */
	struct design_facts *design;     /* [n] */
	bool designs;                    /* the columns of all are known */
};

static bool check_pairs(struct checking *c, const char *port)
{
	const char **bold = NEW_N(c->s->arena, const char *, c->n), **other = NEW_N(c->s->arena, const char *, c->n);

	if (shape_n(c->s, port) != c->n)
		return true;
	for (int k = 0; k < c->n; k++) {
		bold[k] = shape_cell(c->s, "bold", k);
		other[k] = shape_cell(c->s, port, k);
	}
	return !shape_problem(c->s, port, first_level_pairs(c->n, bold, port, other, c->s->arena));
}

/* Counts, keys, grids; false when there is nothing more to check. */
static bool check_bold(struct checking *c)
{
	struct shape *s = c->s;
	int n_design = shape_n(s, "design"), n_mask = shape_n(s, "sample_mask");

	if (n_design != c->n)
		shape_error(s, "design", "there are %d runs of bold and %d designs: each run needs one", c->n, n_design);
	if (n_mask > 0 && n_mask != c->n)
		shape_error(s, "sample_mask", "there are %d runs of bold and %d of sample_mask: each run needs one", c->n, n_mask);
	for (int k = 0; k < c->n; k++) {
		if (!image_facts_from(&c->bold[k], shape_in_n(s, "bold", k), s->arena))
			continue;
		if (c->bold[k].n_vol < 2)
			shape_error(s, "bold", "%s has one volume, must have several over time", fit_what(c->name[k], s->arena));
		if (c->bold[0].n_vol > 0)
			shape_problem(s, "bold", first_level_grids(fit_what(c->name[k], s->arena), &c->bold[k].grid,
			                                           fit_what(c->name[0], s->arena), &c->bold[0].grid));
	}
	return c->n > 0 && n_design == c->n && (n_mask == 0 || n_mask == c->n) && check_pairs(c, "design") && check_pairs(c, "sample_mask");
}

/* A design of which only facts are known: its rows may be those of kept volumes. */
static void check_facts(struct checking *c, int k, const char *what)
{
	const struct design_facts *f = &c->design[k];
	bool scrubbed = shape_n(c->s, "sample_mask") > 0;

	if (c->bold[k].n_vol > 0 && f->n_row >= 0 && (scrubbed ? f->n_row > c->bold[k].n_vol : f->n_row != c->bold[k].n_vol))
		shape_error(c->s, "design", "the design of %s has %d rows, must have one for each of the %d volumes", what, f->n_row,
		            c->bold[k].n_vol);
	if (f->dof >= 0)
		shape_problem(c->s, "design", fit_check_dof(what, &c->args, f->n_row, f->n_col, f->n_row - f->dof));
	if (scrubbed)
		*(struct design_facts *)f = (struct design_facts){ f->name, -1, -1, f->n_col, f->column, -1, NULL };
}

/* A design that can be read already. */
static void check_design(struct checking *c, int k, const struct item *design, const struct item *sample_mask)
{
	struct fit_run r;

	if (shape_problem(c->s, "design", fit_ready(&r, c->name[k], &c->args, c->bold[k].n_vol, design, sample_mask, c->s->arena)))
		return;
	design_facts_of(&c->design[k], r.n_row, r.design.n_col, r.design.column, r.design.x, c->s->arena);
}

static void check_designs(struct checking *c)
{
	struct shape *s = c->s;

	c->designs = true;
	for (int k = 0; k < c->n; k++) {
		const struct item *design = shape_item_n(s, "design", k), *mask = shape_item_n(s, "sample_mask", k);
		bool readable = design && (mask || shape_n(s, "sample_mask") == 0);

		c->designs &= design_facts_from(&c->design[k], shape_in_n(s, "design", k), s->arena);
		if (!c->designs)
			return;
		if (readable && c->bold[k].n_vol > 0)
			check_design(c, k, design, mask);
		else
			check_facts(c, k, fit_what(c->name[k], s->arena));
		c->design[k].name = c->name[k];
	}
}

/* Bytes and seconds: one run is mapped at a time; smoothing, and what is left or predicted of a run, make a matrix of it. */
static void predict(struct checking *c, long n)
{
	int64_t results = 0, largest = 0;
	double work = 0;

	for (int k = 0; k < c->n; k++) {
		int n_col = c->designs ? c->design[k].n_col : 20, n_vol = c->bold[k].n_vol;
		int64_t matrix = 4 * (int64_t)n_vol * n, run = c->bold[k].bytes + (c->args.smoothing.n > 0 ? matrix : 0);

		if (*shape_kind(c->s, "residuals") || *shape_kind(c->s, "predicted"))
			run += matrix;
		results += 8 * (int64_t)n * (n_col + 1 + c->args.order);
		largest = run > largest ? run : largest;
		work += (double)n * n_vol * (1 + (c->args.order + 1) * n_col / 8.0) + (double)n * n_col * n_col * (n_col / 6.0 + 4);
	}
	c->s->memory = largest + results + 40 * grid_size(&c->bold[0].grid) + (32 << 20);
	c->s->seconds = 1e-9 * work + (c->args.smoothing.n > 0 ? 2.5e-8 * (double)n * c->bold[0].n_vol * c->n : 0) + 0.01;
}

static void tell(struct checking *c, const struct glm_first_level_params *params, int n)
{
	struct shape *s = c->s;
	const struct grid *g = &c->bold[0].grid;
	struct image_facts mask = image_facts_new(g, 1, 0, "uint8"), one = image_facts_new(g, 1, 0, "float32");
	struct image_facts ar = image_facts_new(g, c->args.order > 0 ? c->args.order : 1, 0, "float32");
	struct glm_facts f = { *g, false, params->noise, n, c->n, c->design };

	shape_out(s, "mask", image_facts_to(&mask, s->arena));
	shape_out(s, "r_square", image_facts_to(&one, s->arena));
	shape_out(s, "ar", image_facts_to(&ar, s->arena));
	if (c->designs)
		shape_out(s, "glm", glm_facts_to(&f, s->arena));
}

/* Facts of the run that residuals and predicted are of. */
static void tell_run(struct checking *c, int k)
{
	struct image_facts run;

	if (c->bold[k].n_vol == 0 || (shape_n(c->s, "sample_mask") > 0 && (!c->designs || c->design[k].n_row < 0)))
		return;
	run = image_facts_new(&c->bold[k].grid, c->designs && c->design[k].n_row > 0 ? c->design[k].n_row : c->bold[k].n_vol,
	                      c->bold[k].tr_s, "float32");
	shape_out(c->s, "residuals", image_facts_to(&run, c->s->arena));
	shape_out(c->s, "predicted", image_facts_to(&run, c->s->arena));
}

struct error *glm_first_level_shape(struct shape *s, const struct glm_first_level_params *params)
{
	int n = shape_n(s, "bold"), k = 0, n_mask = -1;
	struct checking c = { .s = s, .n = n, .name = NEW_N(s->arena, const char *, n + 1), .bold = NEW_N(s->arena, struct image_facts, n + 1),
	                      .design = NEW_N(s->arena, struct design_facts, n + 1) };

	if (shape_problem(s, "noise", first_level_args(&c.args, params)))
		return NULL;
	for (int i = 0; i < n; i++)
		c.name[i] = fit_name(shape_cell(s, "bold", i), i, n, s->arena);
	shape_problem(s, "run", first_level_run_of(&k, params->run, n, c.name, s->arena));
	if (c.args.order == 0 && *shape_kind(s, "ar"))
		shape_problem(s, "noise", first_level_no_ar());
	if (!check_bold(&c))
		return NULL;
	check_designs(&c);
	if (c.bold[0].n_vol == 0)
		return NULL;
	fwhm_check(s, &c.args.smoothing, &c.bold[0].grid, "smoothing");
	n_mask = mask_facts_check(s, "mask", &c.bold[0].grid, "bold");
	tell(&c, params, n_mask);
	tell_run(&c, k);
	predict(&c, n_mask < 0 ? grid_size(&c.bold[0].grid) : n_mask);
	return NULL;
}
