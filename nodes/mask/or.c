/* mask.or - the voxels that at least one mask has. nilearn's intersect_masks with threshold 0. */
#include "mask.or.node.h"

#include "fmri/mask_votes.h"

struct error *mask_or_run(struct node_env *env, const struct mask_or_params *params, const struct mask_or_inputs *in,
                           const struct mask_or_outputs *out)
{
	const struct vote vote = { 0, params->connected };
	const struct vote_inputs masks = VOTE_INPUTS(in);

	return mask_vote(env, &masks, &vote, out->mask, out->count);
}

struct error *mask_or_shape(struct shape *s, const struct mask_or_params *params)
{
	(void)params;
	mask_vote_shape(s);
	return NULL;
}
