/* stats.threshold - what is beyond a threshold that holds false positives down. nilearn's threshold_stats_img.
 *
 *   fpr          P(Z > z) = alpha
 *   bonferroni   P(Z > z) = alpha / n, n voxels that were tested
 *   fdr          z_(i) of the last i with P(Z > z_(i)) < alpha i / n, z sorted descending
 * with alpha / 2 and |z| when two-sided. Values equal to the threshold do not remain; it is compared as the voxels are stored, so
 * that of floats the value that made the threshold of fdr does not remain either. */
#include "stats.threshold.node.h"

#include <math.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "fmri/sorted.h"
#include "img/image.h"
#include "num/cluster_find.h"
#include "num/stat_tails.h"
#include "stats/map.h"

static const char *const control_words[] = { "fpr", "fdr", "bonferroni", "none" };

/* ---- the threshold ---- */
static double one_alpha(const struct stats_threshold_params *p)
{
	return p->two_sided ? p->alpha / 2 : p->alpha;
}

/* The z that is exceeded with probability p. */
static double z_of(double p)
{
	return p < 1 ? stat_z_of_log(log(p)) : -INFINITY;
}

/* Where the tests are: beyond 0 on the side that counts. */
static double toward(const struct stats_threshold_params *p, double x)
{
	if (p->two_sided)
		return fabs(x);
	return p->side == STATS_THRESHOLD_SIDE_BELOW ? -x : x;
}

/* What has P(Z > z) >= alpha can never be the last, so only the rest is sorted; 1e-6 covers the rounding of its z. */
static double z_of_fdr(const struct stat_map *m, const struct stats_threshold_params *p, struct arena *a)
{
	const double alpha = one_alpha(p), least = z_of(alpha) - 1e-6, n_test = (double)m->n_tested;
	double *z = arena_alloc(a, (size_t)m->n_tested, sizeof *z);
	long n = 0;

	for (long v = 0; v < grid_size(&m->grid); v++)
		if (m->tested[v] && toward(p, m->x[v]) > least)
			z[n++] = toward(p, m->x[v]);
	sort_doubles(z, n, a);
	for (long k = 0; k < n; k++)
		if (exp(stat_log_z_above(z[k])) < alpha * ((double)(n - k) / n_test))
			return z[k] - 1e-12;
	return INFINITY;
}

static double find_threshold(const struct stat_map *m, const struct stats_threshold_params *p, struct arena *a)
{
	switch (p->control) {
	case STATS_THRESHOLD_CONTROL_FDR:
		return z_of_fdr(m, p, a);
	case STATS_THRESHOLD_CONTROL_BONFERRONI:
		return z_of(one_alpha(p) / (double)m->n_tested);
	case STATS_THRESHOLD_CONTROL_NONE:
		return p->has_threshold ? p->threshold : 3;
	case STATS_THRESHOLD_CONTROL_FPR:
	default:
		return z_of(one_alpha(p));
	}
}

/* A negative threshold that people write keeps what is below it; one that follows from alpha keeps what is above. */
static struct cluster_cut cut_at(const struct stat_map *m, const struct stats_threshold_params *p, double threshold)
{
	const double t = stat_map_threshold(m, threshold);
	struct cluster_cut cut = { .above = INFINITY, .below = -INFINITY, .touch = COMPONENTS_FACES };
	bool written = p->control == STATS_THRESHOLD_CONTROL_NONE || p->compat == STATS_THRESHOLD_COMPAT_NILEARN;

	cut.min_voxels = stat_map_least_voxels(m, p->cluster_threshold, p->has_cluster_volume, p->cluster_volume_mm3);
	if (p->two_sided) {
		cut.above = fmax(t, 0);
		cut.below = -cut.above;
	} else if (p->side == STATS_THRESHOLD_SIDE_BELOW)
		cut.below = written ? -fabs(t) : -t;
	else if (t < 0 && written)
		cut.below = t;
	else
		cut.above = t;
	return cut;
}

/* ---- what remains ---- */
struct remains { float *x; unsigned char *mask; long voxels[2]; int clusters; long largest; };

static void keep_side(struct remains *r, const struct cluster_cut *cut, bool below, const struct stat_map *m,
                      const unsigned char *inside, struct arena *a)
{
	struct clusters c;

	clusters_find(&c, cut, below, m->grid.n, m->x, inside, a);
	for (long v = 0; v < grid_size(&m->grid); v++)
		if (c.label[v] > 0) {
			r->x[v] = (float)m->x[v];
			r->mask[v] = 1;
		}
	for (int k = 0; k < c.n; k++) {
		r->voxels[below] += c.cluster[k].size;
		if (c.cluster[k].size > r->largest)
			r->largest = c.cluster[k].size;
	}
	r->clusters += c.n;
}

