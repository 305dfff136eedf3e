/* several.h - the images of a port that takes many: their names in messages, whether they share a grid. */
#ifndef SULCUS_FMRI_SEVERAL_H
#define SULCUS_FMRI_SEVERAL_H

#include <stdbool.h>

#include "base/error.h"
#include "img/image.h"
#include "node/node.h"

struct arena;
struct shape;

struct several {
	int n;
	struct image *im;            /* [n] */
	const char *const *name;     /* [n] "image 01", or "image number 0" */
	long n_vol;                  /* of all together */
};

/* Opens all; at least one. */
must_check struct error *several_open(struct several *out, const struct items *images, struct arena *a);
void several_close(struct several *s);
/* An error that names the first image that is not on grid g, and both grids. what: of g, "the first image". */
must_check struct error *several_on(const struct several *s, const struct grid *g, const char *what, struct arena *a);
/* The repetition time on which all agree that know theirs (0: none does); false when two contradict each other. */
bool several_tr(const struct several *s, double *tr_s, int *one, int *other);

/* The same from facts, for shapes: images whose facts are not known yet are left out; im has no voxels.
 * False when those of the first are not known. */
bool several_facts(struct several *out, struct shape *s, const char *port);

#endif
