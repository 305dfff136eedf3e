#include "glm/permute_null.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "glm.permutation.node.h"
#include "glm/permute_model.h"
#include "img/table.h"

const char *const permute_columns[PERMUTE_STATISTICS] = { "max_t", "max_size", "max_mass", "max_tfce" };

/* What is made, from what. */
struct making {
	struct permute_null null;
	struct node_env *env;
	struct permute_model *m;
	const struct permute_wanted *wanted;
	const struct glm_permutation_params *params;
	long *number;
	struct permute_max *max;
};

double permute_statistic(const struct permute_max *max, enum permute_statistic which)
{
	return which == PERMUTE_T ? max->t : which == PERMUTE_SIZE ? max->size : which == PERMUTE_MASS ? max->mass : max->tfce;
}

static int upward(const void *p, const void *q)
{
	const double *x = p, *y = q;

	return (*x > *y) - (*x < *y);
}

double *permute_sorted(const struct permute_null *null, enum permute_statistic which, struct arena *a)
{
	double *sorted = arena_alloc(a, (size_t)null->n, sizeof *sorted);

	for (long k = 0; k < null->n; k++)
		sorted[k] = permute_statistic(&null->max[k], which);
	qsort(sorted, (size_t)null->n, sizeof *sorted, upward);
	return sorted;
}

static bool has(const struct permute_wanted *w, enum permute_statistic which)
{
	return which == PERMUTE_T || (which == PERMUTE_TFCE ? w->tfce != NULL : w->clusters);
}

/* ---- a run before ---- */
static struct error *numbers_read(struct making *k, const struct table *t)
{
	const double *number;
	int col;

	TRY(table_need(&col, t, "permutation"));
	TRY(table_numbers(&number, t, col, k->env->arena));
	for (int r = 0; r < t->n_row; r++) {
		double x = number[r];

		if (!(x >= r && x <= INT_MAX && x == floor(x)) || (r == 0 ? x != 0 : x <= number[r - 1]))
			return table_error(t, r, col, "earlier has permutation %g here: must be whole numbers that grow from 0, "
			                   "the data as they are", x);
		k->number[r] = (long)number[r];
	}
	return NULL;
}

static struct error *statistics_read(struct making *k, const struct table *t)
{
	for (int s = 0; s < PERMUTE_STATISTICS; s++) {
		const double *x;
		int col;

		if (!has(k->wanted, (enum permute_statistic)s))
			continue;
		TRY(table_need(&col, t, permute_columns[s]));
		TRY(table_numbers(&x, t, col, k->env->arena));
		for (int r = 0; r < t->n_row; r++) {
			struct permute_max *max = &k->max[r];

			if (isnan(x[r]))
				return table_error(t, r, col, "earlier has no %s here", permute_columns[s]);
			*(s == PERMUTE_T ? &max->t : s == PERMUTE_SIZE ? &max->size : s == PERMUTE_MASS ? &max->mass : &max->tfce) = x[r];
		}
	}
	return NULL;
}

/* The first statistic that differs by more than the rounding of another machine's libm, or -1. */
static int differs(const struct making *k, const struct permute_max *x, const struct permute_max *y)
{
	for (int s = 0; s < PERMUTE_STATISTICS; s++) {
		double a = permute_statistic(x, (enum permute_statistic)s), b = permute_statistic(y, (enum permute_statistic)s);

		if (has(k->wanted, (enum permute_statistic)s) && fabs(a - b) > 1e-9 * fabs(b))
			return s;
	}
	return -1;
}

static struct permute_max run_one(struct making *k, long number)
{
	struct permute_max max;

	permute_run(k->m->test, k->m->draw, k->m->data, k->wanted, number, 1, &max, 1, k->env->arena);
	return max;
}

/* Row 0 tells whether it is this test, row 1 whether these are its permutations. */
static struct error *check_same(struct making *k, const struct permute_max *observed, long n)
{
	struct permute_draw *d = k->m->draw;
	struct permute_max first;
	int s = differs(k, &k->max[0], observed);

