#include "num/design_columns.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

struct box box_of(const struct frames *f, double onset_s, double duration_s, double amplitude)
{
	int on = frames_at(f, onset_s), off = frames_at(f, onset_s + duration_s);

	if (off == on && off < f->n_fine - 1)
		off++;
	return (struct box){ on, off, amplitude };
}

void kernel_totals(int n, double *h)
{
	for (int i = 1; i < n; i++)
		h[i] += h[i - 1];
}

/* ---- responses ---- */
struct totals { int n; const double *h; };

static double total_at(const struct totals *total, long i)
{
	return i < 0 ? 0 : total->h[i < total->n ? i : total->n - 1];
}

static double box_at(const struct box *b, const struct totals *total, long k)
{
	return b->amplitude * (total_at(total, k - b->on) - total_at(total, k - b->off));
}

/* The fine time that is not before volume t and has one before it; `ahead` fine times at the end are not looked at. */
static int above(const struct frames *f, int t, int ahead)
{
	int k = frames_at(f, f->time_s[t]), most = f->n_fine - 1 - ahead;

	k = k < most ? k : most;
	return k > 1 ? k : 1;
}

/* One value at volume t by linear interpolation, in scipy's order (interp1d). */
static double between(const struct frames *f, int t, int k, double low, double high)
{
	double x = frames_fine(f, k - 1);

	return (high - low) / (frames_fine(f, k) - x) * (f->time_s[t] - x) + low;
}

/* The first volume whose upper fine time is `fine` or later. */
static int first_volume(const struct frames *f, long fine, int ahead)
{
	int low = 0, high = f->n;

	while (low < high) {
		int mid = low + (high - low) / 2;

		if ((long)above(f, mid, ahead) + ahead >= fine)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* Interpolation is linear in the values, so each box may be interpolated by itself. */
void boxes_respond(const struct frames *f, int n_box, const struct box *box, int n_total, const double *total, int ahead,
                   double *out)
{
	struct totals h = { n_total, total };

	memset(out, 0, (size_t)f->n * sizeof *out);
	for (int b = 0; b < n_box; b++) {
		long end = (long)box[b].off + n_total;   /* from here on all of the response is over */

		for (int t = first_volume(f, box[b].on, ahead); t < f->n; t++) {
			int k = above(f, t, ahead);

			if ((long)k - 1 + ahead >= end)
				break;
			out[t] += between(f, t, k, box_at(&box[b], &h, (long)k - 1 + ahead), box_at(&box[b], &h, (long)k + ahead));
		}
	}
}

/* ---- orthogonal columns ---- */
static double dot(int n, const double *x, const double *y)
{
	double sum = 0;

	for (int t = 0; t < n; t++)
		sum += x[t] * y[t];
	return sum;
}

void columns_orthogonal(int n_row, int n_col, double *x)
{
	double longest = 0;   /* squared, of the columns before this one */

	for (int k = 1; k < n_col; k++) {
		double *col = x + (size_t)k * (size_t)n_row, least = (n_row > k ? n_row : k) * DBL_EPSILON;

		longest = fmax(longest, dot(n_row, col - n_row, col - n_row));
		for (int j = 0; j < k; j++) {
			const double *q = x + (size_t)j * (size_t)n_row;
			double qq = dot(n_row, q, q), share;

			if (!(qq > least * least * longest))
				continue;
			share = dot(n_row, col, q) / qq;
			for (int t = 0; t < n_row; t++)
				col[t] -= share * q[t];
		}
	}
}

void drift_polynomial(const struct frames *f, int order, double *out)
{
	size_t n = (size_t)f->n;
	double last = f->time_s[f->n - 1], *constant = out + (size_t)order * n;

	/* The constant goes first while columns are made orthogonal: shifted in memory by one column, then back. */
	for (int t = 0; t < f->n; t++)
		for (int k = 0; k <= order; k++)
			out[(size_t)k * n + (size_t)t] = pow(f->time_s[t] / last, k);
	columns_orthogonal(f->n, order + 1, out);
	memmove(out, out + n, (size_t)order * n * sizeof *out);
	for (int t = 0; t < f->n; t++)
		constant[t] = 1;
}
