/* Formulas over names of columns. They are evaluated while they are read: every value is a number or a sum of columns. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/contrast_reader.h"

enum { MAX_LENGTH = 10000, MAX_NESTING = 64 };   /* characters, levels */

struct value { double number; double *weight; };   /* weight [n_col], or NULL: it is the number */

static double *unit(struct contrast_reader *r, int col)
{
	double *weight = NEW_N(r->arena, double, r->n_col);

	weight[col] = 1;
	r->named[col] = true;
	return weight;
}

/* ---- values ---- */
static bool read_sum(struct contrast_reader *r, struct value *out);

static bool read_group(struct contrast_reader *r, struct value *out)
{
	int open = r->word.at;

	if (r->nesting == MAX_NESTING)
		return reader_fail(r, open, 1, "parentheses are nested more than %d deep", MAX_NESTING);
	r->nesting++;
	if (!reader_next(r) || !read_sum(r, out))
		return false;
	r->nesting--;
	if (reader_at(r, ')'))
		return reader_next(r);
	if (r->word.kind == WORD_END)
		return reader_fail(r, open, 1, "this parenthesis is not closed");
	return reader_fail_word(r, "an operator or ')'");
}

static bool read_operand(struct contrast_reader *r, struct value *out)
{
	struct contrast_word w = r->word;
	int col;

	if (reader_at(r, '('))
		return read_group(r, out);
	if (w.kind == WORD_NUMBER) {
		*out = (struct value){ .number = w.number };
		return reader_next(r);
	}
	if (w.kind != WORD_NAME)
		return reader_fail_word(r, "the name of a column or a number");
	if (!reader_column(&col, r, &w))
		return false;
	*out = (struct value){ .weight = unit(r, col) };
	return reader_next(r);
}

static void scale(const struct contrast_reader *r, struct value *v, double by)
{
	v->number *= by;
	for (int k = 0; v->weight && k < r->n_col; k++)
		v->weight[k] *= by;
}

static bool read_signed(struct contrast_reader *r, struct value *out)
{
	bool minus = false;

	while (reader_at(r, '-') || reader_at(r, '+')) {
		minus ^= reader_at(r, '-');
		if (!reader_next(r))
			return false;
	}
	if (!read_operand(r, out))
		return false;
	if (minus)
		scale(r, out, -1);
	return true;
}

static bool multiply(struct contrast_reader *r, struct contrast_word sign, struct value *left, struct value right)
{
	if (left->weight && right.weight)
		return reader_fail(r, sign.at, 1, "columns can only be multiplied by numbers");
	if (right.weight) {
		scale(r, &right, left->number);
		*left = right;
	} else {
		scale(r, left, right.number);
	}
	return true;
}

static bool divide(struct contrast_reader *r, struct contrast_word sign, struct value *left, struct value right)
{
	if (right.weight)
		return reader_fail(r, sign.at, 1, "nothing can be divided by a column");
	if (right.number == 0)
		return reader_fail(r, sign.at, 1, "nothing can be divided by 0");
	left->number /= right.number;
	for (int k = 0; left->weight && k < r->n_col; k++)
		left->weight[k] /= right.number;
	return true;
}

static bool read_product(struct contrast_reader *r, struct value *out)
{
	struct value right;

	if (!read_signed(r, out))
		return false;
	while (reader_at(r, '*') || reader_at(r, '/')) {
		struct contrast_word sign = r->word;
		bool times = reader_at(r, '*');

		if (!reader_next(r) || !read_signed(r, &right))
			return false;
		if (!(times ? multiply : divide)(r, sign, out, right))
			return false;
	}
	return true;
}

static bool add(struct contrast_reader *r, struct contrast_word sign, struct value *left, struct value right)
{
	if (!left->weight != !right.weight)
		return reader_fail(r, sign.at, 1, "a number is added to a column here: a number can only multiply or divide one");
	left->number += right.number;
	for (int k = 0; left->weight && k < r->n_col; k++)
		left->weight[k] += right.weight[k];
	return true;
}

static bool read_sum(struct contrast_reader *r, struct value *out)
{
	struct value right;

	if (!read_product(r, out))
		return false;
	while (reader_at(r, '+') || reader_at(r, '-')) {
		struct contrast_word sign = r->word;
		bool minus = reader_at(r, '-');

		if (!reader_next(r) || !read_product(r, &right))
			return false;
		if (minus)
			scale(r, &right, -1);
		if (!add(r, sign, out, right))
			return false;
	}
	return true;
}

/* ---- the whole ---- */
static bool read_all(struct contrast_reader *r, double *weight)
{
	int n = (int)strlen(r->text);
	struct value v;

	if (!reader_next(r) || !read_sum(r, &v))
		return false;
	if (reader_at(r, ')'))
		return reader_fail(r, r->word.at, 1, "this parenthesis was not opened");
	if (r->word.kind != WORD_END)
		return reader_fail_word(r, "an operator");
	if (!v.weight)
		return reader_fail(r, 0, n, "the contrast names no column; a column whose name is a number is written in "
		                   "backquotes");
	memcpy(weight, v.weight, (size_t)r->n_col * sizeof *weight);
	for (int k = 0; k < r->n_col; k++)
		if (!isfinite(weight[k]))
			return reader_fail(r, 0, n, "the weight of %s is too large", r->column[k]);
	return true;
}

bool contrast_read(double *weight, bool *named, const char *text, int n_col, const char *const *column,
                   struct contrast_problem *problem, struct arena *a)
{
	struct contrast_reader r = { .text = text, .n_col = n_col, .column = column, .named = named, .problem = problem, .arena = a };
	const char *begin = text + strspn(text, " \t\r\n");
	size_t n = strlen(begin);
	int whole;

	while (n > 0 && strchr(" \t\r\n", begin[n - 1]))
		n--;
	*problem = (struct contrast_problem){ 0 };
	if (strlen(text) > MAX_LENGTH)
		return reader_fail(&r, 0, 1, "the contrast has %zu characters, must have at most %d", strlen(text), MAX_LENGTH);
	whole = reader_find(&r, text);
	if (whole < 0)
		whole = reader_find(&r, arena_strndup(a, begin, n));
	if (whole < 0)
		return read_all(&r, weight);
	memset(weight, 0, (size_t)n_col * sizeof *weight);
	weight[whole] = 1;
	named[whole] = true;
	return true;
}

bool contrast_parse(double *weight, const char *text, int n_col, const char *const *column, struct contrast_problem *problem,
                    struct arena *a)
{
	return contrast_read(weight, NEW_N(a, bool, n_col + 1), text, n_col, column, problem, a);
}
