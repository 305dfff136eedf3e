/* expression.h - formulas of images: "(a - mean_t(a)) / std_t(a)" to a small stack program, run a block of voxels at a
 * time. nilearn's math_img, with the precedence of Python and the words of numpy.
 *
 * All arithmetic is double. A value is a number, a volume, or volumes over time; volumes are repeated over time where
 * they meet a run. A comparison makes 1 or 0; any comparison with NaN but != is 0; and, or, not, & | ~ and where take
 * everything but 0 for true, NaN too (as Python does); everything else makes NaN of NaN. */
#ifndef SULCUS_EXPRESSION_H
#define SULCUS_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct expression;

/* What a formula may speak of. n_vol: volumes of each image, -1 when not known yet (then what depends on it is not
 * checked). */
struct expression_images { int n; const char *const *name; const int *n_vol; };

struct expression_problem {
	int at, len;          /* characters of the formula, from 0 */
	const char *text;
};

/* False when something is wrong with the formula, or with an image's name (which is that of a function, say). */
bool expression_compile(struct expression **out, const char *formula, const struct expression_images *images,
                        struct expression_problem *problem, struct arena *a);
bool expression_uses(const struct expression *e, int image);
int expression_volumes(const struct expression *e);    /* of the result; 0 while not known */
int expression_steps(const struct expression *e);      /* per voxel and volume, a measure of the work */
int expression_kept_volumes(const struct expression *e);   /* volumes of double that expression_reduce keeps */

/* Where images come from: out[v] = voxel first + v of volume t. Called from many threads at once. */
struct expression_source {
	long n_voxel;
	const void *ctx;
	void (*load)(const void *ctx, int image, int t, long first, long n, double *out);
};

/* What has to be known of all voxels, or of all volumes, first: the means and so on in the formula. */
void expression_reduce(struct expression *e, const struct expression_source *s, int n_threads, struct arena *a);
/* The first reduction of everything that is NaN or infinite, *x, and its stretch of the formula; false when none is. */
bool expression_not_finite(const struct expression *e, double *x, int *at, int *len);
/* Volume t of the result. stack: expression_stack() doubles. Returns how many voxels are NaN or infinite. */
long expression_volume(const struct expression *e, const struct expression_source *s, int t, double *stack, float *out);
size_t expression_stack(const struct expression *e);

#endif
