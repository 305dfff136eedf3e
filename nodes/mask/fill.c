/* mask.fill - a mask with its holes filled. scipy's binary_fill_holes; one slice has holes too. */
#include "mask.fill.node.h"

#include "fmri/mask_change.h"
#include "num/structure.h"

struct error *mask_fill_run(struct node_env *env, const struct mask_fill_params *params, const struct mask_fill_inputs *in,
                            const struct mask_fill_outputs *out)
{
	unsigned char *inside;
	struct mask before;
	int holes;

	TRY(mask_bytes(&before, &inside, in->mask, env->arena));
	holes = structure_fill(inside, before.grid.n, mask_touch((int)params->neighbours), env->arena);
	if (before.n > 0)
		node_note(env, "%d hole%s filled", holes, holes == 1 ? " is" : "s are");
	return mask_changed(env, out->mask, in->mask, &before, inside, "mask.fill");
}

struct error *mask_fill_shape(struct shape *s, const struct mask_fill_params *params)
{
	struct grid g;

	(void)params;
	(void)mask_one_shape(s, &g);
	return NULL;
}
