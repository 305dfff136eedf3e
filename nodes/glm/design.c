/* glm.design - the design matrix of one run: what each event, confound and drift would look like in a voxel.
 *
 * nilearn's make_first_level_design_matrix with the frame times of FirstLevelModel. */
#include "glm.design.node.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/clean_args.h"
#include "fmri/columns_check.h"
#include "fmri/shape_problem.h"
#include "glm/design_make.h"
#include "glm/events.h"
#include "glm/remarks.h"
#include "img/facts.h"
#include "img/glm.h"
#include "img/image.h"
#include "img/matrix.h"
#include "img/table.h"
#include "num/design_vif.h"

static struct design_args args_of(const struct glm_design_params *p, int n_vol, double header_tr_s)
{
	return (struct design_args){
		.n_vol = n_vol, .tr_s = p->has_tr ? p->tr_s : header_tr_s,
		.n_dropped = p->dropped, .slice_time_ref = p->slice_time_ref,
		.min_onset_s = p->min_onset_s, .block_s = p->has_block ? p->block_s : (double)NAN,
		.response = {
			.model = p->has_hrf ? (enum response_model)p->hrf : RESPONSE_GLOVER, .n_delay = p->n_fir_delays, .delay = p->fir_delays,
			.oversampling = p->oversampling, .step_s = p->has_response_step ? p->response_step_s : (double)NAN,
			.unit_area = p->response_scale == GLM_DESIGN_RESPONSE_SCALE_AREA,
		},
		.drift = (enum design_drift)p->drift, .high_pass_hz = p->high_pass_hz, .drift_order = p->drift_order,
		.compat = p->compat == GLM_DESIGN_COMPAT_NILEARN,
	};
}

/* What does not go together, or NULL; *where: the parameter. */
static const char *conflict(const struct glm_design_params *p, bool bold, bool events, bool response, const char **where)
{
	*where = response && p->has_hrf ? "hrf" : !response && p->has_response_step ? "response_step" : "bold";
	if (response && p->has_hrf)
		return "hrf and response were both given, must be one of them";
	if (!response && p->has_response_step)
		return "response_step goes with response, which was not given";
	if (!bold && !p->has_n_volumes)
		return "neither bold nor n_volumes was given: one of them must tell how many volumes there are";
	*where = "tr";
	if (!bold && !p->has_tr)
		return "without bold, tr must tell the time between volumes";
	*where = "events";
	return response && !events ? "response was given without events" : NULL;
}

/* ---- in a run ---- */
static struct error *read_bold(int *n_vol, double *tr_s, const struct item *bold, const struct glm_design_params *p,
                               struct arena *a)
{
	struct image im;

	*n_vol = p->n_volumes;
	*tr_s = 0;
	if (!bold)
		return NULL;
	TRY(image_of(&im, bold, a));
	*n_vol = im.n_vol;
	*tr_s = im.tr_s;
	image_close(&im);
	if (p->has_n_volumes && p->n_volumes != *n_vol)
		return error_new(ERR_USER, "n_volumes is %d, but bold has %d volumes", p->n_volumes, *n_vol);
	if (!(*tr_s > 0) && !p->has_tr)
		return error_new(ERR_DATA, "bold does not tell the time between its volumes: give `tr: 2 s`");
	return NULL;
}

static struct error *write_correlation(struct out *out, const struct design *d, struct arena *a)
{
	double *r = arena_alloc(a, (size_t)d->n_col * (size_t)d->n_col, sizeof *r);
	struct matrix m = { .n_row = d->n_col, .n_col = d->n_col, .row = d->column, .column = d->column, .x = r };

	design_correlation(d->n_row, d->n_col, d->x, r, a);
	return matrix_write(out_blob(out, "matrix.npy"), out_blob(out, "names.tsv"), &m, a);
}

static const char *const vif_column[] = { "column", "vif", "r_squared" };

