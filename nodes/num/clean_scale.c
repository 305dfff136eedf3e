/* The scalings of clean.h over one block. */
#include <float.h>
#include <math.h>

#include "num/block.h"
#include "num/clean_block.h"

enum { WIDTH = FILTER_LANES };

static const double all_one[WIDTH] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

/* What the chain left of a constant column is rounding, not to be blown up by a division. */
static bool is_rounding(const struct clean_block *b, int lane, double size)
{
	return size < DBL_EPSILON || size < 1000 * DBL_EPSILON * b->size[lane];
}

static void take_mean_out(struct clean_block *b)
{
	int n = b->c->n_keep;

	block_weighted_sum(n, NULL, b->x, b->mean);
	for (int l = 0; l < WIDTH; l++)
		b->mean[l] /= n;
	block_shift_and_scale(n, b->mean, all_one, b->x);
}

/* Multiplies each lane by 1 / size; those that are constant become 0. */
static void divide(struct clean_block *b, const double *size)
{
	static const double nothing[WIDTH];
	double factor[WIDTH];

	for (int l = 0; l < WIDTH; l++) {
		bool constant = is_rounding(b, l, size[l]);

		if (constant)
			b->flag[l] |= CLEAN_FLAG_CONSTANT;
		factor[l] = constant ? 0 : 1 / size[l];
	}
	block_shift_and_scale(b->c->n_keep, nothing, factor, b->x);
}

static void scale_zscore(struct clean_block *b, int n_lost)
{
	double size[WIDTH];

	take_mean_out(b);
	block_sum_of_squares(b->c->n_keep, b->x, size);
	for (int l = 0; l < WIDTH; l++)
		size[l] = sqrt(size[l] / (b->c->n_keep - n_lost));
	divide(b, size);
}

static void scale_max(struct clean_block *b)
{
	double max[WIDTH] = { 0 };

	for (long t = 0; t < b->c->n_keep; t++)
		for (int l = 0; l < WIDTH; l++)
			max[l] = fmax(max[l], fabs(b->x[t * WIDTH + l]));
	divide(b, max);
}

/* Nothing is scaled: only those without variance are counted. */
static void find_constant(struct clean_block *b)
{
	for (int l = 0; l < WIDTH; l++)
		if (is_rounding(b, l, sqrt(b->about_mean[l] / b->c->n_keep)))
			b->flag[l] |= CLEAN_FLAG_CONSTANT;
}

void clean_block_scale(struct clean_block *b)
{
	if (b->c->n_keep == 1)
		return;
	switch (b->c->options.scale) {
	case CLEAN_SCALE_NONE:
		find_constant(b);
		break;
	case CLEAN_SCALE_ZSCORE:
	case CLEAN_SCALE_ZSCORE_SAMPLE:
		scale_zscore(b, b->c->options.scale == CLEAN_SCALE_ZSCORE_SAMPLE);
		break;
	case CLEAN_SCALE_PSC:
		take_mean_out(b);
		break;
	case CLEAN_SCALE_MAX:
		scale_max(b);
		break;
	}
}
