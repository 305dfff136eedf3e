#include "img/design.h"

#include <math.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json.h"
#include "img/glm.h"
#include "img/table.h"

struct error *design_of_table(struct design *out, const struct table *t, struct arena *a)
{
	*out = (struct design){ t->n_row, t->n_col, t->column, NULL };
	TRY(table_all_numbers(&out->x, t, a));
	for (int r = 0; r < t->n_row; r++)
		for (int k = 0; k < t->n_col; k++)
			if (!isfinite(out->x[(size_t)r * (size_t)t->n_col + (size_t)k]))
				return table_error(t, r, k, "column %s of the design is '%s' in row %d: each volume needs a number", t->column[k],
				                   table_cell(t, r, k), r + 1);
	return NULL;
}

struct error *design_read(struct design *out, const struct item *it, struct arena *a)
{
	struct table t;

	TRY(table_of(&t, it, a));
	return design_of_table(out, &t, a);
}

struct doc *design_facts(const struct design *d, struct arena *a)
{
	struct design_facts f;

	if (!design_facts_of(&f, d->n_row, d->n_col, d->column, d->x, a))
		f = (struct design_facts){ "", d->n_row, -1, d->n_col, d->column, -1, NULL };
	return design_facts_to(&f, a);
}

/* ---- columns that depend on each other ---- */
const char *design_names(int n, const char *const *name, struct arena *a)
{
	enum { SHOWN = 12 };
	struct buf b = { .arena = a };
	int shown = n > SHOWN ? SHOWN : n;

	for (int k = 0; k < shown; k++)
		buf_printf(&b, "%s%.80s", k == 0 ? "" : k == n - 1 ? " and " : ", ", name[k]);
	if (n > shown)
		buf_printf(&b, " and %d more", n - shown);
	return b.text ? b.text : "";
}

/* The length of each column. */
static double *lengths(const struct design *d, struct arena *a)
{
	double *length = NEW_N(a, double, d->n_col);

	for (int r = 0; r < d->n_row; r++)
		for (int k = 0; k < d->n_col; k++)
			length[k] = hypot(length[k], d->x[(size_t)r * (size_t)d->n_col + (size_t)k]);
	return length;
}

/* Part of each column [n_col], from 0; columns are of one part when a combination that is 0 has both. The combinations are
 * an orthonormal basis, so those of different parts may be mixed; the projection onto them all is not. A column of zeros
 * depends on no other. */
static int *parts_of(const struct design_facts *f, const double *length, struct arena *a)
{
	int n = f->n_col, *part = NEW_N(a, int, n);

	for (int k = 0; k < n; k++)
		part[k] = k;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++) {
			double both = 0, scale = length[i] > length[j] ? length[j] / length[i] : length[i] / length[j];
			int from = part[i], to = part[j];

			if (!(scale > 0))
				continue;
			for (int q = 0; q < f->n_null; q++)
				both += f->null[q * n + i] * f->null[q * n + j];
			if (!(fabs(both) > 1e-6 * scale) || from == to)
				continue;
			for (int k = 0; k < n; k++)
				part[k] = part[k] == from ? to : part[k];
		}
	return part;
}

static void say(struct buf *b, int n, const char *const *name, const char *what, struct arena *a)
{
	buf_printf(b, "%s%s %s", b->n ? "; " : "", design_names(n, name, a), what);
}

const char *design_dependent(int *rank, const struct design *d, struct arena *a)
{
	const char **name = NEW_N(a, const char *, d->n_col);
	struct buf b = { .arena = a };
	struct design_facts f;
	double *length;
	int *part, n_zero = 0;

	*rank = -1;
	if (!design_facts_of(&f, d->n_row, d->n_col, d->column, d->x, a))
		return NULL;
	*rank = d->n_col - f.n_null;
	if (f.n_null == 0)
		return NULL;
	length = lengths(d, a);
	for (int k = 0; k < d->n_col; k++)
		if (!(length[k] > 0))
			name[n_zero++] = d->column[k];
	if (n_zero > 0)
		say(&b, n_zero, name, n_zero == 1 ? "is 0 in every row" : "are 0 in every row", a);
	part = parts_of(&f, length, a);
	for (int p = 0; p < d->n_col; p++) {
		int n = 0;

		for (int k = 0; k < d->n_col; k++)
			if (part[k] == p && length[k] > 0)
				name[n++] = d->column[k];
		if (n > 1)
			say(&b, n, name, "depend on each other", a);
	}
	return b.text;
}
