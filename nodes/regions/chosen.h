/* chosen.h - which regions of a label image are chosen: by name, size, peak or place. */
#ifndef SULCUS_REGIONS_CHOSEN_H
#define SULCUS_REGIONS_CHOSEN_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct coords;
struct item;
struct labels;
struct node_env;

struct chosen {
	const struct labels *labels;
	bool *is;               /* [labels->n] */
	const char **name;      /* [labels->n] what they are called from now on */
	double *peak;           /* [labels->n] the highest finite value of an image, NaN where there is none; or NULL */
};

/* None yet. image: one volume on the grid of the labels, or NULL. */
must_check struct error *chosen_new(struct chosen *c, const struct labels *l, const struct item *image, struct arena *a);
/* By names, or else numbers; an error when there is no such region, which says what there is. */
must_check struct error *chosen_by_name(struct chosen *c, int n, const char *const *name, struct arena *a);
/* The n largest, or those with the n highest peaks. */
void chosen_first(struct chosen *c, int n, bool by_peak, struct node_env *env);
/* Those at positions, or nearest to them and within so many mm; a position without a region is told. */
must_check struct error *chosen_at(struct chosen *c, const struct coords *at, double within_mm, struct node_env *env);

#endif
