/* stats.clusters - a table of clusters, their peaks and subpeaks. nilearn's get_clusters_table, with names from an atlas. */
#include "stats.clusters.node.h"

#include <math.h>

#include "base/arena.h"
#include "base/json.h"
#include "img/image.h"
#include "img/labels.h"
#include "img/table.h"
#include "num/cluster_peaks.h"
#include "stats/atlas.h"
#include "stats/map.h"

enum { COLUMNS = 7 };

static const char *const column_names[COLUMNS] = { "Cluster ID", "X", "Y", "Z", "Peak Stat", "Cluster Size (mm3)", "Label" };

struct listing {
	const struct stats_clusters_params *params;
	const struct stat_map *map;
	const struct atlas *atlas;   /* or NULL */
	struct arena *a;
	struct buf text;             /* of the number that is being written */
	int n_col, n_cell, n_row;
	const char **cell;
	int n_cluster;               /* of both sides so far */
	int *label;                  /* [grid_size] */
	int n_name;
	const char **name;           /* [n_cluster] */
	int n_named;                 /* peaks that the atlas has a name for */
};

static bool compat(const struct stats_clusters_params *p)
{
	return p->compat == STATS_CLUSTERS_COMPAT_NILEARN;
}

/* ---- numbers as people read them ---- */
static const char *short_text(struct listing *l, double x, bool is_float)
{
	l->text.n = 0;
	if (is_float)
		json_float(&l->text, (float)x);
	else
		json_number(&l->text, x);
	return arena_strndup(l->a, l->text.text, l->text.n);
}

/* To 0.001 mm3 a voxel: affines are rounded. nilearn multiplies the header's zooms, which are floats, and cuts the fraction
 * off. */
static double cluster_mm3(const struct listing *l, long n_voxel)
{
	double mm[3];

	if (!compat(l->params))
		return (double)n_voxel * rint(grid_voxel_mm3(&l->map->grid) * 1000) / 1000;
	grid_voxel_mm(&l->map->grid, mm);
	return trunc((double)n_voxel * (double)((float)mm[0] * (float)mm[1] * (float)mm[2]));
}

