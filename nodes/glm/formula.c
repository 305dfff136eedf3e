#include "glm/formula.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"

struct reader {
	struct arena *a;
	const char *text;
	int at;
	struct formula_problem *problem;
};

static bool fail(struct reader *r, int at, int len, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static bool fail(struct reader *r, int at, int len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*r->problem = (struct formula_problem){ { at, len > 0 ? len : 1 }, arena_vprintf(r->a, fmt, ap) };
	va_end(ap);
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void skip_space(struct reader *r)
{
	while (r->text[r->at] && strchr(" \t\n\r", r->text[r->at]))
		r->at++;
}

/* Bytes of the character that begins here. */
static int character(const char *s)
{
	int n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* What people who know other formulas may write here, and what stands for it. */
static bool fail_sign(struct reader *r, const char *must)
{
	static const struct { char sign; const char *text; } known[] = {
		{ '*', "'*' is not understood: write a + b + a:b" },
		{ '-',
		  "terms are added only: for a model without intercept write 0 + ...; a name with - in it stands in backquotes" },
		{ '~', "the images are what is fitted: write only what stands on the right of ~" },
		{ '|', "random effects are not fitted: one map a subject, and fixed columns" },
		{ '^', "'^' is not understood: add a column to the table" },
		{ '[', "levels are written in contrasts; the formula has the name of the column alone" },
	};
	const char *here = r->text + r->at;

	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		if (*here == known[k].sign)
			return fail(r, r->at, 1, "%s", known[k].text);
	if (!*here)
		return fail(r, r->at, 1, "the formula ends where %s must stand", must);
	return fail(r, r->at, character(here), "'%.*s' stands where %s must be", character(here), here, must);
}

static bool quoted(struct reader *r, struct formula_part *part)
{
	int start = r->at + 1;
	const char *end = strchr(r->text + start, '`');

	if (!end)
		return fail(r, r->at, 1, "this backquote is not closed");
	if (end == r->text + start)
		return fail(r, r->at, 2, "there is no name between the backquotes");
	part->name = arena_strndup(r->a, r->text + start, (size_t)(end - r->text - start));
	r->at = (int)(end - r->text) + 1;
	return true;
}

static bool name(struct reader *r, struct formula_part *part)
{
	int start;

	skip_space(r);
	start = r->at;
	part->place.at = start;
	if (r->text[r->at] == '`') {
		if (!quoted(r, part))
			return false;
	} else if (!is_letter(r->text[r->at])) {
		return fail_sign(r, "the name of a column");
	} else {
		while (is_letter(r->text[r->at]) || is_digit(r->text[r->at]) || r->text[r->at] == '.')
			r->at++;
		part->name = arena_strndup(r->a, r->text + start, (size_t)(r->at - start));
	}
	part->place.len = r->at - start;
	return true;
}

static bool part(struct reader *r, struct formula_part *out)
{
	struct formula_place word;

	*out = (struct formula_part){ 0 };
	if (!name(r, out))
		return false;
	word = out->place;
	skip_space(r);
	if (r->text[r->at] != '(' || r->text[word.at] == '`')
		return true;
	if (strcmp(out->name, "factor") != 0)
		return fail(r, word.at, word.len,
		            "'%s' is no function here, only factor(column) is: it takes numbers for levels", out->name);
	r->at++;
	out->factor = true;
	if (!name(r, out))
		return false;
	skip_space(r);
	if (r->text[r->at] != ')')
		return fail_sign(r, "the ) of factor(");
	out->place = (struct formula_place){ word.at, ++r->at - word.at };
	return true;
}

static bool product(struct reader *r, struct formula_term *t)
{
	int start = r->at;

	do {
		if (t->n == FORMULA_PARTS)
			return fail(r, start, r->at - start, "a product has more than %d columns", FORMULA_PARTS);
		if (!part(r, &t->part[t->n]))
			return false;
		for (int k = 0; k < t->n; k++)
			if (strcmp(t->part[k].name, t->part[t->n].name) == 0)
				return fail(r, t->part[t->n].place.at, t->part[t->n].place.len, "'%s' stands twice in one product",
				            t->part[k].name);
		t->place = (struct formula_place){ start, t->part[t->n].place.at + t->part[t->n].place.len - start };
		t->n++;
		skip_space(r);
	} while (r->text[r->at] == ':' && ++r->at);
	return true;
}

/* "0" or "1": *is_number. */
static bool constant(struct reader *r, struct formula_term *t, bool *is_number, bool *none)
{
	int start = r->at, end = start;

	while (is_digit(r->text[end]) || r->text[end] == '.')
		end++;
	*is_number = end > start;
	if (!*is_number)
		return true;
	r->at = end;
	t->place = (struct formula_place){ start, end - start };
	if (end - start != 1 || (r->text[start] != '0' && r->text[start] != '1'))
		return fail(r, start, end - start,
		            "the only numbers in a formula are 1 (an intercept) and 0 (none); a column whose "
		            "name begins with a digit stands in backquotes");
	*none = r->text[start] == '0';
	skip_space(r);
	return true;
}

static bool same_term(const struct formula_term *x, const struct formula_term *y)
{
	int found = 0;

	for (int i = 0; i < x->n; i++)
		for (int k = 0; k < y->n; k++)
			found += strcmp(x->part[i].name, y->part[k].name) == 0;
	return x->n == y->n && found == x->n;
}

static bool add(struct reader *r, struct formula *f, struct formula_term **list, struct formula_term t)
{
	for (int k = 0; k < f->n; k++)
		if (same_term(&(*list)[k], &t))
			return fail(r, t.place.at, t.place.len, "'%.*s' stands twice in the formula", t.place.len,
			            r->text + t.place.at);
	PUSH(r->a, *list, f->n, t);
	return true;
}

bool formula_parse(struct formula *out, const char *text, struct formula_problem *problem, struct arena *a)
{
	struct reader r = { a, text, 0, problem };
	struct formula_term *list = NULL;

	*out = (struct formula){ 0 };
	do {
		struct formula_term t = { 0 };
		bool is_number, none = false;

		skip_space(&r);
		if (!constant(&r, &t, &is_number, &none) || (!is_number && !product(&r, &t)))
			return false;
		if (none)
			out->none = true;
		else if (!add(&r, out, &list, t))
			return false;
	} while (text[r.at] == '+' && ++r.at);
	if (text[r.at])
		return fail_sign(&r, "a + or the end");
	for (int k = 0; out->none && k < out->n; k++)
		if (list[k].n == 0)
			return fail(&r, list[k].place.at, 1, "the formula has both 0 (no intercept) and 1 (an intercept)");
	if (out->n == 0)
		return fail(&r, 0, r.at, "the formula has no term but 0: there would be no column");
	out->term = list;
	return true;
}
