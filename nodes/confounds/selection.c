#include "confounds/selection.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "confounds.select.node.h"
#include "base/json.h"
#include "fmri/sidecar.h"

static struct error *joined(const struct picks *p, struct arena *a)
{
	struct buf b = { .arena = a };

	for (int k = 0; k < p->n_problem; k++)
		buf_printf(&b, "%s%s", k ? "; " : "", p->problem[k]);
	return p->n_problem ? error_new(ERR_DATA, "%s", b.text) : NULL;
}

const char selection_no_sidecar[] = "compcor needs the sidecar, the .json of the same name as the confounds";

static struct error *open_all(struct selection *s, const struct confounds_select_params *params,
                              const struct item *table, const struct item *sidecar)
{
	const struct doc *json = NULL;
	struct problem wrong = strategy_of(&s->strategy, params, s->a);

	if (wrong.text)
		return error_new(ERR_USER, "%s: %s", wrong.where, wrong.text);
	if (!sidecar && s->strategy.takes[PART_COMPCOR])
		return error_new(ERR_USER, "%s", selection_no_sidecar);
	TRY(table_of(&s->table, table, s->a));
	if (sidecar && s->strategy.takes[PART_COMPCOR])
		TRY(sidecar_read(&json, item_main(sidecar), s->a));
	picks_make(&s->picks, &s->strategy, s->table.n_col, s->table.column, json, s->a);
	TRY(joined(&s->picks, s->a));
	return moved_make(&s->moved, &s->strategy, &s->table, s->a);
}

/* ---- which volumes ---- */
static struct error *column(const double **out, const struct selection *s, const char *name)
{
	int k;

	TRY(table_need(&k, &s->table, name));
	return table_numbers(out, &s->table, k, s->a);
}

static struct error *mark_non_steady(struct selection *s)
{
	for (int k = 0; k < s->table.n_col; k++) {
		const double *x;

		if (!strstr(s->table.column[k], "non_steady_state"))
			continue;
		TRY(table_numbers(&x, &s->table, k, s->a));
		for (int t = 0; t < s->table.n_row; t++)
			if (x[t] != 0 && !isnan(x[t]))
				s->censoring.why[t] |= WHY_NON_STEADY;
	}
	return NULL;
}

static struct error *mark_motion(struct selection *s)
{
	const struct confounds_select_params *p = s->strategy.params;
	const double *dvars;

	if (s->moved.fd_mm)
		s->fd_mm = s->moved.fd_mm;
	else if (s->strategy.takes[PART_SCRUB] || table_find(&s->table, "framewise_displacement") >= 0)
		TRY(column(&s->fd_mm, s, "framewise_displacement"));
	if (!s->strategy.takes[PART_SCRUB])
		return NULL;
	TRY(column(&dvars, s, "std_dvars"));
	censor_above(&s->censoring, s->fd_mm, p->fd_threshold_mm, WHY_FD);
	censor_above(&s->censoring, dvars, p->std_dvars_threshold, WHY_DVARS);
	censor_stretches(&s->censoring, WHY_FD | WHY_DVARS, p->scrub, WHY_SEGMENT);
	return NULL;
}

static struct error *all_gone(const struct selection *s)
{
	const struct censoring *c = &s->censoring;

	return error_new(ERR_DATA, "no volume is left of %d: %d not in steady state, %d with displacement above %g mm, "
	                 "%d with standardized DVARS above %g, %d in stretches that are too short", c->n_vol,
	                 censor_count(c, WHY_NON_STEADY), censor_count(c, WHY_FD), s->strategy.params->fd_threshold_mm,
	                 censor_count(c, WHY_DVARS), s->strategy.params->std_dvars_threshold,
	                 censor_count(c, WHY_SEGMENT | WHY_SHORT));
}

static struct error *censor(struct selection *s)
{
	s->censoring = (struct censoring){ s->table.n_row, NEW_N(s->a, unsigned char, s->table.n_row) };
	s->keep = NEW_N(s->a, int, s->table.n_row);
	TRY(mark_non_steady(s));
	TRY(mark_motion(s));
	censor_stretches(&s->censoring, 0xff, s->strategy.params->min_segment, WHY_SHORT);
	s->n_keep = censor_keep(&s->censoring, s->keep);
	return s->n_keep > 0 ? NULL : all_gone(s);
}

/* ---- the columns ---- */
static struct error *take_column(struct selection *s, int k, double *x)
{
	const struct pick *p = &s->picks.pick[k];
	const double *from = p->part == PART_MOTION ? moved_column(&s->moved, p->name) : NULL;
	int n_row = s->table.n_row;

	if (!from)
		TRY(table_numbers(&from, &s->table, p->column, s->a));
	memcpy(x, from, (size_t)n_row * sizeof *x);
	if (isnan(x[0]) && n_row > 1)
		x[0] = x[1];
	for (int t = 0; t < n_row; t++)
		if (!isfinite(x[t]) && p->column >= 0)
			return table_error(&s->table, t, p->column, "%s has %s here, must be a number (only the first value of a "
			                   "derivative may be missing)", p->name, isnan(x[t]) ? "no value" : "an infinite value");
	return NULL;
}

static double mean_kept(const struct selection *s, const double *x)
{
	double sum = 0;

	for (int k = 0; k < s->n_keep; k++)
		sum += x[s->keep[k]];
	return sum / s->n_keep;
}

static struct error *take_columns(struct selection *s)
{
	int n_row = s->table.n_row, n = s->picks.n;
	double *x = NEW_N(s->a, double, n_row);

	s->x = arena_calloc(s->a, (size_t)n_row * (size_t)(n ? n : 1), sizeof *s->x);
	for (int k = 0; k < n; k++) {
		TRY(take_column(s, k, x));
		double mean = s->strategy.params->demean ? mean_kept(s, x) : 0;

		for (int t = 0; t < n_row; t++)
			s->x[(size_t)t * (size_t)n + (size_t)k] = x[t] - mean;
	}
	return NULL;
}

const char *const *selection_names(const struct picks *p, struct arena *a)
{
	const char **name = NEW_N(a, const char *, p->n + 1);

	for (int k = 0; k < p->n; k++)
		name[k] = p->pick[k].name;
	if (p->n == 0)
		name[0] = "none";
	return name;
}

struct error *selection_make(struct selection *s, const struct confounds_select_params *params,
                             const struct item *table, const struct item *sidecar, struct arena *a)
{
	*s = (struct selection){ .a = a };
	TRY(open_all(s, params, table, sidecar));
	TRY(censor(s));
	return take_columns(s);
}
