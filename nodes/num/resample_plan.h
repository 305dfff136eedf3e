/* resample_plan.h - what the files resample*.c share: where each output lies in the source. */
#ifndef SULCUS_RESAMPLE_PLAN_H
#define SULCUS_RESAMPLE_PLAN_H

#include "num/resample.h"

enum {
	RESAMPLE_BLOCK = 64,    /* outputs in a row that are located together */
	RESAMPLE_COLUMNS = 128, /* neighbours in a row whose lines along k are filtered together */
	RESAMPLE_MARGIN = 8,    /* doubles before and behind the coefficients that may be read, and do not count */
	RESAMPLE_PAD = 3,       /* coefficients beyond the ends of a padded line: one below, two above */
};

/* Doubles that are done at a time: what belongs to four outputs, or eight times four lines, fits in the registers of AVX2,
 * and wider vectors are not faster. */
enum { FOUR = 4 };
typedef double four __attribute__((vector_size(32), aligned(8), may_alias));

/* One axis of the source: which of its voxels make each output, with which weights. */
struct resample_axis {
	int n_in;
	int to;            /* the axis of the output that runs along it */
	int first, n;      /* outputs inside: first .. first + n - 1 */
	int n_tap;         /* 1: whole voxels, 2: linear, 4: cubic */
	bool filter;       /* taps are of B-spline coefficients, not of values */
	int *at;           /* [n][n_tap] */
	double *weight;    /* [n][n_tap] */
	int *nearest;      /* [voxels of the output axis]: the nearest voxel, -1 outside; NULL in oblique plans */
};

struct resample {
	int n_in[3], n_out[3];
	enum resample_kind kind;
	enum resample_edge edge;
	float fill;
	double low, high;
	double p[3][3], b[3];  /* output o is at c = p o + b of the source, in voxels */
	bool aligned;          /* each row and column of p has one entry */
	bool zoom;             /* p is diagonal */
	bool copies;
	struct resample_axis axis[3];  /* aligned: of the result; oblique: of the padded coefficients */
};

/* One volume on its way. */
struct resample_job {
	const struct resample *r;
	const float *in;
	float *out;
	double *mid;             /* [planes][axis 1][axis 0]; oblique: then the coefficients, in the same place */
	double *buffer;          /* [worker][n_buffer] */
	size_t n_buffer;
	const unsigned char *bad;  /* [source] 1: was not finite; NULL: all are */
};

void resample_plan_axes(struct resample *r, struct arena *a);
/* c inside the source, where it counts; negative outside. */
double resample_place(const struct resample *r, int axis, double c);
/* Positions of outputs voxel, voxel + (1, 0, 0), ... [3][n], n <= RESAMPLE_BLOCK; negative outside. */
void resample_places(const struct resample *r, const int voxel[3], int n, double c[3][RESAMPLE_BLOCK]);

/* The turns of par_for over struct resample_job. */
void resample_plane(void *ctx, long k, int worker);      /* plane k of the source: along i and j, into mid */
void resample_row(void *ctx, long j, int worker);        /* row j of all planes: along k, into out or the coefficients */
void resample_oblique(void *ctx, long k, int worker);    /* plane k of out from coefficients */
void resample_copy(void *ctx, long k, int worker);       /* plane k of out by nearest voxels */
void resample_mark(void *ctx, long k, int worker);       /* NaN in plane k of out where the nearest voxel is bad */
size_t resample_buffer_size(const struct resample *r);

bool resample_all_finite(long n, const float *x);
/* out: in with all finite; bad: where it was not. */
void resample_mend(const int n[3], const float *in, float *out, unsigned char *bad);

#endif
