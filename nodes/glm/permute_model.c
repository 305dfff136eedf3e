#include "glm/permute_model.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/contrast.h"
#include "glm.permutation.node.h"
#include "img/matrix.h"
#include "img/table.h"
#include "num/glm_model.h"

const char permute_not_f[] = "permutations test one contrast (t), not an F test of several: give contrast or weights";

/* ---- the contrast ---- */
static struct error *contrast_of(const double **out, const struct glm *g, const struct glm_permutation_params *params,
                                 const struct item *given, struct arena *a)
{
	struct contrast_args args = CONTRAST_ARGS(params);
	struct matrix matrix = { 0 };
	struct glm_facts facts;
	struct contrast *con;

	if (given)
		TRY(matrix_read(&matrix, given, a));
	glm_facts_of(&facts, g, a);
	TRY(contrasts_make(&con, &args, matrix.n_row, matrix.n_col, matrix.x, &facts, a));
	if (con[0].is_f || con[0].n_row != 1)
		return error_new(ERR_USER, "%s", permute_not_f);
	*out = con[0].row;
	matrix_close(&matrix);
	return NULL;
}

/* ---- the test as nilearn has it ---- */
static bool is_constant(const struct glm_run *run, int col)
{
	for (int r = 1; r < run->n_row; r++)
		if (run->design[r * run->n_col + col] != run->design[col])
			return false;
	return true;
}

/* The columns of the others [n_row][n_col], a constant last when one is added; returns how many. */
static int nilearn_others(const struct glm_run *run, const double *contrast, bool tests_constant, double *others, bool *flips)
{
	int n_constant = 0, n = 0, width = run->n_col + 1;
	bool drop;

	for (int c = 0; c < run->n_col; c++)
		n_constant += contrast[c] == 0 && is_constant(run, c);
	drop = (tests_constant && n_constant == 1) || n_constant > 1;
	*flips = tests_constant || n_constant == 1;
	for (int c = 0; c < run->n_col; c++) {
		if (contrast[c] != 0 || (drop && is_constant(run, c)))
			continue;
		for (int r = 0; r < run->n_row; r++)
			others[r * width + n] = run->design[r * run->n_col + c];
		n++;
	}
	for (int r = 0; r < run->n_row && !*flips; r++)
		others[r * width + n] = 1;
	return n + !*flips;
}

static struct permute_test *nilearn_test(const struct glm_run *run, const double *contrast, bool *flips, int *n_others,
                                         struct arena *a)
{
	size_t n_row = (size_t)run->n_row, width = (size_t)run->n_col + 1;
	double *x = NEW_N(a, double, n_row), *others = NEW_N(a, double, n_row * width), *packed;
	const struct glm_model *m = NULL;
	bool constant = true;

	for (int r = 0; r < run->n_row; r++) {
		for (int c = 0; c < run->n_col; c++)
			x[r] += run->design[r * run->n_col + c] * contrast[c];
		constant &= x[r] == x[0];
	}
	*n_others = nilearn_others(run, contrast, constant, others, flips);
	packed = NEW_N(a, double, n_row * (size_t)*n_others + 1);
	for (size_t r = 0; r < n_row; r++)
		memcpy(packed + r * (size_t)*n_others, others + r * width, (size_t)*n_others * sizeof *packed);
	if (*n_others > 0)
		m = glm_model_new(run->n_row, *n_others, packed, 0, a);
	return permute_test_new(run->n_row, x, m ? m->rank : 0, m ? m->q : NULL, a);
}

/* ---- test and scheme ---- */
static struct error *test_new(struct permute_model *m, const struct glm_permutation_params *params,
                              const struct item *matrix, bool *flips, struct arena *a)
{
	const struct glm_run *run = &m->glm.run[0];
	double *contrast = NEW_N(a, double, run->n_col);
	const double *given;
	int n_others;

	TRY(contrast_of(&given, &m->glm, params, matrix, a));
	for (int c = 0; c < run->n_col; c++)
		contrast[c] = m->sign * given[c];
	if (params->compat == GLM_PERMUTATION_COMPAT_NILEARN) {
		m->test = nilearn_test(run, contrast, flips, &n_others, a);
		m->cluster_dof = run->n_row - 1 - n_others;
	} else {
		const struct glm_model *model = glm_model_new(run->n_row, run->n_col, run->design, 0, a);

		m->test = model ? permute_test_of(model, contrast, a) : NULL;
		*flips = m->test && !m->test->mean_in_z;
		m->cluster_dof = m->test ? m->test->dof : 0;
	}
	if (!m->test || m->cluster_dof < 1)
		return error_new(ERR_NUMERIC, "nothing can be tested: %d subjects and %d columns leave no degree of freedom, or the other "
		                 "columns explain the tested one", run->n_row, run->n_col);
	return NULL;
}

/* Labels to numbers 0, 1, ... in the order they are first seen. */
static struct error *blocks_read(const int **out, const struct item *it, int n_row, struct arena *a)
{
	struct table t;
	int *block = NEW_N(a, int, n_row), n = 0;
	const char **label = NEW_N(a, const char *, n_row);

	*out = NULL;
	if (!it)
		return NULL;
	TRY(table_of(&t, it, a));
	if (t.n_col != 1 || t.n_row != n_row)
		return error_new(ERR_DATA, "blocks has %d columns and %d rows: must be one column with a label for each of the model's "
		                 "%d rows", t.n_col, t.n_row, n_row);
	for (int r = 0; r < n_row; r++) {
		int b = 0;

		if (!*table_cell(&t, r, 0) || strcmp(table_cell(&t, r, 0), "n/a") == 0)
			return table_error(&t, r, 0, "blocks has no label here");
		while (b < n && strcmp(label[b], table_cell(&t, r, 0)) != 0)
			b++;
		if (b == n)
			label[n++] = table_cell(&t, r, 0);
		block[r] = b;
	}
	*out = block;
	return NULL;
}

