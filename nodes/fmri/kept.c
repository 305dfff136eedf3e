#include "fmri/kept.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "img/table.h"

struct error *kept_one_column(struct table *t, const char *port, const char *holds, const struct item *it, struct arena *a)
{
	TRY(table_of(t, it, a));
	if (t->n_col != 1)
		return error_new(ERR_DATA, "%s has %d columns, must have one: %s", port, t->n_col, holds);
	return NULL;
}

/* 1 or 0 for a cell that says whether a volume is kept; -1 for any other. *word: by a word. */
static int flag_of(const char *text, bool *word)
{
	double x;

	*word = strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0;
	if (*word)
		return strcasecmp(text, "true") == 0;
	return table_number(&x, text) && (x == 0 || x == 1) ? (int)x : -1;
}

/* A row for each volume, each true or false (1 or 0), or at least one such word, which is no number. */
static bool holds_flags(const struct table *t, int n_vol)
{
	bool word, words = false, all = true;

	for (int r = 0; r < t->n_row; r++) {
		all &= flag_of(table_cell(t, r, 0), &word) >= 0;
		words |= word;
	}
	return words || (all && t->n_row == n_vol);
}

static struct error *read_flags(bool *kept, int n_vol, const struct table *t, const char *what)
{
	bool word;

	if (t->n_row != n_vol)
		return error_new(ERR_DATA, "sample_mask has %d row%s of true and false, %s has %d volume%s: they must be as many",
		                 t->n_row, PLURAL(t->n_row), what, n_vol, PLURAL(n_vol));
	for (int r = 0; r < t->n_row; r++) {
		int flag = flag_of(table_cell(t, r, 0), &word);

		if (flag < 0)
			return table_error(t, r, 0, "sample_mask is '%.60s', must be true or false", table_cell(t, r, 0));
		kept[r] = flag == 1;
	}
	return NULL;
}

static struct error *read_numbers(bool *kept, int n_vol, const struct table *t, const char *what)
{
	double last = -1;

	memset(kept, 0, (size_t)n_vol * sizeof *kept);
	for (int r = 0; r < t->n_row; r++) {
		const char *text = table_cell(t, r, 0);
		double x;

		if (!table_number(&x, text) || !(x == floor(x)))
			return table_error(t, r, 0, "sample_mask is '%.60s', must be the number of a volume to keep", text);
		if (x < 0 || x >= n_vol)
			return table_error(t, r, 0, "sample_mask is %.60s, but %s has the volumes 0 to %d", text, what, n_vol - 1);
		if (x <= last)
			return table_error(t, r, 0, "sample_mask is %.60s after %.0f: volumes must ascend, each once", text, last);
		kept[(int)x] = true;
		last = x;
	}
	return NULL;
}

struct error *kept_read(bool **kept, int *n_kept, const struct item *it, int n_vol, const char *what, struct arena *a)
{
	struct table t;

	*kept = NEW_N(a, bool, n_vol);
	memset(*kept, true, (size_t)n_vol * sizeof **kept);
	*n_kept = n_vol;
	if (!it)
		return NULL;
	TRY(kept_one_column(&t, "sample_mask", "the volumes to keep, or true or false for each volume", it, a));
	TRY((holds_flags(&t, n_vol) ? read_flags : read_numbers)(*kept, n_vol, &t, what));
	*n_kept = 0;
	for (int k = 0; k < n_vol; k++)
		*n_kept += (*kept)[k];
	return NULL;
}
