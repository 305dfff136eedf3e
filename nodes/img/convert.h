/* convert.h - arrays of any stored type to float and double, and back. For readers of files in this folder. */
#ifndef SULCUS_CONVERT_H
#define SULCUS_CONVERT_H

#include <stdbool.h>

#include "img/image.h"

/* n values that begin at any address, of a type and byte order: value = raw * slope + inter. */
struct stored {
	const unsigned char *raw;
	enum image_type type;
	bool swapped;
	double slope, inter;
};

void convert_to_float(const struct stored *s, long n, float *out);
void convert_to_double(const struct stored *s, long n, double *out);
/* out[v] = value at index[v] */
void gather_to_float(const struct stored *s, long n, const int *index, float *out);
void gather_to_double(const struct stored *s, long n, const int *index, double *out);
/* Integers are rounded half to even and clamped, NaN is 0. out is aligned for the type. */
void convert_from_float(enum image_type type, long n, const float *x, void *out);

#endif
