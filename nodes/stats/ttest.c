/* stats.ttest - Student's t at every voxel: two groups of volumes, pairs of volumes, or one sample. scipy.stats.ttest_ind,
 * ttest_rel and ttest_1samp, with sums in double. */
#include "stats.ttest.node.h"

#include "base/arena.h"
#include "base/text.h"
#include "fmri/conditions.h"
#include "fmri/shape_problem.h"
#include "img/design.h"
#include "img/facts.h"
#include "img/image.h"
#include "node/shape.h"
#include "num/ttest.h"
#include "stats/voxelwise.h"

/* ---- what is asked ---- */
/* What does not go together; where is the parameter. NULL: nothing. wired: conditions are given. */
static const char *problem_of(const struct stats_ttest_params *p, bool wired, const char **where)
{
	*where = p->n_a > 0 ? "a" : "b";
	if (!wired && (p->n_a > 0 || p->n_b > 0))
		return "a and b are names of conditions, which must be given: wire a table of volumes or of events to `conditions`";
	*where = "column";
	if (!wired && p->column && p->column[0])
		return "column is given without conditions, of which it would be one";
	*where = "b";
	if (p->n_b > 0 && p->n_a == 0)
		return "b is given without a: for one sample the conditions are a's";
	*where = "conditions";
	if (wired && p->n_a == 0)
		return "conditions are given, but `a` (and `b`) do not say which of them to test";
	*where = "paired";
	if (p->paired && p->n_b == 0)
		return "paired needs a and b, the conditions whose volumes make pairs";
	*where = "equal_var";
	if (p->paired && !p->equal_var)
		return "equal_var: false is for two groups, and paired makes one sample of differences";
	*where = "value";
	return p->value != 0 && p->n_b > 0 && !p->paired ? "value is for one sample or for pairs: two groups are tested against each other"
	                                                 : NULL;
}

static struct conditions_args conditions_args(const struct stats_ttest_params *p, int n_vol, double tr_s)
{
	return (struct conditions_args){ p->column, n_vol, tr_s, "bold", .dropped = p->dropped };
}

/* ---- which volumes ---- */
struct sample { long n; int *volume; };

static struct error *find_sample(struct sample *out, const struct conditions *c, int n, const char *const *name,
                                 struct arena *a)
{
	TRY(conditions_volumes(&out->volume, &out->n, c, n, name, a));
	if (out->n < 2)
		return error_new(ERR_DATA, "%s %s %ld volume%s, must have 2 or more%s", design_names(n, name, a),
		                 n == 1 ? "has" : "have", out->n, PLURAL(out->n),
		                 out->n == 0 ? conditions_why_none(c, n, name, a) : ": a variance is needed");
	return NULL;
}

/* Both ascend; the first volume that is in both, -1: none is. */
static int in_both(const struct sample *x, const struct sample *y)
{
	for (long i = 0, j = 0; i < x->n && j < y->n; x->volume[i] < y->volume[j] ? i++ : j++)
		if (x->volume[i] == y->volume[j])
			return x->volume[i];
	return -1;
}

/* sample [2]; that of b has none when there is no b. An error is about *where. */
static struct error *find_samples(struct sample sample[2], const struct stats_ttest_params *p, const struct conditions *c,
                                  const char **where, struct arena *a)
{
	int both;

	sample[1] = (struct sample){ 0 };
	*where = "a";
	TRY(find_sample(&sample[0], c, p->n_a, p->a, a));
	if (p->n_b == 0)
		return NULL;
	*where = "b";
	TRY(find_sample(&sample[1], c, p->n_b, p->b, a));
	both = in_both(&sample[0], &sample[1]);
	if (both >= 0)
		return error_new(ERR_USER, "condition '%s' is in both a and b", c->name[both]);
	*where = "paired";
	if (p->paired && sample[0].n != sample[1].n)
		return error_new(ERR_DATA, "a has %ld volumes and b %ld: pairs need as many of both", sample[0].n, sample[1].n);
	return NULL;
}

static void all_volumes(struct sample sample[2], int n_vol, struct arena *a)
{
	sample[0] = (struct sample){ n_vol, NEW_N(a, int, n_vol) };
	sample[1] = (struct sample){ 0 };
	for (int t = 0; t < n_vol; t++)
		sample[0].volume[t] = t;
}

