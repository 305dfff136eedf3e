/* labels.h - label images, and the names of labels, maps and columns. */
#ifndef SULCUS_LABELS_H
#define SULCUS_LABELS_H

#include "base/error.h"
#include "img/grid.h"

struct arena;
struct item;

struct labels {
	struct grid grid;
	int n;                   /* labels present, without 0 */
	const int *value;        /* [n] ascending */
	const char *const *name; /* [n] from names.tsv, else the value as text */
	const int *label;        /* [grid_size] in the order of a volume, 0 outside */
};

/* Values must be whole numbers within int; NaN is 0. */
must_check struct error *labels_read(struct labels *out, const struct item *it, struct arena *a);

/* names.tsv: a header "index name" and a row for each; values NULL: 0, 1, 2, ... */
must_check struct error *names_write(const char *path, int n, const int *value, const char *const *name,
                                     struct arena *a);
/* The n names in an artifact's names.tsv, which must have n rows; "0", "1", ... when it has no such blob. */
must_check struct error *names_read(const char *const **name, int n, const struct item *it, struct arena *a);

#endif
