/* group_design.h - the design of a group from what people gave, in a run and at check time alike. */
#ifndef SULCUS_GLM_GROUP_DESIGN_H
#define SULCUS_GLM_GROUP_DESIGN_H

#include "glm/coding.h"
#include "img/glm.h"

struct arena;
struct shape;

struct group_args {
	const char *formula, *subjects;  /* NULL: not given */
	bool centre;
};
struct group_given {
	int n;                           /* images */
	const char *const *key;          /* [n] of their cells */
	struct keyed_tables tables;
	const struct table *design;      /* a ready matrix, or NULL */
};
struct group_made {
	struct design design;
	struct design_facts facts;
	int n_extra;                     /* rows of the table that belong to no image */
	const char *depend;              /* the columns that depend on each other, in words; NULL: none does */
};

/* *where: what the error is about, as shape_error() wants it: "formula:0:5", "table", "design". */
must_check struct error *group_design_make(struct group_made *out, const struct group_given *g,
                                           const struct group_args *args, const char **where, struct arena *a);
/* Which of n_other keys goes with each of n: the same, or the same place where none has a key. what: of the others,
 * "minus". */
must_check struct error *keys_match(int *which, int n, const char *const *key, int n_other, const char *const *other,
                                    const char *what);

/* At check time: the design when all that it is made of is known; problems are reported at their parameter and place.
 * False: not known yet, or there was a problem. */
bool group_design_check(struct group_made *out, struct shape *s, const struct group_args *args);

#endif
