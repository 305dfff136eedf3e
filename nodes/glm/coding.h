/* coding.h - a formula and the subjects' rows to a design matrix.
 *
 * A factor's levels are its texts in natural order. In a product a factor leaves out its first level when the product
 * of the others is a term too, whose columns say it already (Chambers and Hastie 1992, Statistical Models in S, 2.4.1);
 * alone it does when an intercept, or an earlier term of factors in its place, is there. */
#ifndef SULCUS_GLM_CODING_H
#define SULCUS_GLM_CODING_H

#include "glm/formula.h"
#include "glm/subjects.h"
#include "img/design.h"

/* centre: covariates about their means. *place: where in the formula the error is, len 0 when it is not there. */
must_check struct error *design_code(struct design *out, const struct formula *f, const struct subjects *s, bool centre,
                                     struct formula_place *place, struct arena *a);
/* A ready matrix, which must have n rows of numbers. */
must_check struct error *design_given(struct design *out, const struct table *t, int n, struct arena *a);

#endif
