/* rundiff.h - two runs compared: their tasks by name, what they exported by file. */
#ifndef SULCUS_RUNDIFF_H
#define SULCUS_RUNDIFF_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct pool;

struct rundiff {
	struct pool *pool;
	double tol[2];              /* relative, absolute */
	bool all;                   /* also print what is the same */
	struct arena *arena;
};

/* Each run is its folder or its run.json. Prints what differs and a summary. */
must_check struct error *rundiff(bool *same, char *const run[2], const struct rundiff *r);

#endif
