/* mask.close - a dilation, then an erosion as large. scipy's binary_closing but for the faces of the grid, and balls in mm. */
#include "mask.close.node.h"

#include "fmri/mask_change.h"

struct error *mask_close_run(struct node_env *env, const struct mask_close_params *params, const struct mask_close_inputs *in,
                          const struct mask_close_outputs *out)
{
	return mask_change(env, in->mask, MASK_CLOSE, &MASK_BY(params), out->mask);
}

struct error *mask_close_shape(struct shape *s, const struct mask_close_params *params)
{
	mask_change_shape(s, MASK_CLOSE, &MASK_BY(params));
	return NULL;
}
