#include "img/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "img/facts.h"
#include "img/gz.h"
#include "img/inplace.h"
#include "img/mapped.h"

enum {
	SLACK = 1 << 20,        /* bytes a gzip file may hold behind its voxels; more is taken for a bomb */
	BEST_RATIO = 1032,      /* bytes that one byte of deflate can stand for, at most */
	IN_MEMORY = 1 << 30,    /* bytes; what is larger is streamed */
	SMALL = 16 << 20,       /* bytes that are hashed on one thread as they pass */
	PIECE = 1 << 20,        /* bytes, whole pages */
};

/* ---- which files ---- */
static bool ends_with(const char *path, const char *ext)
{
	size_t n = strlen(path), m = strlen(ext);

	return n > m && strcmp(path + n - m, ext) == 0;
}

/* path with its ending `from` replaced by `to`, or by the same with or without .gz, whichever is there. */
static const char *partner(const char *path, const char *from, const char *to, struct arena *a)
{
	int stem = (int)(strlen(path) - strlen(from));
	const char *plain = arena_printf(a, "%.*s%s", stem, path, to), *gz = arena_printf(a, "%s.gz", plain);

	return !file_exists(plain) && file_exists(gz) ? gz : plain;
}

static void find_files(struct image_source *s, const char *path, struct arena *a)
{
	static const char *const ext[][2] = { { ".hdr", ".img" }, { ".hdr.gz", ".img" }, { ".img", ".hdr" },
	                                      { ".img.gz", ".hdr" } };

	s->header_path = s->voxel_path = path = arena_strdup(a, path);
	for (int k = 0; k < 4; k++)
		if (ends_with(path, ext[k][0]))
			*(k < 2 ? &s->voxel_path : &s->header_path) = partner(path, ext[k][0], ext[k][1], a);
}

/* sub-01_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz is in the space MNI152NLin6Asym. */
static const char *space_of(const char *path, struct arena *a)
{
	const char *base = path_base(path), *p = strstr(base, "space-");

	if (!p || (p > base && p[-1] != '_'))
		return "";
	p += strlen("space-");
	return arena_strndup(a, p, strcspn(p, "_."));
}

/* ---- the header ---- */
static struct error *inflate_header(struct image_source *s, size_t *got)
{
	struct error *e;
	void *bytes;
	size_t n;

	TRY(mapped_open(&bytes, &n, s->header_path));
	memset(s->header, 0, sizeof s->header);
	e = gz_peek(s->header, NIFTI_HEADER_MAX, got, bytes, n, s->header_path);
	mapped_close(bytes, n);
	return e;
}

static struct error *read_header(struct image_source *s)
{
	size_t got;

	TRY(mapped_peek(s->header, NIFTI_HEADER_MAX, &got, &s->voxel_file_size, s->header_path));
	s->gz = gz_is(s->header, got);
	if (s->gz)
		TRY(inflate_header(s, &got));
	TRY(nifti_parse(&s->nifti, s->header, got, s->header_path));
	if (!s->nifti.pair)
		s->voxel_path = s->header_path;
	else if (s->voxel_path == s->header_path)
		return error_new(ERR_DATA, "%s is the header of a pair: its name must end in .hdr, beside an .img", s->header_path);
	return NULL;
}

/* ---- sizes ---- */
static int64_t bytes_needed(const struct image_source *s)
{
	return s->nifti.offset + s->nifti.size;
}

static struct error *count(void *total, const void *bytes, size_t n)
{
	(void)bytes;
	*(int64_t *)total += (int64_t)n;
	return NULL;
}

/* The trailer of an ordinary file tells; with several members, or when it is cut, only going through it does. */
static struct error *check_gz_size(const struct image_source *s, const void *bytes, size_t n)
{
	int64_t need = bytes_needed(s), total = 0;
	uint32_t more = gz_claimed_size(bytes, n) - (uint32_t)need;

	if (need / BEST_RATIO > s->voxel_file_size)
		return error_new(ERR_DATA, "%s is truncated: %lld gzipped bytes cannot hold the %lld of its voxels", s->voxel_path,
		                 (long long)n, (long long)need);
	if (more < SLACK)
		return NULL;
	TRY(gz_stream(count, &total, bytes, n, s->voxel_path));
	return nifti_check_size(&s->nifti, total, s->voxel_path);
}

static struct error *check_size(struct image_source *s)
{
	struct error *e;
	void *bytes;
	size_t n;

