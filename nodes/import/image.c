/* import.image - an image from outside as one uncompressed NIfTI file.
 *
 * Voxels keep their bytes (type, byte order, scaling), and so does the header but for where the voxels begin, how many
 * volumes there are and the TR when a BIDS sidecar or the user says it; extensions are left out. A file that has this
 * form already is offered as it lies. */
#include "import.image.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/run_finite.h"
#include "fmri/sidecar.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/labels.h"
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
		c->problem = arena_printf(a, "%d volume%s listed, the image has %d", params->n_volumes,
		                          params->n_volumes == 1 ? " is" : "s are", n_vol);
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

/* ---- what else is said about the image ---- */
static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* What n_keep volumes of this image cannot be, or NULL. */
static const char *kind_problem(const char *kind, const struct image_source *s, int n_keep, struct arena *a)
{
	static const char *const single[] = { "volume", "mask", "labels", NULL };
	const char *grid = grid_text(&s->nifti.grid, a);

	if (n_keep == 1 && strcmp(kind, "bold") == 0)
		return s->nifti.n_vol == 1
		       ? arena_printf(a, "%s is 3-D, one volume of %s; bold must be 4-D, a run of volumes", s->voxel_path, grid)
		       : arena_printf(a, "one volume of %d is kept of %s, bold must be a run of volumes", s->nifti.n_vol,
		                      s->voxel_path);
	if (n_keep > 1 && is_one_of(kind, single))
		return arena_printf(a, "%s is 4-D, %d volumes of %s; %s%s must be 3-D (take one with volumes: [0])", s->voxel_path,
		                    n_keep, grid, strcmp(kind, "labels") == 0 ? "" : "a ", kind);
	return NULL;
}

struct timing {
	double tr_s;            /* 0: unknown */
	bool set;               /* it is not the header's */
	const char *problem, *warning;
};

static bool is_json(const char *path)
{
	size_t n = strlen(path);

	return n > 5 && strcmp(path + n - 5, ".json") == 0;
}

/* RepetitionTime of the first file beside the image that has one, 0: none. */
static struct error *beside_tr(double *tr_s, const char **from, const struct item *file, struct arena *a)
{
	const char *path;

	*tr_s = 0;
	for (int k = 0; *tr_s == 0 && (path = item_blob(file, arena_printf(a, "beside.%d", k))); k++) {
		const struct doc *json;

		if (!is_json(path))
			continue;
		TRY(sidecar_read(&json, path, a));
		TRY(sidecar_tr(tr_s, json));
		*from = path;
	}
	return NULL;
}

static bool agree(double x, double y)
{
	return fabs(x - y) <= 1e-3 * x;
}

/* A given tr before the sidecar's before the header's; a header's 1 often means that nobody set it. */
static struct error *time_of(struct timing *t, const struct import_image_params *params, const struct item *file,
                             const struct image_source *s, struct arena *a)
{
	double header_s = s->nifti.tr_s, beside_s;
	const char *from = NULL;

	*t = (struct timing){ .tr_s = header_s };
	if (s->nifti.n_vol == 1)
		return NULL;
	TRY(beside_tr(&beside_s, &from, file, a));
	t->set = params->has_tr || beside_s > 0;
	if (params->has_tr)
		t->tr_s = params->tr_s;
	else if (beside_s > 0)
		t->tr_s = beside_s;
	if (params->has_tr && beside_s > 0 && !agree(params->tr_s, beside_s))
		t->warning = arena_printf(a, "tr is %g s, but RepetitionTime in %s is %g s; tr counts", params->tr_s, from, beside_s);
	if (!t->set || header_s == 0 || agree(t->tr_s, header_s))
		return NULL;
	if (params->has_tr || header_s == 1)
		t->warning = arena_printf(a, "%s has a TR of %g s in its header%s; %g s is used", s->header_path, header_s,
		                          header_s == 1 ? ", which often means that nobody set it" : "", t->tr_s);
	else
		t->problem = arena_printf(a, "RepetitionTime in %s is %g s, but %s has a TR of %g s in its header: say which with tr",
		                          from, beside_s, s->header_path, header_s);
	return NULL;
}

/* Labels and maps take the names that lie beside them. */
static struct error *add_names(struct node_env *env, struct out *image, const struct item *file, int n_vol)
{
	bool maps = strcmp(out_kind(image), "maps") == 0;
	const char *ignored;
	struct names names;

