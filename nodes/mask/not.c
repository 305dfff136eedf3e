/* mask.not - what a mask leaves out. */
#include "mask.not.node.h"

#include "fmri/mask_change.h"

struct error *mask_not_run(struct node_env *env, const struct mask_not_params *params, const struct mask_not_inputs *in,
                           const struct mask_not_outputs *out)
{
	unsigned char *inside;
	struct mask before;

	(void)params;
	TRY(mask_bytes(&before, &inside, in->mask, env->arena));
	for (long v = 0; v < grid_size(&before.grid); v++)
		inside[v] = !inside[v];
	return mask_changed(env, out->mask, in->mask, &before, inside, "mask.not");
}

struct error *mask_not_shape(struct shape *s, const struct mask_not_params *params)
{
	struct grid g;

	(void)params;
	(void)mask_one_shape(s, &g);
	return NULL;
}
