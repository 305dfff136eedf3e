/* mask.open - an erosion, then a dilation as large. scipy's binary_opening, and balls in mm. */
#include "mask.open.node.h"

#include "fmri/mask_change.h"

struct error *mask_open_run(struct node_env *env, const struct mask_open_params *params, const struct mask_open_inputs *in,
                          const struct mask_open_outputs *out)
{
	return mask_change(env, in->mask, MASK_OPEN, &MASK_BY(params), out->mask);
}

struct error *mask_open_shape(struct shape *s, const struct mask_open_params *params)
{
	mask_change_shape(s, MASK_OPEN, &MASK_BY(params));
	return NULL;
}
