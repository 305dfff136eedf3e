/* clean_block.h - FILTER_LANES columns of one run on their way through the chain of clean.h; for clean_*.c alone. */
#ifndef SULCUS_CLEAN_BLOCK_H
#define SULCUS_CLEAN_BLOCK_H

#include <stddef.h>

#include "num/clean.h"

enum { CLEAN_FLAG_CONSTANT = 1, CLEAN_FLAG_NOT_FINITE = 2 };

struct clean_block {
	const struct clean *c;
	int n;                                /* columns that are meant, from the left */
	double *x;                            /* [n_vol][FILTER_LANES], with c->pad rows before and after */
	double *work;
	double before[FILTER_LANES];          /* the mean before detrending */
	double size[FILTER_LANES];            /* root mean square before detrending, of the kept volumes */
	double about_mean[FILTER_LANES];      /* the sum of squares of the kept volumes about their mean at the last stage */
	double mean[FILTER_LANES];            /* after clean_block_scale(), but for none and max: what was taken out */
	unsigned char flag[FILTER_LANES];
	long n_despiked;
	double square[CLEAN_N_STAGES];
};

/* Doubles that a block needs: x with its padding, then work. */
size_t clean_block_room(const struct clean *c);
/* Puts x and work into that room. */
void clean_block_place(struct clean_block *b, double *room);
/* All but the scaling: x [n_vol] becomes [n_keep]. */
void clean_block_chain(struct clean_block *b);
/* The scaling of x [n_keep]; for PSC only the first half, which takes the mean out. */
void clean_block_scale(struct clean_block *b);

#endif
