/* image.resample - an image onto another grid: nilearn's resample_img and resample_to_img.
 *
 * Volumes are read, resampled and written one by one on each thread. */
#include "image.resample.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/box.h"
#include "fmri/resampled.h"
#include "fmri/target.h"
#include "img/convert.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/labels.h"

static struct target target_of(const struct image_resample_params *p)
{
	return (struct target){ p->n_affine, p->n_shape, p->n_voxel, p->affine, p->shape, p->voxel_mm,
	                        p->compat == IMAGE_RESAMPLE_COMPAT_NILEARN };
}

/* onto: the grid of that port, or NULL. */
static struct error *find_grid(struct grid *to, const struct grid *from, const struct grid *onto,
                               const struct image_resample_params *p)
{
	struct target t = target_of(p);
	const char *other = p->n_affine ? "affine" : p->n_voxel ? "voxel" : p->n_shape ? "shape" : NULL;

	if (onto && other)
		return error_new(ERR_USER, "both onto and %s are given, must be one of them", other);
	if (!onto && !other)
		return error_new(ERR_USER, "no grid to resample to: give onto, affine or voxel");
	if (onto)
		*to = *onto;
	else
		TRY(target_grid(to, from, &t));
	return target_overlap(to, from);
}

static bool is_whole(const char *kind)
{
	return strcmp(kind, "labels") == 0 || strcmp(kind, "mask") == 0;
}

static enum resample_kind kind_of(const char *kind, const struct image_resample_params *p)
{
	switch (p->interpolation) {
	case IMAGE_RESAMPLE_INTERPOLATION_CONTINUOUS: return RESAMPLE_CONTINUOUS;
	case IMAGE_RESAMPLE_INTERPOLATION_LINEAR: return RESAMPLE_LINEAR;
	case IMAGE_RESAMPLE_INTERPOLATION_NEAREST: return RESAMPLE_NEAREST;
	default: break;
	}
	if (is_whole(kind))
		return RESAMPLE_NEAREST;
	return strcmp(kind, "maps") == 0 ? RESAMPLE_LINEAR : RESAMPLE_CONTINUOUS;
}

/* Integers stay what they are when voxels are copied and the type has a word for the fill. */
static bool keeps_type(const struct image *im, enum resample_kind kind, double fill)
{
	struct stored s = { NULL, im->type, false, 1, 0 };
	_Alignas(8) unsigned char bytes[8];
	float given = (float)fill, back;

	if (kind != RESAMPLE_NEAREST || !image_is_raw(im))
		return false;
	convert_from_float(im->type, 1, &given, bytes);
	s.raw = bytes;
	convert_to_float(&s, 1, &back);
	return back == given;
}

/* nilearn clips the fill too. */
static struct resampling how_to(const struct image *im, enum resample_kind kind, const struct image_resample_params *p,
                                struct node_env *env)
{
	bool compat = p->compat == IMAGE_RESAMPLE_COMPAT_NILEARN;
	struct resampling how = { kind, compat ? RESAMPLE_FILL : RESAMPLE_CLAMP, p->clip, p->force, p->fill };
	double low, high;

	if (compat && p->clip && p->fill != 0) {
		image_range(im, &low, &high, env->n_threads, env->arena);
		how.fill = fmin(fmax(p->fill, fmin(low, 0)), fmax(high, 0));
	}
	return how;
}

/* A label without a voxel on the new grid is told by its name. */
static struct error *tell_lost_labels(struct node_env *env, const struct item *before, const char *after)
{
	struct blob blob = { "image.nii", after };
	struct labels was, is;
	int k = 0;

	TRY(labels_read(&was, before, 0, NULL, env->arena));
	TRY(labels_read(&is, &(struct item){ "", "labels", 1, &blob }, 0, NULL, env->arena));
	for (int l = 0; l < was.n; l++) {
		while (k < is.n && is.value[k] < was.value[l])
			k++;
		if (k == is.n || is.value[k] != was.value[l])
			node_note(env, "label %d (%s, %d voxels before) has no voxel on the new grid", was.value[l], was.name[l],
			          was.size[l]);
	}
	return NULL;
}

