/* Data go through a cleaning; what is to be said about it, and its record. */
#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "fmri/clean_inside.h"
#include "node/node.h"

static const double OVERSHOOT = 0.1;

/* The share of the variance before the chain that one stage took; 0 when there was none. */
static double share(const struct clean_report *r, enum clean_stage from, enum clean_stage to)
{
	double all = r->square[CLEAN_BEFORE];

	return all > 0 ? (r->square[from] - r->square[to]) / all : 0;
}

/* A cubic over a long gap swings far beyond what was measured; with its trend the kept volumes get variance that
 * the filter and the confounds then seem to take out. */
static void say_overshoot(const struct cleaning *c, struct node_env *env, const struct clean_report *r)
{
	double added = -share(r, CLEAN_BEFORE, CLEAN_DETRENDED);
	int n_filled = 0;

	for (int k = 0; k < c->runs.n_run; k++)
		n_filled += c->run[k]->fill ? c->run[k]->n_fill : 0;
	if (n_filled > 0 && c->args.fill == CLEAN_FILL_SPLINE && added > OVERSHOOT)
		node_note(env, "the spline over %d censored volumes runs away: detrending it adds %.2g times the "
		          "variance of the kept volumes; fill: lomb_scargle does not", n_filled, added);
}

static void say(const struct cleaning *c, struct node_env *env, const struct clean_report *r, long n_col, const char *what)
{
	static const char *const constant[] = {
		[CLEAN_STANDARDIZE_FALSE] = "have no variance", [CLEAN_STANDARDIZE_PSC] = "have no mean and are 0",
		[CLEAN_STANDARDIZE_ZSCORE] = "have no variance left and are 0",
		[CLEAN_STANDARDIZE_ZSCORE_SAMPLE] = "have no variance left and are 0",
	};

	for (int k = 0; k < c->n_note; k++)
		node_note(env, "%s", c->note[k]);
	say_overshoot(c, env, r);
	if (r->n_constant > 0)
		node_note(env, "%ld of %ld %s %s", r->n_constant, n_col, what, constant[c->args.standardize]);
	if (r->n_not_finite > 0)
		node_note(env, c->args.ensure_finite ? "%ld of %ld %s hold NaN or infinity, which counted as 0"
		          : "%ld of %ld %s hold NaN or infinity, and nothing can be said of them", r->n_not_finite, n_col, what);
}

static struct error *finish(const struct cleaning *c, struct node_env *env, const struct clean_report *r, long n_col,
                            const char *what, struct out *record)
{
	say(c, env, r, n_col, what);
	return record ? clean_record_write(record, c, r, n_col, env->arena) : NULL;
}

struct error *cleaning_float(struct cleaning *c, struct node_env *env, long n_col, float *x, const char *what,
                             struct out *record)
{
	struct clean_report r = clean_runs_float(&c->runs, n_col, x, x, env->n_threads, env->arena);

	return finish(c, env, &r, n_col, what, record);
}

struct error *cleaning_double(struct cleaning *c, struct node_env *env, long n_col, double *x, const char *what,
                              struct out *record)
{
	struct clean_report r = clean_runs_double(&c->runs, n_col, x, x, env->n_threads, env->arena);

	return finish(c, env, &r, n_col, what, record);
}

/* ---- the record ---- */

/* What all runs add up to. */
struct totals {
	int kept, filled, trend, rank;
	double filter_dof, dof;
};

static struct totals add_up(const struct cleaning *c)
{
	struct totals t = { 0 };

	for (int k = 0; k < c->runs.n_run; k++) {
		const struct clean *r = c->run[k];

		t.kept += r->n_keep;
		t.filled += r->n_fill;
		t.trend += r->n_trend;
		t.rank += r->confounds.n;
		t.filter_dof += r->filter_dof;
		t.dof += r->dof;
	}
	return t;
}

struct error *clean_record_write(struct out *record, const struct cleaning *c, const struct clean_report *r, long n_col,
                                 struct arena *a)
{
	struct buf b = { .arena = a };
	struct totals t = add_up(c);

	json_field(&b, "volumes", c->runs.n_vol);
	json_field(&b, "kept", t.kept);
	json_field(&b, "censored", c->runs.n_vol - t.kept);
	json_field(&b, "filled", t.filled);
	json_field(&b, "dropped_short_segments", c->n_short);
	json_field(&b, "runs", c->runs.n_run);
	json_field(&b, "columns", (double)n_col);
	json_field(&b, "columns_constant", (double)r->n_constant);
	json_field(&b, "columns_not_finite", (double)r->n_not_finite);
	json_field(&b, "despiked_values", (double)r->n_despiked);
	json_field(&b, "trend_columns", t.trend);
	json_field(&b, "cosine_columns", c->n_cosines);
	json_field(&b, "confound_columns", c->n_confounds);
	json_field(&b, "confound_rank", t.rank);
	json_field(&b, "filter_dof", t.filter_dof);
	json_field(&b, "dof_left", t.dof);
	json_field(&b, "variance_detrend", share(r, CLEAN_BEFORE, CLEAN_DETRENDED));
	json_field(&b, "variance_filter", share(r, CLEAN_DETRENDED, CLEAN_FILTERED));
	json_field(&b, "variance_confounds", share(r, CLEAN_FILTERED, CLEAN_FREED));
	json_field(&b, "variance_left", r->square[CLEAN_BEFORE] > 0 ? r->square[CLEAN_FREED] / r->square[CLEAN_BEFORE] : 0);
	buf_add(&b, "}\n");
	return file_write(out_blob(record, "record.json"), b.text, b.n);
}
