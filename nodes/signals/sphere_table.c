#include "signals/sphere_table.h"

#include "base/arena.h"
#include "fmri/run_finite.h"
#include "img/image.h"
#include "img/table.h"
#include "node/node.h"

int *spheres_voxels(int *n_voxel, const struct sphere **placed, const struct sphere *s, int n, const struct grid *g,
                    struct arena *a)
{
	int *list = NULL, *place = NEW_N(a, int, grid_size(g));   /* 1 + place of each voxel in list */
	struct sphere *out = NEW_N(a, struct sphere, n);

	*n_voxel = 0;
	for (int k = 0; k < n; k++) {
		int *index = NEW_N(a, int, s[k].n + 1);

		for (int i = 0; i < s[k].n; i++) {
			int v = s[k].index[i];

			if (place[v] == 0) {
				PUSH(a, list, *n_voxel, v);
				place[v] = *n_voxel;
			}
			index[i] = place[v] - 1;
		}
		out[k] = s[k];
		out[k].index = index;
	}
	*placed = out;
	return list;
}

/* Of sphere k without its bad voxels; bad is by place. */
static void leave_out(struct sphere *s, const struct sphere *placed, const unsigned char *bad, struct arena *a)
{
	int *index = NEW_N(a, int, s->n + 1), n = 0;

	for (int i = 0; i < s->n; i++)
		if (!bad[placed->index[i]])
			index[n++] = s->index[i];
	s->index = index;
	s->n = n;
}

struct error *spheres_leave_out(struct sphere *s, const struct spheres *o, const struct coords *c,
                                const struct image *im, bool count_as_0, struct node_env *env)
{
	struct arena *a = env->arena;
	const struct sphere *placed;
	int n_voxel, *voxel = spheres_voxels(&n_voxel, &placed, s, c->n, &im->grid, a), hit = 0;
	unsigned char *bad = NEW_N(a, unsigned char, n_voxel + 1);
	long n_bad = run_not_finite(im, n_voxel, voxel, bad, env->n_threads).some;

	if (n_bad == 0)
		return NULL;
	if (count_as_0) {
		node_note(env, "%ld of %d voxels in spheres are NaN or infinite at some time; such values count as 0", n_bad,
		          n_voxel);
		return NULL;
	}
	for (int k = 0; k < c->n; k++) {
		int before = s[k].n;

		leave_out(&s[k], &placed[k], bad, a);
		hit += s[k].n < before;
		if (s[k].n == 0)
			return error_new(ERR_DATA, "the sphere of %s holds no voxel that is a number at all times: each of its %d "
			                 "is NaN or infinite at some", sphere_name(o, c, k, a), before);
	}
	node_note(env, "%ld voxels in %d of %d spheres are NaN or infinite at some time and left out of the means", n_bad, hit,
	          c->n);
	return NULL;
}

static double coverage(const struct sphere *s)
{
	return (double)s->n / (double)s->n_full;
}

void spheres_note(const struct sphere *s, const struct spheres *o, const struct coords *c, struct node_env *env)
{
	int n = 0, least = 0;

	for (int k = 0; k < c->n; k++) {
		n += s[k].n < s[k].n_full;
		if (coverage(&s[k]) < coverage(&s[least]))
			least = k;
	}
	if (n > 0)
		node_note(env, "%d of %d spheres are not whole; the least has %d of %ld voxels: %s (see the output coverage)",
		          n, c->n, s[least].n, s[least].n_full, sphere_name(o, c, least, env->arena));
}

static const char *const columns[] = { "name", "x", "y", "z", "voxels", "voxels_whole", "coverage" };
enum { N_COLUMN = sizeof columns / sizeof *columns };

struct table_facts spheres_table_facts(int n)
{
	return (struct table_facts){ n, N_COLUMN, columns };
}

struct error *spheres_write(const char *path, const struct sphere *s, const struct spheres *o, const struct coords *c,
                            struct arena *a)
{
	const char **cell = NEW_N(a, const char *, (long)c->n * N_COLUMN), **row = cell;

	for (int k = 0; k < c->n; k++, row += N_COLUMN) {
		const char *name = sphere_column(o, c, k);
		const double number[] = { c->xyz[k][0], c->xyz[k][1], c->xyz[k][2], s[k].n, (double)s[k].n_full, coverage(&s[k]) };

		row[0] = name ? name : arena_printf(a, "%d", k);
		for (int i = 1; i < N_COLUMN; i++)
			row[i] = table_number_text(number[i - 1], a);
	}
	return table_write(path, &(struct table){ .n_row = c->n, .n_col = N_COLUMN, .column = columns, .cell = cell }, a);
}
