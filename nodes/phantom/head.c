#include "phantom/head.h"

#include <math.h>

#include "base/arena.h"
#include "num/rng.h"

static const double centre[3] = { 0, -18, 10 }, half_axis[3] = { 68, 86, 66 };  /* mm */

enum { GREY = 1000, WHITE = 820, FLUID = 1250 };

/* A ball where a course is seen: strongest in its middle, gone at its radius. */
struct ball {
	enum course course;
	double at[3], radius, strength;  /* mm; strength in units of the image */
	const char *name;                /* as a region of the atlas; NULL: it is none */
};

static const struct ball balls[] = {
	/* default mode: posterior cingulate, angular, medial frontal */
	{ COURSE_NETWORK, { 0, -52, 18 }, 26, 26, "PCC" },
	{ COURSE_NETWORK, { -46, -68, 32 }, 22, 22, "L angular" }, { COURSE_NETWORK, { 46, -68, 32 }, 22, 22, "R angular" },
	{ COURSE_NETWORK, { 1, 50, -5 }, 24, 22, "mPFC" },
	{ COURSE_NETWORK + 1, { -40, -22, 54 }, 22, 22, "L motor" }, { COURSE_NETWORK + 1, { 40, -22, 54 }, 22, 22, "R motor" },
	{ COURSE_NETWORK + 1, { 0, -8, 60 }, 18, 18, "SMA" },
	{ COURSE_NETWORK + 2, { -10, -88, 4 }, 24, 22, "L visual" }, { COURSE_NETWORK + 2, { 10, -88, 4 }, 24, 22, "R visual" },
	{ COURSE_NETWORK + 3, { -54, -20, 8 }, 20, 22, "L auditory" }, { COURSE_NETWORK + 3, { 54, -20, 8 }, 20, 22, "R auditory" },
	/* frontoparietal */
	{ COURSE_NETWORK + 4, { -44, 30, 30 }, 22, 22, "L dlPFC" }, { COURSE_NETWORK + 4, { 44, 30, 30 }, 22, 22, "R dlPFC" },
	{ COURSE_NETWORK + 4, { -36, -52, 52 }, 20, 20, "L parietal" }, { COURSE_NETWORK + 4, { 36, -52, 52 }, 20, 20, "R parietal" },
	{ COURSE_FACE, { 40, -52, -18 }, 20, 45 }, { COURSE_FACE, { -40, -52, -18 }, 18, 35 },
	{ COURSE_FACE, { 0, -90, 0 }, 30, 30 },
	{ COURSE_HOUSE, { 26, -44, -10 }, 16, 40 }, { COURSE_HOUSE, { -26, -44, -10 }, 16, 40 },
	{ COURSE_HOUSE, { 0, -90, 0 }, 30, 30 }, { COURSE_HOUSE, { 40, -52, -18 }, 20, 12 },
	{ COURSE_OTHER, { 0, -90, 0 }, 30, 30 }, { COURSE_OTHER, { 40, -52, -18 }, 20, 15 },
	{ COURSE_OTHER, { 26, -44, -10 }, 16, 15 }, { COURSE_OTHER, { -26, -44, -10 }, 16, 15 },
};

static double ellipsoid(const double w[3], const double at[3], const double half[3])
{
	double sum = 0;

	for (int d = 0; d < 3; d++)
		sum += (w[d] - at[d]) / half[d] * ((w[d] - at[d]) / half[d]);
	return sum;
}

static int tissue(const double w[3])
{
	static const double half[3] = { 8, 26, 15 }, left[3] = { -12, -14, 18 }, right[3] = { 12, -14, 18 };

	if (ellipsoid(w, left, half) < 1 || ellipsoid(w, right, half) < 1)
		return FLUID;
	return ellipsoid(w, centre, half_axis) > 0.62 ? GREY : WHITE;
}

static void world_of(const struct grid *g, int index, double w[3])
{
	int ijk[3];
	double voxel[3];

	grid_voxel(g, index, ijk);
	for (int d = 0; d < 3; d++)
		voxel[d] = ijk[d];
	grid_world(g, voxel, w);
}

static void find_voxels(struct head *h, struct arena *a)
{
	long size = grid_size(&h->grid);

	h->index = NEW_N(a, int, size);
	for (int i = 0; i < (int)size; i++) {
		double w[3];

		world_of(&h->grid, i, w);
		if (ellipsoid(w, centre, half_axis) < 1)
			h->index[h->n++] = i;
	}
}

/* How the brightness around a voxel changes, per mm. It is bounded, as a voxel at the rim is only partly inside. */
static void slope_at(const struct grid *g, const float *volume, int index, double slope[3])
{
	const long step[3] = { 1, g->n[0], (long)g->n[0] * g->n[1] };
	double mm[3];
	int ijk[3];

	grid_voxel_mm(g, mm);
	grid_voxel(g, index, ijk);
	for (int d = 0; d < 3; d++) {
		double before = ijk[d] > 0 ? volume[index - step[d]] : 0;
		double after = ijk[d] < g->n[d] - 1 ? volume[index + step[d]] : 0;
		double per_mm = (after - before) / (2 * mm[d]) * (g->affine[d][d] < 0 ? -1 : 1);

		slope[d] = fmax(-60, fmin(60, per_mm));
	}
}

