#include "stats/voxelwise.h"

#include <math.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "fmri/mask_facts.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"
#include "node/shape.h"
#include "num/moments.h"
#include "num/par.h"

enum {
	BLOCK = 1024,         /* voxels, a page of floats */
	AT_ONCE = 32 << 20,   /* bytes of volumes that are mapped together */
};

struct job {
	const struct voxelwise *w;
	const struct image *im;
	long n_voxel;
	const int *index;           /* [n_voxel] ascending, which voxels of a volume; NULL: all */
	struct moments *block;      /* one for every BLOCK voxels */
	int from, to;               /* terms that are being added */
	double (*x)[2 * BLOCK];     /* [worker] */
	float *stat, *log10p;       /* [grid_size] */
	double *p;
	atomic_long constant, not_finite, infinite, other_side;   /* voxels; infinite, but not to the side that is tested */
};

/* ---- sums ---- */
static void read_part(const struct job *j, int t, long first, int n, double *x)
{
	if (j->index)
		image_gather_double(j->im, t, NONFINITE_KEEP, n, j->index + first, x);
	else
		image_part_double(j->im, t, first, n, NONFINITE_KEEP, x);
}

static void add_block(void *ctx, long block, int worker)
{
	const struct job *j = ctx;
	struct moments *m = &j->block[block];
	double *x = j->x[worker], *y = x + BLOCK;

	for (int k = j->from; k < j->to; k++) {
		const struct voxelwise_term *term = &j->w->term[k];

		read_part(j, term->volume, block * BLOCK, m->n, x);
		if (term->minus >= 0) {
			read_part(j, term->minus, block * BLOCK, m->n, y);
			for (int v = 0; v < m->n; v++)
				x[v] -= y[v];
		}
		moments_add(m, term->group, x);
	}
}

/* ---- statistics ---- */
/* Why a statistic is no number. */
static bool has_bad_value(const struct moments *m, int v)
{
	for (int g = 0; g < m->n_group; g++)
		if (isnan(moments_square(m, g, v)))
			return true;
	return false;
}

static void finish_voxel(struct job *j, const struct moments *m, int v, long to)
{
	double log_p, stat = j->w->fn(j->w->ctx, m, v, &log_p);

	if (isnan(stat)) {
		atomic_fetch_add(has_bad_value(m, v) ? &j->not_finite : &j->constant, 1);
		if (!j->w->keep_nan)
			stat = log_p = 0;
	} else if (isinf(stat)) {
		atomic_fetch_add(&j->infinite, 1);
		atomic_fetch_add(&j->other_side, log_p == 0);
	}
	j->stat[to] = (float)stat;
	j->p[to] = exp(log_p);
	j->log10p[to] = (float)(0 - log_p / M_LN10);   /* never -0 */
}

static void finish_block(void *ctx, long block, int worker)
{
	struct job *j = ctx;
	const struct moments *m = &j->block[block];

	(void)worker;
	for (int v = 0; v < m->n; v++) {
		long k = block * BLOCK + v;

		finish_voxel(j, m, v, j->index ? j->index[k] : k);
	}
}

/* ---- all of it ---- */
static long n_blocks(const struct job *j)
{
	return (j->n_voxel + BLOCK - 1) / BLOCK;
}

static void begin(struct job *j, struct node_env *env)
{
	const int n_group = j->w->n_group;
	long size = grid_size(&j->im->grid);

	j->stat = arena_alloc(env->arena, (size_t)size, sizeof *j->stat);
	j->log10p = arena_alloc(env->arena, (size_t)size, sizeof *j->log10p);
	j->p = arena_alloc(env->arena, (size_t)size, sizeof *j->p);
	for (long v = 0; v < size; v++) {
		j->stat[v] = j->log10p[v] = 0;
		j->p[v] = 1;
	}
	j->x = arena_alloc(env->arena, (size_t)par_workers(env->n_threads, n_blocks(j)), sizeof *j->x);
	j->block = arena_alloc(env->arena, (size_t)n_blocks(j), sizeof *j->block);
	for (long k = 0; k < n_blocks(j); k++) {
		int n = j->n_voxel - k * BLOCK < BLOCK ? (int)(j->n_voxel - k * BLOCK) : BLOCK;

		moments_begin(&j->block[k], n, n_group, NEW_N(env->arena, int, n_group),
		              arena_alloc(env->arena, moments_size(n, n_group), sizeof(double)));
	}
}