static struct error *write_vif(struct out *out, const struct design *d, struct node_env *env)
{
	struct arena *a = env->arena;
	const char **cell = NEW_N(a, const char *, 3 * d->n_col), **made_up = NEW_N(a, const char *, d->n_col);
	double *vif = NEW_N(a, double, d->n_col);
	int n = 0;

	if (!design_inflation(d->n_row, d->n_col, d->x, vif, a))
		return error_new(ERR_NUMERIC, "the columns are too large to compute their variance inflation");
	for (int k = 0; k < d->n_col; k++) {
		cell[3 * k] = d->column[k];
		cell[3 * k + 1] = table_number_text(vif[k], a);
		cell[3 * k + 2] = table_number_text(1 - 1 / vif[k], a);
		if (isinf(vif[k]))
			made_up[n++] = d->column[k];
	}
	if (n > 0)
		node_note(env, "vif is inf for %s: the other columns make up %s", design_names(n, made_up, a), n == 1 ? "it" : "each");
	return table_write(out_blob(out, "table.tsv"),
	                   &(struct table){ .n_row = d->n_col, .n_col = 3, .column = vif_column, .cell = cell }, a);
}

struct error *glm_design_run(struct node_env *env, const struct glm_design_params *params,
                             const struct glm_design_inputs *in, const struct glm_design_outputs *out)
{
	struct design_inputs inputs = { NULL, in->confounds, in->response, in->sample_mask, 0, NULL };
	struct remarks remarks = { .arena = env->arena };
	const char *where, *text = conflict(params, in->bold, in->events, in->response, &where);
	double header_tr_s;
	struct table events;
	struct design d;
	int n_vol;

	if (text)
		return error_new(ERR_USER, "%s", text);
	if (in->events) {
		TRY(table_of(&events, in->events, env->arena));
		inputs.events = &events;
	}
	TRY(read_bold(&n_vol, &header_tr_s, in->bold, params, env->arena));
	struct design_args args = args_of(params, n_vol, header_tr_s);

	TRY(design_make(&d, &where, &args, &inputs, &remarks, env->arena));
	design_tell_rank(&d, &remarks);
	for (int k = 0; k < remarks.n; k++)
		node_note(env, "%s", remarks.item[k].text);
	TRY(table_write_numbers(out_blob(out->design, "table.tsv"), d.n_row, d.n_col, d.column, d.x, env->arena));
	TRY(write_correlation(out->correlation, &d, env->arena));
	return write_vif(out->vif, &d, env);
}

/* ---- at check time ---- */

/* n_vol -1: not known yet. False: there was a problem. */
static bool check_volumes(struct shape *s, const struct glm_design_params *p, int *n_vol, double *tr_s)
{
	struct image_facts im;

	*n_vol = p->has_n_volumes && p->has_tr ? p->n_volumes : -1;
	*tr_s = 0;
	if (!image_facts_from(&im, shape_in(s, "bold"), s->arena))
		return true;
	*n_vol = im.n_vol;
	*tr_s = im.tr_s;
	if (p->has_n_volumes && p->n_volumes != im.n_vol)
		shape_error(s, "n_volumes", "n_volumes is %d, but bold has %d volumes", p->n_volumes, im.n_vol);
	else if (im.n_vol < 2)
		shape_error(s, "bold", "bold has one volume, must have a run of them");
	else if (!(im.tr_s > 0) && !p->has_tr)
		shape_error(s, "tr", "bold does not tell the time between its volumes: give `tr: 2 s`");
	else
		return !p->has_tr || clean_check_tr(s, p->tr_s, im.tr_s, "bold");
	return false;
}

/* Confounds that are not here yet. */
static void check_pending(struct shape *s, const struct table_facts *f, int n_vol)
{
	if (n_vol >= 0 && f->n_row >= 0 && f->n_row != n_vol)
		shape_error(s, "confounds", "confounds have %d rows, the run has %d volumes: they must be as many", f->n_row, n_vol);
	for (int k = 0; k < f->n_col; k++)
		if (f->missing && f->missing[k] && !(f->text && f->text[k]))
			shape_error(s, "confounds", "%s, must be a number (confounds.select gives fMRIPrep's derivatives a first value; or leave the "
			            "column out with `drop: [%s]` at the input)", f->missing[k], f->column[k]);
		else
			columns_check(s, "confounds", f, k, false);
}

