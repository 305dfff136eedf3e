/* found.h - regions that a node of this family found or chose, and how they are written. */
#ifndef SULCUS_REGIONS_FOUND_H
#define SULCUS_REGIONS_FOUND_H

#include "base/error.h"
#include "img/grid.h"

struct arena;
struct node_env;
struct out;
struct shape;

struct found {
	const struct grid *grid;
	int n;                   /* regions */
	const int *value;        /* [n] ascending, from 1 */
	const char *const *name; /* [n] */
	const double *peak;      /* [n] or NULL; a NaN is missing */
	const int *region;       /* [grid_size] which of the n, -1: none */
};

/* Labels (int32, names) and their table. */
must_check struct error *found_write(const struct found *f, struct out *labels, struct out *table, struct arena *a);
/* Notes how many regions there are and the sizes of the first; such a text. more: words that follow, "". */
void found_note(const struct found *f, struct node_env *env, const char *more);
/* Facts of the outputs `labels` and `table`, memory and time. */
void found_shape(struct shape *s, const struct grid *g);

#endif
