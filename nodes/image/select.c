/* image.select - some volumes of an image. nilearn's index_img.
 *
 * The image stays mapped and volumes are written one by one, integers as they are stored. */
#include "image.select.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "fmri/conditions.h"
#include "fmri/resampled.h"
#include "fmri/row_list.h"
#include "fmri/shape_problem.h"
#include "img/design.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/labels.h"
#include "img/table.h"

/* ---- which volumes ---- */
struct selection {
	struct row_list rows;
	int step;            /* from each volume to the next; 0: not the same for all */
};

/* has_index, has_conditions: these ports are wired. */
static struct error *check_way(const struct image_select_params *p, bool has_index, bool has_conditions)
{
	bool by_range = p->n_range > 0 || p->step > 1;

	if (has_index + has_conditions + by_range > 1)
		return error_new(ERR_USER, "%s and %s are given: volumes are selected by one of index, conditions and range (with step)",
		                 has_index ? "index" : "conditions", has_index && has_conditions ? "conditions" : "range or step");
	if (!has_conditions && (p->n_names > 0 || (p->column && p->column[0])))
		return error_new(ERR_USER, "%s without conditions: wire a table of volumes or of events to `conditions`",
		                 p->n_names > 0 ? "names are given" : "column is given");
	if (has_index + has_conditions + by_range == 0)
		return error_new(ERR_USER, "nothing says which volumes: give index, conditions with names, or range");
	if (has_conditions && p->n_names == 0)
		return error_new(ERR_USER, "conditions are given without names: `names` says which of them to take");
	return NULL;
}

static struct error *by_range(struct row_list *out, const struct image_select_params *p, int n_vol, struct arena *a)
{
	double from = p->n_range > 0 ? p->range[0] : 0, to = p->n_range > 1 ? p->range[1] : n_vol;
	int *row;

	if (from != floor(from) || to != floor(to))
		return error_new(ERR_USER, "range is [%g, %g], must be numbers of volumes, which are whole", from, to);
	if (to > n_vol)
		return error_new(ERR_USER, "range goes to %.0f, but image has %d volume%s", to, n_vol, PLURAL(n_vol));
	if (from >= to)
		return error_new(ERR_USER, "range [%.0f, %.0f) has no volumes: the second must be larger than the first%s", from, to,
		                 p->n_range == 1 ? ", and the image ends there" : "");
	row = arena_alloc(a, (size_t)(to - from), sizeof *row);
	*out = (struct row_list){ 0, row };
	for (long v = (long)from; v < (long)to; v += p->step)
		row[out->n++] = (int)v;
	return NULL;
}

static struct error *by_condition(struct row_list *out, const struct conditions *c, const struct image_select_params *p,
                                  struct arena *a)
{
	int *row;

	TRY(conditions_volumes(&row, &out->n, c, p->n_names, p->names, a));
	out->row = row;
	if (out->n == 0)
		return error_new(ERR_DATA, "no volume is of %s%s", design_names(p->n_names, p->names, a),
		                 conditions_why_none(c, p->n_names, p->names, a));
	return NULL;
}

static int step_of(const struct row_list *rows)
{
	int step = rows->n > 1 ? rows->row[1] - rows->row[0] : 0;

	for (long k = 1; k < rows->n; k++)
		if (rows->row[k] - rows->row[k - 1] != step)
			return 0;
	return step > 0 ? step : 0;
}

static struct conditions_args conditions_args(const struct image_select_params *p, int n_vol, double tr_s)
{
	return (struct conditions_args){ p->column, n_vol, tr_s, "image", .dropped = p->dropped };
}

static struct error *select_volumes(struct selection *out, const struct image_select_params *p,
                                    const struct image_select_inputs *in, const struct image *im, struct node_env *env)
{
	struct conditions_args args = conditions_args(p, im->n_vol, im->tr_s);
	struct arena *a = env->arena;
	struct conditions c;

	TRY(check_way(p, in->index, in->conditions));
	if (in->index) {
		TRY(row_list_read(&out->rows, in->index, "index", im->n_vol, "image", "volumes", a));
	} else if (in->conditions) {
		TRY(conditions_read(&c, in->conditions, &args, a));
		TRY(by_condition(&out->rows, &c, p, a));
		conditions_tell_shared(&c, env);
	} else {
		TRY(by_range(&out->rows, p, im->n_vol, a));
	}
	out->step = step_of(&out->rows);
	return NULL;
}

/* ---- copying ---- */

