/* The passes over one volume, and volumes in parallel. */
#include "num/gauss.h"

#include <string.h>

#include "base/arena.h"
#include "num/gauss_pass.h"
#include "num/gauss_reach.h"
#include "num/par.h"
#include "num/simd.h"

/* Voxels of a plane whose neighbours along k are looked at together: with a usual radius they stay in the first-level
 * cache. */
enum { CHUNK = 128 };

static size_t rounded(size_t n)
{
	return (n + LANES - 1) / LANES * LANES;
}

static size_t plane_size(const struct gauss *g)
{
	return (size_t)g->n[0] * (size_t)g->n[1];
}

static size_t volume_size(const struct gauss *g)
{
	return plane_size(g) * (size_t)g->n[2];
}

/* The work space, all in doubles: a line along i and a plane, both between their mirror images; later, in the same
 * place, some columns along k between theirs. */
static size_t line_room(const struct gauss *g)
{
	return rounded(rounded((size_t)g->n[0]) + 2 * (size_t)g->radius[0]);
}

static size_t plane_room(const struct gauss *g)
{
	return rounded((size_t)g->n[0]) * ((size_t)g->n[1] + 2 * (size_t)g->radius[1]);
}

static size_t column_width(const struct gauss *g, const struct gauss_reach *reach)
{
	return reach ? rounded((size_t)g->n[0]) : CHUNK;
}

static size_t work_size(const struct gauss *g, const struct gauss_reach *reach)
{
	size_t planes = line_room(g) + plane_room(g);
	size_t columns = column_width(g, reach) * ((size_t)g->n[2] + 2 * (size_t)g->radius[2]);

	return (planes > columns ? planes : columns) * sizeof(double) / sizeof(float);
}

size_t gauss_work_size(const struct gauss *g)
{
	return work_size(g, NULL);
}

size_t gauss_reach_work(const struct gauss *g, const struct gauss_reach *reach)
{
	return work_size(g, reach) + volume_size(g);
}

static struct gauss_span wanted_of(const struct gauss *g, const struct gauss_reach *reach, int axis, long line)
{
	return reach ? reach->wanted[axis][line] : (struct gauss_span){ 0, g->n[0] };
}

/* The source's ni voxels from `at` on, with their mirror images on both sides, to line. */
static void take_line(const struct gauss *g, const struct gauss_source *in, size_t at, double *line)
{
	int n = g->n[0], r = g->radius[0];
	const int *mirror = g->mirror[0];
	double *mid = line + r;

	if (in->voxel)
		gauss_take_float(n, in->voxel + at, mid);
	else
		gauss_take_int16(n, in->raw + at, in->slope, in->inter, mid);
	for (int x = 0; x < r; x++) {
		line[x] = mid[mirror[x]];
		mid[n + x] = mid[mirror[r + n + x]];
	}
}

/* The pass along i of plane k, into rows j of plane. */
static void pass_i(const struct gauss *g, const struct gauss_reach *reach, const struct gauss_source *in, size_t at, int k,
                   double *line, double *plane)
{
	const struct gauss_pass p = { g->radius[0], 1, g->weight[0], g->truncate_max };
	size_t width = rounded((size_t)g->n[0]);

	for (int j = 0; j < g->n[1]; j++) {
		struct gauss_span s = wanted_of(g, reach, 0, j + (long)g->n[1] * k);

		if (s.end <= s.first)
			continue;
		take_line(g, in, at + (size_t)j * (size_t)g->n[0], line);
		gauss_pass_to_double(&p, s.end - s.first, line + p.radius + s.first, plane + (size_t)j * width + s.first);
	}
}

/* The pass along j of plane k, from rows j of plane into out [nj][ni]. */
static void pass_j(const struct gauss *g, const struct gauss_reach *reach, int k, double *plane, float *out)
{
	int r = g->radius[1], nj = g->n[1];
	size_t width = rounded((size_t)g->n[0]);
	const struct gauss_pass p = { r, width, g->weight[1], g->truncate_max };
	const int *mirror = g->mirror[1];

	for (int x = 0; x < r; x++) {
		memcpy(plane - (size_t)(r - x) * width, plane + (size_t)mirror[x] * width, width * sizeof *plane);
		memcpy(plane + (size_t)(nj + x) * width, plane + (size_t)mirror[r + nj + x] * width, width * sizeof *plane);
	}
	for (int j = 0; j < nj; j++) {
		struct gauss_span s = wanted_of(g, reach, 1, j + (long)nj * k);

		if (s.first < s.end)
			gauss_pass_to_float(&p, s.end - s.first, plane + (size_t)j * width + s.first,
			                    out + (size_t)j * (size_t)g->n[0] + s.first);
	}
}