/* A head moved by d shows at w what was at w - d, thus -slope . d more; a rotation by r moves w by r x (w - centre). */
static void motion_coefs(struct head *h, const float *volume)
{
	for (int v = 0; v < h->n; v++) {
		double s[3], w[3], p[3];

		slope_at(&h->grid, volume, h->index[v], s);
		world_of(&h->grid, h->index[v], w);
		for (int d = 0; d < 3; d++) {
			p[d] = w[d] - centre[d];
			h->coef[COURSE_MOTION + d][v] = (float)-s[d];
		}
		for (int d = 0; d < 3; d++) {
			int e = (d + 1) % 3, f = (d + 2) % 3;

			h->coef[COURSE_MOTION + 3 + d][v] = (float)-(p[e] * s[f] - p[f] * s[e]);
		}
	}
}

static void tissue_coefs(struct head *h, int v, const double w[3], struct rng *r)
{
	int what = tissue(w);

	h->base[v] = (float)((what + 30 * (rng_uniform(r) - 0.5)) * (1 + 0.0008 * (w[1] - centre[1])));
	h->coef[COURSE_CSF][v] = what == FLUID ? 30 : 3;
	h->coef[COURSE_WHITE][v] = what == WHITE ? 8 : 3;
	h->coef[COURSE_LINE][v] = (float)(30 * (rng_uniform(r) - 0.5));
	h->coef[COURSE_BEND][v] = (float)(20 * (rng_uniform(r) - 0.5));
	for (int k = 0; k < N_ACOMP; k++)
		h->coef[COURSE_ACOMP + k][v] = (float)(10 * (rng_uniform(r) - 0.5) + w[k % 3] * (k < 3 ? 0.05 : -0.04));
}

static void ball_coefs(struct head *h, int v, const double w[3], const double shift[][3])
{
	for (size_t b = 0; b < sizeof balls / sizeof *balls; b++) {
		double sum = 0, near;

		for (int d = 0; d < 3; d++) {
			double x = w[d] - balls[b].at[d] - shift[b][d];

			sum += x * x;
		}
		near = 1 - sum / (balls[b].radius * balls[b].radius);
		if (near > 0)
			h->coef[balls[b].course][v] += (float)(balls[b].strength * near);
	}
}

void head_make(struct head *h, const struct grid *g, uint64_t subject, struct arena *a)
{
	struct rng r = rng_new(subject, 1);
	double shift[sizeof balls / sizeof *balls][3];
	float *volume = NEW_N(a, float, grid_size(g));

	*h = (struct head){ .grid = *g };
	find_voxels(h, a);
	h->base = NEW_N(a, float, h->n);
	for (int c = 0; c < N_COURSE; c++)
		h->coef[c] = NEW_N(a, float, h->n);
	for (size_t b = 0; b < sizeof balls / sizeof *balls; b++)
		for (int d = 0; d < 3; d++)
			shift[b][d] = 4 * (rng_uniform(&r) - 0.5);
	for (int v = 0; v < h->n; v++) {
		double w[3];

		world_of(g, h->index[v], w);
		tissue_coefs(h, v, w, &r);
		ball_coefs(h, v, w, (const double (*)[3])shift);
		volume[h->index[v]] = h->base[v];
	}
	motion_coefs(h, volume);
}

int head_atlas(const struct head *h, int *label, const char **name, int *value)
{
	int n = 0;

	for (size_t b = 0; b < sizeof balls / sizeof *balls; b++)
		if (balls[b].name) {
			name[n] = balls[b].name;
			value[n++] = (int)b + 1;
		}
	for (int v = 0; v < h->n; v++) {
		double w[3], nearest = 1;

		world_of(&h->grid, h->index[v], w);
		for (size_t b = 0; b < sizeof balls / sizeof *balls; b++) {
			double half[3] = { balls[b].radius, balls[b].radius, balls[b].radius }, far = ellipsoid(w, balls[b].at, half);

			if (balls[b].name && far < nearest) {
				nearest = far;
				label[h->index[v]] = (int)b + 1;
			}
		}
	}
	return n;
}

void head_ventral_temporal(const struct head *h, unsigned char *inside)
{
	static const double side[2][3] = { { -34, -50, -15 }, { 34, -50, -15 } }, half[3] = { 17, 18, 12 };  /* mm */

	for (int v = 0; v < h->n; v++) {
		double w[3];

		world_of(&h->grid, h->index[v], w);
		if (ellipsoid(w, side[0], half) < 1 || ellipsoid(w, side[1], half) < 1)
			inside[h->index[v]] = 1;
	}
}