/* In the order of time, so that volumes could come one by one. */
static int put_terms(struct voxelwise_term *term, const struct sample sample[2], bool paired)
{
	long i = 0, j = 0;
	int n = 0;

	while (i < sample[0].n || (!paired && j < sample[1].n)) {
		if (paired) {
			term[n++] = (struct voxelwise_term){ sample[0].volume[i], sample[1].volume[i], 0 };
			i++;
		} else if (j == sample[1].n || (i < sample[0].n && sample[0].volume[i] < sample[1].volume[j]))
			term[n++] = (struct voxelwise_term){ sample[0].volume[i++], -1, 0 };
		else
			term[n++] = (struct voxelwise_term){ sample[1].volume[j++], -1, 1 };
	}
	return n;
}

/* ---- the test ---- */
static double test_voxel(const void *ctx, const struct moments *m, int v, double *log_p)
{
	const struct stats_ttest_params *p = ctx;
	struct ttest t;

	if (p->n_b == 0 || p->paired)
		t = ttest_one(m, v, p->value);
	else
		t = p->equal_var ? ttest_equal(m, v) : ttest_welch(m, v);
	*log_p = ttest_log_p(t, (enum ttest_side)p->alternative);
	return t.t;
}

static void tell(struct node_env *env, const struct stats_ttest_params *p, const struct conditions *c,
                 const struct sample sample[2])
{
	if (c)
		conditions_tell_shared(c, env);
	if (sample[1].n == 0)
		node_note(env, "%ld volumes%s%s against a mean of %g", sample[0].n, c ? " of " : "",
		          c ? design_names(p->n_a, p->a, env->arena) : "", p->value);
	else
		node_note(env, "%ld volumes of %s %s %ld of %s", sample[0].n, design_names(p->n_a, p->a, env->arena),
		          p->paired ? "in pairs with" : "against", sample[1].n, design_names(p->n_b, p->b, env->arena));
}

static struct error *samples_of(struct sample sample[2], struct node_env *env, const struct stats_ttest_params *p,
                                const struct image *im, const struct item *conditions)
{
	struct conditions_args args = conditions_args(p, im->n_vol, im->tr_s);
	struct conditions c;
	const char *where;

	if (!conditions) {
		all_volumes(sample, im->n_vol, env->arena);
		tell(env, p, NULL, sample);
		return NULL;
	}
	TRY(conditions_read(&c, conditions, &args, env->arena));
	TRY(find_samples(sample, p, &c, &where, env->arena));
	tell(env, p, &c, sample);
	return NULL;
}

static struct error *test(struct node_env *env, const struct stats_ttest_params *p, const struct stats_ttest_inputs *in,
                          const struct stats_ttest_outputs *out, struct image *im)
{
	struct voxelwise w = { .fn = test_voxel, .ctx = p, .name = "t", .keep_nan = p->compat == STATS_TTEST_COMPAT_NILEARN };
	struct voxelwise_term *term;
	struct sample sample[2];

	TRY(image_need_4d(im, "bold"));
	TRY(samples_of(sample, env, p, im, in->conditions));
	w.term = term = NEW_N(env->arena, struct voxelwise_term, im->n_vol);
	w.n_term = put_terms(term, sample, p->paired);
	w.n_group = p->n_b > 0 && !p->paired ? 2 : 1;
	return voxelwise_run(&w, im, in->mask, env, &(struct voxelwise_out){ out->t, out->p, out->log10p });
}

struct error *stats_ttest_run(struct node_env *env, const struct stats_ttest_params *params,
                              const struct stats_ttest_inputs *in, const struct stats_ttest_outputs *out)
{
	const char *where, *problem = problem_of(params, in->conditions != NULL, &where);
	struct error *e;
	struct image im;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(image_of(&im, in->bold, env->arena));
	e = test(env, params, in, out, &im);
	image_close(&im);
	return e;
}

/* ---- at check time ---- */
struct error *stats_ttest_shape(struct shape *s, const struct stats_ttest_params *params)
{
	bool wired = shape_n(s, "conditions") > 0;
	const char *where, *problem = problem_of(params, wired, &where);
	struct sample sample[2] = { 0 };
	struct conditions_args args;
	struct image_facts im;
	struct conditions c;
	bool known;

	if (problem)
		shape_error(s, where, "%s", problem);
	known = image_facts_from(&im, shape_in(s, "bold"), s->arena);
	args = conditions_args(params, known ? im.n_vol : -1, known ? im.tr_s : 0);
	if (wired && !problem && conditions_check(&c, s, "conditions", &args)) {
		struct error *e = find_samples(sample, params, &c, &where, s->arena);

		shape_problem(s, where, e);
	}
	if (!known)
		return NULL;
	if (im.n_vol < 2)
		shape_error(s, "bold", "bold has one volume, must have a run of them");
	voxelwise_check(s, &im, "t", params->n_b > 0 && !params->paired ? 2 : 1,
	                sample[0].n > 0 ? sample[0].n + sample[1].n : -1);
	return NULL;
}
