/* design.h - design matrices (kind `design`): tables of numbers, a row a volume, a column a regressor. */
#ifndef SULCUS_DESIGN_H
#define SULCUS_DESIGN_H

#include "base/error.h"

struct arena;
struct doc;
struct item;
struct table;

struct design {
	int n_row, n_col;
	const char *const *column;   /* [n_col] names */
	const double *x;             /* [n_row][n_col] */
};

/* Every cell must be a number: an error names the first that is none, with its place. */
must_check struct error *design_of_table(struct design *out, const struct table *t, struct arena *a);
must_check struct error *design_read(struct design *out, const struct item *it, struct arena *a);
/* Its facts, with rank and null space. */
struct doc *design_facts(const struct design *d, struct arena *a);
/* Which columns depend on each other, in words ("a, b and constant depend on each other; c is 0 in every row"); NULL when none
 * do. *rank: of the design; -1: not known. */
const char *design_dependent(int *rank, const struct design *d, struct arena *a);
/* Names in words: "a, b and c"; the first few of many. */
const char *design_names(int n, const char *const *name, struct arena *a);

#endif
