/* table.join - tables side by side, their rows matched by columns, or one below the other. */
#include "table.join.node.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "fmri/shape_problem.h"
#include "img/facts.h"
#include "img/table.h"

struct tables {
	int n;
	struct table *table;       /* [n] */
	const char **cell;         /* [n] of gathered ones, else "" */
	bool gathered;
};

static struct error *add_table(struct tables *all, const struct item *it, struct arena *a)
{
	TRY(table_of_any(&all->table[all->n], it, a));
	all->cell[all->n++] = it->cell;
	all->gathered |= it->cell[0] != '\0';
	return NULL;
}

static struct error *check_count(int n)
{
	return n > 0 ? NULL : error_new(ERR_USER, "no table is given: a and b, or tables");
}

static struct error *read_tables(struct tables *all, const struct table_join_inputs *in, struct arena *a)
{
	int n = in->tables.n + 2;

	*all = (struct tables){ .table = NEW_N(a, struct table, n), .cell = NEW_N(a, const char *, n) };
	if (in->a)
		TRY(add_table(all, in->a, a));
	if (in->b)
		TRY(add_table(all, in->b, a));
	for (int k = 0; k < in->tables.n; k++)
		TRY(add_table(all, &in->tables.item[k], a));
	return check_count(all->n);
}

static struct error *check_size(long n_row, long n_col)
{
	if (n_row <= INT_MAX && n_row * n_col <= INT_MAX)
		return NULL;
	return error_new(ERR_DATA, "the tables have %ld rows and %ld columns together, must have less than 2^31 cells", n_row, n_col);
}

/* ---- one below the other ---- */

/* The columns of all, the column of cells first; to[k][c]: where column c of table k goes. */
static struct error *stack_columns(const char ***name, int *n_col, int **to, const struct tables *all, const char *key,
                                   struct arena *a)
{
	struct map *known = map_new(a);
	int *place;

	*name = NULL;
	*n_col = 0;
	if (all->gathered)
		PUSH(a, *name, *n_col, key);
	for (int k = 0; k < all->n; k++) {
		const struct table *t = &all->table[k];

		to[k] = NEW_N(a, int, t->n_col);
		if (all->gathered && table_find(t, key) >= 0)
			return error_new(ERR_USER, "%s has a column '%s', which is to say what cell a row comes from: `key` gives that "
			                 "another name", t->file, key);
		for (int c = 0; c < t->n_col; c++) {
			place = map_get(known, t->column[c]);
			if (!place) {
				place = NEW(a, int);
				*place = *n_col;
				map_put(known, t->column[c], place);
				PUSH(a, *name, *n_col, t->column[c]);
			}
			to[k][c] = *place;
		}
	}
	return NULL;
}

static struct error *stack(struct table *out, const struct tables *all, const char *key, struct arena *a)
{
	int **to = NEW_N(a, int *, all->n), n_col;
	const char **name, **cell;
	long n_row = 0, row = 0;

	TRY(stack_columns(&name, &n_col, to, all, key, a));
	for (int k = 0; k < all->n; k++)
		n_row += all->table[k].n_row;
	TRY(check_size(n_row, n_col));
	cell = arena_alloc(a, (size_t)(n_row * n_col) + 1, sizeof *cell);
	for (long i = 0; i < n_row * n_col; i++)
		cell[i] = "";
	for (int k = 0; k < all->n; k++)
		for (int r = 0; r < all->table[k].n_row; r++, row++) {
			if (all->gathered)
				cell[row * n_col] = all->cell[k];
			for (int c = 0; c < all->table[k].n_col; c++)
				cell[row * n_col + to[k][c]] = table_cell(&all->table[k], r, c);
		}
	*out = (struct table){ .n_row = (int)n_row, .n_col = n_col, .column = name, .cell = cell };
	return NULL;
}

/* ---- side by side ---- */
struct keys { int n; const int *col; };     /* the columns of `on` in one table */

static struct error *find_keys(struct keys *out, const struct table *t, const struct table_join_params *p, struct arena *a)
{
	int *col = NEW_N(a, int, p->n_on);

	for (int k = 0; k < p->n_on; k++)
		TRY(table_need(&col[k], t, p->on[k]));
	*out = (struct keys){ p->n_on, col };
	return NULL;
}

/* What does not go together; NULL: nothing. */
static const char *problem_of(const struct table_join_params *p)
{
	return p->n_on == 0 && p->how != TABLE_JOIN_HOW_INNER
	       ? "how is for tables side by side: `on` must name the columns by which their rows are matched" : NULL;
}

static bool is_key(const struct keys *keys, int col)
{
	for (int k = 0; k < keys->n; k++)
		if (keys->col[k] == col)
			return true;
	return false;
}

/* The cells of a row's key; a tab stands in no cell but a quoted one, so the length of each comes first. */
static const char *key_text(const struct table *t, int row, const struct keys *keys, struct arena *a)
{
	struct buf text = { .arena = a };

	for (int k = 0; k < keys->n; k++) {
		const char *cell = table_cell(t, row, keys->col[k]);

		buf_add(&text, arena_printf(a, "%zu:", strlen(cell)));
		buf_add(&text, cell);
	}
	return text.text;
}

/* Key to row + 1, as pointers to ints. */
static struct error *index_rows(struct map **out, const struct table *t, const struct keys *keys, struct arena *a)
{
	int *row = NEW_N(a, int, t->n_row + 1);

	*out = map_new(a);
	for (int r = 0; r < t->n_row; r++) {
		const char *key = key_text(t, r, keys, a);
		const int *before = map_get(*out, key);

		if (before)
			return table_error(t, r, keys->col[0], "row %d has the same %s as row %d: in the tables behind the first each must "
			                   "come once", r + 1, keys->n > 1 ? "cells in the columns of `on`" : t->column[keys->col[0]],
			                   *before + 1);
		row[r] = r;
		map_put(*out, key, &row[r]);
	}
	return NULL;
}

