#include "fmri/sorted.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

enum { DIGIT = 11, BINS = 1 << DIGIT, PASSES = (64 + DIGIT - 1) / DIGIT };

static const uint64_t sign = (uint64_t)1 << 63;

/* Bits in the order of the numbers: those of negative ones turned around, below the others; and back. */
static uint64_t key_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof bits);
	return bits & sign ? ~bits : bits | sign;
}

static double number_of(uint64_t key)
{
	uint64_t bits = key & sign ? key & ~sign : ~key;
	double x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

static int digit_of(uint64_t key, int pass)
{
	return (int)(key >> (pass * DIGIT) & (BINS - 1));
}

/* Orders n keys by one digit into out; false when all have the same digit, and nothing is done. */
static bool pass_over(long n, const uint64_t *key, int pass, long *place, uint64_t *out)
{
	memset(place, 0, BINS * sizeof *place);
	for (long k = 0; k < n; k++)
		place[digit_of(key[k], pass)]++;
	if (place[digit_of(key[0], pass)] == n)
		return false;
	for (long b = 0, first = 0; b < BINS; b++) {
		long count = place[b];

		place[b] = first;
		first += count;
	}
	for (long k = 0; k < n; k++)
		out[place[digit_of(key[k], pass)]++] = key[k];
	return true;
}

void sort_doubles(double *x, long n, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	uint64_t *key = arena_alloc(a, (size_t)n, sizeof *key), *other = arena_alloc(a, (size_t)n, sizeof *other);
	long *place = arena_alloc(a, BINS, sizeof *place);

	for (long k = 0; k < n; k++)
		key[k] = key_of(x[k]);
	for (int pass = 0; pass < PASSES && n > 1; pass++)
		if (pass_over(n, key, pass, place, other)) {
			uint64_t *swap = key;

			key = other;
			other = swap;
		}
	for (long k = 0; k < n; k++)
		x[k] = number_of(key[k]);
	arena_reset(a, start);
}
