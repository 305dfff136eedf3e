/* mask.erode - a mask without what touches its outside. scipy's binary_erosion, and balls in mm. */
#include "mask.erode.node.h"

#include "fmri/mask_change.h"

struct error *mask_erode_run(struct node_env *env, const struct mask_erode_params *params, const struct mask_erode_inputs *in,
                          const struct mask_erode_outputs *out)
{
	return mask_change(env, in->mask, MASK_ERODE, &MASK_BY(params), out->mask);
}

struct error *mask_erode_shape(struct shape *s, const struct mask_erode_params *params)
{
	mask_change_shape(s, MASK_ERODE, &MASK_BY(params));
	return NULL;
}
