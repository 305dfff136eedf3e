/* mask.dilate - a mask and what touches it. scipy's binary_dilation, and balls in mm. */
#include "mask.dilate.node.h"

#include "fmri/mask_change.h"

struct error *mask_dilate_run(struct node_env *env, const struct mask_dilate_params *params, const struct mask_dilate_inputs *in,
                          const struct mask_dilate_outputs *out)
{
	return mask_change(env, in->mask, MASK_DILATE, &MASK_BY(params), out->mask);
}

struct error *mask_dilate_shape(struct shape *s, const struct mask_dilate_params *params)
{
	mask_change_shape(s, MASK_DILATE, &MASK_BY(params));
	return NULL;
}
