/* table.rows - the rows of a table that have given values, as numbers. */
#include "table.rows.node.h"

#include "base/arena.h"
#include "fmri/row_list.h"
#include "img/facts.h"
#include "img/table.h"
#include "table/where.h"

struct error *table_rows_run(struct node_env *env, const struct table_rows_params *params, const struct table_rows_inputs *in,
                             const struct table_rows_outputs *out)
{
	struct row_list rows;
	const char *note;
	struct table t;

	(void)params;
	TRY(table_of(&t, in->table, env->arena));
	TRY(where_rows(&rows, &note, &t, in->where, in->not, env->arena));
	if (note)
		node_note(env, "%s", note);
	return row_list_write(out_blob(out->index, "table.tsv"), &rows, "row", env->arena);
}

/* With the numbers, so that a check of who takes them is a whole one. */
static struct table_facts facts_of(const struct row_list *rows, struct arena *a)
{
	enum { MOST = 20000 };
	static const char *const column[] = { "row" };
	struct table_facts f = { .n_row = (int)rows->n, .n_col = 1, .column = column, .file = "the index" };
	const char **cell;

	if (rows->n > MOST)
		return f;
	cell = NEW_N(a, const char *, rows->n);
	for (long k = 0; k < rows->n; k++)
		cell[k] = arena_printf(a, "%d", rows->row[k]);
	f.cell = cell;
	return f;
}

struct error *table_rows_shape(struct shape *s, const struct table_rows_params *params)
{
	struct row_list rows;
	struct table_facts f;

	(void)params;
	s->memory = 8 << 20;
	s->seconds = 0.002;
	if (!where_check(&rows, s))
		return NULL;
	f = facts_of(&rows, s->arena);
	shape_out(s, "index", table_facts_to(&f, s->arena));
	return NULL;
}