	if (!s->gz && !s->nifti.pair)
		return nifti_check_size(&s->nifti, s->voxel_file_size, s->voxel_path);
	TRY(mapped_open(&bytes, &n, s->voxel_path));
	s->voxel_file_size = (int64_t)n;
	s->gz = gz_is(bytes, n);
	e = s->gz ? check_gz_size(s, bytes, n) : nifti_check_size(&s->nifti, (int64_t)n, s->voxel_path);
	mapped_close(bytes, n);
	return e;
}

struct error *source_open(struct image_source *out, const char *path, struct arena *a)
{
	*out = (struct image_source){ 0 };
	find_files(out, path, a);
	out->space = space_of(path, a);
	TRY(read_header(out));
	return check_size(out);
}

/* ---- the voxels ---- */
struct run { int first, n; };        /* volumes that follow each other in both files */

struct sink {
	int fd;
	const char *path, *from;
	int64_t at;                  /* bytes of the voxels' file seen so far */
	int64_t end;                 /* where its voxels end */
	int64_t offset, volume;      /* where they begin; bytes of one volume */
	int64_t header;              /* bytes before the voxels in our file, which are: */
	const unsigned char *start;
	int n_run;
	const struct run *run;
	struct digest_flow *flow;    /* hashes what goes into our file, or NULL */
};

static struct error *write_at(const struct sink *k, const unsigned char *bytes, int64_t n, int64_t at)
{
	while (n > 0) {
		ssize_t done = pwrite(k->fd, bytes, (size_t)n, at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_new(ERR_SYSTEM, "cannot write %s: %s", k->path, strerror(errno));
		bytes += done;
		n -= done;
		at += done;
	}
	return NULL;
}

/* The next n bytes of the voxels' file: what of them lies in a run goes to its place. */
static struct error *take_bytes(void *ctx, const void *bytes, size_t n)
{
	struct sink *k = ctx;
	int64_t to = k->header, end = k->at + (int64_t)n;

	for (int r = 0; r < k->n_run; r++) {
		int64_t first = k->offset + k->run[r].first * k->volume, size = k->run[r].n * k->volume;
		int64_t low = first > k->at ? first : k->at, high = first + size < end ? first + size : end;

		if (low < high) {
			const unsigned char *from = (const unsigned char *)bytes + (low - k->at);

			TRY(write_at(k, from, high - low, to + low - first));
			if (k->flow)
				digest_flow_add(k->flow, from, (size_t)(high - low));
		}
		to += size;
	}
	k->at = end;
	if (k->at > k->end + SLACK)
		return error_new(ERR_DATA, "%s holds more than its header says: over %lld bytes", k->from, (long long)k->end + SLACK);
	return NULL;
}

/* Is every byte of the voxels' file at the same place in ours? */
static bool same_places(const struct sink *k, const struct image_source *s)
{
	return k->n_run == 1 && k->run->first == 0 && k->run->n == s->nifti.n_vol && k->offset == k->header;
}

/* Straight into our file, which saves a copy of everything; *done is false where that cannot be. */
static struct error *take_in_place(bool *done, struct sink *k, struct image_source *s, void *bytes, size_t n,
                                   int n_threads)
{
	struct inplace p = { .gz = bytes, .n = n, .from = s->voxel_path, .to = k->path, .fd = k->fd, .end = (size_t)k->end,
	                     .room = (size_t)k->end + SLACK, .start = k->start, .n_start = (size_t)k->header,
	                     .n_threads = n_threads };

	*done = same_places(k, s) && inplace_map(&p);
	if (!*done)
		return NULL;
	TRY(inplace_inflate(&p));
	k->at = (int64_t)p.got;
	s->hashed = k->at < k->end ? 0 : k->end;
	s->digest = p.digest;
	return NULL;
}

static struct error *take_gz(struct sink *k, struct image_source *s, void *bytes, size_t n, int n_threads,
                             struct arena *a)
{
	size_t room = (size_t)bytes_needed(s) + SLACK, got;
	bool done;

	if (room > IN_MEMORY)
		return gz_stream(take_bytes, k, bytes, n, s->voxel_path);
	TRY(take_in_place(&done, k, s, bytes, n, n_threads));
	if (done)
		return NULL;
	unsigned char *inside = arena_alloc(a, room, 1);

