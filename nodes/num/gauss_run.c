/* The passes themselves, and volumes in parallel. */
#include "num/gauss.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/par.h"
#include "num/simd.h"

/* Voxels of a plane whose 2 radius + 1 neighbours along k stay in the first-level cache. */
enum { CHUNK = 512 };

/* One pass over n voxels that lie in a row: where their neighbours are. */
struct pass {
	int radius;
	const double *weight;  /* [radius + 1] */
	const long *at;        /* at[-radius .. radius]: neighbour q of voxel x is base[at[q] + x] */
	double truncate_max;
};

/* The work space: a line with its mirror images, a plane, a volume. */
static size_t line_size(const struct gauss *g)
{
	return ((size_t)g->n[0] + 2 * (size_t)g->radius[0] + 15) / 16 * 16;
}

static size_t plane_size(const struct gauss *g)
{
	return (size_t)g->n[0] * (size_t)g->n[1];
}

static size_t volume_size(const struct gauss *g)
{
	return plane_size(g) * (size_t)g->n[2];
}

size_t gauss_work_size(const struct gauss *g)
{
	return line_size(g) + (plane_size(g) + 15) / 16 * 16 + volume_size(g);
}

/* What a pass gives for voxel x alone, before rounding to float. */
static double one(const struct pass *p, const float *base, long x)
{
	double sum = base[p->at[0] + x] * p->weight[0];

	for (int q = p->radius; q >= 1; q--)
		sum += ((double)base[p->at[-q] + x] + (double)base[p->at[q] + x]) * p->weight[q];
	return sum;
}

/* Eight voxels from x on; the same arithmetic as one(). */
static inline __attribute__((always_inline)) void eight(const struct pass *p, const float *base, long x, float *out)
{
	const double *w = p->weight;
	const long *at = p->at;
	lanes_double sum = __builtin_convertvector(*(const lanes_float *)(base + at[0] + x), lanes_double) * w[0];

	for (int q = p->radius; q >= 1; q--) {
		lanes_double left = __builtin_convertvector(*(const lanes_float *)(base + at[-q] + x), lanes_double);
		lanes_double right = __builtin_convertvector(*(const lanes_float *)(base + at[q] + x), lanes_double);

		sum += (left + right) * w[q];
	}
	*(lanes_float *)(out + x) = __builtin_convertvector(sum, lanes_float);
}

NUM_CLONES static void run(const struct pass *p, const float *base, long n, float *out)
{
	long x = 0;

	if (n < LANES) {
		for (; x < n; x++)
			out[x] = (float)one(p, base, x);
		return;
	}
	for (; x + LANES <= n; x += LANES)
		eight(p, base, x, out);
	if (x < n)  /* some are computed twice, which is faster than one by one */
		eight(p, base, n - LANES, out);
}

static void run_truncating(const struct pass *p, const float *base, long n, float *out)
{
	for (long x = 0; x < n; x++)
		out[x] = (float)fmod(trunc(one(p, base, x)), p->truncate_max + 1);
}

/* out[x] for the n voxels of a row, whose place along the axis is `place`; base is where the axis begins. */
static void pass_row(const struct gauss *g, int axis, int place, const float *base, long n, float *out)
{
	int r = g->radius[axis];
	struct pass p = { r, g->weight[axis], g->offset[axis] + r + place, g->truncate_max };

	if (r == 0)
		memcpy(out, base + p.at[0], (size_t)n * sizeof *out);
	else if (g->truncate_max > 0)
		run_truncating(&p, base, n, out);
	else
		run(&p, base, n, out);
}

NUM_CLONES static void take_float(long n, const float *in, float *out)
{
	for (long x = 0; x < n; x++)
		out[x] = isfinite(in[x]) ? in[x] : 0;
}

NUM_CLONES static void take_int16(long n, const int16_t *in, double slope, double inter, float *out)
{
	for (long x = 0; x < n; x++) {
		float v = (float)(in[x] * slope + inter);
		out[x] = isfinite(v) ? v : 0;
	}
}

