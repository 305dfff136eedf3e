#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "img/glm.h"
#include "img/glm_arrays.h"
#include "img/image.h"
#include "img/table.h"
#include "node/node.h"

/* ---- glm.json ---- */
static void put_run(struct buf *b, const struct glm_run *r)
{
	buf_add(b, "{\"name\": ");
	json_text(b, r->name);
	buf_printf(b, ", \"rows\": %d, \"order\": %d, \"parts\": %d, \"subsets\": %s, \"columns\": [", r->n_row, r->order,
	           r->n_part, r->part ? "true" : "false");
	for (int c = 0; c < r->n_col; c++) {
		buf_add(b, c ? ", " : "");
		json_text(b, r->column[c]);
	}
	buf_add(b, "]}");
}

static void put_array(struct buf *b, const struct glm_array *x)
{
	buf_printf(b, "{\"name\": \"%s\", \"run\": %d, \"type\": \"%s\", \"shape\": [%lld, %lld], \"at\": %lld}", x->name, x->run,
	           x->type, (long long)x->n_row, (long long)x->n_col, (long long)x->at);
}

static struct error *write_json(const char *path, const struct glm *g, int n, const struct glm_array *x, struct arena *a)
{
	struct buf b = { .arena = a };

	buf_printf(&b, "{\"format\": 1, \"group\": %s, \"noise\": ", g->group ? "true" : "false");
	json_text(&b, g->noise);
	buf_printf(&b, ", \"voxels\": %ld,\n \"runs\": [", g->n);
	for (int k = 0; k < g->n_run; k++) {
		buf_add(&b, k ? ",\n  " : "");
		put_run(&b, &g->run[k]);
	}
	buf_printf(&b, "],\n \"bytes\": %lld, \"arrays\": [", (long long)glm_arrays_size(n, x));
	for (int k = 0; k < n; k++) {
		buf_add(&b, k ? ",\n  " : "\n  ");
		put_array(&b, &x[k]);
	}
	buf_add(&b, "]}\n");
	return file_write(path, b.text, b.n);
}

/* ---- glm.bin ---- */
static struct error *put_arrays(int fd, const char *path, int n, const struct glm_array *x)
{
	static const char zeros[8];

	for (int k = 0; k < n; k++) {
		const void *from;

		memcpy(&from, x[k].field, sizeof from);
		TRY(fd_write(fd, from, (size_t)x[k].size, path));
		TRY(fd_write(fd, zeros, (size_t)(-x[k].size & 7), path));
	}
	return NULL;
}

static struct error *write_arrays(const char *path, int n, const struct glm_array *x)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct error *e;

	if (fd < 0)
		return error_new(ERR_SYSTEM, "cannot make %s: %s", path, strerror(errno));
	e = put_arrays(fd, path, n, x);
	if (close(fd) != 0 && !e)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
	return e;
}

/* ---- all blobs ---- */
static struct error *write_mask(const char *path, const struct glm *g, struct arena *a)
{
	unsigned char *inside = NEW_N(a, unsigned char, grid_size(&g->grid));

	for (long v = 0; v < g->n; v++)
		inside[g->index[v]] = 1;
	return image_write_bytes(path, &g->grid, inside);
}

struct error *glm_write(struct out *out, const struct glm *g, struct arena *a)
{
	struct glm copy = *g;
	const struct glm_run *r = &g->run[0];
	bool *subsets = NEW_N(a, bool, g->n_run);
	struct glm_array *x;
	int n;

	for (int k = 0; k < g->n_run; k++)
		subsets[k] = g->run[k].part != NULL;
	n = glm_arrays(&x, &copy, subsets, a);
	if (n < 0)
		return error_new(ERR_NUMERIC, "the model is too large to be stored: %ld voxels, %d columns", g->n, r->n_col);
	TRY(write_json(out_blob(out, "glm.json"), g, n, x, a));
	TRY(write_mask(out_blob(out, "mask.nii"), g, a));
	TRY(table_write_numbers(out_blob(out, "design.tsv"), r->n_row, r->n_col, r->column, r->design, a));
	return write_arrays(out_blob(out, "glm.bin"), n, x);
}
