/* formula.h - what a group model is made of, as people write it: "group + age", "1 + group + group:age".
 *
 *   formula = term { "+" term }      term = "0" | "1" | part { ":" part }      part = name | "factor(" name ")"
 * A name has letters, digits, _ and . and begins with a letter; others stand in backquotes. */
#ifndef SULCUS_GLM_FORMULA_H
#define SULCUS_GLM_FORMULA_H

#include <stdbool.h>

struct arena;

enum { FORMULA_PARTS = 4 };     /* of a product, at most */

/* A stretch of the text, from 0. */
struct formula_place { int at, len; };

struct formula_part {
	const char *name;           /* of a column */
	bool factor;                /* factor(name) */
	struct formula_place place;
};
struct formula_term {
	int n;                      /* 0: the intercept */
	struct formula_part part[FORMULA_PARTS];
	struct formula_place place;
};
struct formula {
	int n;
	const struct formula_term *term;
	bool none;                  /* "0 +": no intercept is added */
};
struct formula_problem { struct formula_place place; const char *text; };

/* False: *problem says what is wrong. */
bool formula_parse(struct formula *out, const char *text, struct formula_problem *problem, struct arena *a);

#endif
