#include "img/npy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "img/convert.h"
#include "img/mapped.h"

struct header {
	int n_row, n_col;
	bool fortran;          /* columns are contiguous */
	struct stored values;
};

/* ---- the dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } ---- */
/* What follows 'key': in the text, or NULL. */
static const char *value_of(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	if (!p)
		return NULL;
	p += strlen(key);
	p += strspn(p, " ");
	if (*p++ != ':')
		return NULL;
	return p + strspn(p, " ");
}

static struct error *read_descr(struct header *h, const char *text, const char *path)
{
	static const struct { const char *code; enum image_type type; } codes[] = {
		{ "f4", IMAGE_FLOAT32 }, { "f8", IMAGE_FLOAT64 }, { "i1", IMAGE_INT8 }, { "i2", IMAGE_INT16 },
		{ "i4", IMAGE_INT32 }, { "i8", IMAGE_INT64 }, { "u1", IMAGE_UINT8 }, { "u2", IMAGE_UINT16 },
		{ "u4", IMAGE_UINT32 }, { "u8", IMAGE_UINT64 }, { "b1", IMAGE_UINT8 },
	};
	const char *p = value_of(text, "'descr'");

	if (!p)
		return error_new(ERR_DATA, "%s: its header has no 'descr'", path);
	for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
		if (*p == '\'' && p[1] && strchr("<>|=", p[1]) && strncmp(p + 2, codes[k].code, 2) == 0 && p[4] == '\'') {
			h->values.type = codes[k].type;
			h->values.swapped = p[1] == '>';
			return NULL;
		}
	return error_new(ERR_DATA, "%s has elements of type %.*s, must be plain numbers", path,
	                 (int)strcspn(p, ",}") < 40 ? (int)strcspn(p, ",}") : 40, p);
}

static struct error *read_shape(struct header *h, const char *text, const char *path)
{
	const char *p = value_of(text, "'shape'");
	long axis[2] = { 1, 1 };
	int n = 0;

	if (!p || *p++ != '(')
		return error_new(ERR_DATA, "%s: its header has no 'shape'", path);
	while (p += strspn(p, " ,"), *p >= '0' && *p <= '9') {
		char *end;
		long size = strtol(p, &end, 10);

		if (n == 2)
			return error_new(ERR_DATA, "%s has more than two axes, must have one or two", path);
		if (size < 1 || size > INT_MAX)
			return error_new(ERR_DATA, "%s: an axis has %ld elements, must have 1 to %d", path, size, INT_MAX);
		axis[n++] = size;
		p = end;
	}
	if (*p != ')' || n == 0)
		return error_new(ERR_DATA, "%s: its shape must be one or two numbers", path);
	h->n_row = (int)axis[0];
	h->n_col = (int)axis[1];
	return NULL;
}

static struct error *read_order(struct header *h, const char *text, const char *path)
{
	const char *p = value_of(text, "'fortran_order'");

	if (!p || (strncmp(p, "True", 4) != 0 && strncmp(p, "False", 5) != 0))
		return error_new(ERR_DATA, "%s: 'fortran_order' in its header must be True or False", path);
	h->fortran = *p == 'T' && h->n_row > 1 && h->n_col > 1;
	return NULL;
}

/* Bytes of the dictionary, and where it starts; 0 when the file is no .npy. */
static size_t dictionary_size(const unsigned char *b, size_t n, size_t *start)
{
	if (n < 12 || memcmp(b, "\x93NUMPY", 6) != 0 || b[6] < 1 || b[6] > 3)
		return 0;
	*start = b[6] == 1 ? 10 : 12;
	return b[6] == 1 ? (size_t)b[8] | (size_t)b[9] << 8
	                 : (size_t)b[8] | (size_t)b[9] << 8 | (size_t)b[10] << 16 | (size_t)b[11] << 24;
}

static struct error *read_header(struct header *h, const unsigned char *b, size_t n, const char *path, struct arena *a)
{
	size_t start = 0, size = dictionary_size(b, n, &start);

	if (size == 0)
		return error_new(ERR_DATA, "%s is no .npy file", path);
	if (size > 1 << 16 || start + size > n)
		return error_new(ERR_DATA, "%s: its header of %zu bytes does not fit the file", path, size);
	const char *text = arena_strndup(a, (const char *)b + start, size);

	*h = (struct header){ .values = { .raw = b + start + size, .slope = 1 } };
	TRY(read_descr(h, text, path));
	TRY(read_shape(h, text, path));
	TRY(read_order(h, text, path));
	size_t elements = (size_t)h->n_row * (size_t)h->n_col, have = n - start - size;

	if (have / (size_t)image_type_bytes(h->values.type) < elements)
		return error_new(ERR_DATA, "%s is truncated: %zu bytes of elements, must be %zu of %d each", path, have, elements,
		                 image_type_bytes(h->values.type));
	return NULL;
}

bool npy_is(const char *path)
{
	char start[6] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, start, sizeof start);

	if (fd >= 0)
		close(fd);
	return n == sizeof start && memcmp(start, "\x93NUMPY", sizeof start) == 0;
}

