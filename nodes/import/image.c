/* import.image - an image from outside as one uncompressed NIfTI file.
 *
 * Voxels keep their bytes (type, byte order, scaling), and so does the header but for where the voxels begin and how
 * many volumes there are; extensions are left out. */
#include "import.image.node.h"

#include <math.h>

#include "base/arena.h"
#include "img/facts.h"
#include "img/source.h"

struct choice {
	int n;
	const int *volume;    /* NULL: all */
	const char *where, *problem;
};

static void take_list(struct choice *c, const struct import_image_params *params, int n_vol, struct arena *a)
{
	int *volume = NEW_N(a, int, params->n_volumes);

	c->where = "volumes";
	if (params->drop > 0)
		c->problem = "volumes and drop exclude each other";
	else if (params->n_volumes > n_vol)
		c->problem = arena_printf(a, "%d volumes are listed, the image has %d", params->n_volumes, n_vol);
	for (int k = 0; k < params->n_volumes && !c->problem; k++) {
		double t = params->volumes[k];

		if (t != floor(t) || t < 0 || t >= n_vol)
			c->problem = arena_printf(a, "there is no volume %g, they are 0 to %d", t, n_vol - 1);
		else
			volume[k] = (int)t;
	}
	c->n = params->n_volumes;
	c->volume = volume;
}

/* Which volumes are kept; problem says what is wrong with the parameter called where, else it is NULL. */
static struct choice choose(const struct import_image_params *params, int n_vol, struct arena *a)
{
	struct choice c = { .n = n_vol, .where = "drop" };

	if (params->n_volumes > 0) {
		take_list(&c, params, n_vol, a);
	} else if (params->drop >= n_vol) {
		c.problem = arena_printf(a, "drop is %d, but the image has only %d volume%s", params->drop, n_vol,
		                         n_vol == 1 ? "" : "s");
	} else if (params->drop > 0) {
		int *volume = NEW_N(a, int, n_vol);

		c.n = n_vol - params->drop;
		for (int k = 0; k < c.n; k++)
			volume[k] = params->drop + k;
		c.volume = volume;
	}
	return c;
}

struct error *import_image_shape(struct shape *s, const struct import_image_params *params)
{
	const struct item *file = shape_item(s, "file");
	struct image_source source;
	struct image_facts facts;

	if (!file || !item_blob(file, "file"))
		return NULL;
	TRY(source_open(&source, item_blob(file, "file"), s->arena));
	struct choice c = choose(params, source.nifti.n_vol, s->arena);

	s->memory = source_memory(&source);
	s->seconds = 0.01 + (double)source.nifti.size / (source.gz ? 250e6 : 1000e6);
	if (c.problem) {
		shape_error(s, c.where, "%s", c.problem);
		return NULL;
	}
	source_facts(&facts, &source, c.n);
	shape_out(s, "image", image_facts_to(&facts, s->arena));
	return NULL;
}

struct error *import_image_run(struct node_env *env, const struct import_image_params *params,
                               const struct import_image_inputs *in, const struct import_image_outputs *out)
{
	struct image_source source;

	TRY(source_open(&source, item_blob(in->file, "file"), env->arena));
	struct choice c = choose(params, source.nifti.n_vol, env->arena);

	if (c.problem)
		return error_new(ERR_USER, "%s: %s", source.voxel_path, c.problem);
	return source_write(out_blob(out->image, "image.nii"), &source, c.n, c.volume, env->arena);
}
