/* image.concat - images one after the other. nilearn's concat_imgs.
 *
 * Volumes go straight into the output file, on each thread one at a time. */
#include "image.concat.node.h"

#include <limits.h>

#include "base/arena.h"
#include "fmri/resampled.h"
#include "fmri/several.h"
#include "img/facts.h"
#include "img/image.h"

/* The header's time between volumes counts when `tr` is not given. */
static struct error *find_tr(double *tr_s, const struct several *s, const struct image_concat_params *p)
{
	int one, other;

	*tr_s = p->tr_s;
	if (p->has_tr || several_tr(s, tr_s, &one, &other))
		return NULL;
	return error_new(ERR_DATA, "%s has a TR of %g s, %s one of %g s: give tr", s->name[one], s->im[one].tr_s,
	                 s->name[other], s->im[other].tr_s);
}

/* onto: or NULL. */
static struct error *check_grids(const struct several *s, const struct grid *onto, const struct image_concat_params *p,
                                 struct arena *a)
{
	if (onto && !p->resample)
		return error_new(ERR_USER, "onto is given, but resample is false");
	if (s->n_vol > INT_MAX)
		return error_new(ERR_DATA, "the images have %ld volumes together, must have less than 2^31", s->n_vol);
	return p->resample ? NULL : several_on(s, &s->im[0].grid, NULL, a);
}

static struct error *concat(struct node_env *env, const struct several *s, const struct grid *to,
                            const struct image_concat_params *p, struct out *out)
{
	enum resample_edge edge = p->compat == IMAGE_CONCAT_COMPAT_NILEARN ? RESAMPLE_FILL : RESAMPLE_CLAMP;
	struct resampling how = { (enum resample_kind)p->interpolation, edge, p->clip, false, 0 };
	struct resampled *source;
	struct image_writer *w;
	struct error *e;
	double tr_s;
	int changed = 0, wrong;

	TRY(find_tr(&tr_s, s, p));
	e = resampled_new(&source, &wrong, s->n, s->im, to, &how, env->n_threads, env->arena);
	if (e)
		return error_wrap(e, "%s", s->name[wrong]);
	for (int k = 0; k < s->n; k++)
		changed += source[k].r != NULL;
	if (changed > 0)
		node_note(env, "%d of %d images were on another grid and are resampled", changed, s->n);
	TRY(image_create_out(&w, out, to, (int)s->n_vol, tr_s, IMAGE_FLOAT32, env->arena));
	TRY(resampled_put(env, s->n, source, to, false, 0, w));
	return image_finish(w);
}

struct error *image_concat_run(struct node_env *env, const struct image_concat_params *params,
                               const struct image_concat_inputs *in, const struct image_concat_outputs *out)
{
	struct several s;
	struct image onto;
	struct error *e;

	TRY(several_open(&s, &in->images, env->arena));
	if (in->onto) {
		TRY(image_of(&onto, in->onto, env->arena));
		image_close(&onto);
	}
	TRY(check_grids(&s, in->onto ? &onto.grid : NULL, params, env->arena));
	e = concat(env, &s, in->onto ? &onto.grid : &s.im[0].grid, params, out->image);
	several_close(&s);
	return e;
}

static void report(struct shape *s, const char *where, struct error *e)
{
	if (e)
		shape_error(s, where, "%s", e->text);
	error_free(e);
}

/* Volumes of one series differ in how they lie, not in how many voxels they have. */
static void warn_of_sizes(struct shape *s, const struct several *images)
{
	const int *first = images->im[0].grid.n, *one = NULL;
	int which = 0, others = 0;

	for (int k = 1; k < images->n; k++) {
		const int *n = images->im[k].grid.n;

		if (n[0] == first[0] && n[1] == first[1] && n[2] == first[2])
			continue;
		if (!one) {
			one = n;
			which = k;
		} else {
			others++;
		}
	}
	if (one)
		shape_warning(s, "images", "%s has %dx%dx%d voxels, %s has %dx%dx%d%s: resampled onto that; is it of another "
		              "series?", images->name[which], one[0], one[1], one[2], images->name[0], first[0], first[1], first[2],
		              others ? arena_printf(s->arena, " (and %d more)", others) : "");
}

struct error *image_concat_shape(struct shape *s, const struct image_concat_params *params)
{
	struct several images;
	struct image_facts onto, made;
	const struct grid *to;
	double tr_s = 0;
	bool wired = shape_n(s, "onto") > 0, known;

	if (!several_facts(&images, s, "images"))
		return NULL;
	known = wired && image_facts_from(&onto, shape_in(s, "onto"), s->arena);
	to = known ? &onto.grid : &images.im[0].grid;
	report(s, "images", check_grids(&images, wired ? to : NULL, params, s->arena));
	report(s, "tr", find_tr(&tr_s, &images, params));
	if (params->resample && !wired)
		warn_of_sizes(s, &images);
	if ((wired && !known) || images.n < shape_n(s, "images") || images.n_vol > INT_MAX)
		return NULL;
	made = image_facts_new(to, (int)images.n_vol, tr_s, "float32");
	shape_out(s, "image", image_facts_to(&made, s->arena));
	s->memory = 2 * resampled_memory(&images.im[0].grid, to, 2) + images.n * (8L << 10) + (8 << 20);
	s->seconds = 2e-9 * (double)grid_size(to) * (double)images.n_vol * (params->resample ? 10 : 1) + 0.005;
	return NULL;
}