	if (!maps && strcmp(out_kind(image), "labels") != 0)
		return NULL;
	TRY(names_beside(&names, &ignored, file, maps ? n_vol : 0, env->arena));
	if (ignored)
		node_note(env, "%s is no table of names, which has columns index and name: it is not used", ignored);
	if (names.n == 0)
		return NULL;
	return names_write(out_blob(image, "names.tsv"), names.n, names.value, names.name, env->arena);
}

/* ---- the node ---- */
/* Tells what is wrong; false when nothing is known of the result. */
static bool check(struct shape *s, const struct choice *c, const struct timing *t, const struct image_source *source)
{
	const char *kind = c->problem ? NULL : kind_problem(shape_kind(s, "image"), source, c->n, s->arena);

	if (c->problem)
		shape_error(s, c->where, "%s", c->problem);
	if (kind)
		shape_error(s, "", "%s", kind);
	if (t->problem)
		shape_error(s, "tr", "%s", t->problem);
	if (t->warning)
		shape_warning(s, "tr", "%s", t->warning);
	return !c->problem && !kind;
}

struct error *import_image_shape(struct shape *s, const struct import_image_params *params)
{
	const struct item *file = shape_item(s, "file");
	struct image_source source;
	struct image_facts facts;
	struct timing t;

	if (!file || !item_blob(file, "file"))
		return NULL;
	TRY(source_open(&source, item_blob(file, "file"), s->arena));
	TRY(time_of(&t, params, file, &source, s->arena));
	struct choice c = choose(params, source.nifti.n_vol, s->arena);

	s->memory = source_memory(&source);
	s->seconds = 0.01 + (double)source.nifti.size / (source.gz ? 250e6 : 1000e6);
	if (!check(s, &c, &t, &source))
		return NULL;
	source.nifti.tr_s = t.tr_s;
	source_facts(&facts, &source, c.n);
	shape_out(s, "image", image_facts_to(&facts, s->arena));
	return NULL;
}

/* Voxels that are never a number are taken for places without a value, such as those outside the head. */
static struct error *note_not_finite(struct node_env *env, const char *made, enum image_type type, const char *path)
{
	struct not_finite found;
	struct image im;
	long n;

	if (type != IMAGE_FLOAT32 && type != IMAGE_FLOAT64)
		return NULL;
	TRY(image_open(&im, made, env->arena));
	n = grid_size(&im.grid);
	found = run_not_finite(&im, n, NULL, arena_alloc(env->arena, (size_t)n, 1), env->n_threads);
	image_close(&im);
	if (found.always == n)
		node_note(env, "no voxel of %s is a number: all are NaN or infinite", path);
	else if (found.some > found.always)
		node_note(env, "%ld of %ld voxels of %s are NaN or infinite in some volumes, but not in all", found.some - found.always,
		          n, path);
	return NULL;
}

static struct error *take(struct node_env *env, struct image_source *source, const struct choice *c, struct out *out)
{
	const char *to = source->voxel_path;

	if (!source_as_written(source, c->n, c->volume) || !out_same(out, "image.nii", to)) {
		to = out_blob(out, "image.nii");
		TRY(source_write(to, source, c->n, c->volume, env->n_threads, env->arena));
		if (source->hashed)
			out_digest(out, "image.nii", &source->digest, source->hashed);
	}
	if (source->beyond >= NIFTI_HEADER_MAX)   /* room for another image */
		node_note(env, "%lld bytes of %s behind its voxels are not read: is it several images in one file?",
		          (long long)source->beyond, source->voxel_path);
	return note_not_finite(env, to, source->nifti.type, source->voxel_path);
}

struct error *import_image_run(struct node_env *env, const struct import_image_params *params,
                               const struct import_image_inputs *in, const struct import_image_outputs *out)
{
	struct image_source source;
	struct timing t;

	TRY(source_open(&source, item_blob(in->file, "file"), env->arena));
	TRY(time_of(&t, params, in->file, &source, env->arena));
	struct choice c = choose(params, source.nifti.n_vol, env->arena);

	if (c.problem)
		return error_new(ERR_USER, "%s: %s", source.voxel_path, c.problem);
	c.problem = kind_problem(out_kind(out->image), &source, c.n, env->arena);
	if (c.problem || t.problem)
		return error_new(ERR_DATA, "%s", c.problem ? c.problem : t.problem);
	if (t.warning)
		node_note(env, "%s", t.warning);
	source.nifti.tr_s = t.tr_s;
	source.nifti.set_tr = t.set;
	TRY(add_names(env, out->image, in->file, c.n));
	return take(env, &source, &c, out->image);
}
