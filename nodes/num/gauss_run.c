/* The passes over one volume, and volumes in parallel. */
#include "num/gauss.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "num/gauss_pass.h"
#include "num/gauss_reach.h"
#include "num/par.h"
#include "num/simd.h"

enum {
	CHUNK = 128,   /* voxels of a plane whose neighbours along k are looked at together: those stay in the cache */
	N_LINES = 16,  /* lines that are taken from the source at once; what was just written is slow to read */
};

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

/* The work space, all in doubles: some lines along i and a plane, both between their mirror images; later, in the same
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
	size_t planes = N_LINES * line_room(g) + plane_room(g);
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

static bool same(struct gauss_span a, struct gauss_span b)
{
	return a.first == b.first && a.end == b.end;
}

/* From row `at` on, how many rows up to `end` have the same span wanted, which goes to *s. Rows are `step` spans
 * apart. */
static int same_rows(const struct gauss *g, const struct gauss_span *wanted, int step, int at, int end,
                     struct gauss_span *s)
{
	int n = 1;

	*s = (struct gauss_span){ 0, g->n[0] };
	if (!wanted)
		return end - at;
	*s = wanted[(long)at * step];
	while (at + n < end && same(wanted[(long)(at + n) * step], *s))
		n++;
	return n;
}

/* Asks early for the line that will be written when its plane is done, and for the one of the next plane. */
static void announce(const struct gauss *g, const struct gauss_source *in, size_t at, const float *out)
{
	size_t next = at + plane_size(g), ni = (size_t)g->n[0];
	bool more = next < (size_t)in->n_vol * volume_size(g);

	for (size_t x = 0; x < ni; x += 16) {
		__builtin_prefetch(out + x, 1);
		if (more && in->voxel)
			__builtin_prefetch(in->voxel + next + x);
		else if (more)
			__builtin_prefetch(in->raw + next + x);
	}
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

/* The pass along i, from the plane of the source at `at` into rows j of plane, which are next smoothed into out. */
static void pass_i(const struct gauss *g, const struct gauss_span *wanted, const struct gauss_source *in, size_t at,
                   double *lines, double *plane, const float *out)
{
	size_t ni = (size_t)g->n[0], width = rounded(ni), room = line_room(g);
	const struct gauss_pass p = { g->radius[0], 1, room, width, g->weight[0], g->truncate_max };
	struct gauss_span s;

	for (int j = 0, n; j < g->n[1]; j += n) {
		n = same_rows(g, wanted, 1, j, j + N_LINES < g->n[1] ? j + N_LINES : g->n[1], &s);
		if (s.end <= s.first)
			continue;
		for (size_t l = 0, line = (size_t)j * ni; l < (size_t)n; l++, line += ni) {
			announce(g, in, at + line, out + line);
			take_line(g, in, at + line, lines + l * room);
		}
		gauss_pass_to_double(&p, n, s.end - s.first, lines + p.radius + s.first, plane + (size_t)j * width + s.first);
	}
}

/* The pass along j, from rows j of plane into out [nj][ni]. */
static void pass_j(const struct gauss *g, const struct gauss_span *wanted, double *plane, float *out)
{
	int r = g->radius[1], nj = g->n[1];
	size_t ni = (size_t)g->n[0], width = rounded(ni);
	const struct gauss_pass p = { r, width, width, ni, g->weight[1], g->truncate_max };
	const int *mirror = g->mirror[1];
	struct gauss_span s;

	for (int x = 0; x < r; x++) {
		memcpy(plane - (size_t)(r - x) * width, plane + (size_t)mirror[x] * width, width * sizeof *plane);
		memcpy(plane + (size_t)(nj + x) * width, plane + (size_t)mirror[r + nj + x] * width, width * sizeof *plane);
	}
	for (int j = 0, n; j < nj; j += n) {
		n = same_rows(g, wanted, 1, j, nj, &s);
		if (s.first < s.end)
			gauss_pass_to_float(&p, n, s.end - s.first, plane + (size_t)j * width + s.first,
			                    out + (size_t)j * ni + s.first);
	}
}

/* The pass along k of the voxels start .. start + width - 1 of each plane of volume, where they are, or of those spans
 * that are wanted before and after it. */
static void pass_k(const struct gauss *g, const struct gauss_span *before, const struct gauss_span *after, size_t start,
                   size_t width, float *volume, double *work)
{
	int r = g->radius[2], nj = g->n[1], nk = g->n[2];
	size_t room = rounded(width);
	const struct gauss_pass p = { r, room, room, plane_size(g), g->weight[2], g->truncate_max };
	struct gauss_span s = { 0, (int)width };
	double *column = work;

	for (int x = 0; x < nk + 2 * r; x++, column += room) {
		int k = g->mirror[2][x];

		if (before)
			s = before[(long)nj * k];
		if (s.first < s.end)
			gauss_widen(s.end - s.first, volume + (size_t)k * plane_size(g) + start + s.first, column + s.first);
	}
	column = work + (size_t)r * room;
	for (int k = 0, n; k < nk; k += n) {
		n = after ? same_rows(g, after, nj, k, nk, &s) : nk;
		if (s.first < s.end)
			gauss_pass_to_float(&p, n, s.end - s.first, column + (size_t)k * room + s.first,
			                    volume + (size_t)k * plane_size(g) + start + s.first);
	}
}

/* One volume of the source into out [nk][nj][ni], of which only what is wanted is written when there is a reach. */
static void smooth(const struct gauss *g, const struct gauss_reach *reach, const struct gauss_source *in, int volume,
                   float *out, double *work)
{
	size_t n_plane = plane_size(g), at = (size_t)volume * volume_size(g), ni = (size_t)g->n[0], nj = (size_t)g->n[1];
	double *plane = work + N_LINES * line_room(g) + (size_t)g->radius[1] * rounded(ni);

	for (size_t k = 0; k < (size_t)g->n[2]; k++) {
		pass_i(g, reach ? reach->wanted[0] + k * nj : NULL, in, at + k * n_plane, work, plane, out + k * n_plane);
		pass_j(g, reach ? reach->wanted[1] + k * nj : NULL, plane, out + k * n_plane);
	}
	if (g->radius[2] == 0)
		return;
	for (size_t j = 0; reach && j < nj; j++)
		pass_k(g, reach->wanted[1] + j, reach->wanted[2] + j, j * ni, ni, out, work);
	for (size_t x = 0; !reach && x < n_plane; x += CHUNK)
		pass_k(g, NULL, NULL, x, n_plane - x < CHUNK ? n_plane - x : CHUNK, out, work);
}

void gauss_smooth(const struct gauss *g, const struct gauss_source *in, int volume, float out[], float work[])
{
	smooth(g, NULL, in, volume, out, (double *)(void *)work);
}

void gauss_smooth_reach(const struct gauss *g, const struct gauss_reach *reach, const struct gauss_source *in,
                        int volume, float out[], float work[])
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
