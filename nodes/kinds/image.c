#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/text.h"
#include "img/facts.h"
#include "img/gz.h"
#include "img/image.h"
#include "img/labels.h"
#include "kinds/compare.h"
#include "kinds/kinds.h"

#include <string.h>

enum { NAMES_SHOWN = 40 };

/* ---- facts ---- */
struct error *kind_image_peek(struct doc **facts, const struct item *it, struct arena *a)
{
	struct image_facts f;
	struct image im;

	TRY(image_of(&im, it, a));
	image_facts_of(&f, &im);
	*facts = image_facts_to(&f, a);
	image_close(&im);
	return NULL;
}

/* ---- show ---- */
static void show_header(FILE *f, const struct image *im, struct arena *a)
{
	fprintf(f, "%s", grid_text(&im->grid, a));
	if (im->n_vol > 1)
		fprintf(f, ", %d volumes", im->n_vol);
	if (im->tr_s > 0)
		fprintf(f, ", TR %g s", im->tr_s);
	fprintf(f, ", %s%s, %s\n", im->swapped ? "byte-swapped " : "", image_type_name(im->type),
	        text_bytes(a, (int64_t)im->map_size));
	if (im->slope != 1 || im->inter != 0)
		fprintf(f, "values are stored * %.9g + %.9g\n", im->slope, im->inter);
	for (int r = 0; r < 3; r++)
		fprintf(f, "%s %10.4g %10.4g %10.4g %10.4g\n", r == 0 ? "affine" : "      ", im->grid.affine[r][0],
		        im->grid.affine[r][1], im->grid.affine[r][2], im->grid.affine[r][3]);
}

static void show_values(FILE *f, const struct image *im, struct arena *a)
{
	long n = grid_size(&im->grid);
	double *x = arena_alloc(a, (size_t)n, sizeof *x);
	struct summary s = { 0 };

	for (int t = 0; t < im->n_vol; t++) {
		image_volume_double(im, t, NONFINITE_KEEP, x);
		summary_add(&s, x, n);
	}
	fprintf(f, "%s\n%ld of %ld voxels%s are finite and not 0\n", summary_text(&s, a), s.n_nonzero, s.n,
	        im->n_vol > 1 ? " (of all volumes)" : "");
}

struct error *kind_image_show(FILE *f, const struct item *it, struct arena *a)
{
	struct image im;

	TRY(image_of(&im, it, a));
	show_header(f, &im, a);
	show_values(f, &im, a);
	image_close(&im);
	return NULL;
}

struct error *kind_labels_show(FILE *f, const struct item *it, struct arena *a)
{
	struct labels l;
	struct image im;

	TRY(image_of(&im, it, a));
	show_header(f, &im, a);
	image_close(&im);
	TRY(labels_read_any(&l, it, a));
	fprintf(f, "%d labels\n", l.n);
	for (int k = 0; k < l.n && k < NAMES_SHOWN; k++)
		fprintf(f, "%8d  %s (%d voxels)\n", l.value[k], l.name[k], l.size[k]);
	if (l.n > NAMES_SHOWN)
		fprintf(f, "          and %d more\n", l.n - NAMES_SHOWN);
	return NULL;
}

struct error *kind_maps_show(FILE *f, const struct item *it, struct arena *a)
{
	const char *const *name;
	struct image im;
	int n;

	TRY(kind_image_show(f, it, a));
	TRY(image_of(&im, it, a));
	n = im.n_vol;
	image_close(&im);
	TRY(names_read(&name, n, it, a));
	for (int k = 0; k < n && k < NAMES_SHOWN; k++)
		fprintf(f, "%8d  %s\n", k, name[k]);
	if (n > NAMES_SHOWN)
		fprintf(f, "          and %d more\n", n - NAMES_SHOWN);
	return NULL;
}

/* ---- diff ---- */
static const char *place(const struct image *im, long at, struct arena *a)
{
	long n = grid_size(&im->grid);
	double world[3];
	int voxel[3];

	if (at < 0)
		return "";
	grid_voxel(&im->grid, at % n, voxel);
	grid_world(&im->grid, (const double[3]){ voxel[0], voxel[1], voxel[2] }, world);
	const char *where = arena_printf(a, "voxel (%d, %d, %d), (%.4g, %.4g, %.4g) mm", voxel[0], voxel[1], voxel[2],
	                                 world[0], world[1], world[2]);

	return im->n_vol > 1 ? arena_printf(a, "%s of volume %ld", where, at / n) : where;
}

static void compare_volumes(struct compare *c, const struct image *x, const struct image *y, struct arena *a)
{
	long n = grid_size(&x->grid);
	double *p = arena_alloc(a, (size_t)n, sizeof *p), *q = arena_alloc(a, (size_t)n, sizeof *q);

	for (int t = 0; t < x->n_vol; t++) {
		image_volume_double(x, t, NONFINITE_KEEP, p);
		image_volume_double(y, t, NONFINITE_KEEP, q);
		compare_add(c, p, q, n);
	}
}

/* Why two images cannot be compared voxel by voxel, or NULL. */
static const char *unlike(const struct image *x, const struct image *y, struct arena *a)
{
	struct error *e = grid_check(&x->grid, "the first", &y->grid, "the second");
	const char *text = e ? arena_strdup(a, e->text) : NULL;

	error_free(e);
	if (!text && x->n_vol != y->n_vol)
		text = arena_printf(a, "the first has %d volumes, the second %d", x->n_vol, y->n_vol);
	return text;
}

static struct error *diff_items(struct doc **out, const struct item *x, const struct item *y, struct compare *c,
                                int dice, struct arena *a)
{
	struct image p, q;
	struct error *e;

	TRY(image_of(&p, x, a));
	e = image_of(&q, y, a);
	if (!e) {
		const char *text = unlike(&p, &q, a);

		if (!text)
			compare_volumes(c, &p, &q, a);
		*out = text ? compare_unlike(text, a) : compare_result(c, place(&p, c->at, a), "voxels", dice, a);
		image_close(&q);
	}
	image_close(&p);
	return e;
}

struct error *kind_image_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                              struct arena *a)
{
	return diff_items(out, x, y, &(struct compare){ .rtol = rtol, .atol = atol }, 0, a);
}

struct error *kind_mask_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                             struct arena *a)
{
	return diff_items(out, x, y, &(struct compare){ .rtol = rtol, .atol = atol }, 1, a);
}

/* ---- write ---- */
/* The stored bytes, gzipped unless the name says otherwise. */
struct error *kind_image_write(const char *path, const struct item *it, struct arena *a)
{
	size_t n = strlen(path);
	struct image im;
	struct error *e;

	TRY(image_of(&im, it, a));
	if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
		e = gz_write(path, im.map, im.map_size);
	else
		e = file_write(path, im.map, im.map_size);
	image_close(&im);
	return e;
}
