/* signals.clean - signals cleaned in time. nilearn's signal.clean.
 *
 * Signals that were stored as doubles stay doubles. */
#include "signals.clean.node.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
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

static struct error *write_json(const char *path, const struct series *s, double tr_s, struct arena *a)
{
	struct buf b = { .arena = a };

	buf_add(&b, "{\"columns\":");
	for (int c = 0; s->column && c < s->n_col; c++) {
		buf_add(&b, c ? "," : "[");
		json_text(&b, s->column[c]);
	}
	if (s->column)
		buf_add(&b, "]");
	else
		buf_printf(&b, "%d", s->n_col);
	buf_add(&b, ",\"tr\":");
	json_number(&b, tr_s);
	buf_add(&b, "}\n");
	return file_write(path, b.text, b.n);
}

static struct error *clean_doubles(struct node_env *env, struct cleaning *c, const struct series *s,
                                   const struct signals_clean_inputs *in, const struct signals_clean_outputs *out)
{
	double *x = arena_alloc(env->arena, (size_t)s->n_row * (size_t)s->n_col, sizeof *x);
	struct npy npy;

	TRY(npy_read(&npy, item_blob(in->signals, "series.npy"), NPY_FLOAT64, env->arena));
	memcpy(x, npy.f64, (size_t)s->n_row * (size_t)s->n_col * sizeof *x);
	npy_close(&npy);
	TRY(cleaning_double(c, env, s->n_col, x, "columns", out->record));
	return npy_write(out_blob(out->signals, "series.npy"), cleaning_rows(c), s->n_col, x);
}

static struct error *clean_floats(struct node_env *env, struct cleaning *c, const struct series *s,
                                  const struct signals_clean_outputs *out)
{
	float *x = arena_alloc(env->arena, (size_t)s->n_row * (size_t)s->n_col, sizeof *x);

	memcpy(x, s->x, (size_t)s->n_row * (size_t)s->n_col * sizeof *x);
	TRY(cleaning_float(c, env, s->n_col, x, "columns", out->record));
	return npy_write_floats(out_blob(out->signals, "series.npy"), cleaning_rows(c), s->n_col, x);
}

struct error *signals_clean_run(struct node_env *env, const struct signals_clean_params *params,
                                const struct signals_clean_inputs *in, const struct signals_clean_outputs *out)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct clean_inputs inputs = CLEAN_INPUTS(in);
	struct cleaning *c;
	struct series s;

	TRY(series_read(&s, in->signals, env->arena));
	TRY(cleaning_new(&c, &args, &inputs, s.n_row, s.tr_s, "signals", env->arena));
	if (stored_double(item_blob(in->signals, "series.npy")))
		TRY(clean_doubles(env, c, &s, in, out));
	else
		TRY(clean_floats(env, c, &s, out));
	TRY(write_json(out_blob(out->signals, "series.json"), &s, clean_tr(&args, s.tr_s), env->arena));
	series_close(&s);
	return NULL;
}

struct error *signals_clean_shape(struct shape *s, const struct signals_clean_params *params)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct series_facts f;

	if (!series_facts_from(&f, shape_in(s, "signals"), s->arena))
		return NULL;
	s->memory = 20 * (int64_t)f.n_row * (f.n_col > 0 ? f.n_col : 1) + (16 << 20);
	f.n_row = clean_check(s, &args, f.n_row, f.tr_s, "signals");
	f.tr_s = clean_tr(&args, f.tr_s);
	shape_out(s, "signals", series_facts_to(&f, s->arena));
	return NULL;
}
