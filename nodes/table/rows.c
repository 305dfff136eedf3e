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

struct error *table_rows_shape(struct shape *s, const struct table_rows_params *params)
{
	static const char *const column[] = { "row" };
	struct row_list rows;

	(void)params;
	s->memory = 8 << 20;
	s->seconds = 0.002;
	if (where_check(&rows, s))
		shape_out(s, "index", table_facts_to(&(struct table_facts){ .n_row = (int)rows.n, .n_col = 1, .column = column },
		                                     s->arena));
	return NULL;
}
