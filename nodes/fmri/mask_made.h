/* mask_made.h - the mask of a run when nobody gave one. */
#ifndef SULCUS_FMRI_MASK_MADE_H
#define SULCUS_FMRI_MASK_MADE_H

#include "img/image.h"
#include "img/mask.h"

struct node_env;

enum mask_strategy { MASK_STRATEGY_BACKGROUND, MASK_STRATEGY_EPI };

/* Of the mean over time, as mask.background or mask.epi make it with their defaults. An error when no voxel is inside, which
 * tells to give a mask. */
must_check struct error *mask_made(struct mask *out, const struct image *im, enum mask_strategy strategy,
                                   struct node_env *env);

#endif
