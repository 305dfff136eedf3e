#include "num/resample.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/par.h"
#include "num/resample_plan.h"

struct resample *resample_new(const int n_from[3], const double from[3][4], const int n_to[3], const double to[3][4],
                              enum resample_kind kind, enum resample_edge edge, double fill, struct arena *a)
{
	struct resample *r = NEW(a, struct resample);

	*r = (struct resample){ .kind = kind, .edge = edge, .fill = (float)fill, .low = -INFINITY, .high = INFINITY };
	memcpy(r->n_in, n_from, sizeof r->n_in);
	memcpy(r->n_out, n_to, sizeof r->n_out);
	if (!resample_map(from, to, r->p, r->b))
		return NULL;
	resample_plan_axes(r, a);
	return r;
}

void resample_clip(struct resample *r, double low, double high)
{
	r->low = low;
	r->high = high;
}

bool resample_copies(const struct resample *r)
{
	return r->copies;
}

static size_t size_of(const int n[3])
{
	return (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
}

/* The work of a volume: planes, then mended floats, then their marks, then a buffer for each thread; in doubles. */
static size_t mid_size(const struct resample *r)
{
	const struct resample_axis *a = r->axis;
	size_t planes = (size_t)(!r->aligned && a[2].n > a[2].n_in ? a[2].n : a[2].n_in);

	return r->copies || r->kind == RESAMPLE_NEAREST ? 0 : planes * (size_t)a[1].n * (size_t)a[0].n + 2 * RESAMPLE_MARGIN;
}

static size_t mended_size(const struct resample *r)
{
	return r->copies || r->kind == RESAMPLE_NEAREST ? 0 : size_of(r->n_in) / 2 + 1;
}

static size_t marks_size(const struct resample *r)
{
	return r->copies || r->kind == RESAMPLE_NEAREST ? 0 : size_of(r->n_in) / 8 + 1;
}

size_t resample_work_size_of(const struct resample *r, int n_threads)
{
	size_t workers = (size_t)(n_threads < 1 ? 1 : n_threads < PAR_MAX_THREADS ? n_threads : PAR_MAX_THREADS);

	return mid_size(r) + mended_size(r) + marks_size(r) + workers * resample_buffer_size(r);
}

size_t resample_work_size(const struct resample *r)
{
	return resample_work_size_of(r, 1);
}

void resample_copy(void *ctx, long k, int worker)
{
	const struct resample_job *job = ctx;
	const struct resample *r = job->r;
	float *out = job->out + k * r->n_out[0] * r->n_out[1];
	int index[RESAMPLE_BLOCK];

	(void)worker;
	for (int j = 0; j < r->n_out[1]; j++)
		for (int i = 0; i < r->n_out[0]; i += RESAMPLE_BLOCK) {
			int n = r->n_out[0] - i < RESAMPLE_BLOCK ? r->n_out[0] - i : RESAMPLE_BLOCK;

			resample_nearest(r, (int[3]){ i, j, (int)k }, n, index);
			for (int o = 0; o < n; o++) {
				float v = index[o] < 0 ? r->fill : job->in[index[o]];

				*out++ = r->copies || index[o] < 0 || isfinite(v) ? v : NAN;
			}
		}
}

void resample_mark(void *ctx, long k, int worker)
{
	const struct resample_job *job = ctx;
	const struct resample *r = job->r;
	float *out = job->out + k * r->n_out[0] * r->n_out[1];
	int index[RESAMPLE_BLOCK];

	(void)worker;
	for (int j = 0; j < r->n_out[1]; j++)
		for (int i = 0; i < r->n_out[0]; i += RESAMPLE_BLOCK) {
			int n = r->n_out[0] - i < RESAMPLE_BLOCK ? r->n_out[0] - i : RESAMPLE_BLOCK;

			resample_nearest(r, (int[3]){ i, j, (int)k }, n, index);
			for (int o = 0; o < n; o++, out++)
				if (index[o] >= 0 && job->bad[index[o]])
					*out = NAN;
		}
}

/* Does every output get a value of the source? */
static bool covered(const struct resample *r)
{
	for (int d = 0; d < 3; d++)
		if (!r->aligned || r->axis[d].n < r->n_out[r->axis[d].to])
			return false;
	return true;
}

static void between_voxels(struct resample_job *job, int n_threads)
{
	const struct resample *r = job->r;
	long n_out = (long)size_of(r->n_out);

	if (!covered(r))
		for (long v = 0; v < n_out; v++)
			job->out[v] = r->fill;
	if (r->axis[0].n == 0 || r->axis[1].n == 0 || r->axis[2].n == 0)
		return;
	par_for(n_threads, r->n_in[2], resample_plane, job);
	par_for(n_threads, r->axis[1].n, resample_row, job);
	if (!r->aligned)
		par_for(n_threads, r->n_out[2], resample_oblique, job);
	if (job->bad)
		par_for(n_threads, r->n_out[2], resample_mark, job);
}

void resample_volume_by(const struct resample *r, const float *in, float *out, int n_threads, double *work)
{
	struct resample_job job = { .r = r, .in = in, .out = out, .mid = work + RESAMPLE_MARGIN };
	double *mended = work + mid_size(r), *marks = mended + mended_size(r);

	job.n_buffer = resample_buffer_size(r);
	job.buffer = marks + marks_size(r);
	if (r->copies || r->kind == RESAMPLE_NEAREST) {
		par_for(n_threads, r->n_out[2], resample_copy, &job);
		return;
	}
	if (!resample_all_finite((long)size_of(r->n_in), in)) {
		resample_mend(r->n_in, in, (float *)mended, (unsigned char *)marks);
		job.in = (const float *)mended;
		job.bad = (const unsigned char *)marks;
	}
	between_voxels(&job, n_threads);
}

void resample_volume(const struct resample *r, const float *in, float *out, double *work)
{
	resample_volume_by(r, in, out, 1, work);
}
