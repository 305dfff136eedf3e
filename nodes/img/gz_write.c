#include <libdeflate.h>
#include <stdlib.h>

#include "base/file.h"
#include "img/gz.h"

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
