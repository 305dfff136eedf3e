/* The checks of cleaning that need no data: rows, times, frequencies, degrees of freedom. */
#include "base/arena.h"
#include "fmri/clean_inside.h"
#include "img/facts.h"
#include "node/shape.h"

/* Reports and frees an error as a problem of a port or parameter; true when there was one. */
static bool problem(struct shape *s, const char *where, struct error *e)
{
	if (!e)
		return false;
	if (e->at.line > 0)
		shape_error(s, where, "%s:%d:%d: %s", e->at.file, e->at.line, e->at.col, e->text);
	else
		shape_error(s, where, "%s", e->text);
	error_free(e);
	return true;
}

static void check_tr(struct shape *s, const struct clean_args *args, double header_tr_s, const char *what)
{
	if (isnan(args->tr_s) || fabs(args->tr_s - header_tr_s) <= 1e-3 * args->tr_s)
		return;
	if (header_tr_s == 0 || header_tr_s == 1)
		shape_warning(s, "tr",
		              "%s has a TR of %g s in its header, which often means that nobody set it; %g s is used", what,
		              header_tr_s, args->tr_s);
	else
		shape_error(s, "tr", "tr is %g s, but %s has a TR of %g s", args->tr_s, what, header_tr_s);
}

/* The confounds themselves when their bytes exist, else none. False: they are wrong, which has been said. */
static bool confounds_known(struct shape *s, struct confounds *c, int n_vol, const char *what)
{
	const struct item *it = shape_item(s, "confounds");
	struct table_facts f;
	int n_row = n_vol;

	*c = (struct confounds){ 0 };
	if (it && problem(s, "confounds", confounds_read(c, it, s->arena)))
		return false;
	if (it)
		n_row = c->n_row;
	else if (table_facts_from(&f, shape_in(s, "confounds"), s->arena))
		n_row = f.n_row;
	if (n_row != n_vol)
		shape_error(s, "confounds", "confounds have %d rows, %s has %d volumes: they must be as many", n_row, what,
		            n_vol);
	return n_row == n_vol;
}

static void warn(struct shape *s, const struct clean *c)
{
	if (c->cutoffs.facts & FILTER_FACT_LOW_CLIPPED)
		shape_warning(s, "low_pass",
		              "low_pass is not below %g Hz, half the rate of a TR of %g s: nothing is filtered there",
		              0.5 / c->options.tr_s, c->options.tr_s);
	if (c->dof > 0 && c->dof < 10)
		shape_warning(s, "confounds", "only about %.0f degrees of freedom are left of %d volumes", c->dof, c->n_vol);
}

int clean_check(struct shape *s, const struct clean_args *args, int n_vol, double header_tr_s, const char *what)
{
	const struct confounds none = { 0 };
	struct confounds c;
	struct table_facts f = { 0 };
	struct clean *clean;

	check_tr(s, args, header_tr_s, what);
	if (problem(s, isnan(args->high_pass_hz) ? "low_pass" : "high_pass",
	            clean_prepare(&clean, args, n_vol, header_tr_s, &none, what, s->arena)))
		return -1;
	if (!confounds_known(s, &c, n_vol, what))
		return -1;
	if (c.n_col > 0 && problem(s, "confounds", clean_prepare(&clean, args, n_vol, header_tr_s, &c, what, s->arena)))
		return -1;
	if (c.n_col == 0 && table_facts_from(&f, shape_in(s, "confounds"), s->arena) && !(clean->dof - f.n_col > 0))
		shape_error(s, "confounds",
		            "nothing would be left of the signals: of %d volumes about %.0f degrees of freedom are left "
		            "after the filter and detrending, and there are %d confounds", n_vol, clean->dof, f.n_col);
	warn(s, clean);
	return n_vol;
}