	if (ftruncate(k->fd, k->header) != 0)   /* what a failed reservation may have left */
		return error_new(ERR_SYSTEM, "cannot write %s: %s", k->path, strerror(errno));
	TRY(gz_inflate(inside, room, &got, bytes, n, s->voxel_path));
	return take_bytes(k, inside, got);
}

/* Piece by piece, and each brought in before: a write from pages that are not there zeroes its target first. Small files are
 * hashed as they pass, large ones by all threads afterwards. */
static struct error *take_plain(struct sink *k, struct image_source *s, unsigned char *bytes, size_t n)
{
	int64_t size = k->header + (k->n_run == 1 ? k->run->n * k->volume : 0);
	struct error *e = NULL;

	n = n < (size_t)k->end ? n : (size_t)k->end;
	if (k->n_run == 1 && size <= SMALL) {
		k->flow = digest_flow_new(size);
		digest_flow_add(k->flow, k->start, (size_t)k->header);
	}
	for (size_t at = 0; !e && at < n; at += PIECE) {
		size_t some = n - at < PIECE ? n - at : PIECE;

		mapped_ahead(bytes + at, some);
		e = take_bytes(k, bytes + at, some);
	}
	if (k->flow) {
		s->digest = digest_flow_end(k->flow);
		s->hashed = e || k->at < k->end ? 0 : size;
	}
	return e;
}

static struct error *copy_voxels(struct sink *k, struct image_source *s, int n_threads, struct arena *a)
{
	struct error *e;
	void *bytes;
	size_t n;

	TRY(mapped_open(&bytes, &n, s->voxel_path));
	if (s->gz && gz_is(bytes, n))
		e = take_gz(k, s, bytes, n, n_threads, a);
	else
		e = take_plain(k, s, bytes, n);
	mapped_close(bytes, n);
	s->beyond = (s->gz ? k->at : (int64_t)n) - k->end;
	return e ? e : nifti_check_size(&s->nifti, k->at, s->voxel_path);
}

static const struct run *runs_of(int *n_run, int n_keep, const int *volume, struct arena *a)
{
	struct run *run = NULL;

	*n_run = 0;
	for (int k = 0; k < n_keep; k++) {
		int t = volume ? volume[k] : k;

		if (*n_run > 0 && run[*n_run - 1].first + run[*n_run - 1].n == t)
			run[*n_run - 1].n++;
		else
			PUSH(a, run, *n_run, ((struct run){ t, 1 }));
	}
	return run;
}

struct error *source_write(const char *to, struct image_source *s, int n_keep, const int *volume, int n_threads,
                          struct arena *a)
{
	unsigned char header[NIFTI_HEADER_MAX];
	struct sink k = { .path = to, .from = s->voxel_path, .end = bytes_needed(s), .offset = s->nifti.offset,
	                  .volume = s->nifti.size / s->nifti.n_vol, .start = header };
	struct error *e;

	if (!volume)
		n_keep = s->nifti.n_vol;
	s->hashed = 0;
	k.run = runs_of(&k.n_run, n_keep, volume, a);
	k.header = nifti_rewrite(header, &s->nifti, s->header, n_keep);
	k.fd = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (k.fd < 0)
		return error_new(ERR_SYSTEM, "cannot write %s: %s", to, strerror(errno));
	e = write_at(&k, header, k.header, 0);
	if (!e)
		e = copy_voxels(&k, s, n_threads, a);
	if (close(k.fd) != 0 && !e)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", to, strerror(errno));
	return e;
}

bool source_as_written(const struct image_source *s, int n_keep, const int *volume)
{
	unsigned char header[NIFTI_HEADER_MAX];
	size_t n = (size_t)nifti_rewrite(header, &s->nifti, s->header, n_keep);

	return !s->gz && !s->nifti.pair && !volume && n_keep == s->nifti.n_vol && s->nifti.offset == (int64_t)n
	       && s->voxel_file_size == bytes_needed(s) && memcmp(header, s->header, n) == 0;
}

void source_facts(struct image_facts *out, const struct image_source *s, int n_keep)
{
	*out = image_facts_new(&s->nifti.grid, n_keep, s->nifti.tr_s, image_type_name(s->nifti.type));
	out->space = s->space;
}

int64_t source_memory(const struct image_source *s)
{
	int64_t need = bytes_needed(s) + SLACK;

	return (16 << 20) + (s->gz && need <= IN_MEMORY ? need : 0);
}
