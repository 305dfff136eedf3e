/* Each array goes through three independent steps, a block at a time: copy (or gather) by size, swap by size,
 * convert by type. Blocks fit the first-level cache, so copies cost little, and the compiler vectorizes every loop. */
#include "img/convert.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 2048 };   /* values */

/* ---- by type ---- */
#define CONVERSIONS(name, T) \
	static void name##_to_float(long n, const void *raw, double slope, double inter, float *out) \
	{ \
		const T *x = raw; \
		if (slope == 1 && inter == 0) \
			for (long v = 0; v < n; v++) \
				out[v] = (float)x[v]; \
		else \
			for (long v = 0; v < n; v++) \
				out[v] = (float)((double)x[v] * slope + inter); \
	} \
	static void name##_to_double(long n, const void *raw, double slope, double inter, double *out) \
	{ \
		const T *x = raw; \
		if (slope == 1 && inter == 0) \
			for (long v = 0; v < n; v++) \
				out[v] = (double)x[v]; \
		else \
			for (long v = 0; v < n; v++) \
				out[v] = (double)x[v] * slope + inter; \
	}

/* over: the first double that is too large for the type; NaN compares false and becomes 0. */
#define FROM_FLOAT(name, T, low, high, over) \
	static void name##_from_float(long n, const float *in, void *out) \
	{ \
		T *x = out; \
		for (long v = 0; v < n; v++) { \
			double y = rint((double)in[v]); \
			x[v] = y >= (over) ? (high) : y > (double)(low) ? (T)y : y <= (double)(low) ? (low) : 0; \
		} \
	}

CONVERSIONS(uint8, uint8_t)
CONVERSIONS(int8, int8_t)
CONVERSIONS(int16, int16_t)
CONVERSIONS(uint16, uint16_t)
CONVERSIONS(int32, int32_t)
CONVERSIONS(uint32, uint32_t)
CONVERSIONS(int64, int64_t)
CONVERSIONS(uint64, uint64_t)
CONVERSIONS(float32, float)
CONVERSIONS(float64, double)
FROM_FLOAT(uint8, uint8_t, 0, UINT8_MAX, 0x1p8)
FROM_FLOAT(int8, int8_t, INT8_MIN, INT8_MAX, 0x1p7)
FROM_FLOAT(int16, int16_t, INT16_MIN, INT16_MAX, 0x1p15)
FROM_FLOAT(uint16, uint16_t, 0, UINT16_MAX, 0x1p16)
FROM_FLOAT(int32, int32_t, INT32_MIN, INT32_MAX, 0x1p31)
FROM_FLOAT(uint32, uint32_t, 0, UINT32_MAX, 0x1p32)
FROM_FLOAT(int64, int64_t, INT64_MIN, INT64_MAX, 0x1p63)
FROM_FLOAT(uint64, uint64_t, 0, UINT64_MAX, 0x1p64)

static void float32_from_float(long n, const float *x, void *out)
{
	memcpy(out, x, (size_t)n * sizeof *x);
}

static void float64_from_float(long n, const float *x, void *out)
{
	double *y = out;

	for (long v = 0; v < n; v++)
		y[v] = x[v];
}

#define ROW(name) { #name, name##_to_float, name##_to_double, name##_from_float }
static const struct {
	const char *name;
	void (*to_float)(long n, const void *raw, double slope, double inter, float *out);
	void (*to_double)(long n, const void *raw, double slope, double inter, double *out);
	void (*from_float)(long n, const float *x, void *out);
} types[] = {
	[IMAGE_UINT8] = ROW(uint8), [IMAGE_INT8] = ROW(int8), [IMAGE_INT16] = ROW(int16), [IMAGE_UINT16] = ROW(uint16),
	[IMAGE_INT32] = ROW(int32), [IMAGE_UINT32] = ROW(uint32), [IMAGE_INT64] = ROW(int64), [IMAGE_UINT64] = ROW(uint64),
	[IMAGE_FLOAT32] = ROW(float32), [IMAGE_FLOAT64] = ROW(float64),
};

