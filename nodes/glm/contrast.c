/* glm.contrast - effects of a fitted model, their variance and whether they differ from 0.
 *
 * Everything comes from the model; the data are not opened. Voxels are taken in portions, so that memory is bounded
 * whatever the number of rows of an F test. nilearn's compute_contrast. */
#include "glm.contrast.node.h"

#include "base/arena.h"
#include "fmri/contrast.h"
#include "glm/contrast_model.h"
#include "glm/contrast_pool.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/matrix.h"

enum { PORTION = 1 << 22 /* doubles of covariances at once */ };

static bool is_compat(const struct glm_contrast_params *params)
{
	return params->compat == GLM_CONTRAST_COMPAT_NILEARN;
}

/* ---- what is asked ---- */
struct test {
	const struct glm *g;
	const struct run_model *run;          /* [g->n_run] */
	const struct contrast *contrast;      /* [g->n_run] */
	const struct contrast *first;         /* the first that is used: rows and kind of them all */
	enum pool_how how;
	bool compat;
};

/* Fixed effects of an F test are approximate in nilearn. */
static enum pool_how how_of(const struct glm_contrast_params *params, bool is_f)
{
	if (params->fixed_effects == GLM_CONTRAST_FIXED_EFFECTS_PRECISION)
		return POOL_PRECISION;
	return is_f && is_compat(params) ? POOL_WHITENED : POOL_MEAN;
}

static struct error *contrasts_of(struct contrast **out, const struct glm_contrast_params *params,
                                  const struct item *matrix, const struct glm_facts *facts, struct arena *a)
{
	struct contrast_args args = CONTRAST_ARGS(params);
	struct matrix m = { 0 };
	struct error *e;

	if (matrix)
		TRY(matrix_read(&m, matrix, a));
	e = contrasts_make(out, &args, m.n_row, m.n_col, m.x, facts, a);
	matrix_close(&m);
	return e;
}

static struct error *prepare(struct test *t, struct node_env *env, const struct glm_contrast_params *params,
                             const struct item *matrix, const struct glm *g)
{
	struct run_model *run;
	struct contrast *contrast;
	struct glm_facts facts;

	TRY(run_models(&run, &facts, g, env->arena));
	TRY(contrasts_of(&contrast, params, matrix, &facts, env->arena));
	*t = (struct test){ .g = g, .run = run, .contrast = contrast, .compat = is_compat(params) };
	for (int r = g->n_run - 1; r >= 0; r--) {
		if (contrast[r].used)
			t->first = &contrast[r];
		else if (params->n_contrast == 1 || params->n_f > 0)   /* else people said so themselves */
			node_note(env, "run %s has none of the columns of this contrast and is left out", g->run[r].name);
	}
	t->how = how_of(params, t->first->is_f);
	return NULL;
}

/* ---- maps ---- */
/* Of the voxels of the model, in its order. */
struct maps {
	int n_row, n_variance;                /* volumes of effect and variance */
	float *effect, *variance;             /* [n_row][n], [n_variance][n] */
	struct pool_maps test;
	long bad;                             /* voxels nothing can be said about */
};

/* Wanted are those that have somewhere to go. */
static void maps_new(struct maps *m, const struct test *t, const struct glm_contrast_outputs *out, struct arena *a)
{
	size_t n = (size_t)t->g->n;

	*m = (struct maps){ .n_row = t->first->n_row, .n_variance = t->how == POOL_WHITENED ? 1 : t->first->n_row };
	m->effect = out->effect ? arena_alloc(a, (size_t)m->n_row * n, sizeof *m->effect) : NULL;
	m->variance = out->variance ? arena_alloc(a, (size_t)m->n_variance * n, sizeof *m->variance) : NULL;
	m->test.stat = out->stat ? arena_alloc(a, n, sizeof(float)) : NULL;
	m->test.z = out->z ? arena_alloc(a, n, sizeof(float)) : NULL;
	m->test.p = out->p ? arena_alloc(a, n, sizeof(double)) : NULL;
	m->test.log10p = out->log10p ? arena_alloc(a, n, sizeof(float)) : NULL;
}

