/* permute_model.h - what is tested in a group model, by which permutations, in which voxels. */
#ifndef SULCUS_GLM_PERMUTE_MODEL_H
#define SULCUS_GLM_PERMUTE_MODEL_H

#include "base/error.h"
#include "img/glm.h"
#include "num/permute.h"

struct glm_permutation_inputs;
struct glm_permutation_params;
struct node_env;

struct permute_model {
	struct glm glm;
	struct permute_test *test;
	struct permute_draw *draw;
	double sign;                  /* -1: -t is what is tested, by the regressor's negative */
	int cluster_dof;              /* of the t that forms clusters: test->dof, but in compat */
	int n;                        /* voxels */
	int *where, *index;           /* [n] columns of the model's data; where in a volume they are */
	struct permute_data *data;
	double *t;                    /* [n] observed, times sign */
};

extern const char permute_not_f[];   /* what people who want an F test are told */

must_check struct error *permute_model_open(struct permute_model *m, struct node_env *env,
                                            const struct glm_permutation_params *params,
                                            const struct glm_permutation_inputs *in);

#endif
