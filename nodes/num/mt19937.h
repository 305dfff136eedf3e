/* mt19937.h - numpy's legacy random numbers (RandomState), so that results of nilearn can be repeated with its own draws.
 *
 * For that alone: the numbers come in a row, so threads cannot share them; all else uses num/rng.h.
 *   Matsumoto and Nishimura 1998, Mersenne twister */
#ifndef SULCUS_MT19937_H
#define SULCUS_MT19937_H

#include <stdint.h>

enum { MT19937_WORDS = 624 };

struct mt19937 {
	uint32_t word[MT19937_WORDS];
	int used;                    /* words given out since they were made */
};

/* RandomState(seed) */
void mt19937_seed(struct mt19937 *r, uint32_t seed);
uint32_t mt19937_next(struct mt19937 *r);
/* randint(0, most + 1): draws until one is within, each cut to as many bits as most has. */
uint32_t mt19937_upto(struct mt19937 *r, uint32_t most);

#endif
