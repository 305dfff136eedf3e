/* group.h - one map a subject as rows of voxels, and least squares for each voxel with the subjects that have it. */
#ifndef SULCUS_GLM_GROUP_H
#define SULCUS_GLM_GROUP_H

#include <stdbool.h>

#include "base/error.h"
#include "fmri/gather.h"
#include "glm/coding.h"
#include "img/glm.h"
#include "img/image.h"
#include "img/mask.h"

struct arena;
struct node_env;

/* Maps on one grid, one volume each; minus [n]: what is subtracted of each, or NULL. */
struct group_maps {
	int n;
	const struct image *im, *minus;
	const char *const *name;         /* [n] for messages */
};
struct group_options {
	const struct mask *mask;         /* NULL: every voxel is a candidate */
	struct fwhm smoothing;
	int at_least;                    /* subjects that a voxel must have */
	bool compat;                     /* nilearn: zeros, and what is no number as 0, are values; a mask of the background */
};
struct group_data {
	struct grid grid;
	long n;
	int *index;                      /* [n] ascending places in a volume */
	float *data;                     /* [maps][n], NaN where a subject has no value */
	int *count;                      /* [grid_size] how many subjects have a value */
};

/* An error when no voxel is left, which says why. */
must_check struct error *group_read(struct group_data *out, const struct group_maps *maps,
                                    const struct group_options *o, struct node_env *env);
/* The run of a glm. Voxels whose subjects do not tell all columns of the design apart, or leave no degree of freedom,
 * are taken out of g. by_columns: compat, squares are divided by rows minus columns. */
must_check struct error *group_fit(struct glm_run *out, struct group_data *g, const struct design *design,
                                   bool by_columns, struct node_env *env);

#endif
