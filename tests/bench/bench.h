/* bench.h - what the programs that time functions share. */
#ifndef SULCUS_BENCH_H
#define SULCUS_BENCH_H

#include <time.h>

/* Seconds of a clock that only goes forward. */
static inline double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Noise from a fixed sequence, in [-1, 1]. */
static inline double noise(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state / 2147483648.0 - 1;
}

#endif
