#include "glm/coding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

/* ---- columns of the table ---- */
struct variable {
	const char *name;
	bool factor;
	const double *x;             /* [n] of a covariate */
	int n_level;
	const char *const *level;    /* [n_level] */
	const int *code;             /* [n] the level of each subject */
};

enum cell { CELL_MISSING, CELL_NUMBER, CELL_TEXT };

static enum cell cell_is(const char *text, double *x)
{
	if (!table_number(x, text))
		return CELL_TEXT;
	return isnan(*x) ? CELL_MISSING : CELL_NUMBER;
}

/* Texts among numbers are more likely a slip than levels. */
static struct error *look(const struct subjects *s, const struct formula_part *part, bool *factor, struct arena *a)
{
	int number = -1, text = -1;

	for (int k = 0; k < s->n; k++) {
		double x;
		enum cell is = cell_is(subjects_cell(s, k, part->name), &x);

		if (is == CELL_MISSING)
			return subjects_error(s, k, part->name, "%s has no value in the column %s, which the formula uses",
			                      subjects_name(s, k, a), part->name);
		if (is == CELL_NUMBER && !part->factor && isinf(x))
			return subjects_error(s, k, part->name, "%s has an infinite value in the column %s", subjects_name(s, k, a),
			                      part->name);
		if (is == CELL_NUMBER)
			number = k;
		else if (text < 0)
			text = k;
	}
	*factor = part->factor || text >= 0;
	if (text >= 0 && number >= 0 && !part->factor)
		return subjects_error(s, text, part->name,
		                      "'%.60s' in the column %s is no number (%s), while others are (%s: %.60s): if these are "
		                      "levels, write factor(%s)",
		                      subjects_cell(s, text, part->name), part->name, subjects_name(s, text, a),
		                      subjects_name(s, number, a), subjects_cell(s, number, part->name), part->name);
	return NULL;
}

static int natural(const void *x, const void *y)
{
	return text_natural_cmp(*(const char *const *)x, *(const char *const *)y);
}

static void levels_of(struct variable *v, const struct subjects *s, struct arena *a)
{
	const char **level = NEW_N(a, const char *, s->n + 1);
	int *code = NEW_N(a, int, s->n + 1);
	int n = 0;

	for (int k = 0; k < s->n; k++)
		level[k] = subjects_cell(s, k, v->name);
	qsort(level, (size_t)s->n, sizeof *level, natural);
	for (int k = 0; k < s->n; k++)
		if (n == 0 || strcmp(level[n - 1], level[k]) != 0)
			level[n++] = level[k];
	for (int k = 0; k < s->n; k++) {
		const char *mine = subjects_cell(s, k, v->name);

		code[k] = (int)((const char **)bsearch(&mine, level, (size_t)n, sizeof *level, natural) - level);
	}
	v->level = level;
	v->n_level = n;
	v->code = code;
}

static void values_of(struct variable *v, const struct subjects *s, bool centre, struct arena *a)
{
	double *x = NEW_N(a, double, s->n + 1), sum = 0;

	for (int k = 0; k < s->n; k++) {
		table_number(&x[k], subjects_cell(s, k, v->name));
		sum += x[k];
	}
	for (int k = 0; k < s->n && centre; k++)
		x[k] -= sum / s->n;
	v->x = x;
}

static struct error *variable_of(struct variable *v, const struct subjects *s, const struct formula_part *part,
                                 bool centre, struct arena *a)
{
	*v = (struct variable){ .name = part->name };
	TRY(look(s, part, &v->factor, a));
	if (!v->factor) {
		values_of(v, s, centre, a);
		return NULL;
	}
	levels_of(v, s, a);
	if (v->n_level < 2)
		return error_new(ERR_DATA, "all %d subjects have '%s' in the column %s: there are no levels to tell apart",
		                 s->n, v->level[0], v->name);
	return NULL;
}

/* ---- terms ---- */
struct coder {
	const struct formula *f;
	const struct subjects *s;
	struct variable (*var)[FORMULA_PARTS];   /* [f->n] of each term's parts */
	int first;                               /* the term of factors that stands for the intercept; -1: none */
	int n_col, room;
	const char **column;
	double *x;                               /* [n_col][n] so far */
	struct arena *a;
};

static bool only_factors(const struct coder *c, int term)
{
	for (int k = 0; k < c->f->term[term].n; k++)
		if (!c->var[term][k].factor)
			return false;
	return true;
}

/* Is what is left of the term without part `without` a term of its own? */
static bool has_rest(const struct coder *c, int term, int without)
{
	const struct formula_term *t = &c->f->term[term];

	for (int i = 0; i < c->f->n; i++) {
		const struct formula_term *other = &c->f->term[i];
		int found = 0;

		for (int p = 0; p < t->n; p++)
			for (int q = 0; p != without && q < other->n; q++)
				found += strcmp(t->part[p].name, other->part[q].name) == 0;
		if (other->n == t->n - 1 && found == other->n)
			return true;
	}
	return false;
}

/* The first level of a factor that gets columns. */
static int first_level(const struct coder *c, int term, int part)
{
	if (!c->var[term][part].factor)
		return 0;
	if (c->f->term[term].n == 1)
		return term != c->first;
	return has_rest(c, term, part);
}

static int columns_of(const struct coder *c, int term, int part)
{
	return c->var[term][part].factor ? c->var[term][part].n_level - first_level(c, term, part) : 1;
}

