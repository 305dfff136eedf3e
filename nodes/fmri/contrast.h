/* contrast.h - contrasts as people write them: "faces - scrambled", weights, rows of an F test; for glm.contrast and
 * glm.permutation, in a run and at check time alike. */
#ifndef SULCUS_FMRI_CONTRAST_H
#define SULCUS_FMRI_CONTRAST_H

#include <stdbool.h>

#include "base/error.h"
#include "img/glm.h"

struct arena;
struct shape;

/* A stretch of the text that is wrong, from 0, and why. */
struct contrast_problem { int at, len; const char *text; };

/* weight [n_col] of a formula over names of columns: + - * / parentheses and numbers. Each term must be linear in the
 * columns; a number alone is an error. A text that is exactly a name is that column, whatever is in it ("a-b", "10"), as in
 * nilearn; within a formula a name has letters, digits, _ . : and [ ], in which anything may stand (group[not treated]);
 * names with other characters are written in backquotes. False: *problem says what is wrong; an unknown name is told with
 * the nearest there is. */
bool contrast_parse(double *weight, const char *text, int n_col, const char *const *column, struct contrast_problem *problem,
                    struct arena *a);

/* What people gave: exactly one of these. The struct's fields are the params of a node with schemas/parts/contrast.yaml. */
struct contrast_args {
	int n_contrast;              /* formulas: one for all runs, or one for each */
	const char *const *contrast;
	int n_weights;               /* numbers for the first columns, 0 for the rest */
	const double *weights;
	int n_f;                     /* rows of an F test, each a formula */
	const char *const *f;
};
#define CONTRAST_ARGS(p) ((struct contrast_args){ (p)->n_contrast, (p)->contrast, (p)->n_weights, (p)->weights, (p)->n_f, (p)->f })

/* Rows for one run: row [n_row][n_col]. used false: none of the names in the contrast is a column of this run, or its own
 * formula is 0, so that it is left out (people are told); some run is used. All used runs have as many rows. */
struct contrast { bool is_f, used; int n_row; const double *row; };
/* [facts->n_run] contrasts. Errors name the parameter, the run, the place in the text: an unknown name, a name that only
 * some runs have while others of the contrast are there, too many weights, a row that cannot be estimated (with the columns
 * that depend on each other), rows that depend on each other, all 0. matrix: rows as numbers [n_matrix][n_matrix_col], one
 * for a t test, more for an F test; or NULL. */
must_check struct error *contrasts_make(struct contrast **out, const struct contrast_args *args, int n_matrix, int n_matrix_col,
                                        const double *matrix, const struct glm_facts *facts, struct arena *a);
/* The same at check time, for a node with the part `contrast` (its input matrix counted), problems reported at their
 * parameter and place. False: facts of the model are not known, or there was a problem. */
bool contrasts_check(struct contrast **out, struct shape *s, const char *port, const struct contrast_args *args);

/* Whether the rows of another design with the same columns can tell each row of c: c null = 0. */
bool contrast_estimable(const struct contrast *c, const struct design_facts *design, struct arena *a);

#endif
