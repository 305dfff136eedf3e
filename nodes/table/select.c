/* table.select - some rows and columns of a table. */
#include "table.select.node.h"

#include <string.h>

#include "base/arena.h"
#include "fmri/row_list.h"
#include "fmri/shape_problem.h"
#include "img/facts.h"
#include "img/table.h"
#include "table/where.h"

struct columns { int n; const int *col; const char *const *name; };

static struct error *pick_columns(struct columns *out, const struct table *t, const struct table_select_params *p,
                                  struct arena *a)
{
	int n = p->n_columns > 0 ? p->n_columns : t->n_col, *col = NEW_N(a, int, n);

	for (int k = 0; k < n; k++) {
		col[k] = k;
		if (p->n_columns == 0)
			continue;
		TRY(table_need(&col[k], t, p->columns[k]));
		for (int i = 0; i < k; i++)
			if (col[i] == col[k])
				return error_new(ERR_USER, "columns has '%s' twice, must have each column once", p->columns[k]);
	}
	*out = (struct columns){ n, col, p->n_columns > 0 ? p->columns : t->column };
	return NULL;
}

static struct error *check_way(bool has_rows, bool has_where)
{
	if (has_rows && has_where)
		return error_new(ERR_USER, "rows are given, and where or not too: it must be one way to say which");
	return NULL;
}

static struct error *pick_rows(struct row_list *out, const struct table *t, const struct table_select_inputs *in,
                               struct node_env *env)
{
	const char *note;

	TRY(check_way(in->rows, in->where || in->not));
	if (in->rows)
		return row_list_read(out, in->rows, "rows", t->n_row, "table", "rows", env->arena);
	TRY(where_rows(out, &note, t, in->where, in->not, env->arena));
	if (note)
		node_note(env, "%s", note);
	return NULL;
}

struct error *table_select_run(struct node_env *env, const struct table_select_params *params,
                               const struct table_select_inputs *in, const struct table_select_outputs *out)
{
	struct row_list rows;
	struct columns c;
	struct table t;
	const char **cell, **to;

	TRY(table_of(&t, in->table, env->arena));
	TRY(pick_columns(&c, &t, params, env->arena));
	TRY(pick_rows(&rows, &t, in, env));
	cell = to = arena_alloc(env->arena, (size_t)rows.n * (size_t)c.n, sizeof *cell);
	for (long r = 0; r < rows.n; r++)
		for (int k = 0; k < c.n; k++)
			*to++ = table_cell(&t, rows.row[r], c.col[k]);
	return table_write(out_blob(out->table, "table.tsv"),
	                   &(struct table){ .n_row = (int)rows.n, .n_col = c.n, .column = c.name, .cell = cell }, env->arena);
}

/* False: which rows is not known yet, or wrong and told. */
static bool check_rows(struct row_list *rows, struct shape *s, const struct table *t)
{
	if (shape_n(s, "rows") == 0)
		return where_check(rows, s);
	return t->n_row > 0 && row_list_check(rows, s, "rows", t->n_row, "table", "rows");
}

struct error *table_select_shape(struct shape *s, const struct table_select_params *params)
{
	struct row_list rows;
	struct columns c;
	struct table t;
	bool whole;

	s->memory = 16 << 20;
	s->seconds = 0.002;
	if (shape_problem(s, "", check_way(shape_n(s, "rows") > 0, shape_n(s, "where") + shape_n(s, "not") > 0)))
		return NULL;
	if (!where_table(&t, &whole, s))
		return NULL;
	if (shape_problem(s, "columns", pick_columns(&c, &t, params, s->arena)) || !check_rows(&rows, s, &t))
		return NULL;
	shape_out(s, "table", table_facts_to(&(struct table_facts){ .n_row = (int)rows.n, .n_col = c.n, .column = c.name },
	                                     s->arena));
	return NULL;
}
