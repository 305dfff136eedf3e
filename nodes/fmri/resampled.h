/* resampled.h - images onto another grid: for nodes that read what is on several grids. */
#ifndef SULCUS_FMRI_RESAMPLED_H
#define SULCUS_FMRI_RESAMPLED_H

#include <stdbool.h>

#include "base/error.h"
#include "img/image.h"
#include "num/resample.h"

struct arena;
struct item;
struct node_env;
struct out;

struct resampling {
	enum resample_kind kind;
	enum resample_edge edge;   /* RESAMPLE_FILL: all of nilearn's way, with its slips */
	bool clip;                 /* into the range of all volumes and 0 */
	bool force;                /* also when the grids are the same to nilearn's tolerance */
	double fill;
};

/* For all volumes of im onto grid `to`; *out is NULL when the grids are the same. Of a passing image without the range to clip
 * to, and not RESAMPLE_FILL, for which the whole image is looked at. */
must_check struct error *resampling_new(struct resample **out, const struct image *im, const struct grid *to,
                                        const struct resampling *how, int n_threads, struct arena *a);
/* The same in the usual way: fill 0, not forced. */
must_check struct error *resample_for(struct resample **out, const struct image *im, const struct grid *to,
                                      enum resample_kind kind, bool clip, enum resample_edge edge, int n_threads,
                                      struct arena *a);

/* An image, and its way onto the grid of an output (NULL: it is there already). */
struct resampled {
	const struct image *im;
	const struct resample *r;
};
/* The way of each of n images onto grid `to`, into *out [n]: their ranges are looked for on all threads. An error is that of
 * the first image that has one; *wrong is its number. */
must_check struct error *resampled_new(struct resampled **out, int *wrong, int n, const struct image *im,
                                       const struct grid *to, const struct resampling *how, int n_threads, struct arena *a);
/* All volumes of n images, one after the other, into w on grid g. raw: as integers of the images' own type, by nearest
 * voxels (no image has a slope). Several volumes at a time, or one by several threads when there are few. */
must_check struct error *resampled_put(struct node_env *env, int n, const struct resampled *source,
                                       const struct grid *g, bool raw, double fill, struct image_writer *w);
/* The same of one image that passes by, which r clips only in the end; r NULL: as it is. ERR_WHOLE when its range should have
 * been known before. */
must_check struct error *resampled_pass(struct node_env *env, struct image *im, struct resample *r,
                                        const struct resampling *how, const struct grid *g, bool raw, struct image_writer *w);
/* Integers without slope: can be copied as they are stored. */
bool image_is_raw(const struct image *im);
/* The names of labels or maps go with them. */
must_check struct error *resampled_names(const struct item *it, struct out *out, struct arena *a);
/* Bytes that resampled_put() uses beside the images, about. */
long resampled_memory(const struct grid *from, const struct grid *to, int n_threads);

#endif
