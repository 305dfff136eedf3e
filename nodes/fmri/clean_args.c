#include "fmri/clean_args.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "fmri/clean_inside.h"
#include "img/table.h"
#include "node/node.h"

double clean_tr(const struct clean_args *args, double header_tr_s)
{
	return isnan(args->tr_s) ? header_tr_s : args->tr_s;
}

static struct clean_options options_of(const struct clean_args *args, double tr_s)
{
	static const enum clean_scale scale[] = {
		[CLEAN_STANDARDIZE_FALSE] = CLEAN_SCALE_NONE, [CLEAN_STANDARDIZE_ZSCORE_SAMPLE] = CLEAN_SCALE_ZSCORE_SAMPLE,
		[CLEAN_STANDARDIZE_ZSCORE] = CLEAN_SCALE_ZSCORE, [CLEAN_STANDARDIZE_PSC] = CLEAN_SCALE_PSC,
	};

	return (struct clean_options){
		.detrend = args->detrend, .scale = scale[args->standardize], .standardize_confounds = args->standardize_confounds,
		.high_pass_hz = args->filter == CLEAN_FILTER_COSINE ? (double)NAN : args->high_pass_hz,
		.low_pass_hz = args->filter == CLEAN_FILTER_COSINE ? (double)NAN : args->low_pass_hz, .tr_s = tr_s, .order = args->filter_order > 0 ? args->filter_order : 5,
	};
}

struct error *confounds_read(struct confounds *out, const struct item *it, struct arena *a)
{
	struct table t;

	*out = (struct confounds){ 0 };
	if (!it)
		return NULL;
	TRY(table_of(&t, it, a));
	out->n_row = t.n_row;
	out->n_col = t.n_col;
	TRY(table_all_numbers(&out->x, &t, a));
	for (int r = 0; r < t.n_row; r++)
		for (int c = 0; c < t.n_col; c++)
			if (!isfinite(out->x[(long)r * t.n_col + c]))
				return table_error(&t, r, c, "the confound '%s' is '%s' in row %d: each volume needs a number "
				                   "(leave the column out with `drop: [%s]` at the input, or choose others with `columns:`)",
				                   t.column[c], table_cell(&t, r, c), r + 1, t.column[c]);
	return NULL;
}

/* own, then given, side by side. */
static struct error *confounds_join(struct confounds *out, const struct confounds *own, const struct confounds *given,
                                    const char *what, int n_vol, struct arena *a)
{
	int n_col = own->n_col + given->n_col;
	double *x = NEW_N(a, double, (long)n_vol * n_col + 1);

	if (given->n_col > 0 && given->n_row != n_vol)
		return error_new(ERR_DATA, "confounds have %d rows, %s has %d volumes: they must be as many", given->n_row, what,
		                 n_vol);
	for (int t = 0; t < n_vol; t++) {
		for (int k = 0; k < own->n_col; k++)
			x[(long)t * n_col + k] = own->x[(long)t * own->n_col + k];
		for (int k = 0; k < given->n_col; k++)
			x[(long)t * n_col + own->n_col + k] = given->x[(long)t * given->n_col + k];
	}
	*out = (struct confounds){ n_col > 0 ? n_vol : 0, n_col, x };
	return NULL;
}

/* Slow cosines, to the right of the confounds. They are left out when one repeats a confound (a correlation above
 * 0.9), as nilearn does: the confounds then hold cosines already. */
static bool repeats(const struct confounds *c, int n_cos, const double *cosine, int k)
{
	for (int j = 0; j < c->n_col; j++) {
		double mean = 0, dot = 0, var = 0, cos2 = 0;

		for (int t = 0; t < c->n_row; t++)
			mean += c->x[(long)t * c->n_col + j] / c->n_row;
		for (int t = 0; t < c->n_row; t++) {
			double x = c->x[(long)t * c->n_col + j] - mean, y = cosine[(long)t * n_cos + k];

			dot += x * y;
			var += x * x;
			cos2 += y * y;
		}
		if (dot > 0.9 * sqrt(var * cos2))
			return true;
	}
	return false;
}

static struct confounds with_cosines(const struct confounds *c, int n_vol, double high_pass_hz, double tr_s,
                                     struct arena *a)
{
	int n_cos = cosine_count(n_vol, high_pass_hz, tr_s), n_col = c->n_col + n_cos;
	double *cosine = NEW_N(a, double, (long)n_vol * n_cos + 1), *x = NEW_N(a, double, (long)n_vol * n_col + 1);

	cosine_basis(n_vol, n_cos, (double (*)[n_cos > 0 ? n_cos : 1])cosine);
	for (int k = 0; k < n_cos; k++)
		if (repeats(c, n_cos, cosine, k))
			return *c;
	for (int t = 0; t < n_vol; t++) {
		for (int j = 0; j < c->n_col; j++)
			x[(long)t * n_col + j] = c->x[(long)t * c->n_col + j];
		for (int k = 0; k < n_cos; k++)
			x[(long)t * n_col + c->n_col + k] = cosine[(long)t * n_cos + k];
	}
	return (struct confounds){ n_vol, n_col, x };
}

static struct error *check_cosine(const struct clean_args *args, double tr_s)
{
	if (isnan(args->high_pass_hz))
		return error_new(ERR_USER, "filter: cosine needs high_pass, the frequency below which cosines are taken out");
	if (!isnan(args->low_pass_hz))
		return error_new(ERR_USER, "filter: cosine cannot do low_pass; use filter: butterworth");
	if (!(args->high_pass_hz < 0.5 / tr_s))
		return error_new(ERR_USER, "high_pass is %g Hz, must be below %g Hz, half the rate of a TR of %g s",
		                 args->high_pass_hz, 0.5 / tr_s, tr_s);
	return NULL;
}

