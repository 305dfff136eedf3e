/* first_level_check.h - what glm.first_level asks of its parameters and inputs, in a run and at check time alike. */
#ifndef SULCUS_GLM_FIRST_LEVEL_CHECK_H
#define SULCUS_GLM_FIRST_LEVEL_CHECK_H

#include "glm/fit.h"

struct glm_first_level_params;

must_check struct error *first_level_args(struct fit_args *out, const struct glm_first_level_params *params);
/* Which of n runs with these names the parameter `run` means: the first when it is NULL or empty. */
must_check struct error *first_level_run_of(int *k, const char *run, int n, const char *const *name, struct arena *a);
/* An error when the run is on another grid than the first. */
must_check struct error *first_level_grids(const char *what, const struct grid *g, const char *what_first,
                                           const struct grid *first);
/* An error when a run of bold would go with another run of the port; keys that are "" (written lists) go by their order. */
must_check struct error *first_level_pairs(int n, const char *const *bold, const char *port, const char *const *other,
                                           struct arena *a);
/* That there are no coefficients of noise without correlation. */
struct error *first_level_no_ar(void);

#endif
