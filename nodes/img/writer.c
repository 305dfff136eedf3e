/* The writer keeps no file open: each volume is opened, written at its place and closed, which costs microseconds,
 * and so nothing leaks when a node returns early, and threads need no lock.
 *
 * But one file is written by one thread at a time: the kernel lets others wait, busily. A thread that comes while another
 * writes puts its volume into the mapped file instead, where both can make pages (204 MB by two threads: 0.22 s instead of
 * 0.44 s, and half of the processors' time). */
#include "img/image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "img/convert.h"
#include "img/mapped.h"
#include "img/nifti.h"
#include "node/stream.h"

struct image_writer {
	const char *path;      /* a passing image's: what it is */
	struct stream *to;     /* a passing image's, else NULL */
	enum image_type type;
	long n_voxel;          /* in a volume */
	int n_vol, offset;     /* volumes, bytes before the first */
	atomic_int n_put, n_busy;
	unsigned char *map;    /* the whole file, NULL: it cannot be had */
	struct digest_parts *digest;   /* of the file, NULL: nobody asked */
	image_hashed *tell;    /* who did, and for what */
	void *ctx;
};

enum { WORTH_MAPPING = 64 << 10, WORTH_HASHING = 2 * DIGEST_LEAF };   /* bytes of a volume */

static struct error *cannot_write(const char *path)
{
	return error_new(ERR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
}

static struct error *write_at(int fd, const unsigned char *bytes, size_t n, int64_t at, const char *path)
{
	while (n > 0) {
		ssize_t done = pwrite(fd, bytes, n, at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return cannot_write(path);
		bytes += done;
		n -= (size_t)done;
		at += done;
	}
	return NULL;
}

/* close() tells of a full disk on some network file systems. */
static struct error *close_after(int fd, struct error *e, const char *path)
{
	return close(fd) != 0 && !e ? cannot_write(path) : e;
}

static struct error *writer_new(struct image_writer **out, unsigned char header[NIFTI_HEADER_MAX], const struct grid *g,
                                int n_vol, double tr_s, enum image_type type, struct arena *a)
{
	struct image_writer *w = NEW(a, struct image_writer);
	int64_t volume = grid_size(g) * image_type_bytes(type);

	if (grid_size(g) < 1 || grid_size(g) > INT_MAX || n_vol < 1 || volume > INT64_MAX / 4 / n_vol)
		return error_new(ERR_DATA, "an image of %dx%dx%d voxels and %d volumes cannot be written", g->n[0], g->n[1],
		                 g->n[2], n_vol);
	w->type = type;
	w->n_voxel = grid_size(g);
	w->n_vol = n_vol;
	w->offset = nifti_make(header, g, n_vol, tr_s, type);
	*out = w;
	return NULL;
}

static size_t volume_bytes(const struct image_writer *w)
{
	return (size_t)w->n_voxel * (size_t)image_type_bytes(w->type);
}

static size_t file_bytes(const struct image_writer *w)
{
	return (size_t)w->offset + volume_bytes(w) * (size_t)w->n_vol;
}

/* The map goes with the arena: who meets an error need not say so, and a file that is given up takes no room. */
static void map_file(struct image_writer *w, int fd, struct arena *a)
{
	w->map = mapped_new(fd, file_bytes(w));
	if (w->map)
		arena_map(a, w->map, file_bytes(w));
}

static struct error *start_file(struct image_writer *w, const unsigned char *header, struct arena *a)
{
	int fd = open(w->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct error *e;

	if (fd < 0)
		return cannot_write(w->path);
	e = write_at(fd, header, (size_t)w->offset, 0, w->path);
	if (!e && ftruncate(fd, (off_t)file_bytes(w)) != 0)
		e = cannot_write(w->path);
	if (!e && w->n_vol > 1 && volume_bytes(w) >= WORTH_MAPPING)
		map_file(w, fd, a);
	return close_after(fd, e, w->path);
}

struct error *image_create(struct image_writer **out, const char *path, const struct grid *g, int n_vol, double tr_s,
                           enum image_type type, struct arena *a)
{
	unsigned char header[NIFTI_HEADER_MAX];

	TRY(writer_new(out, header, g, n_vol, tr_s, type, a));
	(*out)->path = arena_strdup(a, path);
	return start_file(*out, header, a);
}

struct error *image_create_passing(struct image_writer **out, struct stream *to, const struct grid *g, int n_vol, double tr_s,
                                   enum image_type type, struct arena *a)
{
	unsigned char header[NIFTI_HEADER_MAX];

