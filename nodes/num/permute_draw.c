/* Which rows change signs or places in a permutation. */
#include <string.h>

#include "base/arena.h"
#include "num/mt19937.h"
#include "num/permute.h"
#include "num/rng.h"

/* Rows by block. */
static void sort_blocks(struct permute_draw *d, struct arena *a)
{
	int *begin = NEW_N(a, int, d->n_block + 1), *member = NEW_N(a, int, d->n_row), n = 0;

	for (int b = 0; b < d->n_block; b++) {
		for (int r = 0; r < d->n_row; r++)
			if (d->block[r] == b)
				member[n++] = r;
		begin[b + 1] = n;
	}
	d->begin = begin;
	d->member = member;
}

struct permute_draw *permute_draw_new(bool flips, int n_row, const int *block, uint64_t seed, struct arena *a)
{
	struct permute_draw *d = NEW(a, struct permute_draw);
	int *own = NEW_N(a, int, n_row);

	*d = (struct permute_draw){ .flips = flips, .n_row = n_row, .block = own, .seed = seed };
	for (int r = 0; r < n_row; r++) {
		own[r] = block ? block[r] : flips ? r : 0;
		d->n_block = own[r] + 1 > d->n_block ? own[r] + 1 : d->n_block;
	}
	sort_blocks(d, a);
	return d;
}

/* A permutation changes the one before it, as nilearn changes its arrays in place. */
static void next_nilearn(struct mt19937 *r, const struct permute_draw *d, const int *before, int *out, int *shuffle)
{
	if (d->flips) {
		for (int row = 0; row < d->n_row; row++)
			out[row] = before[row] * ((int)mt19937_upto(r, 1) * 2 - 1);
		return;
	}
	for (int row = 0; row < d->n_row; row++)
		shuffle[row] = row;
	for (int row = d->n_row - 1; row > 0; row--) {
		int other = (int)mt19937_upto(r, (uint32_t)row), kept = shuffle[row];

		shuffle[row] = shuffle[other];
		shuffle[other] = kept;
	}
	for (int row = 0; row < d->n_row; row++)
		out[row] = before[shuffle[row]];
}

void permute_draw_nilearn(struct permute_draw *d, long n, struct arena *a)
{
	size_t n_row = (size_t)d->n_row;
	int *made = arena_alloc(a, ((size_t)n + 1) * n_row, sizeof *made), *shuffle = NEW_N(a, int, n_row);
	struct mt19937 *r = NEW(a, struct mt19937);

	/* Its one job has a generator of its own, seeded by RandomState(seed).randint(1, 2^31 - 2). */
	mt19937_seed(r, (uint32_t)d->seed);
	mt19937_seed(r, mt19937_upto(r, 2147483644) + 1);
	permute_draw(d, 0, made);
	for (long k = 1; k <= n; k++)
		next_nilearn(r, d, made + (size_t)(k - 1) * n_row, made + (size_t)k * n_row, shuffle);
	d->made = made + n_row;
	d->n_made = n;
}

static void draw_flips(const struct permute_draw *d, long number, int *out)
{
	struct rng r = rng_new(d->seed, (uint64_t)number);
	uint64_t bits = (uint64_t)number;

	for (int b = 0; b < d->n_block; b++, bits >>= 1) {
		if (!d->all && b % 64 == 0)
			bits = rng_bits(&r);
		for (int k = d->begin[b]; k < d->begin[b + 1]; k++)
			out[d->member[k]] = bits & 1 ? -1 : 1;
	}
}

/* Fisher and Yates' shuffle within each block. */
static void draw_shuffles(const struct permute_draw *d, long number, int *out)
{
	struct rng r = rng_new(d->seed, (uint64_t)number);

	for (int b = 0; b < d->n_block; b++) {
		const int *member = d->member + d->begin[b];

		for (int k = d->begin[b + 1] - d->begin[b] - 1; k > 0; k--) {
			int other = (int)rng_below(&r, (uint64_t)k + 1), kept = out[member[k]];

			out[member[k]] = out[member[other]];
			out[member[other]] = kept;
		}
	}
}

void permute_draw(const struct permute_draw *d, long number, int *out)
{
	if (d->made && number > 0) {
		memcpy(out, d->made + (size_t)(number - 1) * (size_t)d->n_row, (size_t)d->n_row * sizeof *out);
		return;
	}
	for (int row = 0; row < d->n_row; row++)
		out[row] = d->flips ? 1 : row;
	if (number > 0)
		(d->flips ? draw_flips : draw_shuffles)(d, number, out);
}
