/* designs.h - glm.design called directly. */
#ifndef SULCUS_TESTS_DESIGNS_H
#define SULCUS_TESTS_DESIGNS_H

#include "glm.design.node.h"
#include "harness.h"
#include "img/design.h"

struct made_design { struct out *design, *correlation, *vif; };

/* Events b at 4 s for 2 s and at 20 s for 5 s, a at 10 s for 2 s and at 27.3 s for no time. */
extern const char four_events[];

/* TR 2 s, no drift. */
struct glm_design_params design_params(int n_volumes, enum glm_design_hrf hrf);
const struct item *written(const char *json);
struct error *design_run(struct made_design *m, struct glm_design_params p, struct glm_design_inputs in);
struct design design_of(struct glm_design_params p, struct glm_design_inputs in);
struct design design_of_events(struct glm_design_params p, const char *json);
/* The value in a row of a column. */
double design_at(const struct design *d, int row, const char *column);
/* Its columns, separated by blanks. */
const char *design_columns(const struct design *d);
/* A table of one column: numbers, and last in the last of n rows. */
const char *design_confound(const char *name, int n, const char *last);

#endif
