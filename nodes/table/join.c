/* table.join - tables side by side, their rows matched by columns, or one below the other. */
#include "table.join.node.h"

#include <limits.h>
#include <math.h>
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

static struct error *check_how(const struct table_join_params *p)
{
	if (p->how == TABLE_JOIN_HOW_INNER || p->n_on > 0)
		return NULL;
	return error_new(ERR_USER, "how is for tables side by side: `on` says which columns match their rows");
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

static bool is_key(const struct keys *keys, int col)
{
	for (int k = 0; k < keys->n; k++)
		if (keys->col[k] == col)
			return true;
	return false;
}

/* The cells of a row's key, texts but for what is missing, however that is written; a tab stands in no cell but a quoted one, so
 * the length of each comes first. */
static const char *key_text(const struct table *t, int row, const struct keys *keys, struct arena *a)
{
	struct buf text = { .arena = a };

	for (int k = 0; k < keys->n; k++) {
		const char *cell = table_cell(t, row, keys->col[k]);
		double x;

		if (table_number(&x, cell) && isnan(x))
			cell = "n/a";
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
			return table_error(t, r, keys->col[0], "%s '%.60s'%s in row %d too: in the tables behind the first each must come once",
			                   t->column[keys->col[0]], table_cell(t, r, keys->col[0]),
			                   keys->n > 1 ? " with the others of `on` stands" : " stands", *before + 1);
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

/* No row may be left. */
static struct error *join_any(struct table *out, const struct tables *all, const struct table_join_params *p,
                              struct arena *a)
{
	*out = all->table[0];
	for (int k = 1; k < all->n; k++) {
		struct table left = *out;

		TRY(join(out, &left, &all->table[k], p, a));
	}
	return NULL;
}

static struct error *join_all(struct table *out, const struct tables *all, const struct table_join_params *p,
                              struct arena *a)
{
	TRY(join_any(out, all, p, a));
	if (out->n_row == 0 && all->table[0].n_row == 0)
		return error_new(ERR_DATA, "%s, the first table, has no rows", all->table[0].file);
	if (out->n_row == 0)
		return error_new(ERR_DATA, "no row of the first table has a partner in all others: the columns of `on` have no cells in "
		                 "common, or differ in how they are written");
	return NULL;
}

struct error *table_join_run(struct node_env *env, const struct table_join_params *params, const struct table_join_inputs *in,
                             const struct table_join_outputs *out)
{
	struct tables all;
	struct table t;

	TRY(check_how(params));
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
struct checked {
	struct tables tables;
	bool whole;                /* with their cells */
	long n_row;                /* of all together */
};

/* False: nothing is known of it, or it is wrong and told. */
static bool add_known(struct checked *c, struct shape *s, const char *port, int k)
{
	const struct item *it = shape_item_n(s, port, k);
	struct table *t = &c->tables.table[c->tables.n];
	struct table_facts f;

	c->tables.cell[c->tables.n++] = shape_cell(s, port, k);
	c->tables.gathered |= shape_cell(s, port, k)[0] != '\0';
	if (it) {
		if (shape_problem(s, port, table_of_any(t, it, s->arena)))
			return false;
	} else {
		if (!table_facts_from(&f, shape_in_n(s, port, k), s->arena))
			return false;
		if (!table_of_facts(t, &f, s->arena)) {
			*t = (struct table){ .n_row = f.n_row, .n_col = f.n_col, .column = f.column,
			                     .file = arena_printf(s->arena, "table %d of port %s", k + 1, port) };
			c->whole = false;
		}
	}
	c->n_row += t->n_row;
	return true;
}

static bool all_known(struct checked *c, struct shape *s)
{
	static const char *const port[] = { "a", "b", "tables" };
	int n = shape_n(s, "a") + shape_n(s, "b") + shape_n(s, "tables");
	bool known = !shape_problem(s, "", check_count(n));

	*c = (struct checked){ .whole = true };
	c->tables = (struct tables){ .table = NEW_N(s->arena, struct table, n + 1), .cell = NEW_N(s->arena, const char *, n + 1) };
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < shape_n(s, port[i]); k++)
			known &= add_known(c, s, port[i], k);
	return known;
}

/* True: a column of `on` is in none of a table, which is told. */
static bool lacks_keys(struct shape *s, const struct checked *c, const struct table_join_params *p)
{
	struct keys keys;

	for (int k = 0; k < c->tables.n; k++)
		if (c->tables.table[k].column && shape_problem(s, "on", find_keys(&keys, &c->tables.table[k], p, s->arena)))
			return true;
	return false;
}

/* Columns alone, of tables whose cells are not known. */
static void forget_rows(struct tables *all)
{
	for (int k = 0; k < all->n; k++)
		all->table[k].n_row = 0;
}

/* The result as far as it is known; *n_row -1: how many rows is not. False: it is wrong, and told. */
static bool joined(struct table *out, long *n_row, struct shape *s, struct checked *c, const struct table_join_params *p)
{
	const char *where = p->n_on == 0 ? "key" : shape_n(s, "b") > 0 ? "b" : "tables";
	const int n_first = c->tables.table[0].n_row;
	struct error *e;

	if (!c->whole)
		forget_rows(&c->tables);
	if (p->n_on == 0)
		e = stack(out, &c->tables, p->key, s->arena);
	else
		e = (c->whole ? join_all : join_any)(out, &c->tables, p, s->arena);
	if (shape_problem(s, where, e))
		return false;
	*n_row = c->whole ? out->n_row : p->n_on == 0 ? c->n_row : p->how == TABLE_JOIN_HOW_LEFT ? n_first : -1;
	return true;
}

struct error *table_join_shape(struct shape *s, const struct table_join_params *params)
{
	const bool wrong = shape_problem(s, "how", check_how(params));
	struct checked c;
	struct table t;
	long n_row;

	s->memory = 64 << 20;
	s->seconds = 0.002;
	const bool known = all_known(&c, s);

	if (lacks_keys(s, &c, params) || wrong || !known || !joined(&t, &n_row, s, &c, params))
		return NULL;
	if (n_row >= 0 && n_row <= INT_MAX)
		shape_out(s, "table", table_facts_to(&(struct table_facts){ .n_row = (int)n_row, .n_col = t.n_col, .column = t.column },
		                                     s->arena));
	return NULL;
}
