#include "fmri/conditions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "fmri/shape_problem.h"
#include "fmri/table_at.h"
#include "img/design.h"
#include "img/table.h"
#include "node/node.h"
#include "node/shape.h"

/* ---- the column ---- */
static const char *const usual[] = { "labels", "trial_type", NULL };

static struct error *find_column(int *col, const struct table *t, const char *asked)
{
	struct arena *words;
	struct error *e;

	if (asked && asked[0])
		return table_need(col, t, asked);
	for (int k = 0; usual[k]; k++)
		if ((*col = table_find(t, usual[k])) >= 0)
			return NULL;
	*col = 0;
	if (t->n_col == 1)
		return NULL;
	words = arena_new();
	e = error_new(ERR_DATA, "%s has no column 'labels' or 'trial_type' that names conditions, it has %s: `column` says which "
	              "it is", t->file, design_names(t->n_col, t->column, words));
	arena_free(words);
	return e;
}

static bool is_missing(const char *text)
{
	double x;

	return table_number(&x, text) && isnan(x);
}

/* ---- names ---- */
struct names { struct map *number; const char **name; int n; struct arena *arena; };

/* The number of a name, which is given one when it is new. Maps hold pointers, so numbers stand in as ints of the arena. */
static int number_of(struct names *names, const char *name)
{
	const int *known = map_get(names->number, name);
	int *next;

	if (known)
		return *known;
	next = NEW(names->arena, int);
	*next = names->n;
	map_put(names->number, name, next);
	PUSH(names->arena, names->name, names->n, name);
	return *next;
}

/* Rows of the volumes that are left. */
static bool is_of_rest(int n_row, const struct conditions_args *args)
{
	return args->n_row < 0 ? n_row <= args->n_vol : args->n_row > 0 && args->n_row < args->n_vol && n_row == args->n_row;
}

static const char *rest_text(long n_vol, long n_row, char room[48])
{
	if (n_row > 0)
		snprintf(room, 48, " left of %ld", n_vol);
	return room;
}

static struct error *one_a_row(int *of, struct names *names, const struct table *t, int col,
                               const struct conditions_args *args)
{
	if (args->n_vol >= 0 && t->n_row != args->n_vol && !is_of_rest(t->n_row, args))
		return error_new(ERR_DATA, "conditions have %d row%s, %s has %ld volume%s%s: there must be one row a volume (or events, "
		                 "with the columns onset, duration and trial_type)", t->n_row, PLURAL(t->n_row), args->what,
		                 args->n_row > 0 ? args->n_row : args->n_vol, PLURAL(args->n_row > 0 ? args->n_row : args->n_vol),
		                 rest_text(args->n_vol, args->n_row, (char[48]){ "" }));
	for (int r = 0; r < t->n_row; r++)
		of[r] = is_missing(table_cell(t, r, col)) ? -1 : number_of(names, table_cell(t, r, col));
	return NULL;
}

/* ---- events ---- */
enum { NOBODY = -1, SHARED = -2 };

static struct error *time_at(double *x, const struct table *t, int row, int col)
{
	const char *text = table_cell(t, row, col);

	if (!table_number(x, text))
		return table_error(t, row, col, "%s is '%.60s', must be a number of seconds", t->column[col], text);
	if (!isfinite(*x))
		return table_error(t, row, col, "%s is %s, must be a finite number of seconds", t->column[col],
		                   isnan(*x) ? "missing" : text);
	return NULL;
}

/* The first volume whose middle is not before a time, but for what rounding does to decimals: 1.08 / 0.72 is above 3 / 2. */
static long volume_from(double time_s, double tr_s, long n_vol)
{
	double t = ceil(time_s / tr_s - 0.5 - 1e-6);

	return t < 0 ? 0 : t > (double)n_vol ? n_vol : (long)t;
}

static struct error *put_event(int *of, double *first_s, struct names *names, const struct table *t, int row,
                               const int col[3], const struct conditions_args *args)
{
	double onset_s, duration_s;
	int number;

	TRY(time_at(&onset_s, t, row, col[0]));
	TRY(time_at(&duration_s, t, row, col[1]));
	if (duration_s < 0)
		return table_error(t, row, col[1], "duration is %g s, must be 0 or more", duration_s);
	if (is_missing(table_cell(t, row, col[2])))
		return NULL;
	number = number_of(names, table_cell(t, row, col[2]));
	first_s[number] = fmin(first_s[number], onset_s);
	long end = volume_from(onset_s + duration_s, args->tr_s, args->n_vol);

	for (long v = volume_from(onset_s, args->tr_s, args->n_vol); v < end; v++)
		of[v] = of[v] == NOBODY || of[v] == number ? number : SHARED;
	return NULL;
}

