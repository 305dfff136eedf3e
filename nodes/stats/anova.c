/* stats.anova - one-way analysis of variance at every voxel, conditions being groups of volumes. scipy.stats.f_oneway, with
 * sums in double. */
#include "stats.anova.node.h"

#include "base/arena.h"
#include "base/text.h"
#include "fmri/conditions.h"
#include "fmri/shape_problem.h"
#include "img/facts.h"
#include "img/image.h"
#include "node/shape.h"
#include "num/ttest.h"
#include "stats/voxelwise.h"

/* ---- which volumes ---- */
struct grouping {
	int n_group, *group;      /* [n_names] of each condition, -1: it does not count */
	long n_term, n_empty;     /* volumes that count; conditions without one that nobody named */
};

static struct error *named_groups(struct grouping *g, const struct conditions *c, int n, const char *const *name,
                                  struct arena *a)
{
	for (int i = 0; i < n; i++) {
		int k;

		TRY(conditions_find(&k, c, name[i]));
		if (g->group[k] >= 0)
			return error_new(ERR_USER, "condition '%s' is there twice", name[i]);
		if (conditions_count(c, k) == 0)
			return error_new(ERR_DATA, "condition '%s' has no volume%s", name[i], conditions_why_none(c, 1, &name[i], a));
		g->group[k] = g->n_group++;
	}
	return NULL;
}

static void all_groups(struct grouping *g, const struct conditions *c)
{
	for (int k = 0; k < c->n_names; k++)
		if (conditions_count(c, k) > 0)
			g->group[k] = g->n_group++;
		else
			g->n_empty++;
}

static struct error *find_groups(struct grouping *g, const struct stats_anova_params *p, const struct conditions *c,
                                 struct arena *a)
{
	*g = (struct grouping){ .group = NEW_N(a, int, c->n_names) };
	for (int k = 0; k < c->n_names; k++)
		g->group[k] = -1;
	if (p->n_names > 0)
		TRY(named_groups(g, c, p->n_names, p->names, a));
	else
		all_groups(g, c);
	for (int k = 0; k < c->n_names; k++)
		g->n_term += g->group[k] >= 0 ? conditions_count(c, k) : 0;
	if (g->n_group < 2)
		return error_new(ERR_DATA, "column %s has %d condition%s with volumes, must have 2 or more to compare", c->column,
		                 g->n_group, PLURAL(g->n_group));
	if (g->n_term <= g->n_group)
		return error_new(ERR_DATA, "%ld volumes of %d conditions leave no degree of freedom: some condition must have 2",
		                 g->n_term, g->n_group);
	return NULL;
}

/* ---- the test ---- */
static double test_voxel(const void *ctx, const struct moments *m, int v, double *log_p)
{
	struct ftest f = ftest_oneway(m, v);

	(void)ctx;
	*log_p = ftest_log_p(f);
	return f.f;
}

static void tell(struct node_env *env, const struct conditions *c, const struct grouping *g)
{
	conditions_tell_shared(c, env);
	if (g->n_empty > 0)
		node_note(env, "%ld condition%s no volume and count%s for nothing", g->n_empty, g->n_empty == 1 ? " has" : "s have",
		          g->n_empty == 1 ? "s" : "");
	node_note(env, "%ld volumes of %d conditions: %d and %ld degrees of freedom", g->n_term, g->n_group, g->n_group - 1,
	          g->n_term - g->n_group);
}

static struct error *analyse(struct node_env *env, const struct stats_anova_params *p, const struct stats_anova_inputs *in,
                             const struct stats_anova_outputs *out, struct image *im)
{
	struct conditions_args args = { p->column, im->n_vol, im->tr_s, "bold", .dropped = p->dropped };
	struct voxelwise w = { .fn = test_voxel, .name = "f", .keep_nan = p->compat == STATS_ANOVA_COMPAT_NILEARN };
	struct voxelwise_term *term;
	struct conditions c;
	struct grouping g;

	TRY(image_need_4d(im, "bold"));
	TRY(conditions_read(&c, in->conditions, &args, env->arena));
	TRY(find_groups(&g, p, &c, env->arena));
	tell(env, &c, &g);
	w.term = term = NEW_N(env->arena, struct voxelwise_term, im->n_vol);
	w.n_group = g.n_group;
	for (int t = 0; t < im->n_vol; t++)
		if (c.of[t] >= 0 && g.group[c.of[t]] >= 0)
			term[w.n_term++] = (struct voxelwise_term){ t, -1, g.group[c.of[t]] };
	return voxelwise_run(&w, im, in->mask, env, &(struct voxelwise_out){ out->f, out->p, out->log10p });
}

struct error *stats_anova_run(struct node_env *env, const struct stats_anova_params *params,
                              const struct stats_anova_inputs *in, const struct stats_anova_outputs *out)
{
	struct error *e;
	struct image im;

	TRY(image_of(&im, in->bold, env->arena));
	e = analyse(env, params, in, out, &im);
	image_close(&im);
	return e;
}

/* ---- at check time ---- */
struct error *stats_anova_shape(struct shape *s, const struct stats_anova_params *params)
{
	struct image_facts im;
	bool known = image_facts_from(&im, shape_in(s, "bold"), s->arena);
	struct conditions_args args = { params->column, known ? im.n_vol : -1, known ? im.tr_s : 0, "bold",
	                                .dropped = params->dropped };
	struct grouping g = { .n_group = params->n_names, .n_term = -1 };
	struct conditions c;

	if (conditions_check(&c, s, "conditions", &args))
		shape_problem(s, params->n_names > 0 ? "names" : "conditions", find_groups(&g, params, &c, s->arena));
	if (!known)
		return NULL;
	if (im.n_vol < 2)
		shape_error(s, "bold", "bold has one volume, must have a run of them");
	voxelwise_check(s, &im, "f", g.n_group > 0 ? g.n_group : 8, g.n_term);
	return NULL;
}
