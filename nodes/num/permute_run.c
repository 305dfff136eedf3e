/* Some permutations at a time: their weights times each panel of voxels, then the largest of each map. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/lanes.h"
#include "num/par.h"
#include "num/permute.h"
#include "num/permute_clusters.h"
#include "num/simd.h"

/* Permutations of one turn: weights that stay in the cache while all panels go by; fewer when their maps are kept. */
enum { PANEL = FILTER_LANES, TURN = 48, TURN_MAPS = 12 };

struct work {                     /* of one thread */
	int *drawn;               /* [n_row] */
	double *weight;           /* [TURN (1 + n_moved)][n_row] */
	double *product;          /* [TURN (1 + n_moved)][PANEL] */
	double *map;              /* [TURN_MAPS][room] or NULL */
	struct permute_clusters *clusters;
	struct tfce_work *tfce;
};

struct job {
	const struct permute_test *test;
	const struct permute_draw *draw;
	const struct permute_data *data;
	const struct permute_wanted *wanted;
	long first, n;
	int turn;                 /* permutations of one */
	int n_moved;              /* rows of z that a permutation changes: not the constant, when rows are shuffled */
	const double *moved;      /* [n_moved][n_row] */
	size_t room;              /* voxels of a map, up to a whole panel */
	struct permute_max *max;
	struct work *work;
};

/* The rows x'P and z'P of one permutation. */
static void weights(const struct job *j, long number, int *drawn, double *out)
{
	int n_row = j->test->n_row;

	permute_draw(j->draw, number, drawn);
	for (int k = 0; k <= j->n_moved; k++, out += n_row) {
		const double *from = k == 0 ? j->test->x : j->moved + (size_t)(k - 1) * (size_t)n_row;

		for (int r = 0; r < n_row; r++)
			out[r] = j->draw->flips ? drawn[r] * from[r] : from[drawn[r]];
	}
}

/* product [1 + n_moved][PANEL] -> t [PANEL]. A perfect fit leaves nothing but rounding, which bounds t. */
NUM_CLONES static void t_of_panel(int dof, int n_moved, const double *product, double *t)
{
	double left[PANEL];

	for (int k = 0; k < PANEL; k++)
		left[k] = 1 - product[k] * product[k];
	for (int i = 1; i <= n_moved; i++)
		for (int k = 0; k < PANEL; k++)
			left[k] -= product[i * PANEL + k] * product[i * PANEL + k];
	for (int k = 0; k < PANEL; k++) {
		left[k] = left[k] > 0x1p-52 ? left[k] : 0x1p-52;
		t[k] = product[k] * sqrt(dof / left[k]);
	}
}

static double larger(double max, const double *t, int n, bool two_sided)
{
	for (int k = 0; k < n; k++) {
		double x = two_sided ? fabs(t[k]) : t[k];

		max = x > max ? x : max;
	}
	return max;
}

/* All panels under the permutations of a turn. */
static void all_panels(const struct job *j, struct work *w, int n_perm, struct permute_max *max)
{
	int n_row = j->test->n_row, rows = 1 + j->n_moved;
	long n_panel = (j->data->n + PANEL - 1) / PANEL;
	double own[PANEL] = { 0 };

	for (int p = 0; p < n_perm; p++)
		max[p].t = -INFINITY;
	for (long panel = 0; panel < n_panel; panel++) {
		long left = j->data->n - panel * PANEL;
		int n = left < PANEL ? (int)left : PANEL;

		lanes_product(n_perm * rows, n_row, w->weight, j->data->e + (size_t)panel * (size_t)n_row * PANEL, w->product);
		for (int p = 0; p < n_perm; p++) {
			double *t = w->map ? w->map + (size_t)p * j->room + (size_t)panel * PANEL : own;

			t_of_panel(j->test->dof, j->n_moved, w->product + (size_t)p * (size_t)rows * PANEL, t);
			max[p].t = larger(max[p].t, t, n, j->wanted->two_sided);
		}
	}
}

