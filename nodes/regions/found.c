#include "regions/found.h"

#include "base/arena.h"
#include "base/json.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/labels.h"
#include "img/table.h"
#include "node/node.h"
#include "node/shape.h"

enum { NAMED = 8 };   /* regions in a note */

struct moments { long n, sum[3]; };   /* voxels, and sums of their places */

static struct moments *moments_of(const struct found *f, struct arena *a)
{
	struct moments *m = NEW_N(a, struct moments, f->n + 1);

	for (long v = 0; v < grid_size(f->grid); v++) {
		int at[3];

		if (f->region[v] < 0)
			continue;
		grid_voxel(f->grid, v, at);
		m[f->region[v]].n++;
		for (int d = 0; d < 3; d++)
			m[f->region[v]].sum[d] += at[d];
	}
	return m;
}

/* A number that says no more digits than affines, which are rounded, have. */
static const char *short_text(double x, struct arena *a)
{
	return arena_printf(a, "%.6g", x + 0.0);   /* 0, not -0 */
}

static struct error *write_table(const struct found *f, struct out *out, struct arena *a)
{
	static const char *const column[] = { "index", "name", "voxels", "volume_mm3", "x", "y", "z", "peak" };
	const struct moments *m = moments_of(f, a);
	const int n_col = f->peak ? 8 : 7;
	const char **cell = NEW_N(a, const char *, (long)f->n * n_col + 1), **c = cell;

	for (int k = 0; k < f->n; k++, c += n_col) {
		const double n = (double)m[k].n, middle[3] = { (double)m[k].sum[0] / n, (double)m[k].sum[1] / n, (double)m[k].sum[2] / n };
		double world[3];

		grid_world(f->grid, middle, world);
		c[0] = arena_printf(a, "%d", f->value[k]);
		c[1] = f->name[k];
		c[2] = arena_printf(a, "%ld", m[k].n);
		c[3] = short_text(n * grid_voxel_mm3(f->grid), a);
		for (int d = 0; d < 3; d++)
			c[4 + d] = short_text(world[d], a);
		if (f->peak)
			c[7] = table_number_text(f->peak[k], a);
	}
	const struct table t = { .n_row = f->n, .n_col = n_col, .column = column, .cell = cell };

	return table_write(out_blob(out, "table.tsv"), &t, a);
}

struct error *found_write(const struct found *f, struct out *labels, struct out *table, struct arena *a)
{
	const long size = grid_size(f->grid);
	int *voxel = arena_alloc(a, (size_t)size, sizeof *voxel);

	for (long v = 0; v < size; v++)
		voxel[v] = f->region[v] < 0 ? 0 : f->value[f->region[v]];
	TRY(image_write(out_blob(labels, "image.nii"), f->grid, 1, 0, IMAGE_INT32, voxel));
	TRY(names_write(out_blob(labels, "names.tsv"), f->n, f->value, f->name, a));
	return write_table(f, table, a);
}

void found_note(const struct found *f, struct node_env *env, const char *more)
{
	const struct moments *m = moments_of(f, env->arena);
	struct buf b = { .arena = env->arena };

	for (int k = 0; k < f->n && k < NAMED; k++)
		buf_printf(&b, "%s'%s' has %ld voxel%s", k ? ", " : "", f->name[k], m[k].n, m[k].n == 1 ? "" : "s");
	if (f->n > NAMED)
		buf_printf(&b, ", and %d more (see the output table)", f->n - NAMED);
	node_note(env, "%d region%s: %s%s", f->n, f->n == 1 ? "" : "s", b.text ? b.text : "", more);
}

void found_shape(struct shape *s, const struct grid *g)
{
	struct image_facts made = image_facts_new(g, 1, 0, "int32");

	shape_out(s, "labels", image_facts_to(&made, s->arena));
	s->memory = 60 * grid_size(g) + (8 << 20);
	s->seconds = 2e-8 * (double)grid_size(g) + 0.005;
}
