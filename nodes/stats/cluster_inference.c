/* stats.cluster_inference - how many voxels of each cluster are active, at least. nilearn's cluster_level_inference. */
#include "stats.cluster_inference.node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/sorted.h"
#include "img/image.h"
#include "img/table.h"
#include "num/cluster_discoveries.h"
#include "num/cluster_find.h"
#include "num/stat_tails.h"
#include "stats/map.h"

enum { COLUMNS = 8 };

static const char *const column_names[COLUMNS] = { "threshold", "cluster", "x", "y", "z", "voxels", "true_discoveries",
                                                   "proportion" };

struct inference {
	const struct stat_map *map;
	double alpha;
	bool compat;
	long h;                      /* Hommel's: so many of the tested voxels may be null at most */
	struct arena *a, *scratch;   /* scratch: of one threshold */
	float *share;                /* [grid_size] */
	double *cell;                /* [n_row][COLUMNS] */
	int n_cell, n_row, n_found;  /* n_found: with at least one discovery */
};

static double p_of(double z)
{
	return exp(stat_log_z_above(z));
}

static int ascending(const void *p, const void *q)
{
	const double x = *(const double *)p, y = *(const double *)q;

	return (x > y) - (x < y);
}

/* Only p-values up to alpha are looked at; 1e-6 covers the rounding of alpha's z. */
static long hommel(const struct inference *in)
{
	const struct stat_map *m = in->map;
	const double least = in->alpha < 1 ? stat_z_of_log(log(in->alpha)) - 1e-6 : -INFINITY;
	double *p = arena_alloc(in->a, (size_t)m->n_tested, sizeof *p);
	long n = 0, n_small = 0;

	for (long v = 0; v < grid_size(&m->grid); v++)
		if (m->tested[v] && m->x[v] >= least)
			p[n++] = -m->x[v];
	sort_doubles(p, n, in->a);
	for (long k = 0; k < n; k++) {
		p[k] = p_of(-p[k]);
		n_small += p[k] <= in->alpha;
	}
	return discoveries_hommel(m->n_tested, n_small, p, in->alpha, in->compat);
}

/* p-values of all clusters, one cluster after the other: that of cluster k begins at start[k]. */
static double *gather(const struct inference *in, const struct clusters *c, long *start)
{
	double *p;

	for (int k = 0; k < c->n; k++)
		start[k + 1] = start[k] + c->cluster[k].size;
	p = arena_alloc(in->scratch, (size_t)start[c->n] + 1, sizeof *p);
	long *next = NEW_N(in->scratch, long, c->n + 1);

	for (long v = 0; v < grid_size(&in->map->grid); v++)
		if (c->label[v] > 0) {
			int k = c->label[v] - 1;

			p[start[k] + next[k]++] = p_of(in->map->x[v]);
		}
	return p;
}

static void add_row(struct inference *in, double threshold, int number, const struct cluster *c, long found)
{
	double row[COLUMNS] = { threshold, number, 0, 0, 0, (double)c->size, (double)found, (double)found / (double)c->size };
	int voxel[3];

	grid_voxel(&in->map->grid, c->peak, voxel);
	grid_world(&in->map->grid, (const double[3]){ voxel[0], voxel[1], voxel[2] }, &row[2]);
	for (int k = 0; k < COLUMNS; k++)
		PUSH(in->a, in->cell, in->n_cell, k >= 2 && k < 5 ? rint(row[k] * 1e6) / 1e6 : row[k]);
	in->n_row++;
	in->n_found += found > 0;
}

static void infer(struct inference *in, double threshold)
{
	const struct stat_map *m = in->map;
	const struct cluster_cut cut = { .above = stat_map_threshold(m, threshold), .below = -INFINITY, .touch = COMPONENTS_FACES };
	struct clusters c;

	clusters_find(&c, &cut, false, m->grid.n, m->x, m->tested, in->scratch);
	long *start = NEW_N(in->scratch, long, c.n + 1);
	double *p = gather(in, &c, start), *share = NEW_N(in->scratch, double, c.n + 1);

	for (int k = 0; k < c.n; k++) {
		long n = c.cluster[k].size, found;

		qsort(p + start[k], (size_t)n, sizeof *p, ascending);
		found = discoveries_bound(n, p + start[k], in->h, in->alpha, in->compat);
		share[k] = (double)found / (double)n;
		add_row(in, threshold, k + 1, &c.cluster[k], found);
	}
	for (long v = 0; v < grid_size(&m->grid); v++)
		if (c.label[v] > 0)
			in->share[v] = (float)share[c.label[v] - 1];
}

static void tell(struct node_env *env, const struct inference *in, int n, const double *threshold)
{
	double high = -INFINITY;

	for (long v = 0; v < grid_size(&in->map->grid); v++)
		if (in->map->tested[v])
			high = fmax(high, in->map->x[v]);
	if (in->n_row == 0)
		node_note(env, "no cluster above %g: the largest z of %ld voxels is %g", threshold[0], in->map->n_tested, high);
	else
		node_note(env, "at least %ld of %ld voxels are active; %d of %d cluster%s at %d threshold%s %s some for sure",
		          in->map->n_tested - in->h, in->map->n_tested, in->n_found, in->n_row, in->n_row == 1 ? "" : "s", n,
		          n == 1 ? "" : "s", in->n_found == 1 ? "has" : "have");
}

struct error *stats_cluster_inference_run(struct node_env *env, const struct stats_cluster_inference_params *params,
                                          const struct stats_cluster_inference_inputs *in,
                                          const struct stats_cluster_inference_outputs *out)
{
	struct inference inf = { .alpha = params->alpha, .a = env->arena,
	                         .compat = params->compat == STATS_CLUSTER_INFERENCE_COMPAT_NILEARN };
	enum stat_tested tested = inf.compat ? STAT_TESTED_BACKGROUND : STAT_TESTED_NOT_0;
	double *threshold = NEW_N(env->arena, double, params->n_threshold);
	struct stat_map m;

	TRY(stat_map_read(&m, in->image, in->mask, tested, env));
	TRY(stat_map_need_tests(&m, tested));
	inf.map = &m;
	inf.share = NEW_N(env->arena, float, grid_size(&m.grid));
	inf.h = hommel(&inf);
	/* Higher thresholds overwrite lower ones. */
	memcpy(threshold, params->threshold, (size_t)params->n_threshold * sizeof *threshold);
	qsort(threshold, (size_t)params->n_threshold, sizeof *threshold, ascending);
	for (int k = 0; k < params->n_threshold; k++) {
		inf.scratch = arena_new();
		infer(&inf, threshold[k]);
		arena_free(inf.scratch);
	}
	tell(env, &inf, params->n_threshold, threshold);
	TRY(image_write_floats(out_blob(out->image, "image.nii"), &m.grid, inf.share));
	return table_write_numbers(out_blob(out->table, "table.tsv"), inf.n_row, COLUMNS, column_names, inf.cell, env->arena);
}

struct error *stats_cluster_inference_shape(struct shape *s, const struct stats_cluster_inference_params *params)
{
	struct image_facts im, to;

	if (!stat_map_check(&im, s))
		return NULL;
	to = image_facts_new(&im.grid, 1, 0, "float32");
	to.space = im.space;
	shape_out(s, "image", image_facts_to(&to, s->arena));
	s->memory = im.bytes + (80 + 8 * (int64_t)params->n_threshold) * grid_size(&im.grid) + (8 << 20);
	s->seconds = 1e-7 * (double)grid_size(&im.grid) * params->n_threshold + 0.005;
	return NULL;
}