/* Whether a shuffle can give some row another value of the tested regressor. */
static bool shuffles_change(const struct permute_draw *d, const double *x)
{
	double most = 0;
	bool change = false;

	for (int r = 0; r < d->n_row; r++)
		most = fmax(most, fabs(x[r]));
	for (int b = 0; b < d->n_block; b++)
		for (int k = d->begin[b]; k < d->begin[b + 1]; k++)
			change |= fabs(x[d->member[k]] - x[d->member[d->begin[b]]]) > 1e-10 * most;
	return change;
}

static struct error *draw_new(struct permute_model *m, const struct glm_permutation_params *params, bool flips,
                              const struct item *blocks, struct arena *a)
{
	const int *block;
	int n_row = m->test->n_row;

	if (params->scheme != GLM_PERMUTATION_SCHEME_AUTO)
		flips = params->scheme == GLM_PERMUTATION_SCHEME_FLIPS;
	TRY(blocks_read(&block, blocks, n_row, a));
	if (block && params->compat == GLM_PERMUTATION_COMPAT_NILEARN)
		return error_new(ERR_USER, "nilearn has no exchangeability blocks: give blocks or `compat: nilearn`");
	if (!flips && m->test->x_constant)
		return error_new(ERR_USER, "the contrast tests a mean, which is the same in any order of the subjects: `scheme: shuffles` "
		                 "cannot test it, flips can");
	m->draw = permute_draw_new(flips, n_row, block, (uint64_t)params->rng_seed, a);
	if (!flips && m->draw->n_block == n_row)
		return error_new(ERR_DATA, "each row is a block of its own: there is nothing to shuffle");
	if (!flips && !shuffles_change(m->draw, m->test->x))
		return error_new(ERR_DATA, "the tested regressor has one value in each block, so that shuffles within blocks change nothing: "
		                 "give blocks that have several values of it");
	return NULL;
}

/* ---- voxels ---- */
/* Which parts of the voxels have all rows. */
static bool *whole_parts(const struct glm_run *run, struct arena *a)
{
	bool *whole = NEW_N(a, bool, run->n_part + 1);

	for (int p = 0; p < run->n_part; p++) {
		whole[p] = true;
		for (int r = 0; r < run->n_row && run->row_in; r++)
			whole[p] &= run->row_in[(long)p * run->n_row + r];
	}
	return whole;
}

/* Columns of the data that are numbers in all rows. */
static void find_finite(struct permute_model *m, struct arena *a)
{
	const struct glm *g = &m->glm;
	const struct glm_run *run = &g->run[0];
	bool *whole = whole_parts(run, a), *bad = NEW_N(a, bool, g->n);

	for (int r = 0; r < run->n_row; r++)
		for (long v = 0; v < g->n; v++)
			bad[v] |= !isfinite(g->data[r * g->n + v]);
	for (long v = 0; v < g->n; v++)
		if (!bad[v] && (!run->part || whole[run->part[v]]))
			m->where[m->n++] = (int)v;
}

static struct error *voxels_find(struct permute_model *m, struct node_env *env)
{
	const struct glm *g = &m->glm;
	int n_row = g->run[0].n_row, finite;

	m->where = arena_alloc(env->arena, (size_t)g->n, sizeof *m->where);
	find_finite(m, env->arena);
	finite = m->n;
	if (finite == 0)
		return error_new(ERR_DATA, "none of the %ld voxels has a value in all %d subjects, which permutations need", g->n, n_row);
	if (finite < g->n)
		node_note(env, "%ld of %ld voxels have no value in some subject and are left out (t 0, p 1)", g->n - finite, g->n);
	m->n = permute_usable(m->test, g->n, g->data, finite, m->where, env->n_threads, env->arena);
	if (m->n == 0)
		return error_new(ERR_DATA, "no voxel varies beyond what the other columns of the model explain");
	if (m->n < finite)
		node_note(env, "%d voxels do not vary beyond what the other columns of the model explain, and are left out (t 0, p 1)",
		          finite - m->n);
	m->index = arena_alloc(env->arena, (size_t)m->n, sizeof *m->index);
	for (int v = 0; v < m->n; v++)
		m->index[v] = g->index[m->where[v]];
	return NULL;
}

struct error *permute_model_open(struct permute_model *m, struct node_env *env, const struct glm_permutation_params *params,
                                 const struct glm_permutation_inputs *in)
{
	bool flips;

	*m = (struct permute_model){ .sign = params->tail == GLM_PERMUTATION_TAIL_LOWER ? -1 : 1 };
	TRY(glm_read(&m->glm, in->glm, env->arena));
	if (!m->glm.group || !m->glm.data || m->glm.n_run != 1)
		return error_new(ERR_USER, "this is a model of volumes over time, which cannot change places: permutations need a group "
		                 "model, made by glm.second_level");
	TRY(test_new(m, params, in->matrix, &flips, env->arena));
	TRY(draw_new(m, params, flips, in->blocks, env->arena));
	TRY(voxels_find(m, env));
	m->data = permute_data_new(m->test, m->glm.n, m->glm.data, m->n, m->where, env->n_threads, env->arena);
	m->t = arena_alloc(env->arena, (size_t)m->n, sizeof *m->t);
	permute_observed(m->test, m->draw, m->data, m->t, env->arena);
	return NULL;
}
