#include "img/image.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "img/convert.h"
#include "img/mapped.h"
#include "img/nifti.h"
#include "node/node.h"
#include "node/stream.h"

static void fill_in(struct image *im, const struct nifti *h)
{
	im->grid = h->grid;
	im->n_vol = h->n_vol;
	im->tr_s = h->tr_s;
	im->type = h->type;
	im->swapped = h->swapped;
	im->slope = h->slope;
	im->inter = h->inter;
}

static struct error *take_header(struct image *im)
{
	struct nifti h;

	TRY(nifti_parse(&h, im->map, im->map_size, im->path));
	if (h.pair)
		return error_new(ERR_DATA, "%s is the header of a pair, must be a single file", im->path);
	TRY(nifti_check_size(&h, (int64_t)im->map_size, im->path));
	fill_in(im, &h);
	im->raw = (const unsigned char *)im->map + h.offset;
	return NULL;
}

/* The head of the stream is all that stands before the voxels, each part is a volume (writer.c). */
static struct error *take_stream(struct image *im, struct stream_reader *r)
{
	struct stream_head head;
	struct nifti h;

	im->path = stream_reader_name(r);
	im->stream = r;
	TRY(stream_take_head(r, &head));
	TRY(nifti_parse(&h, head.bytes, head.n, im->path));
	fill_in(im, &h);
	if (head.n_part == h.n_vol && head.part == (size_t)grid_size(&h.grid) * (size_t)image_type_bytes(h.type))
		return NULL;
	return error_new(ERR_WORKER, "%s comes in %d parts of %zu bytes, which are not its %d volumes; this is a bug in the node",
	                 im->path, head.n_part, head.part, h.n_vol);
}

struct error *image_step(struct image *im, int t)
{
	const void *volume;

	if (!im->stream)
		return NULL;
	TRY(stream_take(im->stream, t, &volume));
	im->raw = volume;
	return NULL;
}

struct error *image_open(struct image *out, const char *path, struct arena *a)
{
	struct error *e;

	*out = (struct image){ .path = arena_strdup(a, path) };
	TRY(mapped_open(&out->map, &out->map_size, path));
	e = take_header(out);
	if (e)
		image_close(out);
	return e;
}

struct error *image_of(struct image *out, const struct item *it, struct arena *a)
{
	const char *path = item_blob(it, "image.nii");

	*out = (struct image){ 0 };
	if (it->stream)
		return take_stream(out, it->stream);
	if (!path)
		return error_new(ERR_DATA, "this %s has no image.nii, must be an image", it->kind);
	return image_open(out, path, a);
}

void image_close(struct image *im)
{
	mapped_close(im->map, im->map_size);
	if (im->stream)
		stream_leave(im->stream);
	im->map = NULL;
	im->raw = NULL;
}

static struct stored stored_from(const struct image *im, int t, long first)
{
	size_t voxel = (im->stream ? 0 : (size_t)t * (size_t)grid_size(&im->grid)) + (size_t)first;

	return (struct stored){ im->raw + voxel * (size_t)image_type_bytes(im->type), im->type, im->swapped, im->slope,
	                        im->inter };
}

/* Integers without scaling are finite; a scaled one may overflow a float. */
static bool may_be_nonfinite(const struct image *im)
{
	return im->type == IMAGE_FLOAT32 || im->type == IMAGE_FLOAT64 || im->slope != 1 || im->inter != 0;
}

static void zero_nonfinite(const struct image *im, enum nonfinite policy, long n, float *x)
{
	if (policy == NONFINITE_KEEP || !may_be_nonfinite(im))
		return;
	for (long v = 0; v < n; v++)
		x[v] = isfinite(x[v]) ? x[v] : 0;
}

static void zero_nonfinite_double(const struct image *im, enum nonfinite policy, long n, double *x)
{
	if (policy == NONFINITE_KEEP || !may_be_nonfinite(im))
		return;
	for (long v = 0; v < n; v++)
		x[v] = isfinite(x[v]) ? x[v] : 0;
}

void image_part(const struct image *im, int t, long first, long n, enum nonfinite policy, float *out)
{
	struct stored s = stored_from(im, t, first);

	convert_to_float(&s, n, out);
	zero_nonfinite(im, policy, n, out);
}

void image_volume(const struct image *im, int t, enum nonfinite policy, float *out)
{
	image_part(im, t, 0, grid_size(&im->grid), policy, out);
}

void image_part_double(const struct image *im, int t, long first, long n, enum nonfinite policy, double *out)
{
	struct stored s = stored_from(im, t, first);

	convert_to_double(&s, n, out);
	zero_nonfinite_double(im, policy, n, out);
}

void image_volume_double(const struct image *im, int t, enum nonfinite policy, double *out)
{
	image_part_double(im, t, 0, grid_size(&im->grid), policy, out);
}

void image_gather(const struct image *im, int t, enum nonfinite policy, long n, const int *index, float *out)
{
	struct stored s = stored_from(im, t, 0);

	gather_to_float(&s, n, index, out);
	zero_nonfinite(im, policy, n, out);
}

void image_gather_double(const struct image *im, int t, enum nonfinite policy, long n, const int *index, double *out)
{
	struct stored s = stored_from(im, t, 0);

	gather_to_double(&s, n, index, out);
	zero_nonfinite_double(im, policy, n, out);
}

const float *image_floats(const struct image *im, int t)
{
	struct stored s = stored_from(im, t, 0);

	if (s.type != IMAGE_FLOAT32 || s.swapped || s.slope != 1 || s.inter != 0 || (uintptr_t)s.raw % sizeof(float) != 0)
		return NULL;
	return (const float *)(const void *)s.raw;
}

void image_forget(const struct image *im, int t)
{
	size_t volume = (size_t)grid_size(&im->grid) * (size_t)image_type_bytes(im->type);

	if (!im->stream)
		mapped_forget(im->raw + (size_t)t * volume, volume);
}

struct error *image_need_3d(const struct image *im, const char *what)
{
	if (im->n_vol == 1)
		return NULL;
	return error_new(ERR_DATA, "%s has %d volumes, must have one", what, im->n_vol);
}

struct error *image_need_4d(const struct image *im, const char *what)
{
	if (im->n_vol > 1)
		return NULL;
	return error_new(ERR_DATA, "%s has one volume, must have at least two", what);
}
