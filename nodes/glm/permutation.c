/* glm.permutation - p-values of a contrast of a group model by permutation. nilearn's non_parametric_inference.
 *
 * Each output on request is a task of its own, which makes the largest statistics that it needs and no others. */
#include "glm.permutation.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/contrast.h"
#include "glm/permute_model.h"
#include "glm/permute_null.h"
#include "glm/permute_write.h"
#include "img/facts.h"
#include "img/glm.h"
#include "num/stat_tails.h"

/* What is asked for. */
struct asked { bool maps, clusters, tfce_map, tfce; };

static bool two_sided(const struct glm_permutation_params *p)
{
	return p->tail == GLM_PERMUTATION_TAIL_TWO;
}

/* Reports what does not go together, where and why. */
static const char *problem_of(const struct glm_permutation_params *p, const struct asked *asked, const char **where)
{
	*where = "cluster_threshold";
	if (asked->clusters && !p->has_cluster_threshold)
		return "size_log10p, mass_log10p and clusters need cluster_threshold, the uncorrected p whose t forms clusters, "
		       "such as 0.001";
	*where = "tfce";
	if ((asked->tfce_map || asked->tfce) && !p->tfce)
		return "the outputs tfce_map and tfce_log10p need `tfce: true`";
	*where = "f";
	if (p->n_f > 0)
		return permute_not_f;
	return NULL;
}

static struct asked asked_of(const struct glm_permutation_outputs *out, const struct glm_permutation_params *p)
{
	return (struct asked){
		.maps = out->t != NULL,
		.clusters = out->size_log10p || out->mass_log10p || out->clusters || (out->distribution && p->has_cluster_threshold),
		.tfce_map = out->tfce_map != NULL,
		.tfce = out->tfce_log10p || (out->distribution && p->tfce),
	};
}

static struct tfce *enhancement(const struct glm_permutation_params *p, const struct neighbours *b, struct arena *a)
{
	struct tfce_options o = {
		.e = p->tfce_e, .h = p->tfce_h, .steps = p->tfce_steps, .two_sided = two_sided(p),
		.unweighted = p->compat == GLM_PERMUTATION_COMPAT_NILEARN,
	};

	return tfce_new(&o, b, a);
}

static void want(struct permute_wanted *w, const struct permute_model *m, const struct asked *asked,
                 const struct glm_permutation_params *p, struct arena *a)
{
	static const enum components_touch touch[] = { COMPONENTS_FACES, COMPONENTS_EDGES, COMPONENTS_CORNERS };

	*w = (struct permute_wanted){ .two_sided = two_sided(p), .clusters = asked->clusters };
	if (!asked->clusters && !asked->tfce && !asked->tfce_map)
		return;
	w->neighbours = neighbours_new(m->glm.grid.n, m->n, m->index, touch[p->touch], a);
	if (asked->clusters)
		w->threshold = stat_t_of(p->cluster_threshold / (two_sided(p) ? 2 : 1), m->cluster_dof);
	if (asked->tfce || asked->tfce_map)
		w->tfce = enhancement(p, w->neighbours, a);
}

/* What was done, and how fine the p-values can be. */
static void tell(const struct permute_results *r)
{
	const struct permute_draw *d = r->model->draw;

	/* Flipping all signs gives the same |t|, so that two-sided every p counts twice. */
	if (r->null.all)
		node_note(r->env, "%d %s have %ld sign flips, no more than n_perm: all were used, so p is exact and at least "
		          "%.3g", d->n_block, d->n_block == d->n_row ? "subjects" : "blocks", r->null.n,
		          (r->wanted->two_sided ? 2 : 1) / (double)r->null.n);
	else if (r->null.n == 1)
		node_note(r->env, "nothing was permuted (n_perm: 0): every p is 1");
	else
		node_note(r->env, "%ld permutations by %s of %d rows%s, in %d voxels", r->null.n - 1,
		          d->flips ? "sign flips" : "shuffles", d->n_row, r->null.n_earlier > 0 ? ", with those of earlier" : "",
		          r->model->n);
}

