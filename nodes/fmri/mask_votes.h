/* mask_votes.h - several masks of one grid: how many have each voxel, and what enough of them have. */
#ifndef SULCUS_FMRI_MASK_VOTES_H
#define SULCUS_FMRI_MASK_VOTES_H

#include <stdbool.h>

#include "base/error.h"
#include "node/node.h"

struct shape;

/* Which voxels are inside: those that more than `fraction` of the masks have, all of them when it is 1 and at least one when
 * it is 0; then of these the largest connected part. */
struct vote { double fraction; bool connected; };

/* Two masks, a list of them, or both. */
struct vote_inputs { const struct item *a, *b; struct items masks; };
#define VOTE_INPUTS(in) ((struct vote_inputs){ (in)->a, (in)->b, (in)->masks })

/* Writes the mask and, as int32, how many masks have each voxel. A note says how many voxels each mask has; the result may be
 * empty (img/empty.h). */
must_check struct error *mask_vote(struct node_env *env, const struct vote_inputs *in, const struct vote *vote,
                                   struct out *mask, struct out *count);
/* The shape of a node with the ports `a`, `b`, `masks` and the outputs `mask` and `count`. */
void mask_vote_shape(struct shape *s);

#endif
