/* run_space.h - the parameters of schemas/parts/space.yaml: smoothing, and confounds that the data give themselves. */
#ifndef SULCUS_FMRI_RUN_SPACE_H
#define SULCUS_FMRI_RUN_SPACE_H

#include "fmri/clean_args.h"
#include "fmri/gather.h"

struct node_env;

struct space_args { struct fwhm smoothing; bool high_variance_confounds; };
/* From the params struct of any node that has these parameters. */
#define SPACE_ARGS(p) ((struct space_args){ { (p)->n_smoothing, (p)->smoothing_mm }, (p)->high_variance_confounds })

/* Puts the confounds of high variance, if asked for, before the others. */
must_check struct error *space_confounds(struct clean_inputs *in, const struct space_args *args, const struct image *im,
                                         struct node_env *env);
/* At check time, for voxels on grid g. */
void space_check(struct shape *s, const struct space_args *args, const struct grid *g, int n_vol);

#endif
