#include "fmri/contrast.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/contrast_inside.h"

/* A contrast being made; fault says what is wrong as soon as a function returns false. */
struct maker {
	const struct contrast_args *args;
	const struct contrast_numbers *matrix;
	const struct glm_facts *facts;
	struct contrast *made;             /* [n_run] */
	struct contrast_fault fault;
	struct arena *arena;
};

static bool fail(struct maker *m, const char *param, int item, const char *fmt, ...) printf_like(4, 5);
static bool fail(struct maker *m, const char *param, int item, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	m->fault = (struct contrast_fault){ .param = param, .item = item, .text = arena_vprintf(m->arena, fmt, ap) };
	va_end(ap);
	return false;
}

/* " in run 2"; "" when there is one. */
static const char *run_words(const struct maker *m, int run)
{
	if (m->facts->n_run == 1)
		return "";
	return arena_printf(m->arena, " in run %s", m->facts->run[run].name);
}

static double *new_rows(struct maker *m, int run, bool is_f, int n_row)
{
	double *row = NEW_N(m->arena, double, (size_t)n_row * (size_t)m->facts->run[run].n_col);

	m->made[run] = (struct contrast){ is_f, true, n_row, row };
	return row;
}

/* ---- formulas ---- */
static bool read_formula(struct maker *m, const char *param, int item, const char *text, double *weight, bool *named,
                         int n_col, const char *const *column)
{
	struct contrast_problem p;

	if (contrast_read(weight, named, text, n_col, column, &p, m->arena))
		return true;
	m->fault = (struct contrast_fault){ param, item, p.at, p.len, text, p.text };
	return false;
}

static int find(int n, const char *const *name, const char *word)
{
	for (int k = 0; k < n; k++)
		if (strcmp(name[k], word) == 0)
			return k;
	return -1;
}

/* The names of all runs' columns. */
static const char *const *all_names(const struct maker *m, int *n)
{
	const char **name = NULL;

	*n = 0;
	for (int r = 0; r < m->facts->n_run; r++)
		for (int k = 0; k < m->facts->run[r].n_col; k++)
			if (find(*n, name, m->facts->run[r].column[k]) < 0)
				PUSH(m->arena, name, *n, m->facts->run[r].column[k]);
	return name;
}

/* What formulas say of all columns there are: weight [n_row][n]. */
struct wanted { int n, n_row; const char *const *name; double *weight; bool *named; };

/* All that are named must be columns of the run, or none. */
static bool run_has(struct maker *m, const char *param, const struct wanted *w, int run, bool *has)
{
	const struct design_facts *d = &m->facts->run[run];
	const char *missing = NULL;

	*has = false;
	for (int k = 0; k < w->n; k++) {
		if (!w->named[k])
			continue;
		if (find(d->n_col, d->column, w->name[k]) >= 0)
			*has = true;
		else if (!missing)
			missing = w->name[k];
	}
	if (*has && missing)
		return fail(m, param, -1, "run %s has no column '%s' but others that are named here: a run must have all of them, or "
		            "none and is left out%s", d->name, missing, strcmp(param, "contrast") != 0 ? "" :
		            "; a list has a formula for each run, 0 to leave it out");
	return true;
}

static bool spread(struct maker *m, const char *param, const struct wanted *w, int run, bool is_f)
{
	const struct design_facts *d = &m->facts->run[run];
	bool has;

	if (!run_has(m, param, w, run, &has))
		return false;
	m->made[run] = (struct contrast){ .is_f = is_f };
	if (!has)
		return true;
	double *row = new_rows(m, run, is_f, w->n_row);

	for (int r = 0; r < w->n_row; r++)
		for (int k = 0; k < d->n_col; k++)
			row[(size_t)r * (size_t)d->n_col + (size_t)k] =
				w->weight[(size_t)r * (size_t)w->n + (size_t)find(w->n, w->name, d->column[k])];
	return true;
}

/* Formulas that hold for all runs; a list of them is an F test. */
static bool from_formulas(struct maker *m, const char *param, int n, const char *const *text, bool is_f)
{
	struct wanted w = { .n_row = n };

	w.name = all_names(m, &w.n);
	w.weight = NEW_N(m->arena, double, (size_t)n * (size_t)w.n);
	w.named = NEW_N(m->arena, bool, w.n);
	for (int r = 0; r < n; r++)
		if (!read_formula(m, param, r, text[r], w.weight + (size_t)r * (size_t)w.n, w.named, w.n, w.name))
			return false;
	for (int run = 0; run < m->facts->n_run; run++)
		if (!spread(m, param, &w, run, is_f))
			return false;
	return true;
}

static bool is_zero(const char *text)
{
	text += strspn(text, " \t");
	return text[0] == '0' && text[1 + strspn(text + 1, " \t")] == '\0';
}

