/* signals.clean - signals cleaned in time. nilearn's signal.clean.
 *
 * Signals that were stored as doubles stay doubles. */
#include "signals.clean.node.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/clean_args.h"
#include "img/facts.h"
#include "img/npy.h"
#include "img/series.h"

/* The header of a .npy file says its type, such as '<f8', among its first bytes. */
static bool stored_double(const char *path)
{
	char head[129] = "";
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(head, 1, sizeof head - 1, f) : 0;

	if (f)
		fclose(f);
	return n > 10 && memmem(head, n, "f8'", 3) != NULL;
}

/* The file's pages are changed in memory as they are cleaned, so there is no second copy. */
static struct error *clean_all(struct node_env *env, struct cleaning *c, struct series *s, bool as_double,
                               const struct signals_clean_outputs *out)
{
	const char *npy = out_blob(out->signals, "series.npy");
	float *x;
	double *wide;

	if (as_double) {
		TRY(npy_own(&wide, &s->npy));
		TRY(cleaning_double(c, env, s->n_col, wide, "columns", out->record));
		return npy_write(npy, cleaning_rows(c), s->n_col, wide);
	}
	TRY(npy_own_floats(&x, &s->npy));
	TRY(cleaning_float(c, env, s->n_col, x, "columns", out->record));
	return npy_write_floats(npy, cleaning_rows(c), s->n_col, x);
}

static struct error *clean(struct node_env *env, const struct signals_clean_params *params, struct series *s,
                           bool as_double, const struct signals_clean_inputs *in,
                           const struct signals_clean_outputs *out)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct clean_inputs inputs = CLEAN_INPUTS(in);
	struct cleaning *c;

	TRY(cleaning_new(&c, &args, &inputs, s->n_row, s->tr_s, "signals", env->arena));
	TRY(clean_all(env, c, s, as_double, out));
	s->tr_s = clean_tr(&args, s->tr_s);
	cleaning_volumes(c, s, env->arena);
	return series_write_names(out_blob(out->signals, "series.json"), s, env->arena);
}

struct error *signals_clean_run(struct node_env *env, const struct signals_clean_params *params,
                                const struct signals_clean_inputs *in, const struct signals_clean_outputs *out)
{
	const char *path = item_blob(in->signals, "series.npy");
	bool as_double = path && stored_double(path);
	struct series s = { 0 };
	struct error *e;

	TRY(as_double ? series_read_double(&s, in->signals, env->arena) : series_read(&s, in->signals, env->arena));
	e = clean(env, params, &s, as_double, in, out);
	series_close(&s);
	return e;
}

struct error *signals_clean_shape(struct shape *s, const struct signals_clean_params *params)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct series_facts f;
	double tr_s;

	if (!series_facts_from(&f, shape_in(s, "signals"), s->arena))
		return NULL;
	s->memory = 9 * (int64_t)f.n_row * (f.n_col > 0 ? f.n_col : 1) + (32 << 20);   /* doubles, should they be */
	tr_s = f.tr_s > 0 ? f.tr_s : clean_tr(&args, 0);   /* many files of signals cannot say it, which is no one's mistake */
	f.n_vol = f.n_vol > 0 ? f.n_vol : f.n_row;
	f.n_row = clean_check(s, &args, f.n_row, tr_s, "signals");
	f.tr_s = clean_tr(&args, f.tr_s);
	shape_out(s, "signals", series_facts_to(&f, s->arena));
	return NULL;
}