/* Events whose bytes exist, or whose cells are told; false: they are not known, or no table of events. */
static bool look_at_events(struct shape *s, const struct table **events, double block_s)
{
	const struct item *it = shape_item(s, "events");
	struct table *t = NEW(s->arena, struct table);
	struct table_facts f;

	*events = shape_n(s, "events") > 0 ? t : NULL;
	if (!*events)
		return true;
	if (it)
		return !shape_problem(s, "events", table_of(t, it, s->arena));
	if (!table_facts_from(&f, shape_in(s, "events"), s->arena))
		return false;
	if (table_of_facts(t, &f, s->arena))
		return true;
	*t = (struct table){ .n_row = f.n_row, .n_col = f.n_col, .column = f.column, .header = true, .file = "events" };
	shape_problem(s, "events", events_check_columns(t, block_s));
	return false;
}

/* Inputs whose bytes exist; of confounds that do not, the names. *all: nothing else will come. False: columns are not known. */
static bool look_at_inputs(struct shape *s, struct design_inputs *in, const struct design_args *args, bool *all)
{
	struct table_facts f;

	*in = (struct design_inputs){ NULL, shape_item(s, "confounds"), shape_item(s, "response"), shape_item(s, "sample_mask"), 0, NULL };
	*all = (in->response || shape_n(s, "response") == 0) && (in->sample_mask || shape_n(s, "sample_mask") == 0);
	if (!look_at_events(s, &in->events, args->block_s))
		return false;
	if (in->confounds || shape_n(s, "confounds") == 0)
		return true;
	*all = false;
	if (!table_facts_from(&f, shape_in(s, "confounds"), s->arena))
		return false;
	in->n_pending = f.n_col;
	in->pending = f.column;
	check_pending(s, &f, args->n_vol);
	return true;
}

static void put_facts(struct shape *s, const struct design *d, bool all)
{
	struct design_facts f = { "", d->n_row > 0 ? d->n_row : -1, -1, d->n_col, d->column, -1, NULL };

	if (all && d->n_row > 0)
		design_facts_of(&f, d->n_row, d->n_col, d->column, d->x, s->arena);
	shape_out(s, "design", design_facts_to(&f, s->arena));
	shape_out(s, "correlation", matrix_facts_to(d->n_col, d->n_col, s->arena));
	shape_out(s, "vif", table_facts_to(&(struct table_facts){ .n_row = d->n_col, .n_col = 3, .column = vif_column }, s->arena));
}

struct error *glm_design_shape(struct shape *s, const struct glm_design_params *params)
{
	struct remarks remarks = { .arena = s->arena };
	const char *where, *text = conflict(params, shape_n(s, "bold"), shape_n(s, "events"), shape_n(s, "response"), &where);
	struct design_inputs in;
	double header_tr_s;
	struct design d;
	int n_vol;
	bool all;

	s->seconds = 0.01;
	s->memory = 32 << 20;
	if (text)
		shape_error(s, where, "%s", text);
	if (text || !check_volumes(s, params, &n_vol, &header_tr_s))
		return NULL;
	struct design_args args = args_of(params, n_vol, header_tr_s);

	if (!look_at_inputs(s, &in, &args, &all))
		return NULL;
	struct error *e = design_make(&d, &where, &args, &in, &remarks, s->arena);

	if (shape_problem(s, where, e))
		return NULL;
	if (all && d.n_row > 0)
		design_tell_rank(&d, &remarks);
	for (int k = 0; k < remarks.n; k++)
		if (remarks.item[k].where)
			shape_warning(s, remarks.item[k].where, "%s", remarks.item[k].text);
	if (!in.sample_mask && shape_n(s, "sample_mask") > 0)
		d.n_row = 0;   /* which volumes are kept is not known */
	put_facts(s, &d, all);
	return NULL;
}
