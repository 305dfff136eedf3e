#include "img/coords.h"

#include "base/arena.h"
#include "img/facts.h"
#include "kinds/compare.h"
#include "kinds/kinds.h"

struct error *kind_coords_peek(struct doc **facts, const struct item *it, struct arena *a)
{
	struct coords c;

	TRY(coords_read(&c, it, a));
	struct coords_facts f = { c.n, c.xyz };

	*facts = coords_facts_to(&f, a);
	return NULL;
}

struct error *kind_coords_show(FILE *f, const struct item *it, struct arena *a)
{
	struct coords c;

	TRY(coords_read(&c, it, a));
	fprintf(f, "%d point%s\n", c.n, c.n == 1 ? "" : "s");
	for (int k = 0; k < c.n && k < 40; k++)
		fprintf(f, "%8d  (%.4g, %.4g, %.4g) mm  %s\n", k, c.xyz[k][0], c.xyz[k][1], c.xyz[k][2], c.name ? c.name[k] : "");
	if (c.n > 40)
		fprintf(f, "          and %d more\n", c.n - 40);
	return NULL;
}

struct error *kind_coords_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                               struct arena *a)
{
	struct compare c = { .rtol = rtol, .atol = atol };
	struct coords p, q;

	TRY(coords_read(&p, x, a));
	TRY(coords_read(&q, y, a));
	if (p.n != q.n) {
		*out = compare_unlike(arena_printf(a, "the first has %d points, the second %d", p.n, q.n), a);
		return NULL;
	}
	compare_add(&c, p.xyz[0], q.xyz[0], 3L * p.n);
	*out = compare_result(&c, c.at < 0 ? "" : arena_printf(a, "%c of point %ld", "xyz"[c.at % 3], c.at / 3), "coordinates",
	                      0, a);
	return NULL;
}

struct error *kind_coords_write(const char *path, const struct item *it, struct arena *a)
{
	struct coords c;

	TRY(coords_read(&c, it, a));
	return coords_write(path, &c, a);
}
