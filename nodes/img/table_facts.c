/* What is known of a table once it was read, and what that says about columns of numbers. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "img/facts.h"
#include "img/table.h"

/* "x.tsv:3:7: 'abc' in column a is no number" */
static const char *in_words(struct error *e, struct arena *a)
{
	const char *text = e->at.line > 0 ? arena_printf(a, "%s:%d:%d: %s", e->at.file, e->at.line, e->at.col, e->text)
	                                  : arena_strdup(a, e->text);

	error_free(e);
	return text;
}

static void look(const struct table *t, int col, const char **text, const char **missing, struct arena *a)
{
	for (int r = 0; r < t->n_row && !(*text && *missing); r++) {
		const char *cell = table_cell(t, r, col);
		double x;
		bool is_number = table_number(&x, cell);

		if (!is_number && !*text)
			*text = in_words(table_error(t, r, col, "'%.60s' in column %s is no number", cell, t->column[col]), a);
		else if (is_number && isnan(x) && !*missing)
			*missing = in_words(table_error(t, r, col, "column %s has no value here", t->column[col]), a);
	}
}

const char *const subject_columns[] = { "participant_id", "subject_label", "sub", "subject", NULL };

/* Columns by which tables are told whole: what was shown at each volume, or when. */
static const char *const condition_columns[] = { "onset", "labels", "trial_type", NULL };

/* Tables of volumes are long and many, so others of theirs stay out. */
static bool is_to_be_told(const struct table *t)
{
	enum { MOST_CELLS = 20000 };

	if ((long)t->n_row * t->n_col > MOST_CELLS)
		return false;
	for (int k = 0; condition_columns[k]; k++)
		if (table_find(t, condition_columns[k]) >= 0)
			return t->n_row > 0;
	for (int k = 0; subject_columns[k]; k++)
		if (table_find(t, subject_columns[k]) >= 0)
			return t->n_row > 0;
	return t->n_row == 1;
}

/* 0: rows are not on lines that follow each other. */
static int first_line(const struct table *t)
{
	for (int r = 1; t->line && r < t->n_row; r++)
		if (t->line[r] != t->line[0] + r)
			return 0;
	return t->line ? t->line[0] : 0;
}

void table_facts_of(struct table_facts *out, const struct table *t, struct arena *a)
{
	const char **text = NEW_N(a, const char *, t->n_col), **missing = NEW_N(a, const char *, t->n_col);

	for (int k = 0; k < t->n_col; k++)
		look(t, k, &text[k], &missing[k], a);
	*out = (struct table_facts){ .n_row = t->n_row, .n_col = t->n_col, .column = t->column, .text = text, .missing = missing };
	if (!is_to_be_told(t))
		return;
	out->cell = t->cell;
	out->file = t->line ? t->file : NULL;
	out->first_line = first_line(t);
}

/* A row's cells behind each other, as they stand in a file without quotes. */
static const char *row_text(const char **cell, int n, const char *const *from, struct arena *a)
{
	size_t size = 0;
	char *text, *to;

	for (int k = 0; k < n; k++)
		size += strlen(from[k]) + 1;
	to = text = arena_alloc(a, size, 1);
	for (int k = 0; k < n; k++) {
		cell[k] = to;
		to = stpcpy(to, from[k]) + 1;
	}
	return text;
}

bool table_of_facts(struct table *out, const struct table_facts *f, struct arena *a)
{
	const char **cell, **start;
	int *line;

	if (!f->cell)
		return false;
	*out = (struct table){ .n_row = f->n_row, .n_col = f->n_col, .column = f->column, .header = true, .cell = f->cell,
	                       .file = f->file ? f->file : "the written table" };
	if (!f->file || f->first_line == 0)
		return true;
	cell = arena_alloc(a, (size_t)f->n_row * (size_t)f->n_col, sizeof *cell);
	start = NEW_N(a, const char *, f->n_row);
	line = NEW_N(a, int, f->n_row);
	for (int r = 0; r < f->n_row; r++) {
		size_t at = (size_t)r * (size_t)f->n_col;

		start[r] = row_text(cell + at, f->n_col, f->cell + at, a);
		line[r] = f->first_line + r;
	}
	out->cell = cell;
	out->start = start;
	out->line = line;
	return true;
}