static struct error *write(const struct permute_results *r, const struct asked *asked,
                           const struct glm_permutation_outputs *out)
{
	if (asked->maps) {
		tell(r);
		TRY(permute_write_maps(r, out));
		TRY(permute_write_record(r, out->record));
	}
	if (out->size_log10p || out->mass_log10p || out->clusters)
		TRY(permute_write_clusters(r, out));
	if (out->tfce_map || out->tfce_log10p)
		TRY(permute_write_tfce(r, out));
	return out->distribution ? permute_write_distribution(r, out->distribution) : NULL;
}

static struct error *run(struct permute_model *m, struct node_env *env, const struct glm_permutation_params *params,
                         const struct glm_permutation_inputs *in, const struct glm_permutation_outputs *out)
{
	struct asked asked = asked_of(out, params);
	struct permute_wanted wanted;
	struct permute_results r = { .env = env, .params = params, .model = m, .wanted = &wanted };

	TRY(permute_model_open(m, env, params, in));
	want(&wanted, m, &asked, params, env->arena);
	if (asked.maps || asked.clusters || asked.tfce || out->distribution)
		TRY(permute_null_make(&r.null, env, m, &wanted, params, in->earlier));
	return write(&r, &asked, out);
}

struct error *glm_permutation_run(struct node_env *env, const struct glm_permutation_params *params,
                                  const struct glm_permutation_inputs *in, const struct glm_permutation_outputs *out)
{
	struct asked asked = asked_of(out, params);
	struct permute_model m = { 0 };
	const char *where, *problem = problem_of(params, &asked, &where);
	struct error *e;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	e = run(&m, env, params, in, out);
	glm_close(&m.glm);
	return e;
}

/* ---- at check time ---- */
static bool wanted_here(const struct shape *s, const char *port)
{
	return *shape_kind(s, port) != 0;
}

static struct asked asked_at_check(const struct shape *s, const struct glm_permutation_params *p)
{
	bool distribution = wanted_here(s, "distribution");

	return (struct asked){
		.maps = wanted_here(s, "t"),
		.clusters = wanted_here(s, "size_log10p") || wanted_here(s, "mass_log10p") || wanted_here(s, "clusters") ||
		            (distribution && p->has_cluster_threshold),
		.tfce_map = wanted_here(s, "tfce_map"),
		.tfce = wanted_here(s, "tfce_log10p") || (distribution && p->tfce),
	};
}

static void check_earlier(struct shape *s, const struct glm_permutation_params *p, const struct asked *asked)
{
	const bool needed[PERMUTE_STATISTICS] = { true, asked->clusters, asked->clusters, asked->tfce };
	struct table_facts t;

	if (p->has_first && shape_n(s, "earlier") > 0)
		shape_error(s, "first", "first and earlier exclude each other: with earlier, permutations go on after its last");
	if (!table_facts_from(&t, shape_in(s, "earlier"), s->arena) || !t.column)
		return;
	for (int k = 0; k < PERMUTE_STATISTICS; k++) {
		bool there = false;

		for (int c = 0; c < t.n_col; c++)
			there |= strcmp(t.column[c], permute_columns[k]) == 0;
		if (needed[k] && !there)
			shape_error(s, "earlier", "earlier has no column %s: it must be the distribution of a run with the same "
			            "cluster_threshold and tfce", permute_columns[k]);
	}
}

static void check_blocks(struct shape *s, const struct glm_permutation_params *p, int n_row)
{
	struct table_facts t;

	if (!table_facts_from(&t, shape_in(s, "blocks"), s->arena))
		return;
	if (t.n_col != 1 || (n_row > 0 && t.n_row != n_row))
		shape_error(s, "blocks", "blocks has %d columns and %d rows: must be one column with a label for each of the "
		            "model's %d rows", t.n_col, t.n_row, n_row);
	if (p->compat == GLM_PERMUTATION_COMPAT_NILEARN)
		shape_error(s, "blocks", "nilearn has no exchangeability blocks: give blocks or `compat: nilearn`");
}