	TRY(writer_new(out, header, g, n_vol, tr_s, type, a));
	(*out)->path = stream_name(to);
	(*out)->to = to;
	return stream_begin(to, &(struct stream_head){ header, (size_t)(*out)->offset, volume_bytes(*out), n_vol });
}

void image_hash(struct image_writer *w, image_hashed *tell, void *ctx, struct arena *a)
{
	if (w->n_vol < 2 || volume_bytes(w) < WORTH_HASHING)
		return;
	w->digest = digest_parts_new((int64_t)file_bytes(w), a);
	w->tell = tell;
	w->ctx = ctx;
}

const char *image_writer_path(const struct image_writer *w)
{
	return w->path;
}

static int64_t place_of(const struct image_writer *w, int t)
{
	return w->offset + t * (int64_t)volume_bytes(w);
}

/* The file is opened for each volume alone. */
static struct error *put_in_file(const struct image_writer *w, int t, const void *voxel)
{
	int fd = open(w->path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return cannot_write(w->path);
	return close_after(fd, write_at(fd, voxel, volume_bytes(w), place_of(w, t), w->path), w->path);
}

struct error *image_replace_raw(const struct image_writer *w, int t, const void *voxel)
{
	if (w->digest)
		digest_parts_changed(w->digest, place_of(w, t), volume_bytes(w));
	return put_in_file(w, t, voxel);
}

struct error *image_get_raw(const struct image_writer *w, int t, void *voxel)
{
	int fd = open(w->path, O_RDONLY | O_CLOEXEC);
	struct error *e;

	if (fd < 0)
		return error_new(ERR_SYSTEM, "cannot read %s again: %s", w->path, strerror(errno));
	e = fd_read_at(fd, voxel, volume_bytes(w), place_of(w, t), NULL, w->path);
	close(fd);
	return e;
}

/* Its pages are let go of, as they would count as this process's memory. */
static void put_in_map(const struct image_writer *w, int t, const void *voxel)
{
	unsigned char *to = w->map + place_of(w, t);

	memcpy(to, voxel, volume_bytes(w));
	mapped_forget(to, volume_bytes(w));
}

static struct error *put_stored(struct image_writer *w, int t, const void *voxel)
{
	bool first = atomic_fetch_add(&w->n_busy, 1) == 0;
	struct error *e = NULL;

	if (first || !w->map)
		e = put_in_file(w, t, voxel);
	else
		put_in_map(w, t, voxel);
	atomic_fetch_sub(&w->n_busy, 1);
	if (w->digest)
		digest_parts_put(w->digest, place_of(w, t), voxel, volume_bytes(w));
	return e;
}

struct error *image_put_raw(struct image_writer *w, int t, const void *voxel)
{
	if (t < 0 || t >= w->n_vol)
		return error_new(ERR_DATA, "volume %d is beyond the %d volumes of %s", t, w->n_vol, w->path);
	TRY(w->to ? stream_put(w->to, t, voxel) : put_stored(w, t, voxel));
	atomic_fetch_add(&w->n_put, 1);
	return NULL;
}

struct error *image_put(struct image_writer *w, int t, const float *voxel)
{
	struct error *e;
	void *raw;

	if (w->type == IMAGE_FLOAT32)
		return image_put_raw(w, t, voxel);
	raw = malloc(volume_bytes(w));   /* not the arena's: callers are threads */
	if (!raw)
		abort();
	convert_from_float(w->type, w->n_voxel, voxel, raw);
	e = image_put_raw(w, t, raw);
	free(raw);
	return e;
}

static struct error *tell_digest(struct image_writer *w)
{
	int fd = open(w->path, O_RDONLY | O_CLOEXEC);
	struct digest d;
	struct error *e;

	if (fd < 0)
		return error_new(ERR_SYSTEM, "cannot read %s again: %s", w->path, strerror(errno));
	e = digest_parts_end(&d, w->digest, fd, w->path);
	close(fd);
	if (!e)
		w->tell(w->ctx, &d, (int64_t)file_bytes(w));
	return e;
}

struct error *image_finish(struct image_writer *w)
{
	int n = atomic_load(&w->n_put);

	if (n != w->n_vol)
		return error_new(ERR_DATA, "%d volumes of %s were written, must be %d", n, w->path, w->n_vol);
	return w->digest ? tell_digest(w) : NULL;
}

bool image_as_made(const struct image *im)
{
	unsigned char header[NIFTI_HEADER_MAX];
	size_t offset = (size_t)nifti_make(header, &im->grid, im->n_vol, im->tr_s, im->type);
	size_t voxels = (size_t)grid_size(&im->grid) * (size_t)im->n_vol * (size_t)image_type_bytes(im->type);

	return im->map_size == offset + voxels && im->raw == (const unsigned char *)im->map + offset
	       && memcmp(im->map, header, offset) == 0;
}

struct error *image_write(const char *path, const struct grid *g, int n_vol, double tr_s, enum image_type type,
                          const void *voxel)
{
	struct arena *a = arena_new();
	struct image_writer *w;
	struct error *e = image_create(&w, path, g, n_vol, tr_s, type, a);

	for (int t = 0; !e && t < n_vol; t++)
		e = image_put_raw(w, t, (const unsigned char *)voxel + (size_t)t * volume_bytes(w));
	arena_free(a);
	return e;
}

struct error *image_write_floats(const char *path, const struct grid *g, const float *voxel)
{
	return image_write(path, g, 1, 0, IMAGE_FLOAT32, voxel);
}

struct error *image_write_bytes(const char *path, const struct grid *g, const unsigned char *voxel)
{
	return image_write(path, g, 1, 0, IMAGE_UINT8, voxel);
}