static struct error *from_events(struct conditions *out, int *of, struct names *names, const struct table *t, int name_col,
                                 const struct conditions_args *args)
{
	double *first_s = arena_alloc(names->arena, (size_t)t->n_row + 1, sizeof *first_s);
	int col[3] = { table_find(t, "onset"), 0, name_col };

	if (!(args->tr_s > 0))
		return error_new(ERR_DATA, "%s has no time between volumes, which events need: `tr` at its input says it", args->what);
	TRY(table_need(&col[1], t, "duration"));
	out->first_s = first_s;
	out->run_s = args->tr_s * (double)args->n_vol;
	for (long v = 0; v < args->n_vol; v++)
		of[v] = NOBODY;
	for (int r = 0; r < t->n_row; r++)
		first_s[r] = INFINITY;
	for (int r = 0; r < t->n_row; r++)
		TRY(put_event(of, first_s, names, t, r, col, args));
	for (long v = 0; v < args->n_vol; v++)
		if (of[v] == SHARED) {
			of[v] = NOBODY;
			out->n_shared++;
		}
	return NULL;
}

/* ---- reading ---- */
/* Of those of a whole run, the volumes that are left. */
static int *take_rest(struct conditions *c, const int *of, const struct conditions_args *args, struct arena *a)
{
	int *rest = arena_calloc(a, (size_t)args->n_row + 1, sizeof *rest);

	for (long r = 0; r < args->n_row; r++)
		rest[r] = of[args->volume[r]];
	c->n = args->n_row;
	return rest;
}

static void name_volumes(struct conditions *c, const int *of, const struct names *names, struct arena *a)
{
	const char **name = arena_calloc(a, (size_t)c->n + 1, sizeof *name);
	const char **list = NEW_N(a, const char *, names->n + 1);

	for (long v = 0; v < c->n; v++)
		name[v] = of[v] < 0 ? NULL : names->name[of[v]];
	for (int k = 0; k < names->n; k++)
		list[k] = names->name[k];
	c->name = name;
	c->of = of;
	c->n_names = names->n;
	c->names = list;
}

/* Volumes that were dropped are censored ones of a longer run. */
static struct conditions_args whole_run(const struct conditions_args *args, struct arena *a)
{
	struct conditions_args whole = *args;
	int *volume;

	if (args->dropped == 0 || args->n_vol < 0)
		return whole;
	whole.dropped = 0;
	whole.n_vol += args->dropped;
	whole.n_row = args->n_row != 0 ? args->n_row : args->n_vol;
	if (args->n_row != 0 && !args->volume)
		return whole;
	whole.volume = volume = arena_alloc(a, (size_t)whole.n_row + 1, sizeof *volume);
	for (long r = 0; r < whole.n_row; r++)
		volume[r] = args->dropped + (args->volume ? args->volume[r] : (int)r);
	return whole;
}

struct error *conditions_of(struct conditions *out, const struct table *t, const struct conditions_args *given,
                            struct arena *a)
{
	const struct conditions_args whole = whole_run(given, a), *args = &whole;
	struct names names = { .number = map_new(a), .arena = a };
	int col, *of;

	*out = (struct conditions){ .events = table_find(t, "onset") >= 0 };
	out->n = args->n_vol < 0 || (!out->events && is_of_rest(t->n_row, args)) ? t->n_row : args->n_vol;
	TRY(find_column(&col, t, args->column));
	if (out->events && args->n_vol < 0)
		return error_new(ERR_DATA, "%s has events, but there is no run to place them in", t->file);
	out->column = t->column[col];
	of = arena_calloc(a, (size_t)out->n + 1, sizeof *of);
	if (out->events)
		TRY(from_events(out, of, &names, t, col, args));
	else
		TRY(one_a_row(of, &names, t, col, args));
	if (names.n == 0)
		return error_new(ERR_DATA, "column %s of %s names no condition: all cells are missing", out->column, t->file);
	if (args->volume && out->n == args->n_vol)
		of = take_rest(out, of, args, a);
	name_volumes(out, of, &names, a);
	return NULL;
}