static struct error *check_butterworth(const struct clean_options *o, int n_vol)
{
	struct filter_cutoffs cut = filter_cutoffs(o->high_pass_hz, o->low_pass_hz, o->tr_s, o->order);
	int need = clean_pad_needed(o);

	if (cut.facts & FILTER_FACT_CROSSED)
		return error_new(ERR_USER, "high_pass is %g Hz and low_pass %g Hz: high_pass must be the lower one",
		                 o->high_pass_hz, o->low_pass_hz);
	if (cut.facts & FILTER_FACT_HIGH_CLIPPED)
		return error_new(ERR_USER, "high_pass is %g Hz, must be below %g Hz, half the rate of a TR of %g s",
		                 o->high_pass_hz, 0.5 / o->tr_s, o->tr_s);
	if (cut.facts & FILTER_FACT_IMPOSSIBLE)
		return error_new(ERR_USER, "there is no filter with high_pass %g Hz, low_pass %g Hz and a TR of %g s",
		                 o->high_pass_hz, o->low_pass_hz, o->tr_s);
	if (n_vol <= need)
		return error_new(ERR_DATA,
		                 "there are %d volumes, the filter needs more than %d (its padding at either end)", n_vol, need);
	return NULL;
}

/* What can be said before there are confounds. */
static struct error *check_filter(const struct clean_args *args, int n_vol, double tr_s)
{
	struct clean_options o = options_of(args, tr_s);

	if (args->filter != CLEAN_FILTER_COSINE && isnan(args->low_pass_hz) && isnan(args->high_pass_hz))
		return NULL;
	if (!(tr_s > 0 && isfinite(tr_s)))
		return error_new(ERR_USER,
		                 "a filter needs the time between volumes, which the data do not tell: give tr: 2 s");
	return args->filter == CLEAN_FILTER_COSINE ? check_cosine(args, tr_s) : check_butterworth(&o, n_vol);
}

/* What this version of the chain cannot do yet. */
static struct error *check_known(const struct clean_args *args, const struct clean_inputs *in)
{
	if (in->sample_mask || in->runs || args->despike || args->filter == CLEAN_FILTER_PROJECTION || args->min_segment > 0 ||
	    args->stop_hz[1] > 0 || args->ensure_finite)
		return error_new(ERR_USER, "sample_mask, runs, despike, projection, min_segment, band_stop and ensure_finite cannot "
		                 "be used in this version");
	return NULL;
}

static struct error *no_freedom(int n_vol, int n_conf, double dof)
{
	return error_new(ERR_NUMERIC,
	                 "nothing would be left of the signals: of %d volumes the filter, detrending and %d confounds "
	                 "take all degrees of freedom (%.1f left, must be more than 0)", n_vol, n_conf, dof);
}

struct error *clean_prepare(struct clean **out, const struct clean_args *args, int n_vol, double header_tr_s,
                            const struct confounds *confounds, const char *what, struct arena *a)
{
	double tr_s = clean_tr(args, header_tr_s);
	struct clean_options o = options_of(args, tr_s);
	struct confounds c = *confounds;

	if (c.n_col > 0 && c.n_row != n_vol)
		return error_new(ERR_DATA, "confounds have %d rows, %s has %d volumes: they must be as many", c.n_row, what,
		                 n_vol);
	TRY(check_filter(args, n_vol, tr_s));
	if (args->filter == CLEAN_FILTER_COSINE)
		c = with_cosines(&c, n_vol, args->high_pass_hz, tr_s, a);
	*out = clean_new(&o, n_vol, c.n_col, c.n_col > 0 ? c.x : NULL, a);
	if ((*out)->confounds.n < 0)
		return error_new(ERR_NUMERIC, "the confounds are too large to compute with");
	if (!((*out)->dof > 0) && c.n_col > 0)
		return no_freedom(n_vol, c.n_col, (*out)->dof);
	return NULL;
}

struct error *cleaning_new(struct cleaning **out, const struct clean_args *args, const struct clean_inputs *in,
                           int n_vol, double header_tr_s, const char *what, struct arena *a)
{
	struct cleaning *c = NEW(a, struct cleaning);
	struct confounds given, all;

	*out = c;
	TRY(check_known(args, in));
	TRY(confounds_read(&given, in->confounds, a));
	TRY(confounds_join(&all, &in->own, &given, what, n_vol, a));
	TRY(clean_prepare(&c->clean, args, n_vol, header_tr_s, &all, what, a));
	c->n_out = n_vol;
	return NULL;
}

int cleaning_rows(const struct cleaning *c)
{
	return c->n_out;
}

static struct error *finish(const struct cleaning *c, struct node_env *env, long n_col, long n_constant, const char *what,
                            struct out *record)
{
	struct buf b = { .arena = env->arena };

	if (n_constant > 0)
		node_note(env, "%ld of %ld %s have no variance left and are 0", n_constant, n_col, what);
	if (!record)
		return NULL;
	buf_printf(&b, "{\"volumes\":%d,\"columns_constant\":%ld}\n", c->clean->n_vol, n_constant);
	return file_write(out_blob(record, "record.json"), b.text, b.n);
}

struct error *cleaning_float(struct cleaning *c, struct node_env *env, long n_col, float *x, const char *what,
                             struct out *record)
{
	return finish(c, env, n_col, clean_float(c->clean, n_col, x, x, env->n_threads, env->arena), what, record);
}

struct error *cleaning_double(struct cleaning *c, struct node_env *env, long n_col, double *x, const char *what,
                              struct out *record)
{
	return finish(c, env, n_col, clean_double(c->clean, n_col, x, x, env->n_threads, env->arena), what, record);
}