/* left's columns, then those of right that are no keys. */
static struct error *side_columns(const char ***name, int *n_col, const struct table *left, const struct table *right,
                                  const struct keys *keys, struct arena *a)
{
	*name = NULL;
	*n_col = 0;
	for (int c = 0; c < left->n_col; c++)
		PUSH(a, *name, *n_col, left->column[c]);
	for (int c = 0; c < right->n_col; c++) {
		if (is_key(keys, c))
			continue;
		if (table_find(left, right->column[c]) >= 0)
			return error_new(ERR_DATA, "the column '%s' of %s is in a table before it too: `on` takes it as a key, table.select "
			                 "leaves it out", right->column[c], right->file);
		PUSH(a, *name, *n_col, right->column[c]);
	}
	return NULL;
}

static struct error *join(struct table *out, const struct table *left, const struct table *right,
                          const struct table_join_params *p, struct arena *a)
{
	struct keys keys, left_keys;
	const char **name, **cell, **to;
	struct map *rows;
	int n_col, n_row = 0;

	TRY(find_keys(&left_keys, left, p, a));
	TRY(find_keys(&keys, right, p, a));
	TRY(side_columns(&name, &n_col, left, right, &keys, a));
	TRY(check_size(left->n_row, n_col));
	TRY(index_rows(&rows, right, &keys, a));
	cell = to = arena_alloc(a, (size_t)left->n_row * (size_t)n_col + 1, sizeof *cell);
	for (int r = 0; r < left->n_row; r++) {
		const int *partner = map_get(rows, key_text(left, r, &left_keys, a));

		if (!partner && p->how == TABLE_JOIN_HOW_INNER)
			continue;
		n_row++;
		for (int c = 0; c < left->n_col; c++)
			*to++ = table_cell(left, r, c);
		for (int c = 0; c < right->n_col; c++)
			if (!is_key(&keys, c))
				*to++ = partner ? table_cell(right, *partner, c) : "";
	}
	*out = (struct table){ .n_row = n_row, .n_col = n_col, .column = name, .cell = cell, .file = "the joined table" };
	return NULL;
}

static struct error *join_all(struct table *out, const struct tables *all, const struct table_join_params *p,
                              struct arena *a)
{
	*out = all->table[0];
	for (int k = 1; k < all->n; k++) {
		struct table left = *out;

		TRY(join(out, &left, &all->table[k], p, a));
	}
	if (out->n_row == 0)
		return error_new(ERR_DATA, "no row of the first table has a partner in all others: the columns of `on` have no cells in "
		                 "common, or differ in how they are written");
	return NULL;
}

struct error *table_join_run(struct node_env *env, const struct table_join_params *params, const struct table_join_inputs *in,
                             const struct table_join_outputs *out)
{
	const char *problem = problem_of(params);
	struct tables all;
	struct table t;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(read_tables(&all, in, env->arena));
	if (params->n_on > 0)
		TRY(join_all(&t, &all, params, env->arena));
	else
		TRY(stack(&t, &all, params->key, env->arena));
	if (params->n_on > 0 && t.n_row < all.table[0].n_row)
		node_note(env, "%d of the %d row%s of the first table have no partner and are left out", all.table[0].n_row - t.n_row,
		          all.table[0].n_row, PLURAL(all.table[0].n_row));
	return table_write(out_blob(out->table, "table.tsv"), &t, env->arena);
}

/* ---- at check time ---- */
/* False: nobody knows its columns yet, or it is wrong, which is told. */
static bool check_table(struct table *t, struct shape *s, const char *port, int k, const struct table_join_params *p)
{
	const struct item *it = shape_item_n(s, port, k);
	struct table_facts f;
	int col;

	if (it) {
		if (shape_problem(s, port, table_of_any(t, it, s->arena)))
			return false;
	} else {
		if (!table_facts_from(&f, shape_in_n(s, port, k), s->arena))
			return false;
		*t = (struct table){ .n_row = f.n_row, .n_col = f.n_col, .column = f.column, .file = f.file };
		if (!t->file)
			t->file = arena_printf(s->arena, "table %d of port %s", k + 1, port);
	}
	for (int i = 0; i < p->n_on; i++)
		if (shape_problem(s, "on", table_need(&col, t, p->on[i])))
			return false;
	return true;
}

/* Columns that are no keys must have names of their own. */
static struct error *check_columns(const struct table *t, int n, const struct table_join_params *p, struct arena *a)
{
	struct table left = t[0];
	struct keys keys;

	for (int k = 1; k < n; k++) {
		const char **name;
		int n_col;

		TRY(find_keys(&keys, &t[k], p, a));
		TRY(side_columns(&name, &n_col, &left, &t[k], &keys, a));
		left = (struct table){ .n_col = n_col, .column = name };
	}
	return NULL;
}

struct error *table_join_shape(struct shape *s, const struct table_join_params *params)
{
	static const char *const port[] = { "a", "b", "tables" };
	struct table *t = NEW_N(s->arena, struct table, shape_n(s, port[2]) + 2);
	const char *problem = problem_of(params);
	bool known = true;
	int n = 0;

	for (int i = 0; i < 3; i++)
		for (int k = 0; k < shape_n(s, port[i]); k++, n++)
			known &= check_table(&t[n], s, port[i], k, params);
	shape_problem(s, "", check_count(n));
	if (problem)
		shape_error(s, "how", "%s", problem);
	if (known && n > 0 && params->n_on > 0)
		shape_problem(s, "on", check_columns(t, n, params, s->arena));
	s->memory = 64 << 20;
	s->seconds = 0.002;
	return NULL;
}
