/* What is known of a table once it was read, and what that says about columns of numbers. */
#include <math.h>

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

/* Tables of volumes are long and many, so theirs stay out. */
static bool is_of_subjects(const struct table *t)
{
	enum { MOST_CELLS = 20000 };

	if ((long)t->n_row * t->n_col > MOST_CELLS)
		return false;
	for (int k = 0; subject_columns[k]; k++)
		if (table_find(t, subject_columns[k]) >= 0)
			return t->n_row > 0;
	return t->n_row == 1;
}

void table_facts_of(struct table_facts *out, const struct table *t, struct arena *a)
{
	const char **text = NEW_N(a, const char *, t->n_col), **missing = NEW_N(a, const char *, t->n_col);

	for (int k = 0; k < t->n_col; k++)
		look(t, k, &text[k], &missing[k], a);
	*out = (struct table_facts){ t->n_row, t->n_col, t->column, text, missing, is_of_subjects(t) ? t->cell : NULL };
}
