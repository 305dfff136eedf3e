/* stats.by_condition - what signals do in each condition, region by region.
 *
 * Columns are long and few, or short and many: one at a time is copied, condition by condition, and sorted. */
#include "stats.by_condition.node.h"

#include <limits.h>
#include <math.h>

#include "base/arena.h"
#include "base/text.h"
#include "fmri/conditions.h"
#include "fmri/shape_problem.h"
#include "fmri/sorted.h"
#include "img/design.h"
#include "img/facts.h"
#include "img/series.h"
#include "img/table.h"
#include "num/box_stats.h"

/* Conditions in the order of the result. */
struct groups {
	int n;
	const char *const *name;   /* [n] */
	int **volume;              /* [n][size] ascending */
	long *size;                /* [n] at least 1 */
	int n_empty;               /* that are left out, as no volume is of them */
	const char **empty;        /* [n_empty] */
};

static struct error *make_groups(struct groups *g, const struct conditions *c, int n_names, const char *const *names,
                                 struct arena *a)
{
	const char *const *from = n_names > 0 ? names : c->names;
	int n = n_names > 0 ? n_names : c->n_names, number;
	const char **name = NEW_N(a, const char *, n);
	bool *seen = NEW_N(a, bool, c->n_names);

	*g = (struct groups){ .name = name, .volume = NEW_N(a, int *, n), .size = NEW_N(a, long, n) };
	for (int k = 0; k < n; k++) {
		TRY(conditions_find(&number, c, from[k]));
		if (seen[number])
			return error_new(ERR_USER, "names has '%s' twice, must have each condition once", from[k]);
		seen[number] = true;
		TRY(conditions_volumes(&g->volume[g->n], &g->size[g->n], c, 1, &from[k], a));
		if (g->size[g->n] > 0)
			name[g->n++] = from[k];
		else
			PUSH(a, g->empty, g->n_empty, from[k]);
	}
	if (g->n == 0)
		return error_new(ERR_DATA, "no volume is of %s%s", n_names > 0 ? design_names(n_names, names, a) : "a condition",
		                 conditions_why_none(c, n, from, a));
	return NULL;
}

/* ---- one region and condition ---- */

/* The finite values of a column at some volumes, ascending; returns how many. */
static long gather(double *x, const struct series *s, int col, const int *volume, long n, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	long m = 0;

	for (long k = 0; k < n; k++) {
		double value = s->x[(size_t)volume[k] * (size_t)s->n_col + (size_t)col];

		if (isfinite(value))
			x[m++] = value;
	}
	sort_doubles(x, m, a);
	arena_reset(a, start);
	return m;
}

/* [region][condition] */
static struct box_stats *summarize(long *left_out, const struct series *s, const struct groups *g, struct arena *a)
{
	struct box_stats *out = arena_alloc(a, (size_t)s->n_col * (size_t)g->n, sizeof *out), *to = out;
	double *x = arena_alloc(a, (size_t)s->n_row + 1, sizeof *x);

	*left_out = 0;
	for (int r = 0; r < s->n_col; r++)
		for (int k = 0; k < g->n; k++) {
			long n = gather(x, s, r, g->volume[k], g->size[k], a);

			*left_out += g->size[k] - n;
			box_stats(to++, n, x);
		}
	return out;
}

/* ---- tables ---- */
static const char *const summary_columns[] = { "region", "condition", "n", "mean", "sd", "median", "q25", "q75", "whisker_low",
                                               "whisker_high", "min", "max" };
static const char *const box_columns[] = { "region", "condition", "n", "whisker_low", "q25", "median", "q75", "whisker_high",
                                           "outliers" };
static const char *const value_columns[] = { "volume", "condition", "region", "value" };
enum { N_SUMMARY = 12, N_BOX = 9, N_VALUE = 4 };

static const char *count_text(long n, struct arena *a)
{
	return arena_printf(a, "%ld", n);
}

