/* Residuals of unit length, in panels of 16 voxels that are read from the first row to the last. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/par.h"
#include "num/permute.h"
#include "num/simd.h"

enum { PANEL = FILTER_LANES };

struct load {
	const struct permute_test *test;
	long n_col;
	const float *y;
	int n;
	const int *where;
	double *e;                /* all panels; NULL: each worker has one */
	double *part;             /* [worker][n_row][PANEL] */
	unsigned char *usable;    /* [n] */
};

static void take(const struct load *l, long panel, double *x)
{
	int left = l->n - (int)panel * PANEL, n = left < PANEL ? left : PANEL;

	for (int r = 0; r < l->test->n_row; r++, x += PANEL) {
		const float *row = l->y + r * l->n_col;

		for (int k = 0; k < PANEL; k++)
			x[k] = k < n ? row[l->where[panel * PANEL + k]] : 0;
	}
}

NUM_CLONES static void sum_of_squares(int n_row, const double *x, double square[PANEL])
{
	memset(square, 0, PANEL * sizeof *square);
	for (int r = 0; r < n_row; r++, x += PANEL)
		for (int k = 0; k < PANEL; k++)
			square[k] += x[k] * x[k];
}

/* x -= z z' x for one row of z */
NUM_CLONES static void remove_one(int n_row, const double *z, double *x)
{
	double sum[PANEL] = { 0 };

	for (int r = 0; r < n_row; r++)
		for (int k = 0; k < PANEL; k++)
			sum[k] += z[r] * x[r * PANEL + k];
	for (int r = 0; r < n_row; r++)
		for (int k = 0; k < PANEL; k++)
			x[r * PANEL + k] -= z[r] * sum[k];
}

/* Leaves the residuals of a panel in x. What remains of data that z explains is rounding: such a voxel is told by false. */
static void residuals(const struct load *l, long panel, double *x, double length[PANEL], bool usable[PANEL])
{
	int n_row = l->test->n_row;
	double rounding = n_row * 0x1p-52, before[PANEL];

	take(l, panel, x);
	sum_of_squares(n_row, x, before);
	for (int i = 0; i < l->test->n_z; i++)
		remove_one(n_row, l->test->z + (size_t)i * (size_t)n_row, x);
	sum_of_squares(n_row, x, length);
	for (int k = 0; k < PANEL; k++) {
		usable[k] = length[k] > rounding * rounding * before[k];
		length[k] = sqrt(length[k]);
	}
}

static void look(void *ctx, long panel, int worker)
{
	const struct load *l = ctx;
	double length[PANEL];
	bool usable[PANEL];

	residuals(l, panel, l->part + (size_t)worker * (size_t)l->test->n_row * PANEL, length, usable);
	for (int k = 0; k < PANEL && panel * PANEL + k < l->n; k++)
		l->usable[panel * PANEL + k] = usable[k];
}

int permute_usable(const struct permute_test *test, long n_col, const float *y, int n, int *where, int n_threads,
                   struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct load l = { .test = test, .n_col = n_col, .y = y, .n = n, .where = where };
	long n_panel = (n + PANEL - 1) / PANEL;
	int left = 0;

	l.usable = NEW_N(scratch, unsigned char, n);
	l.part = arena_alloc(scratch, (size_t)par_workers(n_threads, n_panel) * (size_t)test->n_row * PANEL, sizeof *l.part);
	par_for(n_threads, n_panel, look, &l);
	for (int v = 0; v < n; v++)
		if (l.usable[v])
			where[left++] = where[v];
	arena_reset(scratch, mark);
	return left;
}

static void fill(void *ctx, long panel, int worker)
{
	const struct load *l = ctx;
	double *x = l->e + (size_t)panel * (size_t)l->test->n_row * PANEL, length[PANEL];
	bool usable[PANEL];

	(void)worker;
	residuals(l, panel, x, length, usable);
	for (int r = 0; r < l->test->n_row; r++, x += PANEL)
		for (int k = 0; k < PANEL; k++)
			x[k] = usable[k] ? x[k] / length[k] : 0;
}

struct permute_data *permute_data_new(const struct permute_test *test, long n_col, const float *y, int n, const int *where,
                                      int n_threads, struct arena *a)
{
	struct load l = { .test = test, .n_col = n_col, .y = y, .n = n, .where = where };
	struct permute_data *d = NEW(a, struct permute_data);
	long n_panel = (n + PANEL - 1) / PANEL;

	l.e = arena_alloc(a, (size_t)n_panel * (size_t)test->n_row * PANEL, sizeof *l.e);
	par_for(n_threads, n_panel, fill, &l);
	*d = (struct permute_data){ n, l.e };
	return d;
}