static bool from_formula_a_run(struct maker *m)
{
	const struct glm_facts *f = m->facts;
	bool any = false;

	if (m->args->n_contrast != f->n_run)
		return fail(m, "contrast", -1, "there are %d formulas, must be one, or one for each of %d run%s",
		            m->args->n_contrast, f->n_run, f->n_run == 1 ? "; rows of an F test go to `f`" : "s");
	for (int run = 0; run < f->n_run; run++) {
		const struct design_facts *d = &f->run[run];
		const char *text = m->args->contrast[run];

		m->made[run] = (struct contrast){ .n_row = 1 };
		if (is_zero(text) && find(d->n_col, d->column, text) < 0)
			continue;
		if (!read_formula(m, "contrast", run, text, new_rows(m, run, false, 1), NEW_N(m->arena, bool, d->n_col), d->n_col,
		                  d->column)) {
			m->fault.text = arena_printf(m->arena, "%s (run %s)", m->fault.text, d->name);
			return false;
		}
		any = true;
	}
	return any || fail(m, "contrast", -1, "every run is left out: there is nothing to test");
}

/* ---- numbers ---- */
static bool from_numbers(struct maker *m, const char *param, int n_row, int n, const double *x)
{
	for (int run = 0; run < m->facts->n_run; run++) {
		int n_col = m->facts->run[run].n_col;

		if (n_row > n_col)
			return fail(m, param, -1, "there are %d rows, must be at most %d, as many as columns of the design%s", n_row, n_col,
			            run_words(m, run));
		if (n > n_col)
			return fail(m, param, -1, "there are %d weights%s, must be at most %d, one for each column of the design%s", n,
			            n_row > 1 ? " in a row" : "", n_col, run_words(m, run));
		double *row = new_rows(m, run, n_row > 1, n_row);

		for (int r = 0; r < n_row; r++)
			memcpy(row + (size_t)r * (size_t)n_col, x + (size_t)r * (size_t)n, (size_t)n * sizeof *row);
	}
	return true;
}

/* ---- the whole ---- */
const char *contrast_not_one(const struct contrast_args *args, bool matrix, struct arena *a)
{
	const char *name[4];
	int n = 0;

	if (args->n_contrast > 0)
		name[n++] = "contrast";
	if (args->n_weights > 0)
		name[n++] = "weights";
	if (args->n_f > 0)
		name[n++] = "f";
	if (matrix)
		name[n++] = "matrix";
	if (n == 0)
		return "there is nothing to test: give contrast (a formula of columns), weights (numbers), f (formulas of an F test) "
		       "or matrix";
	return n == 1 ? NULL : arena_printf(a, "%s exclude each other: give one", contrast_names(n, name, a));
}

static bool make_rows(struct maker *m)
{
	const struct contrast_args *a = m->args;

	if (a->n_contrast == 1)
		return from_formulas(m, "contrast", 1, a->contrast, false);
	if (a->n_contrast > 1)
		return from_formula_a_run(m);
	if (a->n_f > 0)
		return from_formulas(m, "f", a->n_f, a->f, true);
	if (a->n_weights > 0)
		return from_numbers(m, "weights", 1, a->n_weights, a->weights);
	return from_numbers(m, "matrix", m->matrix->n_row, m->matrix->n_col, m->matrix->x);
}

static bool judge(struct maker *m)
{
	const struct contrast_args *a = m->args;
	const char *param = a->n_contrast ? "contrast" : a->n_f ? "f" : a->n_weights ? "weights" : "matrix";

	for (int run = 0; run < m->facts->n_run; run++) {
		struct contrast_judged j;

		if (!m->made[run].used || contrast_judge(&j, &m->made[run], &m->facts->run[run], run_words(m, run), m->arena))
			continue;
		fail(m, param, a->n_f ? j.row : a->n_contrast > 1 ? run : -1, "%s", j.text);
		m->fault.quote = a->n_f ? a->f[j.row] : a->n_contrast > 1 ? a->contrast[run] : a->n_contrast ? a->contrast[0] :
		                 m->matrix->n_row > 1 ? arena_printf(m->arena, "row %d", j.row + 1) : NULL;
		m->fault.len = 0;
		return false;
	}
	return true;
}

bool contrasts_find(struct contrast **out, struct contrast_fault *fault, const struct contrast_args *args,
                    const struct contrast_numbers *matrix, const struct glm_facts *facts, struct arena *a)
{
	struct maker m = { .args = args, .matrix = matrix, .facts = facts, .arena = a };
	bool ok;

	*out = m.made = NEW_N(a, struct contrast, facts->n_run);
	ok = make_rows(&m) && judge(&m);
	*fault = m.fault;
	return ok;
}

/* ---- in a run ---- */
static struct error *fault_error(const struct contrast_fault *f)
{
	if (f->quote && f->len > 0)
		return error_new(ERR_USER, "%s, '%.*s' in '%.200s': %s", f->param, f->len, f->quote + f->at, f->quote, f->text);
	if (f->quote)
		return error_new(ERR_USER, "%s, '%.200s': %s", f->param, f->quote, f->text);
	return error_new(ERR_USER, "%s: %s", f->param, f->text);
}

struct error *contrasts_make(struct contrast **out, const struct contrast_args *args, int n_matrix, int n_matrix_col,
                             const double *matrix, const struct glm_facts *facts, struct arena *a)
{
	struct contrast_numbers numbers = { n_matrix, n_matrix_col, matrix };
	const char *wrong = contrast_not_one(args, matrix != NULL, a);
	struct contrast_fault fault;

	if (wrong)
		return error_new(ERR_USER, "%s", wrong);
	return contrasts_find(out, &fault, args, &numbers, facts, a) ? NULL : fault_error(&fault);
}
