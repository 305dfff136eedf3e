/* Columns to take out: as given, and the cosines of `filter: cosine`. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "fmri/clean_inside.h"
#include "img/table.h"

struct error *clean_rows_differ(const char *port, int n_row, int n_vol, const char *what)
{
	const char *hint = n_row == n_vol - 1 ? " (if the first row was taken for a header: `header: false` at the input)" : "";

	return error_new(ERR_DATA, "%s have %d row%s, %s has %d volume%s: they must be as many%s", port, n_row, PLURAL(n_row), what,
	                 n_vol, PLURAL(n_vol), hint);
}

/* fMRIPrep's derivatives have no first value. */
static struct error *not_finite(const struct table *t, int row, int col, double x)
{
	return table_error(t, row, col, "the confound '%s' is '%s' in row %d: each volume needs a number (%sleave the column out with "
	                   "`drop: [%s]` at the input, or choose others with `columns:`)", t->column[col], table_cell(t, row, col),
	                   row + 1, row == 0 && isnan(x) ? "confounds.select gives fMRIPrep's derivatives a first value; or " : "",
	                   t->column[col]);
}

struct error *confounds_read(struct confounds *out, const struct item *it, struct arena *a)
{
	struct table t;

	*out = (struct confounds){ 0 };
	if (!it)
		return NULL;
	TRY(table_of(&t, it, a));
	out->n_row = t.n_row;
	out->n_col = t.n_col;
	out->name = t.column;
	TRY(table_all_numbers(&out->x, &t, a));
	for (int r = 0; r < t.n_row; r++)
		for (int c = 0; c < t.n_col; c++)
			if (!isfinite(out->x[(long)r * t.n_col + c]))
				return not_finite(&t, r, c, out->x[(long)r * t.n_col + c]);
	return NULL;
}

/* Columns of two side by side, n_row rows each. */
static struct confounds beside(const struct confounds *left, const struct confounds *right, int n_row, struct arena *a)
{
	int n_col = left->n_col + right->n_col;
	double *x = arena_alloc(a, (size_t)n_row * (size_t)n_col + 1, sizeof *x);
	const char **name = NEW_N(a, const char *, n_col + 1);

	for (int t = 0; t < n_row; t++) {
		double *row = x + (size_t)t * (size_t)n_col;

		if (left->n_col > 0)
			memcpy(row, left->x + (size_t)t * (size_t)left->n_col, (size_t)left->n_col * sizeof *row);
		if (right->n_col > 0)
			memcpy(row + left->n_col, right->x + (size_t)t * (size_t)right->n_col, (size_t)right->n_col * sizeof *row);
	}
	for (int k = 0; k < n_col; k++) {
		const struct confounds *from = k < left->n_col ? left : right;
		int at = k < left->n_col ? k : k - left->n_col;

		name[k] = from->name ? from->name[at] : arena_printf(a, "%d", k);
	}
	return (struct confounds){ n_row, n_col, x, name };
}

struct error *clean_confounds_read(struct confounds *out, const struct clean_inputs *in, int n_vol,
                                   const char *what, struct arena *a)
{
	struct confounds given;

	TRY(confounds_read(&given, in->confounds, a));
	if (given.n_col > 0 && given.n_row != n_vol)
		return clean_rows_differ("confounds", given.n_row, n_vol, what);
	*out = beside(&in->own, &given, n_vol, a);
	return NULL;
}

/* Pearson's r of column i of x and column j of y, over n rows; 0 when one is constant. */
static double correlation(int n, const struct confounds *x, int i, const struct confounds *y, int j)
{
	double mean_x = 0, mean_y = 0, dot = 0, xx = 0, yy = 0;

	for (long t = 0; t < n; t++) {
		mean_x += x->x[t * x->n_col + i] / n;
		mean_y += y->x[t * y->n_col + j] / n;
	}
	for (long t = 0; t < n; t++) {
		double u = x->x[t * x->n_col + i] - mean_x, v = y->x[t * y->n_col + j] - mean_y;

		dot += u * v;
		xx += u * u;
		yy += v * v;
	}
	return xx * yy > 0 ? dot / sqrt(xx * yy) : 0;
}

/* nilearn's rule: a (signed) correlation above 0.9 of a cosine with a confound, or another cosine. */
static const char *repeated(const struct confounds *c, const struct confounds *cosine, struct arena *a)
{
	for (int k = 0; k < cosine->n_col; k++) {
		for (int j = 0; j < c->n_col; j++)
			if (correlation(cosine->n_row, cosine, k, c, j) > 0.9)
				return arena_printf(a, "the confound '%s' is much like one of the slow cosines (correlation above 0.9), so "
				                    "none was added: the confounds are taken to have them", c->name[j]);
		for (int j = 0; j < k; j++)
			if (correlation(cosine->n_row, cosine, k, cosine, j) > 0.9)
				return "two slow cosines are alike, so none was added";
	}
	return NULL;
}

int clean_add_cosines(struct confounds *c, const char **why, const struct clean_args *args, int n_vol, double tr_s,
                      struct arena *a)
{
	/* nilearn's time between volumes is a quotient that may round to less, and lose a cosine. */
	double dt_s = args->compat && n_vol > 1 ? (n_vol - 1) * tr_s / (n_vol - 1) : tr_s;
	int n = cosine_count(n_vol, args->high_pass_hz, dt_s);
	double *x = NEW_N(a, double, (long)n_vol * n + 1);
	const char **name = NEW_N(a, const char *, n + 1);
	struct confounds cosine = { n_vol, n, x, name };

	*why = NULL;
	if (n == 0) {
		*why = arena_printf(a, "%d volumes of %g s have no cosine slower than high_pass %g Hz, so none was added", n_vol,
		                    tr_s, args->high_pass_hz);
		return 0;
	}
	cosine_basis(n_vol, n, (double (*)[n])x);
	for (int k = 0; k < n; k++)
		name[k] = arena_printf(a, "cosine %d", k + 1);
	*why = repeated(c, &cosine, a);
	if (*why)
		return 0;
	*c = beside(c, &cosine, n_vol, a);
	return n;
}

/* ---- confounds that depend on each other ---- */

static bool is_constant(const struct confounds *c, int k)
{
	for (long t = 1; t < c->n_row; t++)
		if (c->x[t * c->n_col + k] != c->x[k])
			return false;
	return true;
}

/* The first column before k that k is a multiple of, but for a shift; -1: none. */
static int twin(const struct confounds *c, int k)
{
	for (int j = 0; j < k; j++)
		if (fabs(correlation(c->n_row, c, j, c, k)) > 1 - 1e-12)
			return j;
	return -1;
}

const char *clean_dependent(const struct confounds *c, int rank, struct arena *a)
{
	enum { SHOWN = 5, COMPARED = 300 };   /* more columns are not compared one by one */
	struct buf b = { .arena = a };
	int shown = 0;

	buf_printf(&b, "the %d confounds have rank %d", c->n_col, rank);
	for (int k = 0; k < c->n_col && shown < SHOWN && c->n_col <= COMPARED; k++) {
		int j = is_constant(c, k) ? k : twin(c, k);

		if (j < 0)
			continue;
		buf_add(&b, shown++ ? ", " : ": ");
		if (j == k)
			buf_printf(&b, "'%s' is constant", c->name[k]);
		else
			buf_printf(&b, "'%s' repeats '%s'", c->name[k], c->name[j]);
	}
	return b.text;
}
