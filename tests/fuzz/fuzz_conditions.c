/* Any bytes are the conditions of a run or refused: names a volume, or events, whose volumes are placed by another way here. A
 * check says what a run says. */
#include "fuzz.h"
#include "ports.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/conditions.h"
#include "img/facts.h"
#include "img/table.h"

/* ---- one reading of a table ---- */
static void check_names(const struct conditions *c, struct arena *a)
{
	long n = 0, n_of = 0, n_all;
	int k, *volume;

	for (long v = 0; v < c->n; v++) {
		must(c->of[v] >= -1 && c->of[v] < c->n_names);
		must(c->of[v] < 0 ? !c->name[v] : strcmp(c->name[v], c->names[c->of[v]]) == 0);
		n += c->of[v] >= 0;
	}
	must(c->n_names > 0 && !c->names[c->n_names] && c->n_shared >= 0 && n + c->n_shared <= c->n);
	for (int i = 0; i < c->n_names; i++) {
		must(!conditions_find(&k, c, c->names[i]) && k == i);
		n_of += conditions_count(c, i);
	}
	must(!conditions_volumes(&volume, &n_all, c, c->n_names, c->names, a) && n == n_of && n == n_all);
}

static double number(const struct table *t, int row, const char *column)
{
	double x = NAN;

	must(table_number(&x, table_cell(t, row, table_find(t, column))));
	return x;
}

/* The name of a volume by looking at every event: "" none, NULL when rounding decides. */
static const char *shown(const struct table *t, const char *column, double middle_s, double tr_s)
{
	const char *name = "";
	bool shared = false;

	for (int r = 0; r < t->n_row; r++) {
		double from = number(t, r, "onset"), to = from + number(t, r, "duration"), x;
		double near = 1e-9 * (fabs(middle_s) + fmin(fabs(from), 1e9) + tr_s);
		const char *mine = table_cell(t, r, table_find(t, column));

		if (fabs(middle_s - from) <= near || fabs(middle_s - to) <= near)
			return NULL;
		if (middle_s < from || middle_s > to || (table_number(&x, mine) && isnan(x)))
			continue;
		shared |= name[0] && strcmp(name, mine) != 0;
		name = mine;
	}
	return shared ? "" : name;
}

static void check_places(const struct conditions *c, const struct table *t, double tr_s)
{
	for (long v = 0; v < c->n; v++) {
		const char *is = shown(t, c->column, ((double)v + 0.5) * tr_s, tr_s);

		must(!is || strcmp(is, c->name[v] ? c->name[v] : "") == 0);
	}
}

/* ---- a check and a run ---- */
static void check_reading(const struct item *it, const struct table *t, const struct conditions_args *args, struct arena *a)
{
	struct shape *s = ports_check(a), *less = ports_check(a);
	struct conditions c, told;
	struct table_facts f;
	struct error *e = conditions_read(&c, it, args, a);

	must(!e || e->text[0]);
	if (!e) {
		check_names(&c, a);
		if (c.events)
			check_places(&c, t, args->tr_s);
	}
	ports_give(s, "conditions", it, NULL);
	must(conditions_check(&told, s, "conditions", args) == !e || (args->n_vol < 0 && e));
	must(!!e == (ports_n_problems(s) > 0) || args->n_vol < 0);
	table_facts_of(&f, t, a);
	ports_give(less, "conditions", NULL, table_facts_to(&f, a));
	must(!conditions_check(&told, less, "conditions", args) || (!e && told.n == c.n && told.n_names == c.n_names));
	must(e || ports_n_problems(less) == 0);
	error_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct arena *a = arena_new();
	const struct item *it = port_text("table", (const char *)bytes, n, a);
	struct table t;
	struct error *e = table_of(&t, it, a);

	if (!e) {
		const struct conditions_args args[] = {
			{ NULL, t.n_row, 2, "bold" }, { "", 50, 0.7, "bold" }, { "trial_type", 30, 2.5, "bold" }, { NULL, 9, 0, "bold" },
			{ t.column[t.n_col - 1], -1, 2, "series" },
		};

		for (size_t k = 0; k < sizeof args / sizeof *args; k++)
			check_reading(it, &t, &args[k], a);
	}
	error_free(e);
	ports_clear();
	arena_free(a);
	return 0;
}
