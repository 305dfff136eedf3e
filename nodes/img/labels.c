#include "img/labels.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "img/empty.h"
#include "img/image.h"
#include "node/node.h"

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static struct error *not_whole(const struct image *im, long v, double x)
{
	int at[3];

	grid_voxel(&im->grid, v, at);
	return error_new(ERR_DATA, "%s: voxel (%d, %d, %d) is %.9g, labels must be whole numbers between %d and %d", im->path,
	                 at[0], at[1], at[2], x, -INT_MAX, INT_MAX);
}

/* The value of every voxel; NaN is background. */
static struct error *whole_values(int *label, const struct image *im, int background, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	long n = grid_size(&im->grid);
	double *x = arena_alloc(a, (size_t)n, sizeof *x);

	image_volume_double(im, 0, NONFINITE_KEEP, x);
	for (long v = 0; v < n; v++) {
		if (isnan(x[v]))
			label[v] = background;
		else if (x[v] != rint(x[v]) || fabs(x[v]) > INT_MAX)
			return not_whole(im, v, x[v]);
		else
			label[v] = (int)x[v];
	}
	arena_reset(a, start);
	return NULL;
}

/* Neighbours mostly have the same label, so only changes are collected before sorting. */
static int *distinct(int *n_out, const int *label, long n, int background, struct arena *a)
{
	int *list = NULL, n_list = 0, kept = 0;

	for (long v = 0; v < n; v++)
		if (label[v] != background && (v == 0 || label[v] != label[v - 1]))
			PUSH(a, list, n_list, label[v]);
	if (n_list > 0)
		qsort(list, (size_t)n_list, sizeof *list, compare_ints);
	for (int k = 0; k < n_list; k++)
		if (k == 0 || list[k] != list[kept - 1])
			list[kept++] = list[k];
	*n_out = kept;
	return list;
}

/* Values become their places among the ascending ones, in place; size counts them. */
static void number_regions(int *label, long n_voxel, int background, int n, const int *value, int *size)
{
	int last = background, region = -1;

	for (long v = 0; v < n_voxel; v++) {
		if (label[v] != last) {
			const int *found;

			last = label[v];
			found = last == background ? NULL : bsearch(&last, value, (size_t)n, sizeof *value, compare_ints);
			region = found ? (int)(found - value) : -1;
		}
		label[v] = region;
		if (region >= 0)
			size[region]++;
	}
}

static struct error *labels_from(struct labels *out, const struct image *im, int background, struct arena *a)
{
	long n = grid_size(&im->grid);
	int *label = arena_alloc(a, (size_t)n, sizeof *label), *size;

	TRY(image_need_3d(im, "the label image"));
	TRY(whole_values(label, im, background, a));
	*out = (struct labels){ .grid = im->grid, .region = label };
	out->value = distinct(&out->n, label, n, background, a);
	out->size = size = NEW_N(a, int, out->n + 1);
	number_regions(label, n, background, out->n, out->value, size);
	return NULL;
}

static struct error *read(struct labels *out, const struct item *it, int background, const struct item *names,
                          struct arena *a)
{
	struct image im;
	struct error *e;

	TRY(image_of(&im, it, a));
	e = labels_from(out, &im, background, a);
	image_close(&im);
	if (e)
		return e;
	return names_of_values(&out->name, out->n, out->value, names, item_blob(it, "names.tsv"), a);
}

struct error *labels_read(struct labels *out, const struct item *it, int background, const struct item *names,
                          struct arena *a)
{
	const char *why;

	TRY(read(out, it, background, names, a));
	if (out->n > 0)
		return NULL;
	why = empty_of(it, a);
	if (why)
		return error_new(ERR_DATA, "there are no regions, which came about so: %s", why);
	return error_new(ERR_DATA, "%s has no labels: every voxel is %d", item_main(it), background);
}

struct error *labels_read_any(struct labels *out, const struct item *it, struct arena *a)
{
	return read(out, it, 0, NULL, a);
}
