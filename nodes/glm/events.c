#include "glm/events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "glm/remarks.h"
#include "img/design.h"
#include "img/table.h"

/* ---- cells ---- */
struct columns { int onset, duration, trial_type, modulation; };   /* -1: there is none */

static struct error *find_columns(struct columns *c, const struct table *t, double block_s)
{
	*c = (struct columns){ -1, -1, table_find(t, "trial_type"), table_find(t, "modulation") };
	if (t->n_col > 1 && (!t->header || strcmp(t->column[0], "c0") == 0))
		return error_new(ERR_DATA, "%s has no names of columns: `columns: [onset, duration, trial_type]` at the input gives them",
		                 t->file);
	TRY(table_need(&c->onset, t, "onset"));
	c->duration = isnan(block_s) ? table_find(t, "duration") : -1;
	if (c->duration < 0 && isnan(block_s))
		return error_wrap(table_need(&c->duration, t, "duration"),
		                  "events need a duration in s: a column of that name, or `block`, a length for all of them");
	return NULL;
}

struct error *events_check_columns(const struct table *t, double block_s)
{
	struct columns c;

	return find_columns(&c, t, block_s);
}

static struct error *number_at(double *x, const struct table *t, int row, int col)
{
	const char *text = table_cell(t, row, col), *hint = strcmp(t->column[col], "duration") == 0
	           ? " (`block` gives all events one length)" : "";

	if (!table_number(x, text))
		return table_error(t, row, col, "%s is '%.60s', must be a number", t->column[col], text);
	if (isnan(*x))
		return table_error(t, row, col, "%s has no value here, must be a number%s", t->column[col], hint);
	if (isinf(*x))
		return table_error(t, row, col, "%s is %s, must be a finite number", t->column[col], text);
	return NULL;
}

static struct error *read_event(struct event *e, const struct table *t, int row, const struct columns *c, double block_s)
{
	*e = (struct event){ .duration_s = block_s, .modulation = 1, .line = t->line ? t->line[row] : row + 1 };
	TRY(number_at(&e->onset_s, t, row, c->onset));
	if (c->duration >= 0)
		TRY(number_at(&e->duration_s, t, row, c->duration));
	if (e->duration_s < 0)
		return table_error(t, row, c->duration, "duration is %g s, must be 0 or more", e->duration_s);
	if (c->modulation >= 0)
		TRY(number_at(&e->modulation, t, row, c->modulation));
	return NULL;
}

/* ---- conditions ---- */
struct named { const char *text; double number; int event; };   /* number: 0 unless all are numbers */

static int by_name(const void *p, const void *q)
{
	const struct named *x = p, *y = q;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return strcmp(x->text, y->text);
}

static bool is_missing(const char *text)
{
	double x;

	return table_number(&x, text) && isnan(x);
}

/* Numbers that are written in two ways stay two names. */
static void sort_names(struct named *name, int n)
{
	bool numbers = true;

	for (int k = 0; k < n; k++)
		numbers &= table_number(&name[k].number, name[k].text) && isfinite(name[k].number);
	for (int k = 0; k < n; k++)
		if (!numbers)
			name[k].number = 0;
	qsort(name, (size_t)n, sizeof *name, by_name);
}

static void set_conditions(struct events *out, struct named *name, struct arena *a)
{
	const char **list = NEW_N(a, const char *, out->n);

	sort_names(name, out->n);
	for (int k = 0; k < out->n; k++) {
		if (k == 0 || strcmp(name[k].text, name[k - 1].text) != 0)
			list[out->n_condition++] = name[k].text;
		out->event[name[k].event].condition = out->n_condition - 1;
	}
	out->condition = list;
}

/* ---- all of it ---- */
static int by_condition(const void *p, const void *q)
{
	const struct event *x = p, *y = q;

	if (x->condition != y->condition)
		return x->condition < y->condition ? -1 : 1;
	if (x->onset_s != y->onset_s)
		return x->onset_s < y->onset_s ? -1 : 1;
	if (x->duration_s != y->duration_s)
		return x->duration_s < y->duration_s ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static void merge(struct events *e, struct remarks *remarks)
{
	int n = 0, first = -1, merged = 0;

	for (int k = 0; k < e->n; k++) {
		struct event *last = n > 0 ? &e->event[n - 1] : NULL, *one = &e->event[k];

		if (!last || last->condition != one->condition || last->onset_s != one->onset_s || last->duration_s != one->duration_s) {
			e->event[n++] = *one;
			continue;
		}
		last->modulation += one->modulation;
		first = merged++ == 0 || one->line < first ? one->line : first;
	}
	e->n = n;
	if (merged > 0)
		remark(remarks, NULL, "%d event%s repeat%s the trial type, onset and duration of another (the first at %s %d): their "
		       "modulations are added up", merged, merged == 1 ? "" : "s", merged == 1 ? "s" : "", e->place, first);
}

/* A length of 0 is one fine time, so that what it makes is small, and depends on oversampling. */
static void tell_of_impulses(const struct events *e, struct remarks *remarks, struct arena *a)
{
	const char **name = NEW_N(a, const char *, e->n_condition + 1);
	int n = 0;

	for (int k = 0; k < e->n; k++)
		if (e->event[k].duration_s == 0 && (n == 0 || name[n - 1] != e->condition[e->event[k].condition]))
			name[n++] = e->condition[e->event[k].condition];
	if (n > 0)
		remark(remarks, NULL, "events of %s have duration 0: each counts as one fine time (tr / oversampling), so that the size "
		       "of effects depends on oversampling; `block` gives them a length", design_names(n, name, a));
}

static struct error *read_rows(struct events *out, struct named *name, const struct table *t, const struct columns *c,
                               double block_s, int *n_nameless)
{
	for (int r = 0; r < t->n_row; r++) {
		const char *text = c->trial_type < 0 ? "dummy" : table_cell(t, r, c->trial_type);

		TRY(read_event(&out->event[out->n], t, r, c, block_s));
		if (is_missing(text)) {
			++*n_nameless;
			continue;
		}
		name[out->n] = (struct named){ text, 0, out->n };
		out->n++;
	}
	if (out->n == 0)
		return error_new(ERR_DATA, "%s has no event with a trial_type", t->file);
	return NULL;
}

struct error *events_read(struct events *out, const struct table *t, double block_s, struct remarks *remarks,
                          struct arena *a)
{
	int n_nameless = 0;
	struct named *name;
	struct columns c;

	TRY(find_columns(&c, t, block_s));
	*out = (struct events){ .place = t->line ? "line" : "row", .event = NEW_N(a, struct event, t->n_row) };
	name = NEW_N(a, struct named, t->n_row);
	TRY(read_rows(out, name, t, &c, block_s, &n_nameless));
	set_conditions(out, name, a);
	qsort(out->event, (size_t)out->n, sizeof *out->event, by_condition);
	merge(out, remarks);
	if (c.trial_type < 0)
		remark(remarks, NULL, "events have no column trial_type: all are of one condition, called dummy");
	if (n_nameless > 0)
		remark(remarks, NULL, "%d of %d events have no trial_type and are left out", n_nameless, t->n_row);
	tell_of_impulses(out, remarks, a);
	return NULL;
}
