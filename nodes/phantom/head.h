/* head.h - the made-up head: where its voxels are, how bright they are, and how strongly each follows which course.
 *
 * The head is an ellipsoid of cortex around white matter around two ventricles, in a space like MNI152 (mm). Voxel v
 * of volume t is  base[v] + sum_c coef[c][v] course[c][t] + noise. */
#ifndef SULCUS_PHANTOM_HEAD_H
#define SULCUS_PHANTOM_HEAD_H

#include <stdint.h>

#include "img/grid.h"

struct arena;

enum { N_ACOMP = 6, N_MOTION = 6, N_NETWORK = 5 };

/* What a voxel's signal is made of; each has a course over time (course.h). */
enum course {
	COURSE_LINE, COURSE_BEND,                        /* drift: from -1 to 1, and its square */
	COURSE_CSF, COURSE_WHITE,
	COURSE_ACOMP,                                    /* N_ACOMP of them */
	COURSE_MOTION = COURSE_ACOMP + N_ACOMP,          /* N_MOTION: x y z in mm, then rotations about x y z in radians */
	COURSE_NETWORK = COURSE_MOTION + N_MOTION,       /* N_NETWORK, mean 0 and variance 1; the first is the default mode */
	COURSE_FACE = COURSE_NETWORK + N_NETWORK,        /* responses to faces, houses and all other stimuli; peak 1 */
	COURSE_HOUSE,
	COURSE_OTHER,
	N_COURSE,
};

struct head {
	struct grid grid;
	int n;                   /* voxels inside */
	int *index;              /* [n] ascending, where they are in a volume */
	float *base;             /* [n] */
	float *coef[N_COURSE];   /* [n] each */
};

/* The head on a grid; subject moves its parts by up to 2 mm. */
void head_make(struct head *h, const struct grid *g, uint64_t subject, struct arena *a);
/* An atlas of where the networks are in a head that is not moved: label [grid_size] is 1, 2, ... or 0, in a region's ball by the
 * nearest centre (in radii). Returns how many regions there are, at most HEAD_REGIONS, to name and value. */
enum { HEAD_REGIONS = 32 };
int head_atlas(const struct head *h, int *label, const char **name, int *value);
/* The ventral temporal cortex of both sides in a head that is not moved, about as large as Haxby et al. drew it: inside
 * [grid_size] becomes 1 there. The responses to faces and to houses that differ lie in it. */
void head_ventral_temporal(const struct head *h, unsigned char *inside);

#endif