static void summary_row(const char **cell, const struct box_stats *b, struct arena *a)
{
	const double number[] = { b->mean, b->sd, b->median, b->q25, b->q75, b->low, b->high, b->min, b->max };

	cell[2] = count_text(b->n, a);
	for (int k = 3; k < N_SUMMARY; k++)
		cell[k] = table_number_text(number[k - 3], a);
}

static void box_row(const char **cell, const struct box_stats *b, struct arena *a)
{
	const double number[] = { b->low, b->q25, b->median, b->q75, b->high };

	cell[2] = count_text(b->n, a);
	for (int k = 3; k < N_BOX - 1; k++)
		cell[k] = table_number_text(number[k - 3], a);
	cell[N_BOX - 1] = count_text(b->outliers, a);
}

/* A row for each region and condition, filled by `row` behind these two. */
static struct error *write_rows(const char *path, const struct series *s, const struct groups *g, const struct box_stats *b,
                                int n_col, const char *const *column,
                                void (*row)(const char **, const struct box_stats *, struct arena *), struct arena *a)
{
	int n_row = s->n_col * g->n;
	const char **cell = arena_calloc(a, (size_t)n_row * (size_t)n_col, sizeof *cell), **to = cell;

	for (int r = 0; r < s->n_col; r++)
		for (int k = 0; k < g->n; k++, to += n_col) {
			to[0] = series_column(s, r, a);
			to[1] = g->name[k];
			row(to, b++, a);
		}
	return table_write(path, &(struct table){ .n_row = n_row, .n_col = n_col, .column = column, .cell = cell }, a);
}

/* The place of each volume's condition in the result; -1: it is not there. */
static int *places(const struct groups *g, long n_vol, struct arena *a)
{
	int *place = arena_alloc(a, (size_t)n_vol, sizeof *place);

	for (long v = 0; v < n_vol; v++)
		place[v] = -1;
	for (int k = 0; k < g->n; k++)
		for (long i = 0; i < g->size[k]; i++)
			place[g->volume[k][i]] = k;
	return place;
}

/* Volumes of a censored run keep their numbers, the first that was not dropped is called `first`. */
static struct error *write_values(const char *path, const struct series *s, const struct groups *g, int first,
                                  struct arena *a)
{
	const int *place = places(g, s->n_row, a);
	struct table t = { .n_col = N_VALUE, .column = value_columns };
	long n_vol = 0;
	const char **to;

	for (long v = 0; v < s->n_row; v++)
		n_vol += place[v] >= 0;
	if (n_vol * s->n_col > INT_MAX / N_VALUE)
		return error_new(ERR_DATA, "values of %ld volumes and %d columns are %ld rows, must be at most %d: fewer columns, or the "
		                 "signals themselves", n_vol, s->n_col, n_vol * s->n_col, INT_MAX / N_VALUE);
	t.n_row = (int)(n_vol * s->n_col);
	t.cell = to = arena_alloc(a, (size_t)t.n_row * N_VALUE, sizeof *to);
	for (long v = 0; v < s->n_row; v++) {
		const char *volume = place[v] < 0 ? NULL : count_text(first + (s->volume ? s->volume[v] : v), a);

		for (int r = 0; r < s->n_col && volume; r++, to += N_VALUE) {
			to[0] = volume;
			to[1] = g->name[place[v]];
			to[2] = series_column(s, r, a);
			to[3] = table_number_text(s->x[(size_t)v * (size_t)s->n_col + (size_t)r], a);
		}
	}
	return table_write(path, &t, a);
}

/* ---- all of it ---- */
static void tell(struct node_env *env, const struct conditions *c, const struct groups *g, long left_out)
{
	conditions_tell_shared(c, env);
	if (g->n_empty > 0)
		node_note(env, "%s %s left out: no volume is of %s", design_names(g->n_empty, g->empty, env->arena),
		          g->n_empty == 1 ? "is" : "are", g->n_empty == 1 ? "it" : "them");
	if (left_out > 0)
		node_note(env, "%ld values are NaN or infinite and are left out", left_out);
}

