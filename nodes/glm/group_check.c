/* The design of a group before anything is computed: from stored tables, or from what their facts tell. */
#include "glm/group_design.h"

#include "base/arena.h"
#include "img/facts.h"
#include "node/shape.h"

enum known { KNOWN_NOT, KNOWN_COLUMNS, KNOWN_CELLS };

/* Item k of a port as a table: all of it, or its columns alone. */
static struct error *table_known(struct table *out, enum known *known, struct shape *s, const char *port, int k)
{
	const struct item *it = shape_item_n(s, port, k);
	struct table_facts f;

	*known = KNOWN_CELLS;
	if (it)
		return table_of(out, it, s->arena);
	*known = KNOWN_NOT;
	if (!table_facts_from(&f, shape_in_n(s, port, k), s->arena))
		return NULL;
	*known = table_of_facts(out, &f, s->arena) ? KNOWN_CELLS : KNOWN_COLUMNS;
	if (*known == KNOWN_COLUMNS)
		*out = (struct table){ .n_row = f.n_row, .n_col = f.n_col, .column = f.column, .header = true,
		                       .file = arena_printf(s->arena, "the %s", port) };
	return NULL;
}

static void report(struct shape *s, const char *where, struct error *e)
{
	const struct error *last = e;

	while (last && last->cause)
		last = last->cause;
	if (!last)
		return;
	if (last->at.line > 0)
		shape_error(s, where, "%s%s%s:%d:%d: %s", last != e ? e->text : "", last != e ? ": " : "", last->at.file,
		            last->at.line, last->at.col, last->text);
	else
		shape_error(s, where, "%s%s%s", last != e ? e->text : "", last != e ? ": " : "", last->text);
	error_free(e);
}

/* All tables of a port; the least that is known of any. */
static enum known tables_known(struct keyed_tables *out, struct shape *s)
{
	int n = shape_n(s, "table");
	struct table *table = NEW_N(s->arena, struct table, n + 1);
	const char **key = NEW_N(s->arena, const char *, n + 1);
	enum known least = KNOWN_CELLS;

	for (int k = 0; k < n; k++) {
		enum known is;
		struct error *e = table_known(&table[k], &is, s, "table", k);

		key[k] = shape_cell(s, "table", k);
		report(s, "table", e);
		if (e || is < least)
			least = e ? KNOWN_NOT : is;
	}
	*out = (struct keyed_tables){ n, table, key };
	return least;
}

/* What the columns alone can tell: whether those of the formula are there. */
static void check_columns(struct shape *s, const struct table *t, const struct group_args *args)
{
	struct formula_problem problem;
	struct formula f;
	int col;

	if (!formula_parse(&f, args->formula ? args->formula : "1", &problem, s->arena)) {
		shape_error(s, arena_printf(s->arena, "formula:%d:%d", problem.place.at, problem.place.len), "%s",
		            problem.text);
		return;
	}
	if (args->subjects && !shape_cell(s, "table", 0)[0])
		report(s, "subjects", table_need(&col, t, args->subjects));
	for (int i = 0; i < f.n; i++)
		for (int p = 0; p < f.term[i].n; p++) {
			const struct formula_part *part = &f.term[i].part[p];

			report(s, arena_printf(s->arena, "formula:%d:%d", part->place.at, part->place.len),
			       table_need(&col, t, part->name));
		}
}

static bool design_known(struct group_given *g, struct shape *s, struct table *t)
{
	enum known known;
	struct error *e;

	if (shape_n(s, "design") == 0)
		return true;
	e = table_known(t, &known, s, "design", 0);
	g->design = t;
	report(s, "design", e);
	return !e && known == KNOWN_CELLS;
}

bool group_design_check(struct group_made *out, struct shape *s, const struct group_args *args)
{
	int n = shape_n(s, "images");
	const char **key = NEW_N(s->arena, const char *, n + 1), *where;
	struct group_given g = { .n = n, .key = key };
	struct table design;
	enum known known;
	struct error *e;

	for (int k = 0; k < n; k++)
		key[k] = shape_cell(s, "images", k);
	known = tables_known(&g.tables, s);
	if (known == KNOWN_COLUMNS)
		check_columns(s, &g.tables.table[0], args);
	if (known != KNOWN_CELLS || !design_known(&g, s, &design))
		return false;
	e = group_design_make(out, &g, args, &where, s->arena);
	report(s, where, e);
	if (e)
		return false;
	if (out->depend)
		shape_warning(s, g.design ? "design" : "formula", "%s: contrasts of them that cannot be told are refused",
		              out->depend);
	if (g.tables.n && !args->formula)
		shape_warning(s, "table", "the formula is left out, so the table is not used");
	return true;
}
