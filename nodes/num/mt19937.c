#include "num/mt19937.h"

void mt19937_seed(struct mt19937 *r, uint32_t seed)
{
	r->word[0] = seed;
	for (uint32_t k = 1; k < MT19937_WORDS; k++)
		r->word[k] = 1812433253u * (r->word[k - 1] ^ r->word[k - 1] >> 30) + k;
	r->used = MT19937_WORDS;
}

static void refill(struct mt19937 *r)
{
	for (int k = 0; k < MT19937_WORDS; k++) {
		uint32_t y = (r->word[k] & 0x80000000u) | (r->word[(k + 1) % MT19937_WORDS] & 0x7fffffffu);

		r->word[k] = r->word[(k + 397) % MT19937_WORDS] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
	}
	r->used = 0;
}

uint32_t mt19937_next(struct mt19937 *r)
{
	uint32_t y;

	if (r->used == MT19937_WORDS)
		refill(r);
	y = r->word[r->used++];
	y ^= y >> 11;
	y ^= y << 7 & 0x9d2c5680u;
	y ^= y << 15 & 0xefc60000u;
	return y ^ y >> 18;
}

uint32_t mt19937_upto(struct mt19937 *r, uint32_t most)
{
	uint32_t bits = most, x;

	for (int shift = 1; shift < 32; shift *= 2)
		bits |= bits >> shift;
	do
		x = mt19937_next(r) & bits;
	while (x > most);
	return x;
}
