/* One case of signal.clean, double in and double out: clean_case CASE.json ROOT OUT.npy
 *
 * Stored series are floats, which cannot hold this suite's tolerance of 1e-8; so the kernel is called as the nodes call
 * it, but on doubles. Exit status 77: the case asks for something that there is no code for. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "fmri/clean_args.h"
#include "img/npy.h"
#include "node/node.h"

enum { WAITING = 77 };

static const char *const known[] = { "detrend", "standardize", "standardize_confounds", "low_pass", "high_pass", "t_r",
                                     "confounds", "filter", "sample_mask", "runs", "extrapolate", NULL };

static bool all_known(const struct doc *params)
{
	for (int i = 0; i < params->n; i++) {
		bool found = false;

		for (int k = 0; known[k]; k++)
			found |= strcmp(params->key[i]->text, known[k]) == 0;
		if (!found)
			return false;
	}
	return true;
}

static double number(const struct doc *params, const char *key)
{
	const char *text = doc_text(params, key, NULL);

	return text ? strtod(text, NULL) : (double)NAN;
}

static bool truth(const struct doc *params, const char *key, const char *fallback)
{
	return strcmp(doc_text(params, key, fallback), "true") == 0;
}

static struct clean_args args_of(const struct doc *c)
{
	const struct doc *params = doc_get(c, "params");
	static const char *const scale[] = { "false", "zscore_sample", "zscore", "psc" };
	const char *word = doc_text(params, "standardize", "zscore");
	struct clean_args args = {
		.detrend = truth(params, "detrend", "true"),
		.standardize_confounds = truth(params, "standardize_confounds", "true"), .low_pass_hz = number(params, "low_pass"),
		.high_pass_hz = number(params, "high_pass"), .tr_s = number(params, "t_r"),
		.filter = strcmp(doc_text(params, "filter", "butterworth"), "cosine") == 0, .filter_order = 5, .pad = -1,
		.extrapolate = truth(params, "extrapolate", "true"), .compat = truth(c, "compat_nilearn", "false"),
	};

	for (int k = 0; k < 4; k++)
		if (strcmp(word, scale[k]) == 0)
			args.standardize = (enum clean_standardize)k;
	return args;
}

/* A list of the parameters as a port's written table, beside the output. */
static struct error *port_of(const struct item **out, const struct doc *params, const char *key, const char *path,
                             struct arena *a)
{
	const struct doc *list = doc_get(params, key);
	struct buf b = { .arena = a };
	struct blob *blob = NEW(a, struct blob);
	struct item *it = NEW(a, struct item);

	if (!list)
		return NULL;
	json_doc(&b, list);
	*blob = (struct blob){ "literal.json", arena_printf(a, "%s.%s.json", path, key) };
	*it = (struct item){ .cell = "", .kind = "table", .n_blob = 1, .blob = blob };
	*out = it;
	return file_write(blob->path, b.text, b.n);
}

static struct error *run(const struct doc *c, const char *root, const char *out, struct arena *a)
{
	const struct doc *params = doc_get(c, "params");
	const char *table = doc_text(params, "confounds", NULL);
	struct clean_args args = args_of(c);
	struct clean_inputs in = { 0 };
	struct node_env env = { .arena = a, .n_threads = 1 };
	struct npy signals, x;
	struct cleaning *cleaning;
	double *cleaned;

	TRY(npy_read(&signals, path_join(a, root, doc_text(doc_get(c, "inputs"), "signals", "")), NPY_FLOAT64, a));
	if (table) {
		TRY(npy_read(&x, path_join(a, root, table), NPY_FLOAT64, a));
		in.own = (struct confounds){ x.n_row, x.n_col, x.f64 };
	}
	TRY(port_of(&in.sample_mask, params, "sample_mask", out, a));
	TRY(port_of(&in.runs, params, "runs", out, a));
	TRY(cleaning_new(&cleaning, &args, &in, signals.n_row, 0, "signals", a));
	cleaned = NEW_N(a, double, (long)signals.n_row * signals.n_col);
	memcpy(cleaned, signals.f64, (size_t)signals.n_row * (size_t)signals.n_col * sizeof *cleaned);
	TRY(cleaning_double(cleaning, &env, signals.n_col, cleaned, "columns", NULL));
	return npy_write(out, cleaning_rows(cleaning), signals.n_col, cleaned);
}

/* What the worker has elsewhere: remarks, and files of outputs, of which there are none here. */
const char *out_blob(struct out *o, const char *name)
{
	(void)o;
	return name;
}

void node_note(struct node_env *env, const char *fmt, ...)
{
	va_list ap;

	(void)env;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct doc *c = NULL;
	struct error *e;
	char *text;
	size_t n;
	int status = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: clean_case CASE.json ROOT OUT.npy\n");
		return 2;
	}
	e = file_read(&text, &n, argv[1], 1 << 20, a);
	if (!e)
		e = json_read(&c, text, n, argv[1], a);
	if (!e && !all_known(doc_get(c, "params")))
		status = WAITING;
	else if (!e)
		e = run(c, argv[2], argv[3], a);
	if (e) {
		error_print(e, stderr);
		error_free(e);
		status = 1;
	}
	arena_free(a);
	return status;
}