static void turn(void *ctx, long item, int worker)
{
	const struct job *j = ctx;
	struct work *w = &j->work[worker];
	long begin = item * j->turn, left = j->n - begin;
	int n_perm = left < j->turn ? (int)left : j->turn, rows = 1 + j->n_moved;
	struct permute_max *max = j->max + begin;

	for (int p = 0; p < n_perm; p++)
		weights(j, j->first + begin + p, w->drawn, w->weight + (size_t)p * (size_t)rows * (size_t)j->test->n_row);
	all_panels(j, w, n_perm, max);
	for (int p = 0; p < n_perm && w->map; p++) {
		const double *t = w->map + (size_t)p * j->room;

		if (j->wanted->clusters)
			permute_clusters_find(j->wanted->neighbours, t, j->wanted->threshold, j->wanted->two_sided,
			                      w->clusters, &max[p].size, &max[p].mass);
		if (j->wanted->tfce)
			max[p].tfce = tfce_run(j->wanted->tfce, t, w->tfce, NULL);
	}
}

static void work_new(struct job *j, struct work *w, struct arena *a)
{
	size_t rows = (size_t)j->turn * (size_t)(1 + j->n_moved);

	w->drawn = arena_alloc(a, (size_t)j->test->n_row, sizeof *w->drawn);
	w->weight = arena_alloc(a, rows * (size_t)j->test->n_row, sizeof *w->weight);
	w->product = arena_alloc(a, rows * PANEL, sizeof *w->product);
	if (!j->wanted->neighbours)
		return;
	w->map = arena_alloc(a, (size_t)j->turn * j->room, sizeof *w->map);
	w->clusters = j->wanted->clusters ? permute_clusters_new(j->data->n, a) : NULL;
	w->tfce = j->wanted->tfce ? tfce_work_new(j->wanted->tfce, a) : NULL;
}

static struct job job_of(const struct permute_test *test, const struct permute_draw *draw, const struct permute_data *data,
                         const struct permute_wanted *wanted)
{
	bool skip = !draw->flips && test->mean_in_z;   /* a shuffled constant is the constant, to which e is orthogonal */

	return (struct job){
		.test = test, .draw = draw, .data = data, .wanted = wanted, .turn = wanted->neighbours ? TURN_MAPS : TURN,
		.n_moved = test->n_z - skip, .moved = test->z + (skip ? test->n_row : 0),
		.room = ((size_t)data->n + PANEL - 1) / PANEL * PANEL,
	};
}

void permute_run(const struct permute_test *test, const struct permute_draw *draw, const struct permute_data *data,
                 const struct permute_wanted *wanted, long first, long n, struct permute_max *max, int n_threads,
                 struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct job j = job_of(test, draw, data, wanted);
	long n_turn = (n + j.turn - 1) / j.turn;
	int workers = par_workers(n_threads, n_turn);

	/* As many turns for each thread, of about the same size, so that none waits for another's last. */
	n_turn = (n_turn + workers - 1) / workers * workers;
	j.turn = (int)(n_turn > 0 ? (n + n_turn - 1) / n_turn : j.turn);
	n_turn = n > 0 ? (n + j.turn - 1) / j.turn : 0;
	j.first = first;
	j.n = n;
	j.max = max;
	memset(max, 0, (size_t)n * sizeof *max);
	j.work = NEW_N(scratch, struct work, workers);
	for (int k = 0; k < workers; k++)
		work_new(&j, &j.work[k], scratch);
	par_for(n_threads, n_turn, turn, &j);
	arena_reset(scratch, mark);
}

void permute_observed(const struct permute_test *test, const struct permute_draw *draw, const struct permute_data *data,
                      double *t, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct permute_wanted wanted = { .neighbours = NULL };
	struct job j = job_of(test, draw, data, &wanted);
	double *map = arena_alloc(scratch, j.room, sizeof *map);
	struct permute_max max;

	j.turn = 1;
	j.work = NEW(scratch, struct work);
	work_new(&j, j.work, scratch);
	j.work->map = map;
	weights(&j, 0, j.work->drawn, j.work->weight);
	all_panels(&j, j.work, 1, &max);
	memcpy(t, map, (size_t)data->n * sizeof *t);
	arena_reset(scratch, mark);
}

long permute_reached(long n, const double *sorted, double x, double tie)
{
	double least = x - tie * fabs(x);
	long low = 0, high = n;

	while (low < high) {
		long middle = low + (high - low) / 2;

		if (sorted[middle] < least)
			low = middle + 1;
		else
			high = middle;
	}
	return n - low;
}
