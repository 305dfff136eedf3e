/* Which volumes are cleaned together, and which of them are kept. */
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "fmri/clean_inside.h"
#include "fmri/kept.h"
#include "img/table.h"

/* ---- runs ---- */

/* Labels, in the order in which they came. */
struct labels {
	int n;
	const char **text;
	struct map *number;   /* text to int * */
};

/* The number of a label, a new one when it is the first of its kind. */
static int label_number(struct labels *l, const char *text, struct arena *a)
{
	int *number = map_get(l->number, text);

	if (number)
		return *number;
	number = NEW(a, int);
	*number = l->n;
	map_put(l->number, text, number);
	PUSH(a, l->text, l->n, text);
	return *number;
}

static bool before(const char *x, const char *y, bool as_numbers)
{
	double u = 0, v = 0;

	if (as_numbers && table_number(&u, x) && table_number(&v, y))
		return u < v;
	return strcmp(x, y) < 0;
}

/* numpy.unique's order: of numbers, or of texts when one is no number. */
static void sort_labels(struct clean_volumes *v, const char **label, int *run_of, bool as_numbers, struct arena *a)
{
	int *place = NEW_N(a, int, v->n_run);
	const char **sorted = NEW_N(a, const char *, v->n_run);

	for (int k = 0; k < v->n_run; k++)
		for (int j = 0; j < v->n_run; j++)
			place[k] += before(label[j], label[k], as_numbers);
	for (int k = 0; k < v->n_run; k++)
		sorted[place[k]] = label[k];
	for (int t = 0; t < v->n_vol; t++)
		run_of[t] = place[run_of[t]];
	memcpy(label, sorted, (size_t)v->n_run * sizeof *label);
}

static struct error *read_runs(struct clean_volumes *v, const struct item *it, bool sorted, const char *what,
                               struct arena *a)
{
	int *run_of = NEW_N(a, int, v->n_vol);
	struct labels label = { .number = map_new(a) };
	struct table t;

	v->run_of = run_of;
	v->n_run = 1;
	if (!it)
		return NULL;
	TRY(kept_one_column(&t, "runs", "a label for each volume", it, a));
	if (t.n_row != v->n_vol)
		return clean_rows_differ("runs", t.n_row, v->n_vol, what);
	for (int r = 0; r < t.n_row; r++) {
		const char *text = table_cell(&t, r, 0);

		if (!*text || strcmp(text, "n/a") == 0)
			return table_error(&t, r, 0, "runs has no label here");
		run_of[r] = label_number(&label, text, a);
	}
	v->n_run = label.n;
	if (sorted)
		sort_labels(v, label.text, run_of, table_is_numeric(&t, 0), a);
	v->label = label.text;
	return NULL;
}

/* ---- stretches ---- */

/* The volumes of each run, in order. */
static void set_rows(struct clean_volumes *v, struct arena *a)
{
	int **row = NEW_N(a, int *, v->n_run), *n = NEW_N(a, int, v->n_run);

	for (int t = 0; t < v->n_vol; t++)
		n[v->run_of[t]]++;
	for (int k = 0; k < v->n_run; k++) {
		row[k] = NEW_N(a, int, n[k]);
		n[k] = 0;
	}
	for (int t = 0; t < v->n_vol; t++)
		row[v->run_of[t]][n[v->run_of[t]]++] = t;
	v->row = (const int *const *)row;
	v->n_row = n;
}

/* Kept volumes that follow each other in a run and are fewer than min are censored. */
static void censor_short(struct clean_volumes *v, const int *row, int n_row, int min)
{
	for (int from = 0, to; from < n_row; from = to + 1) {
		for (to = from; to < n_row && v->kept[row[to]]; )
			to++;
		if (to == from || to - from >= min)
			continue;
		v->n_short++;
		for (int k = from; k < to; k++)
			v->kept[row[k]] = false;
	}
}

static struct error *check_kept(const struct clean_volumes *v, const char *what)
{
	for (int k = 0; k < v->n_run; k++) {
		int n = 0;

		for (int i = 0; i < v->n_row[k]; i++)
			n += v->kept[v->row[k][i]];
		if (n == 0 && v->label)
			return error_new(ERR_DATA, "no volume of run '%s' is kept", v->label[k]);
		if (n == 0)
			return error_new(ERR_DATA, "no volume of %s is kept", what);
	}
	return NULL;
}

static struct error *check_segments(struct clean_volumes *v, int min, const char *what)
{
	struct error *e;

	for (int k = 0; k < v->n_run; k++)
		censor_short(v, v->row[k], v->n_row[k], min);
	e = check_kept(v, what);
	return e ? error_wrap(e, "kept stretches of fewer than %d volumes (min_segment) are left out", min) : NULL;
}

struct error *clean_volumes_read(struct clean_volumes *out, const char **where, const struct clean_args *args,
                                 const struct clean_inputs *in, int n_vol, const char *what, struct arena *a)
{
	*out = (struct clean_volumes){ .n_vol = n_vol };
	*where = "runs";
	TRY(read_runs(out, in->runs, args->compat, what, a));
	set_rows(out, a);
	*where = "sample_mask";
	TRY(kept_read(&out->kept, &out->n_kept, in->sample_mask, n_vol, what, a));
	TRY(check_kept(out, what));
	*where = "min_segment";
	if (args->min_segment > 1)
		TRY(check_segments(out, args->min_segment, what));
	out->n_kept = 0;
	for (int t = 0; t < n_vol; t++)
		out->n_kept += out->kept[t];
	return NULL;
}
