/* import.coords - points from a table or a .npy array. */
#include "import.coords.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "img/coords.h"
#include "img/facts.h"
#include "img/npy.h"
#include "img/table.h"

struct places { int axis[3], name; };    /* columns; name -1: there is none */

static int find_any_case(const struct table *t, const char *column)
{
	for (int k = 0; k < t->n_col; k++)
		if (strcasecmp(t->column[k], column) == 0)
			return k;
	return -1;
}

static struct error *named_places(struct places *p, const struct table *t, const struct import_coords_params *params)
{
	for (int d = 0; d < 3; d++)
		TRY(table_need(&p->axis[d], t, params->columns[d]));
	p->name = -1;
	return params->n_columns > 3 ? table_need(&p->name, t, params->columns[3]) : NULL;
}

/* Published lists number their regions from 1 (ROI in Power 2011), so a column that does is the name when there is no other. */
static int find_name(const struct table *t)
{
	static const char *const word[] = { "name", "label", "region", "roi", "number", "index" };
	int col = -1;

	for (size_t k = 0; k < sizeof word / sizeof *word && col < 0; k++)
		col = find_any_case(t, word[k]);
	return col;
}

static struct error *find_places(struct places *p, const struct table *t)
{
	static const char *const axis[3] = { "x", "y", "z" };

	p->name = t->header ? find_name(t) : t->n_col > 3 ? 3 : -1;
	for (int d = 0; d < 3; d++) {
		p->axis[d] = t->header ? find_any_case(t, axis[d]) : d;
		if (p->axis[d] < 0)
			return error_new(ERR_DATA, "%s has no column '%s'; if it is called otherwise, say columns: [x, y, z]", t->file,
			                 axis[d]);
	}
	if (t->header || t->n_col >= 3)
		return NULL;
	return error_new(ERR_DATA, "%s has %d columns, must have three or a header", t->file, t->n_col);
}

static struct error *from_table(struct coords *c, const char *path, const struct import_coords_params *params,
                                struct arena *a)
{
	struct places p;
	struct table t;

	TRY(table_read(&t, path, TABLE_HEADER_AUTO, a));
	TRY(params->n_columns > 0 ? named_places(&p, &t, params) : find_places(&p, &t));
	double (*xyz)[3] = arena_alloc(a, (size_t)t.n_row, sizeof *xyz);
	const char **name = NEW_N(a, const char *, t.n_row);

	for (int d = 0; d < 3; d++) {
		const double *x;

		TRY(table_numbers(&x, &t, p.axis[d], a));
		for (int r = 0; r < t.n_row; r++) {
			if (!isfinite(x[r]))
				return table_error(&t, r, p.axis[d], "a coordinate is missing, must be mm");
			xyz[r][d] = x[r];
		}
	}
	for (int r = 0; p.name >= 0 && r < t.n_row; r++)
		name[r] = table_cell(&t, r, p.name);
	*c = (struct coords){ t.n_row, (const double (*)[3])xyz, p.name >= 0 ? name : NULL };
	return NULL;
}

static struct error *from_npy(struct coords *c, const char *path, struct arena *a)
{
	struct npy x;

	TRY(npy_read(&x, path, NPY_FLOAT64, a));
	double (*xyz)[3] = arena_calloc(a, (size_t)x.n_row, sizeof *xyz);
	bool finite = true;

	for (size_t k = 0; x.n_col == 3 && k < 3 * (size_t)x.n_row; k++) {
		xyz[k / 3][k % 3] = x.f64[k];
		finite &= isfinite(x.f64[k]) != 0;
	}
	npy_close(&x);
	if (x.n_col != 3)
		return error_new(ERR_DATA, "%s has %d columns, must have x, y and z", path, x.n_col);
	if (!finite)
		return error_new(ERR_DATA, "%s has coordinates that are not finite", path);
	*c = (struct coords){ x.n_row, (const double (*)[3])xyz, NULL };
	return NULL;
}

static struct error *read(struct coords *c, const struct item *file, const struct import_coords_params *params,
                          struct arena *a)
{
	const char *path = item_blob(file, "file");

	return npy_is(path) ? from_npy(c, path, a) : from_table(c, path, params, a);
}

struct error *import_coords_shape(struct shape *s, const struct import_coords_params *params)
{
	const struct item *file = shape_item(s, "file");
	struct coords c;

	if (!file)
		return NULL;
	TRY(read(&c, file, params, s->arena));
	struct coords_facts facts = { c.n, c.xyz };

	shape_out(s, "coords", coords_facts_to(&facts, s->arena));
	return NULL;
}

struct error *import_coords_run(struct node_env *env, const struct import_coords_params *params,
                                const struct import_coords_inputs *in, const struct import_coords_outputs *out)
{
	struct coords c;

	TRY(read(&c, in->file, params, env->arena));
	return coords_write(out_blob(out->coords, "coords.tsv"), &c, env->arena);
}
