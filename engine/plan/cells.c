#include "plan/cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "config/pipeline.h"

struct rows { int n, *row; };
struct cell_index { int n_col; struct map *map; struct rows all; };

struct cell_index *cells_index(const struct cells *c, const int *col, int n_col, struct arena *a)
{
	struct cell_index *x = NEW(a, struct cell_index);
	int *key = NEW_N(a, int, (size_t)(c->n + 1) * (size_t)(n_col + 1));

	x->n_col = n_col;
	x->map = map_new(a);
	for (int r = 0; r < c->n; r++, key += n_col) {
		struct rows *rows = n_col ? NULL : &x->all;

		for (int k = 0; k < n_col; k++)
			key[k] = c->key[(size_t)r * (size_t)c->n_axis + (size_t)col[k]];
		if (n_col)
			rows = map_get_n(x->map, key, sizeof *key * (size_t)n_col);
		if (!rows) {
			rows = NEW(a, struct rows);
			map_put_n(x->map, key, sizeof *key * (size_t)n_col, rows);
		}
		PUSH(a, rows->row, rows->n, r);
	}
	return x;
}

const int *cells_rows(const struct cell_index *x, const int *key, int *n)
{
	const struct rows *rows = x->n_col ? map_get_n(x->map, key, sizeof *key * (size_t)x->n_col) : &x->all;

	*n = rows ? rows->n : 0;
	return rows ? rows->row : NULL;
}

int axis_key(struct axis *x, const char *key, struct arena *a)
{
	if (!x->index)
		x->index = map_new(a);
	size_t at = (size_t)map_get(x->index, key);

	if (at)
		return (int)at - 1;
	key = arena_strdup(a, key);
	PUSH(a, x->key, x->n, key);
	map_put(x->index, key, (void *)(size_t)x->n);
	return x->n - 1;
}

static int key_cmp(const void *p, const void *q, void *axis)
{
	const struct axis *x = axis;

	return text_natural_cmp(x->key[*(const int *)p], x->key[*(const int *)q]);
}

void axis_rank(struct axis *x, struct arena *a)
{
	int *order = NEW_N(a, int, x->n + 1);

	x->rank = NEW_N(a, int, x->n + 1);
	for (int i = 0; i < x->n; i++)
		order[i] = i;
	qsort_r(order, (size_t)x->n, sizeof *order, key_cmp, x);
	for (int i = 0; i < x->n; i++)
		x->rank[order[i]] = i;
}

int cells_column(const struct cells *c, const struct axis *x)
{
	for (int i = 0; i < c->n_axis; i++)
		if (c->axis[i] == x)
			return i;
	return -1;
}

bool cells_same(const struct cells *x, const struct cells *y)
{
	bool same = x->key == y->key && x->n == y->n && x->n_axis == y->n_axis;

	for (int i = 0; same && i < x->n_axis; i++)
		same = x->axis[i] == y->axis[i];
	return same;
}

struct cells *cells_unit(struct arena *a)
{
	struct cells *c = NEW(a, struct cells);

	c->n = 1;
	c->key = NEW(a, int);
	return c;
}

struct cells *cells_axis(struct axis *x, const char *const *key, int n, struct arena *a)
{
	struct cells *c = NEW(a, struct cells);

	*c = (struct cells){ .n_axis = 1, .n = key ? n : x->n, .axis = NEW(a, struct axis *) };
	c->axis[0] = x;
	c->key = NEW_N(a, int, c->n + 1);
	for (int i = 0; i < c->n; i++)
		c->key[i] = key ? axis_key(x, key[i], a) : i;
	return c;
}

struct cells *cells_project(const struct cells *c, const int *col, int n_col, struct arena *a)
{
	struct cells *out = NEW(a, struct cells);
	struct map *seen = n_col ? map_new(a) : NULL;

