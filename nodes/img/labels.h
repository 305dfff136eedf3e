/* labels.h - label images, and the names of labels, maps and columns. */
#ifndef SULCUS_LABELS_H
#define SULCUS_LABELS_H

#include "base/error.h"
#include "img/grid.h"

struct arena;
struct item;

struct labels {
	struct grid grid;
	int n;                   /* labels present, without the background */
	const int *value;        /* [n] ascending */
	const char *const *name; /* [n] */
	const int *region;       /* [grid_size] in the order of a volume: which of the n, -1 outside all */
	const int *size;         /* [n] voxels of each */
};

/* Values must be whole numbers within int; NaN and the value `background` are outside. Names come from the table `names`
 * (an artifact, or NULL), else from the image's own names.tsv, else they are the values as text. */
must_check struct error *labels_read(struct labels *out, const struct item *it, int background, const struct item *names,
                                     struct arena *a);
/* The same with background 0 and the image's own names; there may be no labels: a node found nothing. */
must_check struct error *labels_read_any(struct labels *out, const struct item *it, struct arena *a);

/* ---- names ---- */
/* Of names that come more than once, "Hippocampus" becomes "Hippocampus 17" and "Hippocampus 53"; value NULL: by place. */
void names_tell_apart(const char **name, int n, const int *value, struct arena *a);
/* The names of n ascending values from a table; what has none there is called by its number, and a name that several have
 * gets its number added. it: as for labels_read. A table has columns `index` or `value`, and `name`; or no such header and
 * two or more columns, numbers first, then names, as FreeSurfer's and FSL's lists of labels have them. */
must_check struct error *names_of_values(const char *const **name, int n, const int value[], const struct item *table,
                                         const char *names_tsv, struct arena *a);
/* How many of the values have no name in a table that was given; *first: the first of them. */
must_check struct error *names_missing(int *n_missing, int *first, int n, const int value[], const struct item *table,
                                       struct arena *a);
/* names.tsv: a header "index name" and a row for each; values NULL: 0, 1, 2, ... */
must_check struct error *names_write(const char *path, int n, const int *value, const char *const *name,
                                     struct arena *a);
/* The n names in an artifact's names.tsv, which must have n rows; "0", "1", ... when it has no such blob. */
must_check struct error *names_read(const char *const **name, int n, const struct item *it, struct arena *a);
/* The names of n maps: from a table by number (from 0), else the artifact's own. */
must_check struct error *names_of_maps(const char *const **name, int n, const struct item *maps, const struct item *table,
                                       struct arena *a);
struct names { int n; const int *value; const char *const *name; };   /* value NULL: 0, 1, 2, ... */
/* What names.tsv gets when a label image (n_map 0) or one of n_map maps comes in: from the first .tsv beside it (blobs beside.0,
 * ...) that has columns index (or value) and name; n 0 without one. *ignored: a .tsv that has no such columns, or NULL. */
must_check struct error *names_beside(struct names *out, const char **ignored, const struct item *file, int n_map,
                                      struct arena *a);

#endif