/* "group[patient]:age" and its values: which[] says the level of each part. */
static void add_column(struct coder *c, int term, const int *which)
{
	const struct formula_term *t = &c->f->term[term];
	double *x = c->x + (size_t)c->n_col * (size_t)c->s->n;
	const char *name = t->n ? "" : "intercept";

	for (int k = 0; k < c->s->n; k++)
		x[k] = 1;
	for (int p = 0; p < t->n; p++) {
		const struct variable *v = &c->var[term][p];

		name = v->factor ? arena_printf(c->a, "%s%s%s[%s]", name, p ? ":" : "", v->name, v->level[which[p]])
		                 : arena_printf(c->a, "%s%s%s", name, p ? ":" : "", v->name);
		for (int k = 0; k < c->s->n; k++)
			x[k] *= v->factor ? v->code[k] == which[p] : v->x[k];
	}
	c->column[c->n_col++] = name;
}

/* All combinations of levels, the last part's fastest. */
static void add_term(struct coder *c, int term)
{
	const struct formula_term *t = &c->f->term[term];
	int which[FORMULA_PARTS], p;

	for (p = 0; p < t->n; p++)
		which[p] = first_level(c, term, p);
	do {
		add_column(c, term, which);
		for (p = t->n - 1; p >= 0; p--) {
			const struct variable *v = &c->var[term][p];

			if (v->factor && ++which[p] < v->n_level)
				break;
			which[p] = first_level(c, term, p);
		}
	} while (p >= 0);
}

static struct error *read_columns(struct coder *c, bool centre, struct formula_place *place)
{
	for (int i = 0; i < c->f->n; i++)
		for (int p = 0; p < c->f->term[i].n; p++) {
			const struct formula_part *part = &c->f->term[i].part[p];

			*place = part->place;
			if (!c->s->table)
				return error_new(ERR_USER,
				                 "the formula speaks of '%s', but there is no table: give one with a row for each "
				                 "subject", part->name);
			TRY(subjects_need(c->s, part->name, c->a));
			*place = (struct formula_place){ 0 };
			TRY(variable_of(&c->var[i][p], c->s, part, centre, c->a));
		}
	return NULL;
}

/* Which term stands for the intercept, whether one is added, and how many columns there will be. */
static struct error *count(struct coder *c, bool *intercept)
{
	double n = 0;

	c->first = -1;
	*intercept = !c->f->none;
	for (int i = c->f->n - 1; i >= 0; i--)
		if (c->f->term[i].n > 0 && only_factors(c, i))
			c->first = i;
	*intercept &= c->first < 0;
	for (int i = 0; i < c->f->n; i++)
		if (c->f->term[i].n == 0) {
			c->first = -1;
			*intercept = false;
		}
	for (int i = 0; i < c->f->n; i++) {
		double columns = 1;

		for (int p = 0; p < c->f->term[i].n; p++)
			columns *= columns_of(c, i, p);
		n += columns;
	}
	n += *intercept;
	if (n > c->s->n)
		return error_new(ERR_DATA,
		                 "the formula makes %.0f columns for %d subjects: there must be fewer columns than subjects", n, c->s->n);
	c->room = (int)n;
	return NULL;
}

static struct error *tell_apart(const struct coder *c)
{
	for (int i = 0; i < c->n_col; i++)
		for (int k = 0; k < i; k++)
			if (strcmp(c->column[i], c->column[k]) == 0)
				return error_new(ERR_DATA, "two columns of the design would be called '%s': rename one in the table",
				                 c->column[i]);
	return NULL;
}

static void transpose(struct design *out, const struct coder *c)
{
	double *x = NEW_N(c->a, double, (long)c->s->n * c->n_col + 1);

	for (int j = 0; j < c->n_col; j++)
		for (int k = 0; k < c->s->n; k++)
			x[(size_t)k * (size_t)c->n_col + (size_t)j] = c->x[(size_t)j * (size_t)c->s->n + (size_t)k];
	*out = (struct design){ c->s->n, c->n_col, c->column, x };
}

struct error *design_code(struct design *out, const struct formula *f, const struct subjects *s, bool centre,
                          struct formula_place *place, struct arena *a)
{
	static const struct formula_term ones;
	struct coder c = { .f = f, .s = s, .a = a };
	bool intercept;

	c.var = arena_calloc(a, (size_t)f->n + 1, sizeof *c.var);
	TRY(read_columns(&c, centre, place));
	*place = (struct formula_place){ 0, f->term[f->n - 1].place.at + f->term[f->n - 1].place.len };
	TRY(count(&c, &intercept));
	c.column = NEW_N(a, const char *, c.room + 1);
	c.x = NEW_N(a, double, (long)c.room * s->n + 1);
	for (int i = 0; i < f->n; i++)
		add_term(&c, i);
	if (intercept) {
		c.f = &(struct formula){ 1, &ones, false };
		add_term(&c, 0);
	}
	TRY(tell_apart(&c));
	*place = (struct formula_place){ 0 };
	transpose(out, &c);
	return NULL;
}

struct error *design_given(struct design *out, const struct table *t, int n, struct arena *a)
{
	if (t->n_row != n)
		return error_new(ERR_DATA, "the design has %d rows, there are %d images: it must have one for each", t->n_row,
		                 n);
	if (t->n_col > n)
		return error_new(ERR_DATA,
		                 "the design has %d columns for %d subjects: there must be fewer columns than subjects", t->n_col, n);
	return design_of_table(out, t, a);
}