/* The pass along k of the voxels start .. start + n - 1 of each plane of volume, where they are; of a reach they are
 * line j. */
static void pass_k(const struct gauss *g, const struct gauss_reach *reach, int j, size_t start, long n, float *volume,
                   double *work)
{
	int r = g->radius[2], nj = g->n[1], nk = g->n[2];
	size_t width = column_width(g, reach);
	const struct gauss_pass p = { r, width, g->weight[2], g->truncate_max };
	struct gauss_span s = { 0, (int)n };
	double *column = work;

	for (int x = 0; x < nk + 2 * r; x++, column += width) {
		int k = g->mirror[2][x];

		if (reach)
			s = reach->wanted[1][j + (long)nj * k];
		if (s.first < s.end)
			gauss_widen(s.end - s.first, volume + (size_t)k * plane_size(g) + start + s.first, column + s.first);
	}
	column = work + (size_t)r * width;
	for (int k = 0; k < nk; k++, column += width) {
		if (reach)
			s = reach->wanted[2][j + (long)nj * k];
		if (s.first < s.end)
			gauss_pass_to_float(&p, s.end - s.first, column + s.first, volume + (size_t)k * plane_size(g) + start + s.first);
	}
}

/* One volume of the source into out [nk][nj][ni], of which only what is wanted is written when there is a reach. */
static void smooth(const struct gauss *g, const struct gauss_reach *reach, const struct gauss_source *in, int volume, float *out,
                   double *work)
{
	size_t n_plane = plane_size(g), at = (size_t)volume * volume_size(g);
	double *plane = work + line_room(g) + (size_t)g->radius[1] * rounded((size_t)g->n[0]);

	for (int k = 0; k < g->n[2]; k++, at += n_plane) {
		pass_i(g, reach, in, at, k, work, plane);
		pass_j(g, reach, k, plane, out + (size_t)k * n_plane);
	}
	if (g->radius[2] == 0)
		return;
	if (reach)
		for (int j = 0; j < g->n[1]; j++)
			pass_k(g, reach, j, (size_t)j * (size_t)g->n[0], g->n[0], out, work);
	else
		for (size_t x = 0; x < n_plane; x += CHUNK)
			pass_k(g, NULL, 0, x, (long)(n_plane - x < CHUNK ? n_plane - x : CHUNK), out, work);
}

void gauss_smooth(const struct gauss *g, const struct gauss_source *in, int volume, float out[], float work[])
{
	smooth(g, NULL, in, volume, out, (double *)(void *)work);
}

void gauss_smooth_reach(const struct gauss *g, const struct gauss_reach *reach, const struct gauss_source *in, int volume,
                        float out[], float work[])
{
	float *all = work + work_size(g, reach);

	smooth(g, reach, in, volume, all, (double *)(void *)work);
	for (long v = 0; v < reach->n_vox; v++)
		out[v] = all[reach->index[v]];
}

/* Volumes in parallel, each worker with its own work space. */
struct job {
	const struct gauss *g;
	const struct gauss_source *in;
	const struct gauss_reach *reach;  /* NULL: all voxels */
	float *out, *work;
	size_t n_work;                    /* floats for each worker */
};

static void smooth_one(void *ctx, long t, int worker)
{
	const struct job *job = ctx;
	float *work = job->work + (size_t)worker * job->n_work;

	if (job->reach)
		gauss_smooth_reach(job->g, job->reach, job->in, (int)t, job->out + t * job->reach->n_vox, work);
	else
		gauss_smooth(job->g, job->in, (int)t, job->out + (size_t)t * volume_size(job->g), work);
}

static void smooth_all(struct job *job, int n_threads, struct arena *scratch)
{
	size_t floats = job->reach ? gauss_reach_work(job->g, job->reach) : gauss_work_size(job->g);

	job->n_work = (floats + 15) / 16 * 16;
	job->work = arena_alloc(scratch, (size_t)par_workers(n_threads, job->in->n_vol) * job->n_work, sizeof(float));
	par_for(n_threads, job->in->n_vol, smooth_one, job);
}

void gauss_smooth_volumes(const struct gauss *g, const struct gauss_source *in, float out[], int n_threads,
                          struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct job job = { .g = g, .in = in, .out = out };

	smooth_all(&job, n_threads, scratch);
	arena_reset(scratch, mark);
}

void gauss_smooth_gather(const struct gauss *g, const struct gauss_source *in, long n_vox, const int32_t index[],
                         float out[], int n_threads, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct job job = { .g = g, .in = in, .out = out };

	if (n_vox > 0) {
		job.reach = gauss_reach_new(g, n_vox, index, scratch);
		smooth_all(&job, n_threads, scratch);
	}
	arena_reset(scratch, mark);
}