struct error *conditions_read(struct conditions *out, const struct item *it, const struct conditions_args *args,
                              struct arena *a)
{
	struct table t;

	TRY(table_of(&t, it, a));
	return conditions_of(out, &t, args, a);
}

/* ---- at check time ---- */

/* Rows and columns, when the cells are not known. */
static void check_facts(struct shape *s, const char *port, const struct table *t, const struct conditions_args *given)
{
	const struct conditions_args whole = whole_run(given, s->arena), *args = &whole;
	int col;

	if (shape_problem(s, port, find_column(&col, t, args->column)))
		return;
	if (table_find(t, "onset") >= 0 && !(args->tr_s > 0))
		shape_error(s, port, "%s has no time between volumes, which events need: `tr` at its input says it", args->what);
	if (table_find(t, "onset") < 0 && t->n_row > 0 && args->n_vol >= 0 && t->n_row != args->n_vol &&
	    !is_of_rest(t->n_row, args))
		shape_error(s, port, "conditions have %d row%s, %s has %ld volume%s: there must be one row a volume", t->n_row,
		            PLURAL(t->n_row), args->what, args->n_vol, PLURAL(args->n_vol));
}

bool conditions_check(struct conditions *out, struct shape *s, const char *port, const struct conditions_args *args)
{
	struct table t;
	bool whole;

	if (!table_at(&t, &whole, s, port, 0, false))
		return false;
	if (!whole) {
		check_facts(s, port, &t, args);
		return false;
	}
	if (args->n_vol < 0 && table_find(&t, "onset") >= 0)
		return false;   /* events of a run whose length nobody knows yet */
	return !shape_problem(s, port, conditions_of(out, &t, args, s->arena));
}

/* ---- telling and looking up ---- */
void conditions_tell_shared(const struct conditions *c, struct node_env *env)
{
	if (c->n_shared > 0)
		node_note(env, "%ld volume%s in events of several conditions at once, and count%s for none", c->n_shared,
		          c->n_shared == 1 ? " lies" : "s lie", c->n_shared == 1 ? "s" : "");
}

struct error *conditions_find(int *out, const struct conditions *c, const char *name)
{
	struct arena *words;
	const char *near;
	struct error *e;

	for (*out = 0; *out < c->n_names; ++*out)
		if (strcmp(c->names[*out], name) == 0)
			return NULL;
	words = arena_new();
	near = text_nearest(name, c->names);
	e = error_new(ERR_USER, "no volume is of a condition '%.60s'%s%s%s: column %s has %s", name, near ? ", did you mean '" : "",
	              near ? near : "", near ? "'?" : "", c->column, design_names(c->n_names, c->names, words));
	arena_free(words);
	return e;
}

const char *conditions_why_none(const struct conditions *c, int n_names, const char *const *names, struct arena *a)
{
	double first_s = INFINITY;

	for (int i = 0; c->events && i < n_names; i++)
		for (int k = 0; k < c->n_names; k++)
			if (strcmp(c->names[k], names[i]) == 0)
				first_s = fmin(first_s, c->first_s[k]);
	if (!isfinite(first_s))
		return "";
	if (first_s >= c->run_s)
		return arena_printf(a, ": the first such event is at %g s, when the run of %g s is over", first_s, c->run_s);
	return ": no middle of a volume lies in such an event, or it lies in another too";
}

long conditions_count(const struct conditions *c, int name)
{
	long n = 0;

	for (long v = 0; v < c->n; v++)
		n += c->of[v] == name;
	return n;
}

struct error *conditions_volumes(int **volume, long *n, const struct conditions *c, int n_names, const char *const *names,
                                 struct arena *a)
{
	bool *wanted = NEW_N(a, bool, c->n_names + 1);
	int k;

	for (int i = 0; i < n_names; i++) {
		TRY(conditions_find(&k, c, names[i]));
		wanted[k] = true;
	}
	*volume = arena_alloc(a, (size_t)c->n + 1, sizeof **volume);
	*n = 0;
	for (long v = 0; v < c->n; v++)
		if (c->of[v] >= 0 && wanted[c->of[v]])
			(*volume)[(*n)++] = (int)v;
	return NULL;
}
