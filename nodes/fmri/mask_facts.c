#include "fmri/mask_facts.h"

#include "base/arena.h"
#include "fmri/shape_problem.h"
#include "img/facts.h"
#include "node/shape.h"

static struct error *check_header(struct shape *s, const char *port, const struct grid *g, const char *what)
{
	const char *name = arena_printf(s->arena, "the %s", port);
	struct image_facts f;

	if (!image_facts_from(&f, shape_in(s, port), s->arena))
		return NULL;
	if (f.n_vol > 1)
		return error_new(ERR_DATA, "%s has %d volumes, must have one", name, f.n_vol);
	return g ? grid_check(&f.grid, name, g, what) : NULL;
}

void volume_facts_check(struct shape *s, const char *port, const struct grid *g, const char *what)
{
	shape_problem(s, port, check_header(s, port, g, what));
}

static struct error *check(struct mask *out, struct shape *s, const char *port, const struct grid *g, const char *what)
{
	const struct item *it = shape_item(s, port);

	TRY(check_header(s, port, g, what));
	return it ? mask_read(out, it, g, what, s->arena) : NULL;
}

int mask_facts_read(struct mask *out, struct shape *s, const char *port, const struct grid *g, const char *what)
{
	struct error *e;

	*out = (struct mask){ .n = -1 };
	e = check(out, s, port, g, what);
	if (e) {
		shape_error(s, port, "%s", e->text);
		error_free(e);
		return -1;
	}
	return out->n;
}

int mask_facts_check(struct shape *s, const char *port, const struct grid *g, const char *what)
{
	struct mask mask;

	return mask_facts_read(&mask, s, port, g, what);
}