/* The source's ni voxels from `at` on, with their mirror images on both sides. */
static void take_line(const struct gauss *g, const struct gauss_source *in, size_t at, float *line)
{
	int n = g->n[0], r = g->radius[0];
	const int *mirror = g->mirror[0];
	float *mid = line + r;

	if (in->voxel)
		take_float(n, in->voxel + at, mid);
	else
		take_int16(n, in->raw + at, in->slope, in->inter, mid);
	for (int x = 0; x < r; x++) {
		line[x] = mid[mirror[x]];
		mid[n + x] = mid[mirror[r + n + x]];
	}
}

/* The passes along i and j, plane after plane, into out. */
static void smooth_planes(const struct gauss *g, const struct gauss_source *in, size_t at, float *out, float *work)
{
	int ni = g->n[0], nj = g->n[1];
	size_t n_plane = plane_size(g);
	float *line = work, *plane = work + line_size(g);

	for (int k = 0; k < g->n[2]; k++, at += n_plane, out += n_plane) {
		for (int j = 0; j < nj; j++) {
			take_line(g, in, at + (size_t)j * (size_t)ni, line);
			pass_row(g, 0, 0, line + g->radius[0], ni, plane + (size_t)j * (size_t)ni);
		}
		for (int j = 0; j < nj; j++)
			pass_row(g, 1, j, plane, ni, out + (size_t)j * (size_t)ni);
	}
}

void gauss_smooth(const struct gauss *g, const struct gauss_source *in, int volume, float out[], float work[])
{
	size_t n_plane = plane_size(g), at = (size_t)volume * volume_size(g);
	float *middle = work + line_size(g) + (n_plane + 15) / 16 * 16;

	if (g->radius[2] == 0) {
		smooth_planes(g, in, at, out, work);
		return;
	}
	smooth_planes(g, in, at, middle, work);
	for (size_t x = 0; x < n_plane; x += CHUNK) {
		long n = (long)(n_plane - x < CHUNK ? n_plane - x : CHUNK);

		for (int k = 0; k < g->n[2]; k++)
			pass_row(g, 2, k, middle + x, n, out + (size_t)k * n_plane + x);
	}
}

/* Volumes in parallel, each worker with its own work space. */
struct job {
	const struct gauss *g;
	const struct gauss_source *in;
	long n_vox;            /* to gather; 0: all, in place */
	const int32_t *index;
	float *out, *work;
	size_t n_work;         /* floats for each worker */
};

static void smooth_one(void *ctx, long t, int worker)
{
	const struct job *job = ctx;
	float *work = job->work + (size_t)worker * job->n_work;
	size_t n = volume_size(job->g);

	if (!job->index) {
		gauss_smooth(job->g, job->in, (int)t, job->out + (size_t)t * n, work);
		return;
	}
	float *volume = work + job->n_work - n, *row = job->out + (size_t)t * (size_t)job->n_vox;
	gauss_smooth(job->g, job->in, (int)t, volume, work);
	for (long v = 0; v < job->n_vox; v++)
		row[v] = volume[job->index[v]];
}

static void smooth_all(struct job *job, int n_threads, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	size_t extra = job->index ? volume_size(job->g) + 16 : 0;

	job->n_work = (gauss_work_size(job->g) + extra + 15) / 16 * 16;
	job->work = arena_alloc(scratch, (size_t)par_workers(n_threads, job->in->n_vol) * job->n_work, sizeof(float));
	par_for(n_threads, job->in->n_vol, smooth_one, job);
	arena_reset(scratch, mark);
}

void gauss_smooth_volumes(const struct gauss *g, const struct gauss_source *in, float out[], int n_threads,
                          struct arena *scratch)
{
	struct job job = { .g = g, .in = in, .out = out };

	smooth_all(&job, n_threads, scratch);
}

void gauss_smooth_gather(const struct gauss *g, const struct gauss_source *in, long n_vox, const int32_t index[],
                         float out[], int n_threads, struct arena *scratch)
{
	struct job job = { .g = g, .in = in, .n_vox = n_vox, .index = index, .out = out };

	if (n_vox > 0)
		smooth_all(&job, n_threads, scratch);
}
