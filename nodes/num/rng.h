/* rng.h - random numbers that are a function of where they stand, not of who asked before.
 *
 * Philox4x32-10 turns (seed, stream, position) into random bits, so that threads may draw in any order. Everything
 * is integer or exactly rounded arithmetic: the same bits on every machine.
 *   Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3; Wichura 1988, algorithm AS 241 (normal) */
#ifndef SULCUS_RNG_H
#define SULCUS_RNG_H

#include <stdint.h>

struct rng {
	uint64_t seed;
	uint64_t stream;    /* e.g. a voxel, a volume, a subject */
	uint64_t position;  /* numbers drawn so far */
};

struct rng rng_new(uint64_t seed, uint64_t stream);
/* The block cipher: 4 words of counter, 2 of key. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
/* 64 random bits; each draw of any kind moves the position by one. */
uint64_t rng_bits(struct rng *r);
/* Within (0, 1), never 0 or 1: (k + 1/2) 2^-52. */
double rng_uniform(struct rng *r);
/* 0 .. n - 1, all equally likely; n at least 1. May move the position by more than one. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* Mean 0, standard deviation 1: the quantile of rng_uniform(). */
double rng_normal(struct rng *r);
/* The normal distribution's quantile of p within (0, 1), to about 1e-15 relative. */
double rng_normal_quantile(double p);

#endif
