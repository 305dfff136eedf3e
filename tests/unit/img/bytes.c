#include "bytes.h"

#include <stdio.h>

#include "base/file.h"
#include "check.h"

void put16(unsigned char *at, int x)
{
	for (int k = 0; k < 2; k++)
		at[k] = (unsigned char)((unsigned)x >> 8 * k);
}

void put32(unsigned char *at, int64_t x)
{
	for (int k = 0; k < 4; k++)
		at[k] = (unsigned char)((uint64_t)x >> 8 * k);
}

void put64(unsigned char *at, uint64_t x)
{
	for (int k = 0; k < 8; k++)
		at[k] = (unsigned char)(x >> 8 * k);
}

void put_float(unsigned char *at, float x)
{
	uint32_t u;

	memcpy(&u, &x, 4);
	put32(at, u);
}

void put_double(unsigned char *at, double x)
{
	uint64_t u;

	memcpy(&u, &x, 8);
	put64(at, u);
}

void bytes_header(unsigned char h[N1_SIZE], const int dim[4], int datatype, int bitpix)
{
	const float pixdim[8] = { 1, 2, 3, 4, 2, 0, 0, 0 };
	const float srow[12] = { 2, 0, 0, -10, 0, 3, 0, 5, 0, 0, 4, 2 };

	memset(h, 0, N1_SIZE);
	put32(h, 348);
	put16(h + 40, dim[3] > 0 ? 4 : 3);
	for (int d = 0; d < 7; d++)
		put16(h + 42 + 2 * d, d < 3 || (d == 3 && dim[3] > 0) ? dim[d] : 1);
	put16(h + 70, datatype);
	put16(h + 72, bitpix);
	for (int k = 0; k < 8; k++)
		put_float(h + 76 + 4 * k, pixdim[k]);
	put_float(h + 108, N1_SIZE);
	h[123] = 2 | 8;
	put16(h + 254, 1);
	for (int k = 0; k < 12; k++)
		put_float(h + 280 + 4 * k, srow[k]);
	memcpy(h + 344, "n+1", 4);
}

void bytes_reverse(unsigned char *p, size_t n)
{
	for (size_t k = 0; k < n / 2; k++) {
		unsigned char x = p[k];

		p[k] = p[n - 1 - k];
		p[n - 1 - k] = x;
	}
}

void bytes_swap_header(unsigned char h[N1_SIZE])
{
	static const struct { int at, n, bytes; } fields[] = {
		{ 0, 1, 4 }, { 40, 8, 2 }, { 70, 2, 2 }, { 76, 8, 4 }, { 108, 3, 4 }, { 252, 2, 2 }, { 256, 18, 4 },
	};

	for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
		for (int k = 0; k < fields[f].n; k++)
			bytes_reverse(h + fields[f].at + k * fields[f].bytes, (size_t)fields[f].bytes);
}

const char *bytes_file(const char *name, const void *a, size_t n, const void *b, size_t m)
{
	const char *path = arena_printf(check_arena(), "%s/%s", check_folder(), name);
	char *all = arena_alloc(check_arena(), n + m + 1, 1);

	memcpy(all, a, n);
	if (m > 0)
		memcpy(all + n, b, m);
	CHECK_OK(file_write(path, all, n + m));
	return path;
}

const struct item *item_with(const char *kind, const char *blob, const char *path)
{
	struct blob *b = NEW(check_arena(), struct blob);
	struct item *it = NEW(check_arena(), struct item);

	*b = (struct blob){ blob, path };
	*it = (struct item){ .cell = "", .kind = kind, .n_blob = 1, .blob = b };
	return it;
}
