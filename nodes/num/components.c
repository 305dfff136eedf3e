/* A row of a volume is cut into runs of voxels; runs that touch are joined (union-find, the smaller number is the root), and
 * a part's number goes to its runs. Rows are taken with k fastest, so that runs sorted by where they begin, and
 * otherwise as they come, are in C order of their first voxels: whoever is met first gets the next number. */
#include "num/components.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"

struct run { int begin, end; };   /* voxels along the first axis, end not among them */

struct runs {
	const int *n;            /* [3] */
	int count;
	struct run *run;         /* [count] rows in order of (j, k), k fastest */
	int *row;                /* [n[1] * n[2] + 1] the first run of each row */
	int *root;               /* [count] a run of the same part with a smaller number, or itself */
};

/* How far a row's neighbours (dj, dk) among those already seen reach along the first axis; -1: they do not touch. */
struct reach { int dj, dk, faces, edges, corners; };

static const struct reach reaches[] = {
	{ 0, -1, 0, 1, 1 }, { -1, -1, -1, 0, 1 }, { -1, 0, 0, 1, 1 }, { -1, 1, -1, 0, 1 },
};

static const unsigned char *row_at(const unsigned char *inside, const int n[3], int j, int k)
{
	return inside + (long)n[0] * (j + (long)n[1] * k);
}

/* ---- runs ---- */
static int count_runs(const unsigned char *x, int n)
{
	int count = n > 0 && x[0] != 0;

	for (int i = 1; i < n; i++)
		count += (x[i] != 0) & (x[i - 1] == 0);
	return count;
}

static void cut_row(struct runs *r, const unsigned char *x, int n)
{
	for (int i = 0; i < n; i++) {
		const int begin = i;

		while (i < n && x[i])
			i++;
		if (i > begin)
			r->run[r->count++] = (struct run){ begin, i };
	}
}

static void cut_rows(struct runs *r, const unsigned char *inside, struct arena *a)
{
	const int *n = r->n;
	long count = 0;

	for (int k = 0; k < n[2]; k++)
		for (int j = 0; j < n[1]; j++)
			count += count_runs(row_at(inside, n, j, k), n[0]);
	r->run = arena_alloc(a, (size_t)count + 1, sizeof *r->run);
	r->root = arena_alloc(a, (size_t)count + 1, sizeof *r->root);
	r->row = arena_alloc(a, (size_t)n[1] * (size_t)n[2] + 1, sizeof *r->row);
	for (int j = 0; j < n[1]; j++)
		for (int k = 0; k < n[2]; k++) {
			r->row[(long)j * n[2] + k] = r->count;
			cut_row(r, row_at(inside, n, j, k), n[0]);
		}
	r->row[(long)n[1] * n[2]] = r->count;
	for (int k = 0; k < r->count; k++)
		r->root[k] = k;
}

/* ---- joining ---- */
static int root_of(int *root, int k)
{
	while (root[k] != k)
		k = root[k] = root[root[k]];
	return k;
}

static void join(int *root, int a, int b)
{
	a = root_of(root, a);
	b = root_of(root, b);
	if (a < b)
		root[b] = a;
	else
		root[a] = b;
}

/* Joins the runs of two rows that overlap when one of them is longer by reach at both ends. */
static void join_rows(struct runs *r, long row, long other, int reach)
{
	int a = r->row[row], b = r->row[other];

	while (a < r->row[row + 1] && b < r->row[other + 1]) {
		const struct run *p = &r->run[a], *q = &r->run[b];

		if (p->begin < q->end + reach && q->begin < p->end + reach)
			join(r->root, a, b);
		if (p->end < q->end)
			a++;
		else
			b++;
	}
}

static void join_all(struct runs *r, enum components_touch touch)
{
	const int *n = r->n;

	for (size_t d = 0; d < sizeof reaches / sizeof *reaches; d++) {
		const struct reach *to = &reaches[d];
		int reach = touch == COMPONENTS_FACES ? to->faces : touch == COMPONENTS_EDGES ? to->edges : to->corners;

		for (int j = -to->dj; j < n[1] && reach >= 0; j++)
			for (int k = to->dk < 0 ? 1 : 0; k < n[2] - (to->dk > 0); k++)
				join_rows(r, (long)j * n[2] + k, (long)(j + to->dj) * n[2] + k + to->dk, reach);
	}
}

/* ---- numbers ---- */
/* Runs by where they begin, otherwise in their order. */
static int *in_c_order(const struct runs *r, struct arena *a)
{
	int *place = NEW_N(a, int, r->n[0] + 1), *order = arena_alloc(a, (size_t)r->count + 1, sizeof *order);

	for (int k = 0; k < r->count; k++)
		place[r->run[k].begin + 1]++;
	for (int i = 0; i < r->n[0]; i++)
		place[i + 1] += place[i];
	for (int k = 0; k < r->count; k++)
		order[place[r->run[k].begin]++] = k;
	return order;
}

/* number [count] of each run's part; how many parts there are. */
static int number_parts(const struct runs *r, int *number, struct arena *a)
{
	const int *order = in_c_order(r, a);
	int *of_root = NEW_N(a, int, r->count + 1), n_part = 0;

	for (int k = 0; k < r->count; k++) {
		int root = root_of(r->root, order[k]);

		if (of_root[root] == 0)
			of_root[root] = ++n_part;
		number[order[k]] = of_root[root];
	}
	return n_part;
}

static void fill_labels(const struct runs *r, const int *number, int *label)
{
	const int *n = r->n;

	memset(label, 0, (size_t)n[0] * (size_t)n[1] * (size_t)n[2] * sizeof *label);
	for (int j = 0; j < n[1]; j++)
		for (int k = 0; k < n[2]; k++) {
			int *to = label + (long)n[0] * (j + (long)n[1] * k);

			for (int u = r->row[(long)j * n[2] + k]; u < r->row[(long)j * n[2] + k + 1]; u++)
				for (int i = r->run[u].begin; i < r->run[u].end; i++)
					to[i] = number[u];
		}
}

int components_label(const unsigned char *inside, const int n[3], enum components_touch touch, int *label,
                     struct arena *scratch)
{
	struct arena_mark start = arena_mark(scratch);
	struct runs r = { .n = n };
	int *number, n_part;

	cut_rows(&r, inside, scratch);
	join_all(&r, touch);
	number = arena_alloc(scratch, (size_t)r.count + 1, sizeof *number);
	n_part = number_parts(&r, number, scratch);
	fill_labels(&r, number, label);
	arena_reset(scratch, start);
	return n_part;
}

void components_sizes(long n, const int *label, int n_part, long *size)
{
	memset(size, 0, ((size_t)n_part + 1) * sizeof *size);
	for (long v = 0; v < n; v++)
		size[label[v]]++;
}
