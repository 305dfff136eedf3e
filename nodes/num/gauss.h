/* gauss.h - Gaussian smoothing of volumes [nk][nj][ni], i fastest.
 *
 * The Gaussian is separable: one pass along i, one along j, one along k, each cut off at 4 sigma, with the image
 * mirrored at its faces (d c b a | a b c d | d c b a), as often as needed. Sums are double, in the order
 *   w0 f0, then for q = radius .. 1: + (f[-q] + f[+q]) w[q]
 * and each pass is stored as float; this is scipy.ndimage.gaussian_filter1d, which nilearn calls, to the bit.
 * Values that are not finite count as 0. */
#ifndef SULCUS_GAUSS_H
#define SULCUS_GAUSS_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Wider Gaussians than this, in voxels, are refused (gauss_radius() returns -1). */
enum { GAUSS_MAX_RADIUS = 4096 };

/* What is needed to smooth volumes of one grid; read only, shared by threads. */
struct gauss {
	int n[3];                 /* voxels along i, j, k */
	int radius[3];            /* 0: nothing is done along this axis */
	const double *weight[3];  /* [radius + 1]: the middle, then outward */
	const int *mirror[3];     /* [radius + n + radius]: where voxel x - radius is found */
	double truncate_max;      /* 0, or see gauss_truncate() */
};

/* The voxels to smooth, one volume after the other: either float, or int16 that stand for slope * raw + inter. */
struct gauss_source {
	int n_vol;
	const float *voxel;       /* [n_vol][nk][nj][ni], or NULL */
	const int16_t *raw;       /* the same shape; used when voxel is NULL */
	double slope, inter;
};

/* sigma[n], in voxels, = fwhm_mm[n] / (sqrt(8 ln 2) * length of column n of the affine); 0 for fwhm 0.
 * A column of length 0 gives infinity. */
void gauss_sigma(const double affine[3][4], const double fwhm_mm[3], double sigma[3]);
/* int(4 sigma + 0.5); -1 when sigma is negative, not finite or wider than GAUSS_MAX_RADIUS. */
int gauss_radius(double sigma);
/* exp(-x^2 / (2 sigma^2)) for x = 0 .. radius over the sum for x = -radius .. radius. */
void gauss_weights(double sigma, int radius, double weight[]);

/* Each sigma must have a radius (gauss_radius() >= 0) and each n must be at least 1. */
struct gauss *gauss_new(const int n[3], const double sigma[3], struct arena *a);
/* compat: nilearn keeps unsigned images unsigned: each pass drops the fraction, modulo max + 1 (255 or 65535). A
 * sum that is whole but for its last bit may then differ by 1, as numpy's exp() is not the C library's on every
 * machine. */
void gauss_truncate(struct gauss *g, double max);
/* Floats of work space that one thread needs; it must be aligned as arenas align. */
size_t gauss_work_size(const struct gauss *g);

/* One volume of the source into out [nk][nj][ni], which may be the source's own voxels. work
 * [gauss_work_size()]. */
void gauss_smooth(const struct gauss *g, const struct gauss_source *in, int volume, float out[], float work[]);
/* All volumes into out [n_vol][nk][nj][ni], which may be the source's own voxels. */
void gauss_smooth_volumes(const struct gauss *g, const struct gauss_source *in, float out[], int n_threads,
                          struct arena *scratch);

/* Which lines and planes have to be smoothed so that some voxels are right; read only, shared by threads. */
struct gauss_reach;
/* The voxels index[0 .. n_vox - 1] (i + ni (j + nj k)), in any order; index is kept, not copied. */
struct gauss_reach *gauss_reach_new(const struct gauss *g, long n_vox, const int32_t index[], struct arena *a);
/* Floats of work space that one thread needs. */
size_t gauss_reach_work(const struct gauss *g, const struct gauss_reach *reach);
/* Those voxels of one volume: out [n_vox]. The work follows the voxels, the bits are those of gauss_smooth(). */
void gauss_smooth_reach(const struct gauss *g, const struct gauss_reach *reach, const struct gauss_source *in,
                        int volume, float out[], float work[]);
/* The same as gauss_smooth_volumes(), but only of the voxels at index [n_vox], see gauss_reach_new(): out
 * [n_vol][n_vox]. */
void gauss_smooth_gather(const struct gauss *g, const struct gauss_source *in, long n_vox, const int32_t index[],
                         float out[], int n_threads, struct arena *scratch);

#endif