static struct error *add_passing(struct job *j, struct image *im, int n_threads)
{
	for (j->from = 0; j->from < j->w->n_term; j->from = j->to) {
		j->to = j->from + 1;
		TRY(image_step(im, j->w->term[j->from].volume));
		par_for(n_threads, n_blocks(j), add_block, j);
	}
	return NULL;
}

/* A few volumes at a time, all blocks of them, so that sums stay near the processor and volumes do not fill the memory. */
static void add_all(struct job *j, int n_threads)
{
	const struct image *im = j->im;
	int64_t volume = grid_size(&im->grid) * image_type_bytes(im->type);
	int step = volume < AT_ONCE ? (int)(AT_ONCE / volume) : 1;

	for (j->from = 0; j->from < j->w->n_term; j->from = j->to) {
		j->to = j->w->n_term - j->from < step ? j->w->n_term : j->from + step;
		par_for(n_threads, n_blocks(j), add_block, j);
		for (int k = j->from; k < j->to; k++) {
			image_forget(im, j->w->term[k].volume);
			if (j->w->term[k].minus >= 0)
				image_forget(im, j->w->term[k].minus);
		}
	}
}

static void tell(struct job *j, struct node_env *env)
{
	const char *name = j->w->name, *becomes = j->w->keep_nan ? "%s and p are NaN" : "%s is 0 and p is 1";
	const char *words = arena_printf(env->arena, becomes, name);

	if (j->constant > 0)
		node_note(env, "%ld of %ld voxels do not vary: %s there", j->constant, j->n_voxel, words);
	if (j->not_finite > 0)
		node_note(env, "%ld of %ld voxels are NaN or infinite in a volume: %s there", j->not_finite, j->n_voxel, words);
	if (j->infinite > 0)
		node_note(env, "%ld of %ld voxels %s: %s is infinite and p is %s there", j->infinite, j->n_voxel,
		          j->w->n_group > 1 ? "are constant in each group but differ between them"
		                            : "do not vary but differ from what they are tested against", name,
		          j->other_side == 0 ? "0" : j->other_side < j->infinite ? "0 or 1" : "1");
}

struct error *voxelwise_run(const struct voxelwise *w, struct image *im, const struct item *mask_item,
                            struct node_env *env, const struct voxelwise_out *out)
{
	struct job j = { .w = w, .im = im, .n_voxel = grid_size(&im->grid) };
	struct mask mask;

	if (mask_item) {
		int *index, n = 0;

		TRY(mask_read(&mask, mask_item, &im->grid, "bold", env->arena));
		index = NEW_N(env->arena, int, mask.n);
		for (long v = 0; v < grid_size(&im->grid); v++)   /* in the order of the file, unlike mask.index */
			if (mask.inside[v])
				index[n++] = (int)v;
		j.index = index;
		j.n_voxel = n;
	}
	begin(&j, env);
	if (im->stream)
		TRY(add_passing(&j, im, env->n_threads));
	else
		add_all(&j, env->n_threads);
	par_for(env->n_threads, n_blocks(&j), finish_block, &j);
	tell(&j, env);
	TRY(image_write_floats(out_blob(out->stat, "image.nii"), &im->grid, j.stat));
	TRY(image_write(out_blob(out->p, "image.nii"), &im->grid, 1, 0, IMAGE_FLOAT64, j.p));
	return image_write_floats(out_blob(out->log10p, "image.nii"), &im->grid, j.log10p);
}

/* ---- at check time ---- */
static void tell_image(struct shape *s, const char *port, const struct image_facts *im, const char *type)
{
	struct image_facts f = image_facts_new(&im->grid, 1, 0, type);

	f.space = im->space;
	shape_out(s, port, image_facts_to(&f, s->arena));
}

void voxelwise_check(struct shape *s, const struct image_facts *im, const char *stat, int n_group, long n_term)
{
	int inside = mask_facts_check(s, "mask", &im->grid, "bold");
	int64_t size = grid_size(&im->grid), n = inside < 0 ? size : inside, volume = im->bytes / im->n_vol;

	tell_image(s, stat, im, "float32");
	tell_image(s, "p", im, "float64");
	tell_image(s, "log10p", im, "float32");
	s->memory = (volume < AT_ONCE ? 2 * AT_ONCE : 2 * volume) + 24 * n * n_group + 24 * size + (8 << 20);
	s->seconds = 1e-9 * (double)n * (double)(n_term < 0 ? im->n_vol : n_term) + 1e-6 * (double)n + 0.005;
}