/* A volume of integers in this machine's byte order: as it lies in the file, or turned around in room. */
static const void *raw_volume(const struct image *im, int t, unsigned char *room)
{
	size_t size = (size_t)image_type_bytes(im->type), bytes = (size_t)grid_size(&im->grid) * size;
	const unsigned char *from = im->raw + (size_t)t * bytes;

	if (!im->swapped || size == 1)
		return from;
	for (size_t k = 0; k < bytes; k++)
		room[k] = from[k - k % size + (size - 1 - k % size)];
	return room;
}

static struct error *copy(const struct image *im, const struct selection *s, struct out *out, struct arena *a)
{
	bool raw = image_is_raw(im);
	void *room = arena_alloc(a, (size_t)grid_size(&im->grid), 8);
	struct image_writer *w;

	TRY(image_create_out(&w, out, &im->grid, (int)s->rows.n, im->tr_s * s->step, raw ? im->type : IMAGE_FLOAT32, a));
	for (long k = 0; k < s->rows.n; k++) {
		int t = s->rows.row[k];

		if (raw) {
			TRY(image_put_raw(w, (int)k, raw_volume(im, t, room)));
		} else {
			image_volume(im, t, NONFINITE_KEEP, room);
			TRY(image_put(w, (int)k, room));
		}
		image_forget(im, t);
	}
	return image_finish(w);
}

/* Of maps each volume has a name; of labels the one volume has many. */
static struct error *copy_names(const struct image *im, const struct selection *s, const struct item *it, struct out *out,
                                struct arena *a)
{
	const char *const *name;
	const char **kept;

	if (!item_blob(it, "names.tsv"))
		return NULL;
	if (!kind_fits(it->kind, "maps"))
		return resampled_names(it, out, a);
	TRY(names_read(&name, im->n_vol, it, a));
	kept = NEW_N(a, const char *, s->rows.n);
	for (long k = 0; k < s->rows.n; k++)
		kept[k] = name[s->rows.row[k]];
	return names_write(out_blob(out, "names.tsv"), (int)s->rows.n, NULL, kept, a);
}

struct error *image_select_run(struct node_env *env, const struct image_select_params *params,
                               const struct image_select_inputs *in, const struct image_select_outputs *out)
{
	struct selection s;
	struct image im;
	struct error *e;

	TRY(image_of(&im, in->image, env->arena));
	e = select_volumes(&s, params, in, &im, env);
	if (!e)
		e = copy(&im, &s, out->image, env->arena);
	if (!e)
		e = copy_names(&im, &s, in->image, out->image, env->arena);
	image_close(&im);
	return e ? e : row_list_write(out_blob(out->index, "table.tsv"), &s.rows, "volume", env->arena);
}

/* ---- at check time ---- */

/* False: not known yet, or wrong and told. */
static bool check_volumes(struct row_list *rows, struct shape *s, const struct image_select_params *p,
                          const struct image_facts *im)
{
	struct conditions_args args = conditions_args(p, im->n_vol, im->tr_s);
	struct conditions c;

	if (shape_n(s, "index") > 0)
		return row_list_check(rows, s, "index", im->n_vol, "image", "volumes");
	if (shape_n(s, "conditions") > 0)
		return conditions_check(&c, s, "conditions", &args) &&
		       !shape_problem(s, "names", by_condition(rows, &c, p, s->arena));
	return !shape_problem(s, p->n_range > 0 ? "range" : "step", by_range(rows, p, im->n_vol, s->arena));
}

struct error *image_select_shape(struct shape *s, const struct image_select_params *params)
{
	static const char *const column[] = { "volume" };
	struct row_list rows = { 0 };
	struct image_facts im, made;

	if (shape_problem(s, "", check_way(params, shape_n(s, "index") > 0, shape_n(s, "conditions") > 0)))
		return NULL;
	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	s->memory = 2 * im.bytes + 16 * grid_size(&im.grid) + (8 << 20);
	s->seconds = 1e-9 * (double)grid_size(&im.grid) * im.n_vol + 0.005;
	if (!check_volumes(&rows, s, params, &im))
		return NULL;
	made = image_facts_new(&im.grid, (int)rows.n, im.tr_s * step_of(&rows), im.type);
	made.space = im.space;
	shape_out(s, "image", image_facts_to(&made, s->arena));
	shape_out(s, "index", table_facts_to(&(struct table_facts){ .n_row = (int)rows.n, .n_col = 1, .column = column }, s->arena));
	return NULL;
}