	*out = (struct cells){ .n_axis = n_col, .axis = NEW_N(a, struct axis *, n_col + 1), .unknown = c->unknown };
	out->key = NEW_N(a, int, (size_t)(c->n + 1) * (size_t)(n_col + 1));
	for (int k = 0; k < n_col; k++)
		out->axis[k] = c->axis[col[k]];
	if (!n_col)
		out->n = c->n > 0;
	for (int r = 0; n_col && r < c->n; r++) {
		int *row = out->key + (size_t)out->n * (size_t)n_col;

		for (int k = 0; k < n_col; k++)
			row[k] = c->key[(size_t)r * (size_t)c->n_axis + (size_t)col[k]];
		if (map_get_n(seen, row, sizeof *row * (size_t)n_col))
			continue;
		map_put_n(seen, row, sizeof *row * (size_t)n_col, out);
		out->n++;
	}
	return out;
}

const char *cells_row_name(const struct cells *c, int row, struct arena *a)
{
	struct buf b = { .arena = a };

	buf_add(&b, "");
	for (int k = 0; k < c->n_axis; k++)
		buf_printf(&b, "%s%s-%s", k ? " " : "", c->axis[k]->name, c->axis[k]->key[c->key[(size_t)row * (size_t)c->n_axis + (size_t)k]]);
	return b.text;
}

/* Shared axes as column pairs, then y's other columns. */
static int shared_columns(const struct cells *x, const struct cells *y, int *in_x, int *in_y, int *rest, int *n_rest)
{
	int n = 0;

	*n_rest = 0;
	for (int k = 0; k < y->n_axis; k++) {
		int at = cells_column(x, y->axis[k]);

		if (at >= 0) {
			in_x[n] = at;
			in_y[n++] = k;
		} else {
			rest[(*n_rest)++] = k;
		}
	}
	return n;
}

struct cells *cells_join(const struct cells *x, const struct cells *y, int *lost_x, int *lost_y, struct arena *a)
{
	struct cells *out = NEW(a, struct cells);
	int in_x[y->n_axis + 1], in_y[y->n_axis + 1], rest[y->n_axis + 1], probe[y->n_axis + 1], n_rest, room = 0;
	int n_shared = shared_columns(x, y, in_x, in_y, rest, &n_rest);
	struct cell_index *index = cells_index(y, in_y, n_shared, a);
	bool *met = NEW_N(a, bool, y->n + 1);

	*lost_x = *lost_y = -1;
	*out = (struct cells){ .n_axis = x->n_axis + n_rest, .axis = NEW_N(a, struct axis *, x->n_axis + n_rest + 1) };
	for (int k = 0; k < out->n_axis; k++)
		out->axis[k] = k < x->n_axis ? x->axis[k] : y->axis[rest[k - x->n_axis]];
	for (int r = 0; r < x->n; r++) {
		const int *row = x->key + (size_t)r * (size_t)x->n_axis, *match;
		int n_match;

		if (out->n > CELLS_MOST)
			return NULL;

		for (int k = 0; k < n_shared; k++)
			probe[k] = row[in_x[k]];
		match = cells_rows(index, probe, &n_match);
		if (!n_match && *lost_x < 0)
			*lost_x = r;
		for (int m = 0; m < n_match; m++) {
			if (out->n == room) {
				int *old = out->key;

				room = room ? 2 * room : (x->n > y->n ? x->n : y->n) + 1;
				out->key = NEW_N(a, int, (size_t)room * (size_t)(out->n_axis + 1));
				if (out->n)
					memcpy(out->key, old, sizeof *old * (size_t)out->n * (size_t)out->n_axis);
			}
			int *to = out->key + (size_t)out->n++ * (size_t)out->n_axis;

			memcpy(to, row, sizeof *row * (size_t)x->n_axis);
			for (int k = 0; k < n_rest; k++)
				to[x->n_axis + k] = y->key[(size_t)match[m] * (size_t)y->n_axis + (size_t)rest[k]];
			met[match[m]] = true;
		}
	}
	for (int r = 0; r < y->n && *lost_y < 0; r++)
		if (!met[r])
			*lost_y = r;
	return out;
}
