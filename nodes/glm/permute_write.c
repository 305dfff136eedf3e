#include "glm/permute_write.h"

#include <math.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "glm.permutation.node.h"
#include "img/image.h"
#include "img/table.h"

/* Values that ought to be equal may differ by rounding: those of permutations that give the same groups, say. */
static double tie_of(const struct glm_permutation_params *p)
{
	return p->compat == GLM_PERMUTATION_COMPAT_NILEARN ? 0 : 1e-9;
}

double permute_p(const struct permute_results *r, const double *sorted, double x)
{
	return (double)permute_reached(r->null.n, sorted, x, tie_of(r->params)) / (double)r->null.n;
}

static double magnitude(const struct permute_results *r, double t)
{
	return r->wanted->two_sided ? fabs(t) : t;
}

/* ---- maps ---- */
static struct error *write_floats(const struct permute_results *r, struct out *out, const double *x, double factor)
{
	const struct permute_model *m = r->model;
	float *volume = NEW_N(r->env->arena, float, grid_size(&m->glm.grid));

	for (int v = 0; v < m->n; v++)
		volume[m->index[v]] = (float)(factor * x[v]);
	return image_write_floats(out_blob(out, "image.nii"), &m->glm.grid, volume);
}

static struct error *write_log10(const struct permute_results *r, struct out *out, const double *p)
{
	double *x = arena_alloc(r->env->arena, (size_t)r->model->n, sizeof *x);

	for (int v = 0; v < r->model->n; v++)
		x[v] = p[v] < 1 ? -log10(p[v]) : 0;   /* not -0 */
	return write_floats(r, out, x, 1);
}

static struct error *write_p(const struct permute_results *r, struct out *out, const double *p)
{
	const struct permute_model *m = r->model;
	long size = grid_size(&m->glm.grid);
	double *volume = arena_alloc(r->env->arena, (size_t)size, sizeof *volume);

	for (long v = 0; v < size; v++)
		volume[v] = 1;
	for (int v = 0; v < m->n; v++)
		volume[m->index[v]] = p[v];
	return image_write(out_blob(out, "image.nii"), &m->glm.grid, 1, 0, IMAGE_FLOAT64, volume);
}

/* p of each voxel by one statistic. */
static double *p_of(const struct permute_results *r, enum permute_statistic which, const double *x)
{
	double *sorted = permute_sorted(&r->null, which, r->env->arena);
	double *p = arena_alloc(r->env->arena, (size_t)r->model->n, sizeof *p);

	for (int v = 0; v < r->model->n; v++)
		p[v] = permute_p(r, sorted, magnitude(r, x[v]));
	return p;
}

struct error *permute_write_maps(const struct permute_results *r, const struct glm_permutation_outputs *out)
{
	const double *p = p_of(r, PERMUTE_T, r->model->t);

	TRY(write_floats(r, out->t, r->model->t, r->model->sign));
	TRY(write_p(r, out->p, p));
	return write_log10(r, out->log10p, p);
}

struct error *permute_write_tfce(const struct permute_results *r, const struct glm_permutation_outputs *out)
{
	double *value = arena_alloc(r->env->arena, (size_t)r->model->n, sizeof *value);

	tfce_run(r->wanted->tfce, r->model->t, tfce_work_new(r->wanted->tfce, r->env->arena), value);
	if (out->tfce_map)
		TRY(write_floats(r, out->tfce_map, value, r->model->sign));
	return out->tfce_log10p ? write_log10(r, out->tfce_log10p, p_of(r, PERMUTE_TFCE, value)) : NULL;
}

/* ---- the distribution ---- */
struct error *permute_write_distribution(const struct permute_results *r, struct out *distribution)
{
	const struct permute_wanted *w = r->wanted;
	const bool has[PERMUTE_STATISTICS] = { true, w->clusters, w->clusters, w->tfce != NULL };
	const char *column[1 + PERMUTE_STATISTICS] = { "permutation" };
	int n_col = 1;
	double *x = arena_alloc(r->env->arena, (size_t)r->null.n * (1 + PERMUTE_STATISTICS), sizeof *x), *at = x;

	for (int s = 0; s < PERMUTE_STATISTICS; s++)
		if (has[s])
			column[n_col++] = permute_columns[s];
	for (long k = 0; k < r->null.n; k++) {
		*at++ = (double)r->null.number[k];
		for (int s = 0; s < PERMUTE_STATISTICS; s++)
			if (has[s])
				*at++ = permute_statistic(&r->null.max[k], (enum permute_statistic)s);
	}
	return table_write_numbers(out_blob(distribution, "table.tsv"), (int)r->null.n, n_col, column, x, r->env->arena);
}

/* ---- the record ---- */
/* The largest t that has a p above 0.05: a larger one is significant. */
static double t_at(const struct permute_results *r, const double *sorted, double p)
{
	long beyond = (long)floor(p * (double)r->null.n);

	return sorted[r->null.n - 1 - beyond];
}

struct error *permute_write_record(const struct permute_results *r, struct out *record)
{
	static const char *const tails[] = { "two", "upper", "lower" };
	const struct permute_model *m = r->model;
	const double *sorted = permute_sorted(&r->null, PERMUTE_T, r->env->arena);
	struct buf b = { .arena = r->env->arena };
	int n_below = 0;

	for (int v = 0; v < m->n; v++)
		n_below += permute_p(r, sorted, magnitude(r, m->t[v])) <= 0.05;
	json_field_text(&b, "scheme", m->draw->flips ? "flips" : "shuffles");
	json_field_text(&b, "tail", tails[r->params->tail]);
	json_field(&b, "permutations", (double)(r->null.n - 1));
	buf_printf(&b, ",\n \"all\": %s", r->null.all ? "true" : "false");
	json_field(&b, "first", (double)r->null.number[r->null.n > 1]);
	json_field(&b, "last", (double)r->null.number[r->null.n - 1]);
	json_field(&b, "rng_seed", r->params->rng_seed);
	json_field(&b, "subjects", m->test->n_row);
	json_field(&b, "dof", m->test->dof);
	json_field(&b, "voxels", m->n);
	json_field(&b, "max_t", r->null.max[0].t);
	json_field(&b, "t_above", t_at(r, sorted, 0.05));
	json_field(&b, "voxels_below_05", n_below);
	buf_add(&b, "}\n");
	return file_write(out_blob(record, "record.json"), b.text, b.n);
}
