/* The chain of clean.h over one block, up to the scaling. */
#include <math.h>

#include "num/block.h"
#include "num/clean_basis.h"
#include "num/clean_block.h"
#include "num/despike.h"

enum { WIDTH = FILTER_LANES };

static size_t larger(size_t x, size_t y)
{
	return x > y ? x : y;
}

size_t clean_block_room(const struct clean *c)
{
	size_t work = larger(clean_basis_work(&c->confounds, c->n_keep), clean_basis_work(&c->band, c->n_keep));

	if (c->fill)
		work = larger(work, fill_work(c->fill));
	if (c->despike)
		work = larger(work, despike_work(c->despike));
	return ((size_t)c->n_vol + 2 * (size_t)c->pad) * WIDTH + work;
}

void clean_block_place(struct clean_block *b, double *room)
{
	b->x = room + (size_t)b->c->pad * WIDTH;
	b->work = room + ((size_t)b->c->n_vol + 2 * (size_t)b->c->pad) * WIDTH;
}

/* The sum of squares about the mean at this stage, over the kept volumes: rows, or all of the first n_keep. */
static void add_square(struct clean_block *b, enum clean_stage stage, const int *rows)
{
	double mean[WIDTH];
	int n = b->c->n_keep;

	block_mean(n, rows, b->x, mean);
	block_square_about(n, rows, mean, b->x, b->about_mean);
	for (int l = 0; l < b->n; l++)
		if (isfinite(b->about_mean[l]))
			b->square[stage] += b->about_mean[l];
	for (int l = 0; l < WIDTH && stage == CLEAN_BEFORE; l++)
		b->size[l] = sqrt(b->about_mean[l] / n + mean[l] * mean[l]);
}

/* A mean is finite when all that it is made of are. */
static void find_not_finite(struct clean_block *b)
{
	double mean[WIDTH];

	block_mean(b->c->n_keep, b->c->keep, b->x, mean);
	for (int l = 0; l < WIDTH; l++)
		if (!isfinite(mean[l]))
			b->flag[l] |= CLEAN_FLAG_NOT_FINITE;
	if (b->c->options.make_finite)
		block_make_finite(b->c->n_vol, b->x);
}

static void detrend(struct clean_block *b)
{
	static const double all_one[WIDTH] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	const struct clean *c = b->c;

	block_weighted_sum(c->n_span, NULL, b->x, b->before);
	for (int l = 0; l < WIDTH; l++)
		b->before[l] /= c->n_span;
	if (c->centre)
		block_shift_and_scale(c->n_span, b->before, all_one, b->x);
	if (c->line) {
		block_weighted_sum(c->n_span, c->line, b->x, b->work);
		block_subtract_fit(c->n_span, 1, c->line, b->work, b->x);
	}
}

/* Values for what is censored, and the rows that the filter is to see. */
static void prepare(struct clean_block *b)
{
	const struct clean *c = b->c;

	find_not_finite(b);
	if (c->despike) {
		if (c->keep)
			block_bridge(c->n_vol, c->n_keep, c->keep, b->x);
		b->n_despiked = despike_run(c->despike, b->x, b->work);
	}
	if (c->fill)
		fill_run(c->fill, b->x, b->work);
	if (c->span)
		block_take(c->n_span, c->span, b->x);
}

void clean_block_chain(struct clean_block *b)
{
	const struct clean *c = b->c;

	prepare(b);
	add_square(b, CLEAN_BEFORE, c->pick);
	detrend(b);
	add_square(b, CLEAN_DETRENDED, c->pick);
	for (int k = 0; k < c->n_filter; k++)
		filter_run(&c->filter[k], c->n_span, b->x - (long)c->filter[k].pad * WIDTH);
	if (c->pick)
		block_take(c->n_keep, c->pick, b->x);
	clean_basis_subtract(&c->band, c->n_keep, b->x, b->work);
	add_square(b, CLEAN_FILTERED, NULL);
	clean_basis_subtract(&c->confounds, c->n_keep, b->x, b->work);
	add_square(b, CLEAN_FREED, NULL);
}
