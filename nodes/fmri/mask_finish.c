#include "fmri/mask_finish.h"

#include "base/arena.h"
#include "fmri/volumes.h"
#include "img/image.h"
#include "node/node.h"
#include "node/shape.h"

struct error *mask_finish(struct node_env *env, const struct mask_finish *f, const struct grid *g, unsigned char *inside,
                          const char *path)
{
	struct tidied t = morph_tidy(inside, g->n, f->opening, f->connected, env->arena);

	if (t.given == 0)
		return error_new(ERR_DATA, "the mask is empty: %s", f->empty);
	if (t.gone > 0)
		return error_new(ERR_DATA,
		                 "the mask is empty: opening is %d, but of %ld voxels %ld were left before erosion number %d "
		                 "and none after it; a smaller opening keeps thinner parts",
		                 f->opening, t.given, t.last, t.gone);
	if (t.given == grid_size(g) && f->full)
		node_note(env, "%s", f->full);
	return image_write_bytes(path, g, inside);
}

void mask_opening_check(struct shape *s, int opening, const struct grid *g)
{
	for (int d = 0; d < 3; d++)
		if (opening >= (g->n[d] + 1) / 2 && opening > 0) {
			shape_error(s, "opening",
			            "%d erosions leave no voxel: the image has %d voxel%s along axis %d, must have %d or more",
			            opening, g->n[d], g->n[d] == 1 ? "" : "s", d, 2 * opening + 1);
			return;
		}
}
