/* permute_null.h - the largest statistics of all permutations: those of a run before, and new ones. */
#ifndef SULCUS_GLM_PERMUTE_NULL_H
#define SULCUS_GLM_PERMUTE_NULL_H

#include "base/error.h"
#include "num/permute.h"

struct glm_permutation_params;
struct item;
struct node_env;
struct permute_model;

/* Which of the largest statistics a distribution has, in the order of its columns. */
enum permute_statistic { PERMUTE_T, PERMUTE_SIZE, PERMUTE_MASS, PERMUTE_TFCE, PERMUTE_STATISTICS };
extern const char *const permute_columns[PERMUTE_STATISTICS];   /* "max_t" */

struct permute_null {
	long n;                       /* rows: the data as they are, then permutations */
	long n_earlier, n_new;        /* permutations */
	const long *number;           /* [n] */
	const struct permute_max *max;/* [n] */
	bool all;                     /* of the sign flips that there are */
};

/* Makes what earlier (or NULL) lacks, with the statistics of wanted. */
must_check struct error *permute_null_make(struct permute_null *out, struct node_env *env, struct permute_model *m,
                                           const struct permute_wanted *wanted,
                                           const struct glm_permutation_params *params, const struct item *earlier);
double permute_statistic(const struct permute_max *max, enum permute_statistic which);
/* All values of one, ascending [n]. */
double *permute_sorted(const struct permute_null *null, enum permute_statistic which, struct arena *a);

#endif
