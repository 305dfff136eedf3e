#include "confounds/censor.h"

void censor_above(struct censoring *c, const double *x, double threshold, enum why why)
{
	for (int t = 0; t < c->n_vol; t++)
		if (x[t] > threshold)
			c->why[t] |= (unsigned char)why;
}

void censor_stretches(struct censoring *c, int bits, int min, enum why why)
{
	if (censor_count(c, bits) == 0)
		return;
	for (int from = 0, to; from < c->n_vol; from = to + 1) {
		for (to = from; to < c->n_vol && !(c->why[to] & bits); to++)
			;
		for (int t = from; t < to && to - from < min; t++)
			c->why[t] |= (unsigned char)why;
	}
}

int censor_count(const struct censoring *c, int bits)
{
	int n = 0;

	for (int t = 0; t < c->n_vol; t++)
		n += (c->why[t] & bits) != 0;
	return n;
}

int censor_keep(const struct censoring *c, int *keep)
{
	int n = 0;

	for (int t = 0; t < c->n_vol; t++)
		if (!c->why[t])
			keep[n++] = t;
	return n;
}
