/* mask.and - the voxels that all masks have, or more than a fraction of them. nilearn's intersect_masks. */
#include "mask.and.node.h"

#include "fmri/mask_votes.h"

struct error *mask_and_run(struct node_env *env, const struct mask_and_params *params, const struct mask_and_inputs *in,
                           const struct mask_and_outputs *out)
{
	const struct vote vote = { params->threshold, params->connected };
	const struct vote_inputs masks = VOTE_INPUTS(in);

	return mask_vote(env, &masks, &vote, out->mask, out->count);
}

struct error *mask_and_shape(struct shape *s, const struct mask_and_params *params)
{
	(void)params;
	mask_vote_shape(s);
	return NULL;
}