/* Permutations are kept as statistics, once more to be sorted; of a distribution as cells of a table and their text too. */
static double bytes_of_permutations(const struct shape *s, const struct glm_permutation_params *p)
{
	const double columns = 2 + 2 * p->has_cluster_threshold + p->tfce;
	struct table_facts earlier;
	double n = p->n_perm;

	if (table_facts_from(&earlier, shape_in(s, "earlier"), s->arena))
		n += earlier.n_row;
	return n * (64 + (wanted_here(s, "distribution") ? 40 + 40 * columns : 0));
}

/* Bytes and seconds; what is not known yet counts as 40 subjects and every voxel. */
static void predict(struct shape *s, const struct glm_permutation_params *p, const struct glm_facts *f,
                    const struct asked *asked)
{
	double n = f->n_voxel > 0 ? (double)f->n_voxel : (double)grid_size(&f->grid), rows = 40, columns = 1, turn;
	bool connected = asked->clusters || asked->tfce || asked->tfce_map;

	if (f->n_run == 1 && f->run[0].n_row > 0)
		rows = f->run[0].n_row;
	if (f->n_run == 1)
		columns = f->run[0].n_col;
	turn = n * (6e-11 * rows * columns + 1.5e-9) + (asked->clusters ? 3e-9 * n : 0) + (asked->tfce ? 6e-8 * n : 0);
	s->memory = (int64_t)(n * (12 * rows + 64 + (connected ? 4 * 26 + 2 * (96 + 80) : 0)) + bytes_of_permutations(s, p) +
	                      12.0 * (double)grid_size(&f->grid)) + (16 << 20);
	if (p->compat == GLM_PERMUTATION_COMPAT_NILEARN)
		s->memory += (int64_t)(4 * rows * p->n_perm);
	s->seconds = p->n_perm * turn + 2e-9 * n * rows + 0.005;
}

static void tell_outputs(struct shape *s, const struct glm_facts *f)
{
	static const char *const maps[] = { "t", "p", "log10p", "size_log10p", "mass_log10p", "tfce_map", "tfce_log10p" };

	for (size_t k = 0; k < sizeof maps / sizeof *maps; k++) {
		struct image_facts im = image_facts_new(&f->grid, 1, 0, strcmp(maps[k], "p") == 0 ? "float64" : "float32");

		shape_out(s, maps[k], image_facts_to(&im, s->arena));
	}
}

struct error *glm_permutation_shape(struct shape *s, const struct glm_permutation_params *params)
{
	struct contrast_args args = CONTRAST_ARGS(params);
	struct asked asked = asked_at_check(s, params);
	const char *where, *problem = problem_of(params, &asked, &where);
	struct contrast *con;
	struct glm_facts f;
	int n_row;

	if (problem)
		shape_error(s, where, "%s", problem);
	if (!glm_facts_from(&f, shape_in(s, "glm"), s->arena)) {
		check_earlier(s, params, &asked);
		return NULL;
	}
	if (!f.group) {
		shape_error(s, "glm", "this is a model of volumes over time, which cannot change places: permutations need a "
		            "group model, made by glm.second_level");
		return NULL;
	}
	if (params->n_f == 0 && contrasts_check(&con, s, "glm", &args) && con[0].is_f)
		shape_error(s, "matrix", "%s", permute_not_f);
	n_row = f.n_run == 1 ? f.run[0].n_row : -1;
	check_earlier(s, params, &asked);
	check_blocks(s, params, n_row);
	tell_outputs(s, &f);
	predict(s, params, &f, &asked);
	return NULL;
}