const char *image_type_name(enum image_type type)
{
	return types[type].name;
}

int image_type_bytes(enum image_type type)
{
	static const int bytes[] = {
		[IMAGE_UINT8] = 1, [IMAGE_INT8] = 1, [IMAGE_INT16] = 2, [IMAGE_UINT16] = 2, [IMAGE_INT32] = 4,
		[IMAGE_UINT32] = 4, [IMAGE_INT64] = 8, [IMAGE_UINT64] = 8, [IMAGE_FLOAT32] = 4, [IMAGE_FLOAT64] = 8,
	};

	return bytes[type];
}

/* ---- by size ---- */
union block {
	uint8_t b1[BLOCK];
	uint16_t b2[BLOCK];
	uint32_t b4[BLOCK];
	uint64_t b8[BLOCK];
};

static void swap(union block *b, long n, int bytes)
{
	if (bytes == 2)
		for (long v = 0; v < n; v++)
			b->b2[v] = __builtin_bswap16(b->b2[v]);
	else if (bytes == 4)
		for (long v = 0; v < n; v++)
			b->b4[v] = __builtin_bswap32(b->b4[v]);
	else if (bytes == 8)
		for (long v = 0; v < n; v++)
			b->b8[v] = __builtin_bswap64(b->b8[v]);
}

/* memcpy because a foreign file may have its voxels at any address; it compiles to one load. */
static void gather(union block *b, long n, int bytes, const unsigned char *raw, const int *index)
{
	if (bytes == 1)
		for (long v = 0; v < n; v++)
			b->b1[v] = raw[index[v]];
	else if (bytes == 2)
		for (long v = 0; v < n; v++)
			memcpy(&b->b2[v], raw + (size_t)index[v] * 2, 2);
	else if (bytes == 4)
		for (long v = 0; v < n; v++)
			memcpy(&b->b4[v], raw + (size_t)index[v] * 4, 4);
	else
		for (long v = 0; v < n; v++)
			memcpy(&b->b8[v], raw + (size_t)index[v] * 8, 8);
}

/* The next at most BLOCK values from the first on, aligned and in native byte order. */
static long load(union block *b, const struct stored *s, long first, long n, const int *index)
{
	int bytes = image_type_bytes(s->type);
	long take = n - first < BLOCK ? n - first : BLOCK;

	if (index)
		gather(b, take, bytes, s->raw, index + first);
	else
		memcpy(b, s->raw + (size_t)first * (size_t)bytes, (size_t)take * (size_t)bytes);
	if (s->swapped)
		swap(b, take, bytes);
	return take;
}

static bool direct(const struct stored *s)
{
	return !s->swapped && (uintptr_t)s->raw % (size_t)image_type_bytes(s->type) == 0;
}

void gather_to_float(const struct stored *s, long n, const int *index, float *out)
{
	union block b;

	for (long v = 0, take; v < n; v += take) {
		take = load(&b, s, v, n, index);
		types[s->type].to_float(take, &b, s->slope, s->inter, out + v);
	}
}

void gather_to_double(const struct stored *s, long n, const int *index, double *out)
{
	union block b;

	for (long v = 0, take; v < n; v += take) {
		take = load(&b, s, v, n, index);
		types[s->type].to_double(take, &b, s->slope, s->inter, out + v);
	}
}

void convert_to_float(const struct stored *s, long n, float *out)
{
	if (direct(s))
		types[s->type].to_float(n, s->raw, s->slope, s->inter, out);
	else
		gather_to_float(s, n, NULL, out);
}

void convert_to_double(const struct stored *s, long n, double *out)
{
	if (direct(s))
		types[s->type].to_double(n, s->raw, s->slope, s->inter, out);
	else
		gather_to_double(s, n, NULL, out);
}

void convert_from_float(enum image_type type, long n, const float *x, void *out)
{
	types[type].from_float(n, x, out);
}
