/* What makes rows of a contrast impossible to test. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/contrast_inside.h"

/* Of a row's length: what is left of it that must not be, or must be, more than rounding. */
static const double rounding = 1e-9;

static double dot(int n, const double *x, const double *y)
{
	double sum = 0;

	for (int k = 0; k < n; k++)
		sum += x[k] * y[k];
	return sum;
}

/* The largest magnitude; INFINITY when something is no finite number. */
static double largest(int n, const double *x)
{
	double most = 0;

	for (int k = 0; k < n; k++)
		most = isfinite(x[k]) ? fmax(most, fabs(x[k])) : INFINITY;
	return most;
}

/* out: x without its parts along n_along orthonormal vectors, taken out twice because of rounding. */
static void take_out(int n, const double *x, int n_along, const double *along, double *out)
{
	memcpy(out, x, (size_t)n * sizeof *out);
	for (int k = 0; k < 2 * n_along; k++) {
		const double *u = along + (size_t)(k % n_along) * (size_t)n;
		double part = dot(n, u, out);

		for (int j = 0; j < n; j++)
			out[j] -= part * u[j];
	}
}

/* The part [n_col] of a row along the null space, which must be 0; NULL: it is. */
static double *null_part(const double *row, const struct design_facts *d, struct arena *a)
{
	double *part = NEW_N(a, double, d->n_col);

	if (d->n_null <= 0)
		return NULL;
	take_out(d->n_col, row, d->n_null, d->null, part);
	for (int j = 0; j < d->n_col; j++)
		part[j] = row[j] - part[j];
	return largest(d->n_col, part) > rounding * sqrt(dot(d->n_col, row, row)) ? part : NULL;
}

/* Whether column j is 0 by itself: it lies in the null space then. */
static bool is_zero_column(const struct design_facts *d, int j)
{
	double square = 0;

	for (int q = 0; q < d->n_null; q++)
		square += d->null[q * d->n_col + j] * d->null[q * d->n_col + j];
	return square > 1 - 1e-9;
}

/* The columns of which a combination is 0 that a row asks for, and why that hinders. */
static const char *why_not(const double *part, const struct design_facts *d, struct arena *a)
{
	const char **name = NEW_N(a, const char *, d->n_col), *names;
	double most = largest(d->n_col, part);
	int n = 0, n_zero = 0;

	for (int j = 0; j < d->n_col; j++)
		if (fabs(part[j]) > 1e-6 * most) {
			name[n++] = d->column[j];
			n_zero += is_zero_column(d, j);
		}
	names = contrast_names(n, name, a);
	if (n_zero == n)
		return arena_printf(a, "%s %s 0 in all rows of the design", names, n == 1 ? "is" : "are");
	return arena_printf(a, "a combination of %s is 0 in all rows of the design, so their effects cannot be told apart", names);
}

static bool judge_row(struct contrast_judged *out, const double *row, const struct design_facts *d, const char *run_words,
                      struct arena *a)
{
	double most = largest(d->n_col, row);
	const double *part;

	if (!isfinite(most))
		out->text = "a weight is NaN or infinite, must be a number";
	else if (most == 0)
		out->text = arena_printf(a, "all weights are 0%s: there is nothing to test", run_words);
	else if ((part = null_part(row, d, a)) != NULL)
		out->text = arena_printf(a, "this cannot be estimated%s: %s", run_words, why_not(part, d, a));
	return !out->text;
}

bool contrast_estimable(const struct contrast *c, const struct design_facts *design, struct arena *a)
{
	for (int r = 0; r < c->n_row; r++)
		if (null_part(c->row + (size_t)r * (size_t)design->n_col, design, a))
			return false;
	return true;
}

/* Rows one after the other made orthonormal; the first that leaves nothing is a combination of those before it. */
static bool judge_together(struct contrast_judged *out, const struct contrast *c, int n_col, struct arena *a)
{
	int room = c->n_row < n_col ? c->n_row : n_col;
	double *q = NEW_N(a, double, (size_t)(room + 1) * (size_t)n_col);

	for (int r = 0; r < c->n_row; r++) {
		const double *row = c->row + (size_t)r * (size_t)n_col;
		double *rest = q + (size_t)r * (size_t)n_col, length;

		take_out(n_col, row, r, q, rest);
		length = sqrt(dot(n_col, rest, rest));
		if (r == n_col || length <= rounding * sqrt(dot(n_col, row, row))) {
			*out = (struct contrast_judged){ r, "this row is a combination of the rows before it, which say as much without it" };
			return false;
		}
		for (int j = 0; j < n_col; j++)
			rest[j] /= length;
	}
	return true;
}

bool contrast_judge(struct contrast_judged *out, const struct contrast *c, const struct design_facts *design,
                    const char *run_words, struct arena *a)
{
	for (int r = 0; r < c->n_row; r++) {
		*out = (struct contrast_judged){ .row = r };
		if (!judge_row(out, c->row + (size_t)r * (size_t)design->n_col, design, run_words, a))
			return false;
	}
	return judge_together(out, c, design->n_col, a);
}