/* made: the file with the result. */
static struct error *resample_onto(const char **made, struct node_env *env, struct image *im, const struct grid *to,
                                   const struct resampling *how, struct out *out)
{
	bool raw = keeps_type(im, how->kind, how->fill);
	enum image_type type = raw ? im->type : IMAGE_FLOAT32;
	struct resampled source = { im, NULL };
	struct resample *r;
	struct image_writer *w;

	TRY(resampling_new(&r, im, to, how, env->n_threads, env->arena));
	source.r = r;
	if (!r)   /* the grids are the same, so all that is known of them stays */
		to = &im->grid;
	*made = im->path;
	if (!r && type == im->type && !im->stream && image_as_made(im) && out_same(out, "image.nii", im->path))
		return NULL;
	TRY(image_create_out(&w, out, to, im->n_vol, im->tr_s, type, env->arena));
	*made = image_writer_path(w);
	if (im->stream)
		TRY(resampled_pass(env, im, r, how, to, raw, w));
	else
		TRY(resampled_put(env, 1, &source, to, raw, how->fill, w));
	return image_finish(w);
}

/* What is to be known before the first volume is resampled cannot be had from an image that passes by. */
static struct error *check_passing(const struct image *im, bool counts_labels, const struct image_resample_params *p)
{
	if (!im->stream || (!counts_labels && p->compat != IMAGE_RESAMPLE_COMPAT_NILEARN))
		return NULL;
	return error_new(ERR_WHOLE, "%s is looked at twice%s", im->path, counts_labels ? ", as labels may get lost" : " by nilearn");
}

struct error *image_resample_run(struct node_env *env, const struct image_resample_params *params,
                                 const struct image_resample_inputs *in, const struct image_resample_outputs *out)
{
	struct image im, onto;
	struct grid to;
	const char *made;
	enum resample_kind kind = kind_of(in->image->kind, params);
	bool counts_labels = strcmp(in->image->kind, "labels") == 0 && kind == RESAMPLE_NEAREST;

	TRY(image_of(&im, in->image, env->arena));
	TRY(check_passing(&im, counts_labels, params));
	if (in->onto) {
		TRY(image_of(&onto, in->onto, env->arena));
		image_close(&onto);
	}
	TRY(find_grid(&to, &im.grid, in->onto ? &onto.grid : NULL, params));
	struct resampling how = how_to(&im, kind, params, env);
	TRY(resample_onto(&made, env, &im, &to, &how, out->image));
	image_close(&im);
	TRY(resampled_names(in->image, out->image, env->arena));
	if (counts_labels)
		TRY(tell_lost_labels(env, in->image, made));
	return NULL;
}

/* What it will be stored as. What nodes make has no slope. */
static const char *type_after(struct shape *s, const struct image_facts *facts, const struct image_resample_params *p)
{
	struct image im = { .slope = 1, .type = IMAGE_FLOAT64 };
	const struct item *it = shape_item(s, "image");

	for (int k = IMAGE_UINT8; k <= IMAGE_FLOAT64; k++)
		if (strcmp(facts->type, image_type_name((enum image_type)k)) == 0)
			im.type = (enum image_type)k;
	if (it) {
		struct image stored;
		struct error *e = image_of(&stored, it, s->arena);

		if (!e) {
			im.slope = stored.slope;
			im.inter = stored.inter;
			image_close(&stored);
		}
		error_free(e);
	}
	return keeps_type(&im, kind_of(shape_kind(s, "image"), p), p->fill) ? facts->type : "float32";
}

static void warn_of_kind(struct shape *s, const struct image_resample_params *p)
{
	const char *kind = shape_kind(s, "image");

	if (is_whole(kind) && kind_of(kind, p) != RESAMPLE_NEAREST)
		shape_warning(s, "interpolation", "there is nothing between the voxels of %s: use nearest", kind);
}

struct error *image_resample_shape(struct shape *s, const struct image_resample_params *params)
{
	struct image_facts im, onto, made;
	struct grid to;
	struct error *e;
	bool wired = shape_n(s, "onto") > 0;

	warn_of_kind(s, params);
	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	if (wired && !image_facts_from(&onto, shape_in(s, "onto"), s->arena))
		return NULL;
	e = find_grid(&to, &im.grid, wired ? &onto.grid : NULL, params);
	if (e) {
		shape_error(s, params->n_affine ? "affine" : params->n_voxel ? "voxel" : params->n_shape ? "shape" : "", "%s", e->text);
		error_free(e);
		return NULL;
	}
	made = image_facts_new(&to, im.n_vol, im.tr_s, type_after(s, &im, params));
	made.space = im.space;
	shape_out(s, "image", image_facts_to(&made, s->arena));
	s->memory = 2 * resampled_memory(&im.grid, &to, 2) + (8 << 20);
	s->seconds = 2e-8 * (double)grid_size(&to) * im.n_vol + 0.005;
	return NULL;
}
