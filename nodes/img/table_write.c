#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "img/table.h"

/* Only a cell that would not be read back as it is gets quotes: many readers of TSV know none. */
static bool needs_quotes(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && (text[0] == '"' || text[0] == ' ' || text[n - 1] == ' ' || strpbrk(text, "\t\n\r"));
}

static void add_cell(struct buf *b, const char *text)
{
	if (!needs_quotes(text)) {
		buf_add(b, *text ? text : "n/a");
		return;
	}
	buf_add(b, "\"");
	for (; *text; text++)
		buf_add_n(b, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	buf_add(b, "\"");
}

static void add_line(struct buf *b, int n, const char *const *cell)
{
	for (int k = 0; k < n; k++) {
		add_cell(b, cell[k]);
		buf_add(b, k + 1 < n ? "\t" : "\n");
	}
}

/* Writes what b holds and gives its memory back. */
static struct error *flush(const char *path, struct buf *b, struct arena_mark start)
{
	struct error *e = file_write(path, b->text, b->n);

	arena_reset(b->arena, start);
	return e;
}

struct error *table_write(const char *path, const struct table *t, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	struct buf b = { .arena = a };

	add_line(&b, t->n_col, t->column);
	for (int r = 0; r < t->n_row; r++)
		add_line(&b, t->n_col, t->cell + (size_t)r * (size_t)t->n_col);
	return flush(path, &b, start);
}

static void add_number(struct buf *b, double x)
{
	if (isnan(x))
		buf_add(b, "n/a");
	else if (isinf(x))
		buf_add(b, x > 0 ? "inf" : "-inf");
	else
		json_number(b, x);
}

const char *table_number_text(double x, struct arena *a)
{
	struct buf b = { .arena = a };

	add_number(&b, x);
	return b.text;
}

struct error *table_write_numbers(const char *path, int n_row, int n_col, const char *const *column, const double *x,
                                  struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	struct buf b = { .arena = a };

	add_line(&b, n_col, column);
	for (int r = 0; r < n_row; r++)
		for (int k = 0; k < n_col; k++) {
			add_number(&b, x[(size_t)r * (size_t)n_col + (size_t)k]);
			buf_add(&b, k + 1 < n_col ? "\t" : "\n");
		}
	return flush(path, &b, start);
}

struct error *table_write_floats(const char *path, int n_row, int n_col, const char *const *column, const float *x,
                                 struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	struct buf b = { .arena = a };

	add_line(&b, n_col, column);
	for (int r = 0; r < n_row; r++)
		for (int k = 0; k < n_col; k++) {
			float one = x[(size_t)r * (size_t)n_col + (size_t)k];

			if (isfinite(one))
				json_float(&b, one);
			else
				add_number(&b, one);
			buf_add_n(&b, k + 1 < n_col ? "\t" : "\n", 1);
		}
	return flush(path, &b, start);
}
