#include "glm/subjects.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "img/facts.h"

enum { NAMED = 6 };     /* subjects in a message */

static const char *bare(const char *label)
{
	return strncmp(label, "sub-", 4) == 0 ? label + 4 : label;
}

static bool no_keys(int n, const char *const *key)
{
	for (int k = 0; k < n; k++)
		if (key[k][0])
			return false;
	return true;
}

/* "01, 02, 03 and 4 more" */
static void list_add(struct buf *b, int *n, const char *name)
{
	if ((*n)++ < NAMED)
		buf_printf(b, "%s%s", *n > 1 ? ", " : "", name);
}

static const char *list_text(struct buf *b, int n)
{
	if (n > NAMED)
		buf_printf(b, " and %d more", n - NAMED);
	return b->text;
}

static struct error *label_column(int *col, const struct table *t, const char *label)
{
	if (label)
		return table_need(col, t, label);
	for (int k = 0; subject_columns[k]; k++)
		if ((*col = table_find(t, subject_columns[k])) >= 0)
			return NULL;
	return error_new(ERR_DATA,
	                 "%s has no column that says whose row it is (participant_id, subject_label, sub or subject): "
	                 "`subjects` names another", t->file);
}

/* The rows by label; rows without a label belong to nobody. */
static struct error *index_rows(struct map *rows, const struct table *t, int col)
{
	for (int r = 0; r < t->n_row; r++) {
		const char *label = bare(table_cell(t, r, col));
		const char *const *other = map_put(rows, label, (void *)&t->cell[(size_t)r * (size_t)t->n_col]);

		if (other && *label)
			return table_error(t, r, col, "subject %s has a second row here, in the column %s", label, t->column[col]);
	}
	return NULL;
}

static struct error *no_rows(const struct subjects *s, const struct table *t, int col, struct arena *a)
{
	struct buf lost = { .arena = a }, there = { .arena = a };
	int n_lost = 0, n_there = 0;

	for (int k = 0; k < s->n; k++)
		if (!s->table[k])
			list_add(&lost, &n_lost, s->key[k]);
	for (int r = 0; r < t->n_row; r++)
		list_add(&there, &n_there, table_cell(t, r, col));
	return error_new(ERR_DATA, "%s has no row for %s %s: its column %s has %s", t->file,
	                 n_lost == 1 ? "subject" : "the subjects", list_text(&lost, n_lost), t->column[col],
	                 list_text(&there, n_there));
}

/* A written list of images has no keys, so rows are taken in order. */
static struct error *rows_in_order(struct subjects *s, const struct table *t, const struct table **table, int *row)
{
	if (t->n_row != s->n)
		return error_new(ERR_DATA, "%s has %d rows for %d images without keys: they must be as many, in the same order",
		                 t->file, t->n_row, s->n);
	for (int k = 0; k < s->n; k++) {
		table[k] = t;
		row[k] = k;
	}
	return NULL;
}

static struct error *rows_of_one(struct subjects *s, const struct table *t, const char *label,
                                 const struct table **table, int *row, struct arena *a)
{
	struct map *rows = map_new(a);
	int col, n = 0;

	TRY(label_column(&col, t, label));
	TRY(index_rows(rows, t, col));
	for (int k = 0; k < s->n; k++) {
		const char *const *cell = map_get(rows, bare(s->key[k]));

		if (!cell)
			continue;
		table[k] = t;
		row[k] = (int)((cell - t->cell) / t->n_col);
		n++;
	}
	s->n_extra = t->n_row - n;
	return n == s->n ? NULL : no_rows(s, t, col, a);
}

static struct error *tables_by_key(struct subjects *s, const struct keyed_tables *t, const struct table **table,
                                   int *row, struct arena *a)
{
	struct map *found = map_new(a);

	for (int k = 0; k < t->n; k++) {
		if (t->table[k].n_row != 1)
			return error_new(ERR_DATA,
			                 "the table of %s has %d rows, must have one; a table of all subjects is given as it is, "
			                 "without an axis", t->key[k], t->table[k].n_row);
		map_put(found, t->key[k], (void *)&t->table[k]);
	}
	for (int k = 0; k < s->n; k++) {
		table[k] = map_get(found, s->key[k]);
		row[k] = 0;
		if (!table[k])
			return error_new(ERR_DATA, "there is an image of subject %s, but no table", s->key[k]);
	}
	s->n_extra = t->n - s->n;
	return NULL;
}

struct error *subjects_find(struct subjects *out, int n, const char *const *key, const struct keyed_tables *tables,
                            const char *label, struct arena *a)
{
	const struct table **table = NEW_N(a, const struct table *, n + 1);
	int *row = NEW_N(a, int, n + 1);

	*out = (struct subjects){ .n = n, .key = key, .table = tables->n ? table : NULL, .row = row };
	if (tables->n == 0)
		return NULL;
	if (tables->n > 1 || tables->key[0][0])
		return tables_by_key(out, tables, table, row, a);
	if (no_keys(n, key))
		return rows_in_order(out, tables->table, table, row);
	return rows_of_one(out, tables->table, label, table, row, a);
}

const char *subjects_name(const struct subjects *s, int subject, struct arena *a)
{
	return s->key[subject][0] ? arena_printf(a, "subject %s", s->key[subject])
	                          : arena_printf(a, "image number %d", subject);
}

struct error *subjects_need(const struct subjects *s, const char *column, struct arena *a)
{
	for (int k = 0; k < s->n; k++) {
		int col;
		struct error *e = table_need(&col, s->table[k], column);

		if (e)
			return k && s->table[k] != s->table[0] ? error_wrap(e, "the table of %s", subjects_name(s, k, a)) : e;
	}
	return NULL;
}

const char *subjects_cell(const struct subjects *s, int subject, const char *column)
{
	const struct table *t = s->table[subject];

	return table_cell(t, s->row[subject], table_find(t, column));
}

struct error *subjects_error(const struct subjects *s, int subject, const char *column, const char *fmt, ...)
{
	struct arena *words = arena_new();
	struct error *e;
	va_list ap;

	va_start(ap, fmt);
	e = table_error(s->table[subject], s->row[subject], table_find(s->table[subject], column), "%s",
	                arena_vprintf(words, fmt, ap));
	va_end(ap);
	arena_free(words);
	return e;
}