/* ---- subpeaks ---- */
static double distance(const double a[3], const double b[3])
{
	return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

static void peak_world(const struct listing *l, const struct cluster_peak *p, double world[3])
{
	grid_world(&l->map->grid, (const double[3]){ p->voxel[0], p->voxel[1], p->voxel[2] }, world);
}

/* Those of the n peaks of a cluster, the strongest first, that are far enough from all (compat: from the last) that were
 * taken; kept has room for one more than there may be subpeaks. */
static int keep_peaks(const struct listing *l, int n, const struct cluster_peak *peak, int *kept)
{
	double world[3], taken[27][3];
	int n_kept = 0;

	for (int k = 0; k < n && n_kept <= l->params->max_subpeaks; k++) {
		bool far = true;

		peak_world(l, &peak[k], world);
		for (int t = compat(l->params) && n_kept > 0 ? n_kept - 1 : 0; t < n_kept && far; t++)
			far = distance(world, taken[t]) > l->params->min_distance_mm;
		if (!far)
			continue;
		for (int d = 0; d < 3; d++)
			taken[n_kept][d] = world[d];
		kept[n_kept++] = k;
	}
	return n_kept;
}

/* ---- rows ---- */
static void add_cell(struct listing *l, const char *text)
{
	PUSH(l->a, l->cell, l->n_cell, text);
}

static void add_row(struct listing *l, const char *id, const struct cluster_peak *p, double value, const char *size)
{
	double world[3];

	peak_world(l, p, world);
	add_cell(l, id);
	for (int d = 0; d < 3; d++)
		add_cell(l, short_text(l, world[d], true));
	add_cell(l, short_text(l, value, l->map->is_float));
	add_cell(l, size);
	if (l->atlas) {
		const char *name = atlas_name(l->atlas, world);

		l->n_named += name != NULL;
		add_cell(l, name ? name : "");
	}
	l->n_row++;
}

/* A cluster's rows; number is the one in the table. */
static void add_cluster(struct listing *l, int number, const struct cluster *c, int n, const struct cluster_peak *peak)
{
	bool turned = compat(l->params) && !l->params->two_sided && l->params->threshold < 0;
	int kept[27], n_kept = keep_peaks(l, n, peak, kept);
	double world[3];

	for (int k = 0; k < n_kept; k++) {
		const struct cluster_peak *p = &peak[kept[k]];

		add_row(l, k == 0 ? arena_printf(l->a, "%d", number) : arena_printf(l->a, "%d%c", number, 'a' + k - 1), p,
		        turned ? -p->value : p->value, k == 0 ? short_text(l, cluster_mm3(l, c->size), false) : "");
	}
	peak_world(l, &peak[0], world);
	PUSH(l->a, l->name, l->n_name, arena_printf(l->a, "%d at %.4g %.4g %.4g", number, world[0] + 0.0, world[1] + 0.0,
	                                            world[2] + 0.0));
}

static void add_side(struct listing *l, const struct cluster_cut *cut, bool below)
{
	const struct stat_map *m = l->map;
	const int first = l->n_cluster;
	struct cluster_peak *peak;
	struct clusters c;
	int n_peak, at = 0;

	clusters_find(&c, cut, below, m->grid.n, m->x, m->inside, l->a);
	n_peak = cluster_peaks_find(&peak, &c, m->grid.n, m->x, compat(l->params) ? CLUSTER_PEAKS_NILEARN : CLUSTER_PEAKS_HIGHEST, l->a);
	for (int k = 0; k < c.n; k++) {
		int begin = at;

		while (at < n_peak && peak[at].cluster == k)
			at++;
		add_cluster(l, 1 + k + (compat(l->params) ? 0 : first), &c.cluster[k], at - begin, peak + begin);
	}
	l->n_cluster += c.n;
	for (long v = 0; v < grid_size(&m->grid); v++)
		if (c.label[v] > 0)
			l->label[v] = first + c.label[v];
}

static struct cluster_cut cut_at(const struct stats_clusters_params *p, const struct stat_map *m)
{
	static const enum components_touch touches[] = { COMPONENTS_FACES, COMPONENTS_EDGES, COMPONENTS_CORNERS };
	const double t = stat_map_threshold(m, p->threshold);
	struct cluster_cut cut = { .above = INFINITY, .below = -INFINITY, .touch = touches[p->touch] };

	cut.min_voxels = stat_map_least_voxels(m, p->cluster_threshold, p->has_cluster_volume, p->cluster_volume_mm3);
	cut.weakest_first = compat(p) && !p->two_sided && t < 0;
	if (t >= 0)
		cut.above = t;
	if (p->two_sided || t < 0)
		cut.below = -fabs(t);
	return cut;
}

/* ---- notes and outputs ---- */
static void tell(struct node_env *env, const struct listing *l)
{
	const struct stats_clusters_params *p = l->params;
	double low = INFINITY, high = -INFINITY;
	long beyond = 0;

	for (long v = 0; v < grid_size(&l->map->grid); v++) {
		low = fmin(low, l->map->x[v]);
		high = fmax(high, l->map->x[v]);
		beyond += l->map->x[v] < -p->threshold;
	}
	if (l->n_cluster == 0)
		node_note(env, "no cluster at a threshold of %g%s: values are from %g to %g", p->threshold,
		          p->cluster_threshold > 1 || p->has_cluster_volume ? " has enough voxels" : "", low, high);
	if (!p->two_sided && p->threshold >= 0 && beyond > 0)
		node_note(env, "%ld voxel%s below %g: two_sided: true lists them too", beyond, beyond == 1 ? " is" : "s are",
		          0 - p->threshold);   /* 0, not -0 */
	if (l->atlas && l->n_row > 0 && l->n_named == 0)
		node_note(env, "no peak lies in a region of the labels: are they in the space of the image?");
}

static struct error *write_all(const struct listing *l, const struct stats_clusters_outputs *out)
{
	const struct table t = { .n_row = l->n_row, .n_col = l->n_col, .column = column_names, .cell = l->cell };
	int *value = NEW_N(l->a, int, l->n_cluster + 1);

	for (int k = 0; k < l->n_cluster; k++)
		value[k] = k + 1;
	TRY(table_write(out_blob(out->table, "table.tsv"), &t, l->a));
	TRY(names_write(out_blob(out->labels, "names.tsv"), l->n_cluster, value, l->name, l->a));
	return image_write(out_blob(out->labels, "image.nii"), &l->map->grid, 1, 0, IMAGE_INT32, l->label);
}

/* What does not go together; where is the parameter. NULL: nothing. */
static const char *problem_of(const struct stats_clusters_params *p, const char **where)
{
	*where = "threshold";
	if (p->two_sided && p->threshold < 0)
		return "a negative threshold keeps what is below it, which cannot be two-sided: give a positive one, or two_sided: false";
	*where = "cluster_volume";
	return p->cluster_threshold > 0 && p->has_cluster_volume ? "cluster_threshold and cluster_volume exclude each other" : NULL;
}

struct error *stats_clusters_run(struct node_env *env, const struct stats_clusters_params *params,
                                 const struct stats_clusters_inputs *in, const struct stats_clusters_outputs *out)
{
	struct listing l = { .params = params, .a = env->arena, .text.arena = env->arena,
	                     .n_col = in->labels ? COLUMNS : COLUMNS - 1 };
	const char *where, *problem = problem_of(params, &where);
	struct cluster_cut cut;
	struct atlas atlas;
	struct stat_map m;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(stat_map_read(&m, in->image, in->mask, STAT_TESTED_NOT_0, env));
	if (in->labels) {
		TRY(atlas_read(&atlas, in->labels, env->arena));
		l.atlas = &atlas;
	}
	l.map = &m;
	l.label = NEW_N(env->arena, int, grid_size(&m.grid));
	cut = cut_at(params, &m);
	if (isfinite(cut.above))
		add_side(&l, &cut, false);
	if (isfinite(cut.below))
		add_side(&l, &cut, true);
	tell(env, &l);
	return write_all(&l, out);
}

struct error *stats_clusters_shape(struct shape *s, const struct stats_clusters_params *params)
{
	const char *where, *problem = problem_of(params, &where);
	struct image_facts im, labels;

	if (problem)
		shape_error(s, where, "%s", problem);
	if (image_facts_from(&labels, shape_in(s, "labels"), s->arena) && labels.n_vol > 1)
		shape_error(s, "labels", "labels has %d volumes, must have one", labels.n_vol);
	if (!stat_map_check(&im, s))
		return NULL;
	labels = image_facts_new(&im.grid, 1, 0, "int32");
	shape_out(s, "labels", image_facts_to(&labels, s->arena));
	s->memory = im.bytes + 200 * grid_size(&im.grid) + (8 << 20);
	s->seconds = 1e-7 * (double)grid_size(&im.grid) + 0.005;
	return NULL;
}