static struct error *write_record(const char *path, const struct stats_threshold_params *p, const struct stat_map *m,
                                  double threshold, const struct remains *r, struct arena *a)
{
	struct buf b = { .arena = a };

	buf_add(&b, "{\"threshold\": ");
	json_number(&b, threshold);
	buf_printf(&b, ",\n \"control\": \"%s\",\n \"alpha\": ", control_words[p->control]);
	json_number(&b, p->alpha);
	buf_printf(&b, ",\n \"voxels\": %ld,\n \"above\": %ld,\n \"below\": %ld,\n \"clusters\": %d,\n"
	           " \"largest_cluster\": %ld}\n", m->n_tested, r->voxels[0], r->voxels[1], r->clusters, r->largest);
	return file_write(path, b.text, b.n);
}

static double furthest(const struct stat_map *m, const struct stats_threshold_params *p)
{
	double most = -INFINITY;

	for (long v = 0; v < grid_size(&m->grid); v++)
		if (m->tested[v])
			most = fmax(most, toward(p, m->x[v]));
	return most;
}

static void tell(struct node_env *env, const struct stats_threshold_params *p, const struct stat_map *m, double threshold,
                 const struct remains *r)
{
	const char *side = p->two_sided ? "largest |z|" : p->side == STATS_THRESHOLD_SIDE_BELOW ? "largest -z" : "largest z";
	long left = r->voxels[0] + r->voxels[1];

	if (m->n_tested == 0)
		node_note(env, "all voxels of the image are 0 or no numbers");
	else if (isinf(threshold))
		node_note(env, "no voxel survives %s at %g: the %s of %ld voxels is %g", control_words[p->control], p->alpha, side,
		          m->n_tested, furthest(m, p));
	else if (left == 0)
		node_note(env, "no voxel remains at a threshold of %g: the %s is %g", threshold, side, furthest(m, p));
	else
		node_note(env, "%ld of %ld voxels remain at a threshold of %g, in %d cluster%s", left, m->n_tested, threshold,
		          r->clusters, r->clusters == 1 ? "" : "s");
}

/* What does not go together; where is the parameter. NULL: nothing. */
static const char *problem_of(const struct stats_threshold_params *p, const char **where)
{
	*where = "threshold";
	if (p->has_threshold && p->control != STATS_THRESHOLD_CONTROL_NONE)
		return "threshold is for `control: none`; other controls find theirs from alpha";
	if (p->has_threshold && p->two_sided && p->threshold < 0)
		return "a negative threshold keeps what is below it, which cannot be two-sided: give a positive one, or two_sided: false";
	*where = "side";
	if (p->side == STATS_THRESHOLD_SIDE_BELOW && p->two_sided)
		return "side: below is for two_sided: false";
	*where = "cluster_volume";
	return p->cluster_threshold > 0 && p->has_cluster_volume ? "cluster_threshold and cluster_volume exclude each other" : NULL;
}

struct error *stats_threshold_run(struct node_env *env, const struct stats_threshold_params *params,
                                  const struct stats_threshold_inputs *in, const struct stats_threshold_outputs *out)
{
	enum stat_tested tested = params->compat == STATS_THRESHOLD_COMPAT_NILEARN ? STAT_TESTED_BACKGROUND : STAT_TESTED_NOT_0;
	const char *where, *problem = problem_of(params, &where);
	struct remains r = { 0 };
	struct cluster_cut cut;
	struct stat_map m;
	double threshold;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(stat_map_read(&m, in->image, in->mask, tested, env));
	if (params->control == STATS_THRESHOLD_CONTROL_FDR || params->control == STATS_THRESHOLD_CONTROL_BONFERRONI)
		TRY(stat_map_need_tests(&m, tested));
	threshold = find_threshold(&m, params, env->arena);
	cut = cut_at(&m, params, threshold);
	r.x = NEW_N(env->arena, float, grid_size(&m.grid));
	r.mask = NEW_N(env->arena, unsigned char, grid_size(&m.grid));
	for (int below = 0; below < 2; below++)
		keep_side(&r, &cut, below, &m, tested == STAT_TESTED_BACKGROUND ? m.inside : m.tested, env->arena);
	tell(env, params, &m, threshold, &r);
	TRY(image_write_floats(out_blob(out->image, "image.nii"), &m.grid, r.x));
	TRY(image_write_bytes(out_blob(out->mask, "image.nii"), &m.grid, r.mask));
	return write_record(out_blob(out->record, "record.json"), params, &m, threshold, &r, env->arena);
}

struct error *stats_threshold_shape(struct shape *s, const struct stats_threshold_params *params)
{
	const char *where, *problem = problem_of(params, &where);
	struct image_facts im, to;

	if (problem)
		shape_error(s, where, "%s", problem);
	if (!stat_map_check(&im, s))
		return NULL;
	to = image_facts_new(&im.grid, 1, 0, "float32");
	to.space = im.space;
	shape_out(s, "image", image_facts_to(&to, s->arena));
	to = image_facts_new(&im.grid, 1, 0, "uint8");
	shape_out(s, "mask", image_facts_to(&to, s->arena));
	s->memory = im.bytes + 60 * grid_size(&im.grid) + (8 << 20);
	s->seconds = 5e-8 * (double)grid_size(&im.grid) + 0.005;
	return NULL;
}
