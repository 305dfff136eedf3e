#include "fmri/high_variance.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "img/mask.h"
#include "img/series.h"
#include "num/linalg.h"
#include "num/par.h"

/* Columns taken together: a few hundred rows of them stay in the second-level cache. */
enum { BLOCK = 64 };
/* Eigenvalues below this part of the largest are rounding. */
static const double rank_eps = 1e-12;

struct job {
	const struct image *im;   /* NULL: columns of series */
	const int *index;         /* [n_col] which voxels, or NULL: all */
	const struct series *series;
	int n_vol;
	long n_col;
	bool detrend;
	const double *line;       /* [n_vol] of mean 0 and length 1, or NULL when there is one volume */
	double *square;           /* [n_col] mean squares; not finite where a value is not */
	double **block;           /* [worker] of [n_vol][BLOCK] */
	int n_keep;
	const int *keep;          /* [n_keep] which of the columns */
};

/* n columns at the places in list, or from first on when list is NULL: row [n] of volume t. */
static void read_row(const struct job *j, int t, long first, int n, const int *list, float *row)
{
	if (j->im && list)
		image_gather(j->im, t, NONFINITE_KEEP, n, list, row);
	else if (j->im)
		image_part(j->im, t, first, n, NONFINITE_KEEP, row);
	else
		for (int c = 0; c < n; c++)
			row[c] = j->series->x[(size_t)t * (size_t)j->n_col + (size_t)(list ? list[c] : first + c)];
}

/* x[t][] -= mean, then -= the part along the line; sums in the order of time. */
static void detrend_block(int n_vol, const double *line, double *x)
{
	double sum[BLOCK] = { 0 }, along[BLOCK] = { 0 };

	for (int t = 0; t < n_vol; t++)
		for (int c = 0; c < BLOCK; c++)
			sum[c] += x[(size_t)t * BLOCK + (size_t)c];
	for (int t = 0; t < n_vol; t++)
		for (int c = 0; c < BLOCK; c++) {
			x[(size_t)t * BLOCK + (size_t)c] -= sum[c] / n_vol;
			along[c] += line[t] * x[(size_t)t * BLOCK + (size_t)c];
		}
	for (int t = 0; t < n_vol; t++)
		for (int c = 0; c < BLOCK; c++)
			x[(size_t)t * BLOCK + (size_t)c] -= line[t] * along[c];
}

/* Columns as doubles [n_vol][BLOCK], 0 from n on. */
static void load(const struct job *j, long first, int n, const int *list, double *x)
{
	float row[BLOCK] = { 0 };

	for (int t = 0; t < j->n_vol; t++) {
		read_row(j, t, first, n, list, row);
		for (int c = 0; c < BLOCK; c++)
			x[(size_t)t * BLOCK + (size_t)c] = row[c];
	}
	if (j->detrend && j->n_vol > 1)
		detrend_block(j->n_vol, j->line, x);
}

static int block_width(long n, long block)
{
	return n - block * BLOCK < BLOCK ? (int)(n - block * BLOCK) : BLOCK;
}

static void square_block(void *ctx, long block, int worker)
{
	const struct job *j = ctx;
	int n = block_width(j->n_col, block);
	double *x = j->block[worker], sum[BLOCK] = { 0 };

	load(j, block * BLOCK, n, j->index ? j->index + block * BLOCK : NULL, x);
	for (int t = 0; t < j->n_vol; t++)
		for (int c = 0; c < BLOCK; c++)
			sum[c] += x[(size_t)t * BLOCK + (size_t)c] * x[(size_t)t * BLOCK + (size_t)c];
	for (int c = 0; c < n; c++)
		j->square[block * BLOCK + c] = sum[c] / j->n_vol;
}

static int ascending(const void *p, const void *q)
{
	const double *x = p, *y = q;

	return (*x > *y) - (*x < *y);
}

/* numpy.nanpercentile of what is finite, linear; NaN when nothing is. */
static double percentile_of(long n, const double *x, double percentile, struct arena *a)
{
	double *sorted = arena_alloc(a, (size_t)n, sizeof *sorted), at, part, step;
	long m = 0, low;

	for (long k = 0; k < n; k++)
		if (isfinite(x[k]))
			sorted[m++] = x[k];
	if (m == 0)
		return NAN;
	qsort(sorted, (size_t)m, sizeof *sorted, ascending);
	at = (double)(m - 1) * (percentile / 100);
	low = (long)at < m - 1 ? (long)at : m - 1;
	part = at - (double)low;
	step = low + 1 < m ? sorted[low + 1] - sorted[low] : 0;
	return part < 0.5 ? sorted[low] + step * part : sorted[low] + step - step * (1 - part);
}

