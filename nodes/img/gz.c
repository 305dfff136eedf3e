#include "img/gz.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/file.h"

bool gz_is(const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	return n >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

uint32_t gz_claimed_size(const void *gz, size_t n)
{
	const unsigned char *end = (const unsigned char *)gz + n;

	if (n < 18)   /* a header of 10 bytes and a trailer of 8 */
		return 0;
	return (uint32_t)end[-4] | (uint32_t)end[-3] << 8 | (uint32_t)end[-2] << 16 | (uint32_t)end[-1] << 24;
}

/* Through zlib, which can stop anywhere. A header cut short gives fewer bytes, damage before them an error. */
struct error *gz_peek(void *out, size_t want, size_t *got, const void *gz, size_t n, const char *name)
{
	z_stream z = { .next_in = (z_const Bytef *)gz, .avail_in = n < 1u << 20 ? (uInt)n : 1u << 20,
	               .next_out = out, .avail_out = (uInt)want };
	int status = inflateInit2(&z, 15 + 16);

	if (status == Z_OK)
		status = inflate(&z, Z_SYNC_FLUSH);
	*got = want - z.avail_out;
	inflateEnd(&z);
	if (status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR)
		return NULL;
	return error_new(ERR_DATA, "%s is a damaged gzip file: %s", name, z.msg ? z.msg : "its header is wrong");
}

static bool only_zeros(const unsigned char *p, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (p[k])
			return false;
	return true;
}

/* What follows a member that ended at `at`: NULL and *more, or an error. */
static struct error *after_member(bool *more, const unsigned char *in, size_t at, size_t n, const char *name)
{
	*more = at < n && !only_zeros(in + at, n - at);   /* zeros pad to a block of a tape or disk */
	if (!*more || gz_is(in + at, n - at))
		return NULL;
	return error_new(ERR_DATA, "%s has %zu bytes after its end that are not gzip", name, n - at);
}

/* One inflated piece; Z_STREAM_END when the member ended with it. Input is fed in parts, for uInt may be short. */
static int next_piece(z_stream *z, unsigned char *piece, size_t room, const unsigned char *in, size_t n)
{
	if (z->avail_in == 0) {
		size_t at = (size_t)(z->next_in - in);

		z->avail_in = n - at < 1u << 30 ? (uInt)(n - at) : 1u << 30;
	}
	z->next_out = piece;
	z->avail_out = (uInt)room;
	return inflate(z, Z_NO_FLUSH);
}

static struct error *stream_members(struct error *(*take)(void *ctx, const void *bytes, size_t n), void *ctx,
                                    z_stream *z, const unsigned char *in, size_t n, const char *name)
{
	unsigned char piece[1 << 16];

	for (bool more = true; more;) {
		int status = next_piece(z, piece, sizeof piece, in, n);

		if (status == Z_BUF_ERROR)
			return error_new(ERR_DATA, "%s is truncated: its gzip stream does not end", name);
		if (status != Z_OK && status != Z_STREAM_END)
			return error_new(ERR_DATA, "%s is a damaged gzip file: %s", name, z->msg ? z->msg : "its bytes are wrong");
		TRY(take(ctx, piece, sizeof piece - z->avail_out));
		if (status != Z_STREAM_END)
			continue;
		TRY(after_member(&more, in, (size_t)(z->next_in - in), n, name));
		inflateReset(z);
	}
	return NULL;
}

struct error *gz_stream(struct error *(*take)(void *ctx, const void *bytes, size_t n), void *ctx, const void *gz,
                        size_t n, const char *name)
{
	z_stream z = { .next_in = (z_const Bytef *)gz };
	struct error *e;

	if (!gz_is(gz, n))
		return error_new(ERR_DATA, "%s is no gzip file", name);
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		abort();
	e = stream_members(take, ctx, &z, gz, n, name);
	inflateEnd(&z);
	return e;
}

static struct error *ignore(void *ctx, const void *bytes, size_t n)
{
	(void)ctx;
	(void)bytes;
	(void)n;
	return NULL;
}

/* libdeflate does not tell a cut file from a damaged one; zlib does, at the price of going through it again. */
static struct error *why_damaged(const unsigned char *in, size_t n, const char *name)
{
	struct error *e = gz_stream(ignore, NULL, in, n, name);

	return e ? e : error_new(ERR_DATA, "%s is a damaged gzip file: its bytes are wrong", name);
}

static struct error *inflate_members(struct libdeflate_decompressor *d, unsigned char *out, size_t room, size_t *got,
                                     const unsigned char *in, size_t n, const char *name)
{
	size_t used, made;
	bool more = true;

	*got = 0;
	for (size_t at = 0; more; *got += made) {
		enum libdeflate_result why = libdeflate_gzip_decompress_ex(d, in + at, n - at, out + *got, room - *got, &used,
		                                                           &made);
		if (why == LIBDEFLATE_INSUFFICIENT_SPACE)
			return error_new(ERR_DATA, "%s holds more than it must: over %zu bytes", name, room);
		if (why != LIBDEFLATE_SUCCESS)
			return why_damaged(in + at, n - at, name);
		at += used;
		TRY(after_member(&more, in, at, n, name));
	}
	return NULL;
}

struct error *gz_inflate(void *out, size_t room, size_t *got, const void *gz, size_t n, const char *name)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	struct error *e;

	if (!d)
		abort();
	*got = 0;
	e = gz_is(gz, n) ? inflate_members(d, out, room, got, gz, n, name)
	                 : error_new(ERR_DATA, "%s is no gzip file", name);
	libdeflate_free_decompressor(d);
	return e;
}

struct error *gz_write(const char *path, const void *bytes, size_t n)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
	size_t room = c ? libdeflate_gzip_compress_bound(c, n) : 0;
	unsigned char *gz = malloc(room + 1);
	struct error *e;

	if (!c || !gz)
		abort();
	room = libdeflate_gzip_compress(c, bytes, n, gz, room);
	libdeflate_free_compressor(c);
	e = file_write(path, gz, room);
	free(gz);
	return e;
}
