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

/* libdeflate does not tell a cut file from a damaged one; zlib would, but only matters here once it went wrong. */
static bool cut_short(const void *gz, size_t n)
{
	unsigned char waste[1 << 14];
	z_stream z = { 0 };
	size_t done = 0;
	int status = inflateInit2(&z, 15 + 16);

	while (status == Z_OK) {
		if (z.avail_in == 0 && done < n) {
			z.next_in = (z_const Bytef *)gz + done;
			z.avail_in = n - done < 1u << 30 ? (uInt)(n - done) : 1u << 30;
			done += z.avail_in;
		}
		z.next_out = waste;
		z.avail_out = sizeof waste;
		status = inflate(&z, Z_NO_FLUSH);
	}
	inflateEnd(&z);
	return status == Z_BUF_ERROR && done == n;
}

static struct error *member_failed(enum libdeflate_result why, const unsigned char *in, size_t n, size_t room,
                                   const char *name)
{
	if (why == LIBDEFLATE_INSUFFICIENT_SPACE)
		return error_new(ERR_DATA, "%s holds more than it must: over %zu bytes", name, room);
	if (cut_short(in, n))
		return error_new(ERR_DATA, "%s is truncated: its gzip stream does not end", name);
	return error_new(ERR_DATA, "%s is a damaged gzip file: its bytes or their check sum are wrong", name);
}

static struct error *inflate_members(struct libdeflate_decompressor *d, unsigned char *out, size_t room, size_t *got,
                                     const unsigned char *in, size_t n, const char *name)
{
	size_t used, made;

	*got = 0;
	for (size_t at = 0; at < n; at += used, *got += made) {
		if (at > 0 && only_zeros(in + at, n - at))   /* padding to a block of a tape or disk */
			return NULL;
		if (!gz_is(in + at, n - at))
			return at == 0 ? error_new(ERR_DATA, "%s is no gzip file", name)
			               : error_new(ERR_DATA, "%s has %zu bytes after its end that are not gzip", name, n - at);
		enum libdeflate_result why = libdeflate_gzip_decompress_ex(d, in + at, n - at, out + *got, room - *got, &used,
		                                                           &made);
		if (why != LIBDEFLATE_SUCCESS)
			return member_failed(why, in + at, n - at, room, name);
	}
	return NULL;
}

struct error *gz_inflate(void *out, size_t room, size_t *got, const void *gz, size_t n, const char *name)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	struct error *e;

	if (!d)
		abort();
	e = inflate_members(d, out, room, got, gz, n, name);
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