/* Row k of x [..][n] to the voxels from first on. */
static void put_row(float *map, long n_total, int k, long first, long n, const double *x)
{
	for (long v = 0; map && v < n; v++)
		map[k * n_total + first + v] = (float)x[v];
}

static int diagonal(int n_row, int k)
{
	return k * n_row - k * (k - 1) / 2;
}

static void put(struct maps *m, const struct pool *p, const struct test *t, long first, int n_threads, struct arena *a)
{
	struct pool_maps part = {
		m->test.stat ? m->test.stat + first : NULL, m->test.z ? m->test.z + first : NULL,
		m->test.p ? m->test.p + first : NULL, m->test.log10p ? m->test.log10p + first : NULL,
	};

	for (int k = 0; k < m->n_row; k++)
		put_row(m->effect, t->g->n, k, first, p->n, p->effect + k * p->n);
	for (int k = 0; k < m->n_variance; k++)
		put_row(m->variance, t->g->n, k, first, p->n, p->cov + diagonal(m->n_variance, k) * p->n);
	for (long v = 0; v < p->n; v++)
		m->bad += p->bad[v];
	pool_test(p, t->first->is_f, &part, n_threads, a);
}

static void compute(struct maps *m, const struct test *t, int n_threads, struct arena *a)
{
	int q = t->first->n_row;
	long most = PORTION / (q * (q + 1) / 2), n_portion;
	struct run_effects e;
	struct pool p;

	most = most < 256 ? 256 : most;
	n_portion = most < t->g->n ? most : t->g->n;
	run_effects_new(&e, q, n_portion, a);
	pool_new(&p, t->how, t->compat, q, n_portion, a);
	for (long first = 0; first < t->g->n; first += n_portion) {
		e.first = first;
		e.n = t->g->n - first < n_portion ? t->g->n - first : n_portion;
		pool_clear(&p, e.n);
		for (int r = 0; r < t->g->n_run; r++)
			if (t->contrast[r].used) {
				run_effects_of(&e, &t->run[r], &t->contrast[r], t->g->n, n_threads, a);
				pool_add(&p, &e, n_threads, a);
			}
		pool_finish(&p, n_threads, a);
		put(m, &p, t, first, n_threads, a);
	}
}

/* ---- writing ---- */
/* n_vol rows of n values as volumes, 0 outside of the model's voxels. */
static struct error *write_rows(struct out *o, const struct glm *g, int n_vol, const float *row, struct arena *a)
{
	const char *path = o ? out_blob(o, "image.nii") : NULL;   /* what the output remembers of it outlives the mark */
	struct arena_mark mark = arena_mark(a);
	struct image_writer *w;
	float *volume;

	if (!o)
		return NULL;
	TRY(image_create(&w, path, &g->grid, n_vol, 0, IMAGE_FLOAT32, a));
	volume = NEW_N(a, float, grid_size(&g->grid));
	for (int k = 0; k < n_vol; k++) {
		for (long v = 0; v < g->n; v++)
			volume[g->index[v]] = row[k * g->n + v];
		TRY(image_put(w, k, volume));
	}
	TRY(image_finish(w));
	arena_reset(a, mark);
	return NULL;
}

static struct error *write_p(struct out *o, const struct glm *g, const double *p, struct arena *a)
{
	double *volume;

	if (!o)
		return NULL;
	volume = NEW_N(a, double, grid_size(&g->grid));
	for (long v = 0; v < g->n; v++)
		volume[g->index[v]] = p[v];
	return image_write(out_blob(o, "image.nii"), &g->grid, 1, 0, IMAGE_FLOAT64, volume);
}