/* S S' [n_vol][n_vol], block by block. */
static double *gram_make(const struct job *j, struct arena *a)
{
	double *gram = arena_calloc(a, (size_t)j->n_vol * (size_t)j->n_vol, sizeof *gram);
	int place[BLOCK];

	for (long b = 0; b * BLOCK < j->n_keep; b++) {
		int n = block_width(j->n_keep, b);

		for (int c = 0; c < n; c++) {
			int col = j->keep[b * BLOCK + c];

			place[c] = j->index ? j->index[col] : col;
		}
		load(j, 0, n, place, j->block[0]);
		linalg_gram(j->n_vol, BLOCK, j->block[0], true, gram);
	}
	return gram;
}

/* The eigenvectors of S S' are those of S S' / n_vol. */
static struct error *leading(const struct job *j, int n, double **out, struct arena *a)
{
	double *value = NEW_N(a, double, n), *vector = arena_calloc(a, (size_t)n * (size_t)j->n_vol, sizeof *vector);
	double *v = arena_calloc(a, (size_t)j->n_vol * (size_t)n, sizeof *v);
	int n_found = 0;

	if (linalg_eigen(j->n_vol, gram_make(j, a), n, value, vector, a))
		return error_new(ERR_NUMERIC, "LAPACK found no eigenvectors of the most variable columns");
	while (n_found < n && value[n_found] > rank_eps * value[0])
		n_found++;
	if (n_found < n)
		return error_new(ERR_NUMERIC, "the most variable columns vary in %d independent ways, %d were asked for: ask for "
		                 "fewer, or for a larger percentile", n_found, n);
	for (int c = 0; c < n; c++)
		for (int t = 0; t < j->n_vol; t++)
			v[(size_t)t * (size_t)n + (size_t)c] = vector[(size_t)c * (size_t)j->n_vol + (size_t)t];
	*out = v;
	return NULL;
}

/* Which columns are above the percentile, and how many vary at all. */
static struct error *choose(struct job *j, int n, double percentile, struct arena *a)
{
	double threshold = percentile_of(j->n_col, j->square, 100 - percentile, a);
	int *keep = arena_alloc(a, (size_t)j->n_col, sizeof *keep);

	for (int c = 0; c < j->n_col; c++)
		if (isfinite(j->square[c]) && j->square[c] > threshold)
			keep[j->n_keep++] = c;
	j->keep = keep;
	if (isnan(threshold))
		return error_new(ERR_DATA, "every column has a value that is not finite");
	if (j->n_keep >= n)
		return NULL;
	return error_new(ERR_DATA, "%d of %ld columns are above the percentile (mean square above %g), must be at least %d: "
	                 "ask for fewer, or for a larger percentile than %g", j->n_keep, j->n_col, threshold, n, percentile);
}

static const double *line_of(int n_vol, struct arena *a)
{
	double *line = NEW_N(a, double, n_vol), sum = 0;

	for (int t = 0; t < n_vol; t++) {
		line[t] = t - 0.5 * (n_vol - 1);
		sum += line[t] * line[t];
	}
	for (int t = 0; t < n_vol; t++)
		line[t] /= sqrt(sum);
	return line;
}

static struct error *run(struct job *j, int n, double percentile, double **out, int n_threads, struct arena *a)
{
	long n_block = (j->n_col + BLOCK - 1) / BLOCK;
	int workers = par_workers(n_threads, n_block);

	if (n > j->n_vol - 2 * j->detrend)
		return error_new(ERR_USER, "%d confounds were asked for, %d volumes%s have at most %d", n, j->n_vol,
		                 j->detrend ? " without their trend" : "", j->n_vol - 2 * j->detrend);
	j->line = line_of(j->n_vol, a);
	j->square = arena_alloc(a, (size_t)j->n_col, sizeof *j->square);
	j->block = NEW_N(a, double *, workers);
	for (int w = 0; w < workers; w++)
		j->block[w] = arena_alloc(a, (size_t)j->n_vol * BLOCK, sizeof(double));
	par_for(n_threads, n_block, square_block, j);
	TRY(choose(j, n, percentile, a));
	return leading(j, n, out, a);
}

struct error *high_variance_of(const struct image *im, int n, double percentile, bool detrend, double **out,
                               int n_threads, struct arena *a)
{
	return high_variance_in(im, NULL, n, percentile, detrend, out, n_threads, a);
}

struct error *high_variance_in(const struct image *im, const struct mask *mask, int n, double percentile, bool detrend,
                               double **out, int n_threads, struct arena *a)
{
	struct job j = { .im = im, .index = mask ? mask->index : NULL, .n_vol = im->n_vol,
	                 .n_col = mask ? mask->n : grid_size(&im->grid), .detrend = detrend };

	return run(&j, n, percentile, out, n_threads, a);
}

struct error *high_variance_of_series(const struct series *s, int n, double percentile, bool detrend, double **out,
                                      int n_threads, struct arena *a)
{
	struct job j = { .series = s, .n_vol = s->n_row, .n_col = s->n_col, .detrend = detrend };

	return run(&j, n, percentile, out, n_threads, a);
}
