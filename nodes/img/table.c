#include "img/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

/* ---- cells ---- */
static bool is_missing(const char *text)
{
	static const char *const words[] = { "", "n/a", "N/A", "NA", "na", "NaN", "nan", "NAN" };

	for (size_t k = 0; k < sizeof words / sizeof *words; k++)
		if (strcmp(text, words[k]) == 0)
			return true;
	return false;
}

/* The end of a decimal number, or NULL: strtod would also take hexadecimal ones. */
static const char *skip_decimal(const char *p)
{
	size_t whole, part = 0;

	p += *p == '+' || *p == '-';
	p += whole = strspn(p, "0123456789");
	if (*p == '.')
		p += 1 + (part = strspn(p + 1, "0123456789"));
	if (whole + part == 0)
		return NULL;
	if (*p == 'e' || *p == 'E') {
		p += 1 + (p[1] == '+' || p[1] == '-');
		if (*p < '0' || *p > '9')
			return NULL;
		p += strspn(p, "0123456789");
	}
	return p;
}

bool table_number(double *x, const char *text)
{
	const char *end = skip_decimal(text), *word = text + (*text == '-' || *text == '+');

	if (end && !*end) {
		*x = strtod(text, NULL);
		return true;
	}
	if (strcasecmp(word, "inf") == 0 || strcasecmp(word, "infinity") == 0) {
		*x = *text == '-' ? -INFINITY : INFINITY;
		return true;
	}
	*x = NAN;
	return is_missing(text);
}

struct error *table_error(const struct table *t, int row, int col, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	bool list = !t->line && t->n_col == 1 && !t->header;   /* written, as [1, 2, 3] */
	struct error *e = t->line ? error_new(ERR_DATA, "%s", text)
	                  : list  ? error_new(ERR_DATA, "item %d of the written list: %s", row + 1, text)
	                          : error_new(ERR_DATA, "%s: row %d, column %s: %s", t->file, row + 1, t->column[col], text);

	free(text);
	if (!t->line)
		return e;
	return error_at(e, (struct mark){ t->file, t->line[row], (int)(table_cell(t, row, col) - t->start[row]) + 1 });
}

/* ---- columns ---- */
int table_find(const struct table *t, const char *column)
{
	for (int k = 0; k < t->n_col; k++)
		if (strcmp(t->column[k], column) == 0)
			return k;
	return -1;
}

static struct error *no_column(const struct table *t, const char *column, struct arena *a)
{
	const char **names = NEW_N(a, const char *, t->n_col + 1);
	struct buf list = { .arena = a };

	for (int k = 0; k < t->n_col; k++) {
		names[k] = t->column[k];
		if (k < 20)
			buf_printf(&list, "%s%s", k ? ", " : "", names[k]);
	}
	if (t->n_col > 20)
		buf_printf(&list, " and %d more", t->n_col - 20);
	const char *near = text_nearest(column, names);

	if (near)
		return error_new(ERR_DATA, "%s has no column '%s', did you mean '%s'?", t->file, column, near);
	return error_new(ERR_DATA, "%s has no column '%s', it has %s", t->file, column, list.text);
}

struct error *table_need(int *col, const struct table *t, const char *column)
{
	struct arena *words;
	struct error *e;

	*col = table_find(t, column);
	if (*col >= 0)
		return NULL;
	words = arena_new();
	e = no_column(t, column, words);
	arena_free(words);
	return e;
}

bool table_is_numeric(const struct table *t, int col)
{
	double x;

	for (int r = 0; r < t->n_row; r++)
		if (!table_number(&x, table_cell(t, r, col)))
			return false;
	return true;
}

static struct error *column_numbers(double *out, int stride, const struct table *t, int col)
{
	for (int r = 0; r < t->n_row; r++)
		if (!table_number(&out[(size_t)r * (size_t)stride], table_cell(t, r, col)))
			return table_error(t, r, col, "'%.60s' in column %s is no number", table_cell(t, r, col), t->column[col]);
	return NULL;
}

struct error *table_numbers(const double **out, const struct table *t, int col, struct arena *a)
{
	double *x = NEW_N(a, double, t->n_row);

	*out = x;
	return column_numbers(x, 1, t, col);
}

struct error *table_all_numbers(const double **out, const struct table *t, struct arena *a)
{
	double *x = arena_calloc(a, (size_t)t->n_row * (size_t)t->n_col, sizeof *x);

	*out = x;
	for (int k = 0; k < t->n_col; k++)
		TRY(column_numbers(x + k, t->n_col, t, k));
	return NULL;
}
