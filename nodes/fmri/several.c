#include "fmri/several.h"

#include <math.h>

#include "base/arena.h"
#include "img/facts.h"
#include "node/shape.h"

static const char no_image[] = "there is no image in the list, must be one or more";

static const char *image_name(const char *cell, int k, struct arena *a)
{
	return cell && *cell ? arena_printf(a, "image %s", cell) : arena_printf(a, "image number %d", k);
}

struct error *several_open(struct several *out, const struct items *images, struct arena *a)
{
	const char **name = NEW_N(a, const char *, images->n + 1);

	*out = (struct several){ .n = images->n, .im = NEW_N(a, struct image, images->n + 1), .name = name };
	if (images->n == 0)
		return error_new(ERR_DATA, "%s", no_image);
	for (int k = 0; k < images->n; k++) {
		name[k] = image_name(images->item[k].cell, k, a);
		TRY(image_of(&out->im[k], &images->item[k], a));
		out->n_vol += out->im[k].n_vol;
	}
	return NULL;
}

void several_close(struct several *s)
{
	for (int k = 0; k < s->n; k++)
		image_close(&s->im[k]);
}

struct error *several_on(const struct several *s, const struct grid *g, const char *what, struct arena *a)
{
	for (int k = 0; k < s->n; k++) {
		struct error *e = grid_check(&s->im[k].grid, s->name[k], g, what ? what : s->name[0]);
		const char *text;

		if (!e)
			continue;
		text = arena_strdup(a, e->text);
		error_free(e);
		return error_new(ERR_DATA, "%s (resample: true puts all onto it)", text);
	}
	return NULL;
}

/* Headers have the time in float32. */
static bool times_agree(double a, double b)
{
	return fabs(a - b) <= 1e-4 * fabs(b);
}

bool several_tr(const struct several *s, double *tr_s, int *one, int *other)
{
	*tr_s = 0;
	*one = -1;
	for (int k = 0; k < s->n; k++) {
		double tr = s->im[k].tr_s;

		if (!(tr > 0))
			continue;
		if (*one < 0) {
			*one = k;
			*tr_s = tr;
		} else if (!times_agree(tr, *tr_s)) {
			*other = k;
			return false;
		}
	}
	return true;
}

bool several_facts(struct several *out, struct shape *s, const char *port)
{
	int n = shape_n(s, port);
	const char **name = NEW_N(s->arena, const char *, n + 1);

	*out = (struct several){ .im = NEW_N(s->arena, struct image, n + 1), .name = name };
	if (n == 0)
		shape_error(s, port, "%s", no_image);
	for (int k = 0; k < n; k++) {
		struct image *im = &out->im[out->n];
		struct image_facts f;

		if (!image_facts_from(&f, shape_in_n(s, port, k), s->arena)) {
			if (k == 0)
				return false;
			continue;
		}
		*im = (struct image){ .grid = f.grid, .n_vol = f.n_vol, .tr_s = f.tr_s };
		name[out->n++] = image_name(shape_cell(s, port, k), k, s->arena);
		out->n_vol += f.n_vol;
	}
	return n > 0;
}