	if (s >= 0)
		return error_new(ERR_USER, "earlier is the distribution of another test: its row 0, the data as they are, has %s %.10g, "
		                 "here it is %.10g", permute_columns[s], permute_statistic(&k->max[0], (enum permute_statistic)s),
		                 permute_statistic(observed, (enum permute_statistic)s));
	if (n == 1)
		return NULL;
	first = run_one(k, k->number[1]);
	if (differs(k, &k->max[1], &first) < 0)
		return NULL;
	d->all = d->flips && !d->made && d->n_block < 52 && n == 1L << d->n_block;
	first = run_one(k, k->number[1]);
	if (!d->all || differs(k, &k->max[1], &first) >= 0)
		return error_new(ERR_USER, "earlier was made with another rng_seed, scheme or blocks: permutation %ld gives max_t %.10g "
		                 "there, here %.10g", k->number[1], k->max[1].t, first.t);
	return NULL;
}

/* ---- new ones ---- */
static long all_flips(const struct permute_draw *d)
{
	return d->flips && d->n_block < 31 ? (1L << d->n_block) - 1 : -1;
}

/* Which permutations are to be made: how many, and the first. */
static long plan(struct making *k, const struct table *earlier)
{
	const struct glm_permutation_params *p = k->params;
	bool alone = !earlier && !p->has_first && p->compat == GLM_PERMUTATION_COMPAT_NONE;
	long all = all_flips(k->m->draw);

	k->null.n_earlier = earlier ? earlier->n_row - 1 : 0;
	k->null.n_new = p->n_perm;
	if (alone && all > 0 && all <= p->n_perm) {
		k->m->draw->all = true;
		k->null.n_new = all;
	}
	return p->has_first ? p->first : earlier ? k->number[earlier->n_row - 1] + 1 : 1;
}

/* nilearn's permutations come one from the other, so that all up to the last are kept. */
static struct error *draw_before(struct making *k, long last)
{
	enum { MOST = 10000000 };

	if (k->params->compat != GLM_PERMUTATION_COMPAT_NILEARN)
		return NULL;
	if (last > MOST)
		return error_new(ERR_USER, "with `compat: nilearn` all permutations up to the last are made: that is %ld, must be at most %d",
		                 last, MOST);
	permute_draw_nilearn(k->m->draw, last, k->env->arena);
	return NULL;
}

static struct error *earlier_read(struct making *k, const struct table *t, const struct permute_max *observed)
{
	TRY(numbers_read(k, t));
	TRY(statistics_read(k, t));
	TRY(draw_before(k, k->number[t->n_row - 1] + k->params->n_perm));
	TRY(check_same(k, observed, t->n_row));
	if (k->m->draw->all && k->params->n_perm > 0)
		return error_new(ERR_USER, "earlier has all %d sign flips that there are: n_perm must be 0", t->n_row);
	return NULL;
}

static struct error *make(struct making *k, const struct table *earlier)
{
	struct permute_max observed = run_one(k, 0);
	long first, done;

	if (earlier)
		TRY(earlier_read(k, earlier, &observed));
	first = plan(k, earlier);
	if (!earlier)
		TRY(draw_before(k, first - 1 + k->null.n_new));
	k->max[0] = observed;
	done = 1 + k->null.n_earlier;
	permute_run(k->m->test, k->m->draw, k->m->data, k->wanted, first, k->null.n_new, k->max + done, k->env->n_threads,
	            k->env->arena);
	for (long r = 0; r < k->null.n_new; r++)
		k->number[done + r] = first + r;
	k->null.n = done + k->null.n_new;
	return NULL;
}

struct error *permute_null_make(struct permute_null *out, struct node_env *env, struct permute_model *m,
                                const struct permute_wanted *wanted, const struct glm_permutation_params *params,
                                const struct item *earlier)
{
	struct making k = { .env = env, .m = m, .wanted = wanted, .params = params };
	struct table t = { 0 };
	size_t room;

	if (earlier && params->has_first)
		return error_new(ERR_USER, "first and earlier exclude each other: with earlier, permutations go on after its last");
	if (earlier)
		TRY(table_of(&t, earlier, env->arena));
	room = 1 + (size_t)t.n_row + (size_t)params->n_perm;
	k.number = NEW_N(env->arena, long, room);
	k.max = NEW_N(env->arena, struct permute_max, room);
	TRY(make(&k, earlier ? &t : NULL));
	*out = k.null;
	out->number = k.number;
	out->max = k.max;
	out->all = m->draw->all;
	return NULL;
}