static struct error *write_maps(const struct maps *m, const struct glm *g, const struct glm_contrast_outputs *out,
                                struct arena *a)
{
	TRY(write_rows(out->effect, g, m->n_row, m->effect, a));
	TRY(write_rows(out->variance, g, m->n_variance, m->variance, a));
	TRY(write_rows(out->stat, g, 1, m->test.stat, a));
	TRY(write_rows(out->z, g, 1, m->test.z, a));
	TRY(write_rows(out->log10p, g, 1, m->test.log10p, a));
	return write_p(out->p, g, m->test.p, a);
}

static struct error *run(struct node_env *env, const struct glm_contrast_params *params, const struct item *matrix,
                         const struct glm *g, const struct glm_contrast_outputs *out)
{
	struct test t;
	struct maps m;

	TRY(prepare(&t, env, params, matrix, g));
	maps_new(&m, &t, out, env->arena);
	compute(&m, &t, env->n_threads, env->arena);
	if (m.bad > 0)
		node_note(env, "%ld of %ld voxels have no variance in some run (constant there), or the contrast cannot be "
		          "estimated from their rows: effect, stat and z are 0 there, p is 1", m.bad, g->n);
	return write_maps(&m, g, out, env->arena);
}

struct error *glm_contrast_run(struct node_env *env, const struct glm_contrast_params *params,
                               const struct glm_contrast_inputs *in, const struct glm_contrast_outputs *out)
{
	struct glm g;
	struct error *e;

	TRY(glm_read(&g, in->glm, env->arena));
	e = run(env, params, in->matrix, &g, out);
	glm_close(&g);
	return e;
}

/* ---- shape ---- */
static void tell_image(struct shape *s, const char *port, const struct grid *g, int n_vol, const char *type)
{
	struct image_facts f = image_facts_new(g, n_vol, 0, type);

	shape_out(s, port, image_facts_to(&f, s->arena));
}

static void predict(struct shape *s, const struct glm_facts *g, const struct contrast *c, int n_row)
{
	double n = (double)(g->n_voxel < 0 ? grid_size(&g->grid) : g->n_voxel), cov = n_row * (n_row + 1) / 2.0, columns = 0;
	double portion = n < PORTION / cov ? n : PORTION / cov;
	int used = 0;

	for (int r = 0; r < g->n_run; r++) {
		columns += g->run[r].n_col;
		used += c[r].used;
	}
	s->memory = (int64_t)(16 * cov * portion + n * (24 + 24 * n_row) + 16 * (double)grid_size(&g->grid) +
	                      8 * n * columns) + (16 << 20);
	s->seconds = 1e-6 * n * (1 + used * (0.2 + 0.05 * cov)) + 0.005;
}

struct error *glm_contrast_shape(struct shape *s, const struct glm_contrast_params *params)
{
	struct contrast_args args = CONTRAST_ARGS(params);
	struct contrast *c, *first = NULL;
	struct glm_facts g;

	if (!contrasts_check(&c, s, "glm", &args) || !glm_facts_from(&g, shape_in(s, "glm"), s->arena))
		return NULL;
	for (int r = g.n_run - 1; r >= 0; r--) {
		if (c[r].used)
			first = &c[r];
		else if (params->n_contrast == 1 || params->n_f > 0)
			shape_warning(s, "", "run %s has none of the columns of this contrast and is left out", g.run[r].name);
	}
	if (!first)
		return NULL;
	tell_image(s, "effect", &g.grid, first->n_row, "float32");
	tell_image(s, "variance", &g.grid, how_of(params, first->is_f) == POOL_WHITENED ? 1 : first->n_row, "float32");
	tell_image(s, "stat", &g.grid, 1, "float32");
	tell_image(s, "z", &g.grid, 1, "float32");
	tell_image(s, "p", &g.grid, 1, "float64");
	tell_image(s, "log10p", &g.grid, 1, "float32");
	predict(s, &g, c, first->n_row);
	return NULL;
}
