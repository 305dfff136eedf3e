/* coords.h - points in the world, with names. */
#ifndef SULCUS_COORDS_H
#define SULCUS_COORDS_H

#include "base/error.h"

struct arena;
struct item;

struct coords {
	int n;
	const double (*xyz)[3];    /* [n] mm, finite */
	const char *const *name;   /* [n], or NULL */
};

/* From coords.tsv, or from a written list [[x, y, z], ...] or {name: [x, y, z], ...} (literal.json). */
must_check struct error *coords_read(struct coords *out, const struct item *it, struct arena *a);
must_check struct error *coords_write(const char *path, const struct coords *c, struct arena *a);

#endif