static struct error *check_size(int n_col, int n_group)
{
	if ((long)n_col * n_group <= INT_MAX / N_SUMMARY)
		return NULL;
	return error_new(ERR_DATA, "%d columns of %d conditions are %ld rows, must be at most %d", n_col, n_group,
	                 (long)n_col * n_group, INT_MAX / N_SUMMARY);
}

/* A task is asked for the tables, or for the values alone. */
static struct error *write_all(struct node_env *env, const struct series *s, const struct conditions *c,
                               const struct groups *g, int first, const struct stats_by_condition_outputs *out)
{
	const char *path[3] = { NULL };
	struct out *wanted[3] = { out->table, out->boxes, out->values };
	struct box_stats *b;
	long left_out;

	for (int k = 0; k < 3; k++)
		path[k] = wanted[k] ? out_blob(wanted[k], "table.tsv") : NULL;
	TRY(check_size(s->n_col, g->n));
	if (path[2])
		TRY(write_values(path[2], s, g, first, env->arena));
	if (!path[0] && !path[1])
		return NULL;
	b = summarize(&left_out, s, g, env->arena);
	tell(env, c, g, left_out);
	if (path[0])
		TRY(write_rows(path[0], s, g, b, N_SUMMARY, summary_columns, summary_row, env->arena));
	return path[1] ? write_rows(path[1], s, g, b, N_BOX, box_columns, box_row, env->arena) : NULL;
}

struct error *stats_by_condition_run(struct node_env *env, const struct stats_by_condition_params *params,
                                     const struct stats_by_condition_inputs *in,
                                     const struct stats_by_condition_outputs *out)
{
	struct conditions_args args = { .column = params->column, .what = "series", .dropped = params->dropped };
	struct conditions c;
	struct groups g;
	struct series s;
	struct error *e;

	TRY(series_read(&s, in->series, env->arena));
	args.n_vol = s.volume ? s.n_vol : s.n_row;
	args.n_row = s.volume ? s.n_row : 0;
	args.volume = s.volume;
	args.tr_s = s.tr_s;
	e = conditions_read(&c, in->conditions, &args, env->arena);
	if (!e)
		e = make_groups(&g, &c, params->n_names, params->names, env->arena);
	if (!e)
		e = write_all(env, &s, &c, &g, params->dropped, out);
	series_close(&s);
	return e;
}

/* ---- at check time ---- */
static void tell_rows(struct shape *s, const char *port, int n_row, int n_col, const char *const *column)
{
	shape_out(s, port, table_facts_to(&(struct table_facts){ .n_row = n_row, .n_col = n_col, .column = column }, s->arena));
}

struct error *stats_by_condition_shape(struct shape *s, const struct stats_by_condition_params *params)
{
	struct conditions_args args = { .column = params->column, .what = "series", .dropped = params->dropped };
	struct series_facts f;
	struct conditions c;
	struct groups g;

	if (!series_facts_from(&f, shape_in(s, "series"), s->arena))
		return NULL;
	args.n_vol = f.n_vol > 0 ? f.n_vol : f.n_row;
	args.n_row = f.n_vol > 0 ? f.n_row : 0;
	args.tr_s = f.tr_s;
	s->memory = 8L * (f.n_row < 0 ? 0 : f.n_row) * (f.n_col < 0 ? 1 : f.n_col) + (32 << 20);
	s->seconds = 0.01;
	if (!conditions_check(&c, s, "conditions", &args))
		return NULL;
	if (shape_problem(s, params->n_names > 0 ? "names" : "conditions",
	                  make_groups(&g, &c, params->n_names, params->names, s->arena)))
		return NULL;
	if (f.n_col < 0 || shape_problem(s, "series", check_size(f.n_col, g.n)))
		return NULL;
	tell_rows(s, "table", f.n_col * g.n, N_SUMMARY, summary_columns);
	tell_rows(s, "boxes", f.n_col * g.n, N_BOX, box_columns);
	return NULL;
}
