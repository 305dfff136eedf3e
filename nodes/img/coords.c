#include "img/coords.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "img/labels.h"
#include "img/literal.h"
#include "img/table.h"
#include "node/node.h"

static struct error *from_table(struct coords *out, const char *path, struct arena *a)
{
	static const char *const axis[3] = { "x", "y", "z" };
	double (*xyz)[3];
	struct table t;
	int name_col;

	TRY(table_read(&t, path, TABLE_CANONICAL, a));
	xyz = arena_calloc(a, (size_t)t.n_row, sizeof *xyz);
	for (int d = 0; d < 3; d++) {
		const double *x;
		int col;

		TRY(table_need(&col, &t, axis[d]));
		TRY(table_numbers(&x, &t, col, a));
		for (int r = 0; r < t.n_row; r++) {
			xyz[r][d] = x[r];
			if (!isfinite(x[r]))
				return table_error(&t, r, col, "%s is missing, must be mm", axis[d]);
		}
	}
	*out = (struct coords){ .n = t.n_row, .xyz = (const double (*)[3])xyz };
	name_col = table_find(&t, "name");
	if (name_col < 0)
		return NULL;
	const char **name = NEW_N(a, const char *, t.n_row);

	for (int r = 0; r < t.n_row; r++) {
		name[r] = table_cell(&t, r, name_col);
		if (!*name[r] || strcmp(name[r], "n/a") == 0)
			name[r] = arena_printf(a, "%d", r);
	}
	names_tell_apart(name, t.n_row, NULL, a);
	out->name = name;
	return NULL;
}

/* [[x, y, z], ...], {name: [x, y, z], ...}, or one point [x, y, z]. */
static struct error *from_literal(struct coords *out, const struct doc *d, struct arena *a)
{
	const double *point;
	bool one = d->kind == DOC_LIST && d->n == 3 && d->val[0]->kind == DOC_TEXT;
	int n = one ? 1 : d->n, three = 3;

	if (d->kind == DOC_TEXT || n == 0)
		return error_new(ERR_USER, "written coordinates must be a list of points [x, y, z]");
	double (*xyz)[3] = arena_calloc(a, (size_t)n, sizeof *xyz);
	const char **name = d->kind == DOC_MAP ? NEW_N(a, const char *, n) : NULL;

	for (int k = 0; k < n; k++) {
		TRY(literal_numbers(&point, &three, one ? d : d->val[k], arena_printf(a, "point %d", k + 1), a));
		for (int c = 0; c < 3; c++) {
			xyz[k][c] = point[c];
			if (!isfinite(point[c]))
				return error_new(ERR_USER, "point %d has a coordinate that is not finite", k + 1);
		}
		if (name)
			name[k] = d->key[k]->text;
	}
	*out = (struct coords){ .n = n, .xyz = (const double (*)[3])xyz, .name = name };
	return NULL;
}

struct error *coords_read(struct coords *out, const struct item *it, struct arena *a)
{
	const char *path = item_blob(it, "coords.tsv");
	const struct doc *d;

	if (path)
		return from_table(out, path, a);
	TRY(literal_read(&d, it, a));
	if (!d)
		return error_new(ERR_DATA, "this %s has no coords.tsv, must be coordinates", it->kind);
	return from_literal(out, d, a);
}

struct error *coords_write(const char *path, const struct coords *c, struct arena *a)
{
	static const char *const column[] = { "x", "y", "z", "name" };
	int n_col = c->name ? 4 : 3;
	const char **cell = arena_calloc(a, (size_t)c->n, (size_t)n_col * sizeof *cell);

	for (int k = 0; k < c->n; k++) {
		for (int d = 0; d < 3; d++)
			cell[k * n_col + d] = table_number_text(c->xyz[k][d], a);
		if (c->name)
			cell[k * n_col + 3] = c->name[k];
	}
	return table_write(path, &(struct table){ .n_row = c->n, .n_col = n_col, .column = column, .cell = cell }, a);
}