struct error *npy_peek(int *n_row, int *n_col, const char *path, struct arena *a)
{
	struct header h;
	struct error *e;
	size_t n;
	void *map;

	TRY(mapped_open(&map, &n, path));
	e = read_header(&h, map, n, path, a);
	mapped_close(map, n);
	if (e)
		return e;
	*n_row = h.n_row;
	*n_col = h.n_col;
	return NULL;
}

/* ---- the elements ---- */
static bool usable_in_place(const struct header *h, enum npy_type as)
{
	enum image_type type = as == NPY_FLOAT32 ? IMAGE_FLOAT32 : IMAGE_FLOAT64;

	return h->values.type == type && !h->values.swapped && !h->fortran
	       && (uintptr_t)h->values.raw % (size_t)image_type_bytes(type) == 0;
}

static void read_floats(struct npy *out, const struct header *h, struct arena *a)
{
	size_t n = (size_t)h->n_row * (size_t)h->n_col;
	float *x = arena_alloc(a, n, sizeof *x), *turned;

	convert_to_float(&h->values, (long)n, x);
	out->f32 = x;
	if (!h->fortran)
		return;
	out->f32 = turned = arena_alloc(a, n, sizeof *x);
	for (size_t r = 0; r < (size_t)h->n_row; r++)
		for (size_t c = 0; c < (size_t)h->n_col; c++)
			turned[r * (size_t)h->n_col + c] = x[c * (size_t)h->n_row + r];
}

static void read_doubles(struct npy *out, const struct header *h, struct arena *a)
{
	size_t n = (size_t)h->n_row * (size_t)h->n_col;
	double *x = arena_alloc(a, n, sizeof *x), *turned;

	convert_to_double(&h->values, (long)n, x);
	out->f64 = x;
	if (!h->fortran)
		return;
	out->f64 = turned = arena_alloc(a, n, sizeof *x);
	for (size_t r = 0; r < (size_t)h->n_row; r++)
		for (size_t c = 0; c < (size_t)h->n_col; c++)
			turned[r * (size_t)h->n_col + c] = x[c * (size_t)h->n_row + r];
}

static struct error *read_mapped(struct npy *out, enum npy_type as, const char *path, struct arena *a)
{
	struct header h;

	TRY(read_header(&h, out->map, out->map_size, path, a));
	out->n_row = h.n_row;
	out->n_col = h.n_col;
	if (usable_in_place(&h, as)) {
		if (as == NPY_FLOAT32)
			out->f32 = (const float *)(const void *)h.values.raw;
		else
			out->f64 = (const double *)(const void *)h.values.raw;
		return NULL;
	}
	(as == NPY_FLOAT32 ? read_floats : read_doubles)(out, &h, a);
	mapped_close(out->map, out->map_size);
	out->map = NULL;
	return NULL;
}

struct error *npy_read(struct npy *out, const char *path, enum npy_type as, struct arena *a)
{
	struct error *e;

	*out = (struct npy){ 0 };
	TRY(mapped_open(&out->map, &out->map_size, path));
	e = read_mapped(out, as, path, a);
	if (e)
		npy_close(out);
	return e;
}

struct error *npy_own_floats(float **out, struct npy *x)
{
	*out = (float *)(uintptr_t)x->f32;
	return mapped_own(x->map, x->map_size);
}

struct error *npy_own(double **out, struct npy *x)
{
	*out = (double *)(uintptr_t)x->f64;
	return mapped_own(x->map, x->map_size);
}

void npy_close(struct npy *x)
{
	mapped_close(x->map, x->map_size);
	x->map = NULL;
}

/* ---- writing ---- */
/* The header is padded with spaces so that elements start at a multiple of 64 bytes. */
static int make_header(char out[192], const char *descr, int n_row, int n_col)
{
	int n = snprintf(out + 10, 128, "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }", descr, n_row, n_col);
	int size = (10 + n + 1 + 63) / 64 * 64;

	memset(out + 10 + n, ' ', (size_t)(size - 10 - n));
	out[size - 1] = '\n';
	memcpy(out, "\x93NUMPY\x01\x00", 8);
	out[8] = (char)((size - 10) & 0xff);
	out[9] = (char)((size - 10) >> 8);
	return size;
}

static struct error *write_all(const char *path, const char *descr, int n_row, int n_col, const void *x, size_t element)
{
	char head[192];
	int n = make_header(head, descr, n_row, n_col);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct error *e;

	if (fd < 0)
		return error_new(ERR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
	e = fd_write(fd, head, (size_t)n, path);
	if (!e)
		e = fd_write(fd, x, (size_t)n_row * (size_t)n_col * element, path);
	if (close(fd) != 0 && !e)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
	return e;
}

struct error *npy_write(const char *path, int n_row, int n_col, const double *x)
{
	return write_all(path, "<f8", n_row, n_col, x, sizeof *x);
}

struct error *npy_write_floats(const char *path, int n_row, int n_col, const float *x)
{
	return write_all(path, "<f4", n_row, n_col, x, sizeof *x);
}
