#include "num/gauss_pass.h"

#include <math.h>
#include <string.h>

#include "num/simd.h"

/* Radii up to this one have code of their own, in which the sum is written out. */
enum { KNOWN_RADIUS = 8 };

static inline __attribute__((always_inline)) void eight(int radius, size_t step, const double *w, const double *in,
                                                        lanes_float *out)
{
	lanes_double sum = *(const lanes_double *)in * w[0];

	for (int q = radius; q >= 1; q--)
		sum += (*(const lanes_double *)(in - (size_t)q * step) + *(const lanes_double *)(in + (size_t)q * step)) * w[q];
	*out = __builtin_convertvector(sum, lanes_float);
}

static inline __attribute__((always_inline)) void to_double(int radius, const struct gauss_pass *p, long n_rows, long n,
                                                            const double *in, double *out)
{
	for (; n_rows > 0; n_rows--, in += p->in_row, out += p->out_row)
		for (long x = 0; x < n; x += LANES) {
			lanes_float sum;

			eight(radius, p->step, p->weight, in + x, &sum);
			*(lanes_double *)(out + x) = __builtin_convertvector(sum, lanes_double);
		}
}

static inline __attribute__((always_inline)) void to_float(int radius, const struct gauss_pass *p, long n_rows, long n,
                                                           const double *in, float *out)
{
	for (; n_rows > 0; n_rows--, in += p->in_row, out += p->out_row) {
		long x = 0;

		for (; x + LANES <= n; x += LANES)
			eight(radius, p->step, p->weight, in + x, (lanes_float *)(out + x));
		if (x < n) {
			lanes_float last;

			eight(radius, p->step, p->weight, in + x, &last);
			memcpy(out + x, &last, (size_t)(n - x) * sizeof *out);
		}
	}
}

/* Code for each radius that is known when compiling; a table would need a function for each. */
#define EACH_RADIUS(call, p, ...) \
	switch ((p)->radius) { \
	case 1: call(1, p, __VA_ARGS__); break; \
	case 2: call(2, p, __VA_ARGS__); break; \
	case 3: call(3, p, __VA_ARGS__); break; \
	case 4: call(4, p, __VA_ARGS__); break; \
	case 5: call(5, p, __VA_ARGS__); break; \
	case 6: call(6, p, __VA_ARGS__); break; \
	case 7: call(7, p, __VA_ARGS__); break; \
	case KNOWN_RADIUS: call(KNOWN_RADIUS, p, __VA_ARGS__); break; \
	default: call((p)->radius, p, __VA_ARGS__); \
	}

NUM_CLONES static void all_to_double(const struct gauss_pass *p, long n_rows, long n, const double *in, double *out)
{
	EACH_RADIUS(to_double, p, n_rows, n, in, out)
}

NUM_CLONES static void all_to_float(const struct gauss_pass *p, long n_rows, long n, const double *in, float *out)
{
	EACH_RADIUS(to_float, p, n_rows, n, in, out)
}

/* The same for one voxel, where each pass drops the fraction. */
static float one(const struct gauss_pass *p, const double *in)
{
	double sum = in[0] * p->weight[0];

	for (int q = p->radius; q >= 1; q--)
		sum += (*(in - (size_t)q * p->step) + *(in + (size_t)q * p->step)) * p->weight[q];
	return (float)(p->radius == 0 ? sum : fmod(trunc(sum), p->truncate_max + 1));
}

void gauss_pass_to_double(const struct gauss_pass *p, long n_rows, long n, const double *in, double *out)
{
	if (p->radius > 0 && p->truncate_max == 0)
		all_to_double(p, n_rows, n, in, out);
	else
		for (; n_rows > 0; n_rows--, in += p->in_row, out += p->out_row)
			for (long x = 0; x < n; x++)
				out[x] = one(p, in + x);
}

void gauss_pass_to_float(const struct gauss_pass *p, long n_rows, long n, const double *in, float *out)
{
	if (p->radius > 0 && p->truncate_max == 0)
		all_to_float(p, n_rows, n, in, out);
	else
		for (; n_rows > 0; n_rows--, in += p->in_row, out += p->out_row)
			for (long x = 0; x < n; x++)
				out[x] = one(p, in + x);
}

NUM_CLONES void gauss_take_float(long n, const float *in, double *out)
{
	for (long x = 0; x < n; x++) {
		float v = isfinite(in[x]) ? in[x] : 0;
		out[x] = v;
	}
}

NUM_CLONES void gauss_take_int16(long n, const int16_t *in, double slope, double inter, double *out)
{
	for (long x = 0; x < n; x++) {
		float v = (float)(in[x] * slope + inter);
		out[x] = isfinite(v) ? v : 0;
	}
}

NUM_CLONES void gauss_widen(long n, const float *in, double *out)
{
	for (long x = 0; x < n; x++)
		out[x] = in[x];
}
