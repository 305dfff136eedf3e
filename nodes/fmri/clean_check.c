/* The checks of cleaning that need no data: rows, times, frequencies, degrees of freedom. */
#include "base/arena.h"
#include "base/text.h"
#include "fmri/clean_inside.h"
#include "fmri/columns_check.h"
#include "fmri/shape_problem.h"
#include "img/facts.h"
#include "node/shape.h"

bool clean_check_tr(struct shape *s, double tr_s, double header_tr_s, const char *what)
{
	if (isnan(tr_s) || fabs(tr_s - header_tr_s) <= 1e-3 * tr_s)
		return true;
	if (header_tr_s == 0 || header_tr_s == 1)
		shape_warning(s, "tr",
		              "%s has a TR of %g s in its header, which often means that nobody set it; %g s is used", what,
		              header_tr_s, tr_s);
	else
		shape_error(s, "tr", "tr is %g s, but %s has a TR of %g s", tr_s, what, header_tr_s);
	return header_tr_s == 0 || header_tr_s == 1;
}

/* ---- inputs of which only the header is known ---- */

/* False: there is a table whose rows nobody knows yet. */
static bool facts_of(struct table_facts *f, struct shape *s, const char *port)
{
	*f = (struct table_facts){ 0 };
	if (shape_item(s, port) || shape_n(s, port) == 0)
		return true;
	return table_facts_from(f, shape_in(s, port), s->arena);
}

static void check_one_column(struct shape *s, const char *port, const struct table_facts *f)
{
	if (f->n_row > 0 && f->n_col != 1)
		shape_error(s, port, "%s has %d columns, must have one", port, f->n_col);
}

static void check_rows(struct shape *s, const char *port, const struct table_facts *f, int n_vol, const char *what)
{
	if (f->n_row > 0 && f->n_row != n_vol)
		shape_problem(s, port, clean_rows_differ(port, f->n_row, n_vol, what));
}

/* Confounds that are not here yet: their rows, and cells that are known to be no numbers. */
static void check_columns(struct shape *s, const struct table_facts *f, int n_vol, const char *what)
{
	check_rows(s, "confounds", f, n_vol, what);
	for (int k = 0; k < f->n_col; k++)
		columns_check(s, "confounds", f, k, true);
}

/* How many volumes a mask keeps of which only the number of rows is known: as many rows as volumes may hold true and
 * false. -1: not known. */
static int kept_rows(struct shape *s, int n_vol, int min_segment, const char *what)
{
	struct table_facts f;

	if (shape_n(s, "sample_mask") == 0)
		return n_vol;
	if (!facts_of(&f, s, "sample_mask"))
		return -1;
	check_one_column(s, "sample_mask", &f);
	if (f.n_row > n_vol)
		shape_error(s, "sample_mask", "sample_mask has %d row%s, %s has %d volume%s: they must be at most as many", f.n_row,
		            PLURAL(f.n_row), what, n_vol, PLURAL(n_vol));
	return f.n_row < n_vol && min_segment <= 1 ? f.n_row : -1;
}

/* ---- all of it ---- */

static void warn(struct shape *s, const struct cleaning *c, int n_more)
{
	double least = INFINITY, nyquist = 0.5 / c->tr_s;
	int n_vol = 0;

	if (!isnan(c->args.low_pass_hz) && c->args.low_pass_hz >= nyquist)
		shape_warning(s, "low_pass",
		              "low_pass is not below %g Hz, half the rate of a TR of %g s: nothing is filtered there", nyquist,
		              c->tr_s);
	for (int k = 0; k < c->runs.n_run; k++)
		if (c->run[k]->dof - n_more < least) {
			least = c->run[k]->dof - n_more;
			n_vol = c->run[k]->n_vol;
		}
	if (least > 0 && least < 10)
		shape_warning(s, "confounds", "only about %.0f degree%s of freedom %s left of %d volume%s", least, least < 1.5 ? "" : "s",
		              least < 1.5 ? "is" : "are", n_vol, PLURAL(n_vol));
}

int clean_check(struct shape *s, const struct clean_args *args, int n_vol, double header_tr_s, const char *what)
{
	const struct clean_inputs in = { .confounds = shape_item(s, "confounds"), .sample_mask = shape_item(s, "sample_mask"),
	                                 .runs = shape_item(s, "runs") };
	struct table_facts confounds, runs;
	struct cleaning *c;
	const char *where;
	struct error *e;
	int n_kept;

	clean_check_tr(s, args->tr_s, header_tr_s, what);
	if (facts_of(&confounds, s, "confounds"))
		check_columns(s, &confounds, n_vol, what);
	if (facts_of(&runs, s, "runs")) {
		check_rows(s, "runs", &runs, n_vol, what);
		check_one_column(s, "runs", &runs);
	}
	n_kept = in.sample_mask ? -1 : kept_rows(s, n_vol, args->min_segment, what);
	e = cleaning_make(&c, &where, args, &in, n_vol, header_tr_s, what, s->arena);
	if (shape_problem(s, where, e))
		return -1;
	for (int k = 0; k < c->runs.n_run && confounds.n_col > 0; k++)
		if (shape_problem(s, "confounds", cleaning_check_dof(c, k, confounds.n_col)))
			return -1;
	warn(s, c, confounds.n_col);
	return in.sample_mask ? c->runs.n_out : n_kept;
}
