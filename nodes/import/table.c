/* import.table - a table from outside as TSV with a header. */
#include "import.table.node.h"

#include <string.h>

#include "img/design.h"
#include "img/facts.h"
#include "img/table.h"
#include "import/columns.h"

/* Whose row: sub-01 is 01. */
static const char *bare(const char *name)
{
	return strncmp(name, "sub-", 4) == 0 ? name + 4 : name;
}

/* The one row of a subject. */
static struct error *row_take(struct table *t, const char *subject)
{
	int col, found = -1;

	TRY(table_need(&col, t, "participant_id"));
	for (int r = 0; r < t->n_row; r++) {
		if (strcmp(bare(table_cell(t, r, col)), bare(subject)) != 0)
			continue;
		if (found >= 0)
			return table_error(t, r, col, "sub-%s has a second row", bare(subject));
		found = r;
	}
	if (found < 0)
		return error_new(ERR_DATA, "%s has no row of sub-%s in its column participant_id", t->file, bare(subject));
	t->cell += (size_t)found * (size_t)t->n_col;
	t->line = t->line ? t->line + found : NULL;
	t->start = t->start ? t->start + found : NULL;
	t->n_row = 1;
	return NULL;
}

/* A step's table must have rows; one that is only looked at may have none, as that of clusters which were not found. */
static struct error *read(struct table *t, const struct item *file, const struct import_table_params *params,
                          bool may_be_empty, struct arena *a)
{
	enum table_header header = !params->has_header ? TABLE_HEADER_AUTO
	                         : params->header ? TABLE_HEADER_YES : TABLE_HEADER_NO;

	TRY(table_read(t, item_blob(file, "file"), header | (may_be_empty ? TABLE_MAY_BE_EMPTY : 0), a));
	if (params->has_subject)
		TRY(row_take(t, params->subject));
	return columns_take(t, (struct texts){ params->n_columns, params->columns },
	                    (struct texts){ params->n_drop, params->drop }, a);
}

/* As the kind that it becomes: a design has numbers alone. */
static struct error *look(struct doc **facts, const struct table *t, const char *kind, struct arena *a)
{
	struct table_facts f;
	struct design d;

	if (strcmp(kind, "design") == 0) {
		TRY(design_of_table(&d, t, a));
		*facts = design_facts(&d, a);
		return NULL;
	}
	table_facts_of(&f, t, a);
	*facts = table_facts_to(&f, a);
	return NULL;
}

struct error *import_table_shape(struct shape *s, const struct import_table_params *params)
{
	const struct item *file = shape_item(s, "file");
	struct doc *facts;
	struct table t;

	if (!file)
		return NULL;
	TRY(read(&t, file, params, false, s->arena));
	TRY(look(&facts, &t, shape_kind(s, "table"), s->arena));
	shape_out(s, "table", facts);
	return NULL;
}

struct error *import_table_run(struct node_env *env, const struct import_table_params *params,
                               const struct import_table_inputs *in, const struct import_table_outputs *out)
{
	struct design d;
	struct table t;

	TRY(read(&t, in->file, params, true, env->arena));
	if (strcmp(out_kind(out->table), "design") == 0)
		TRY(design_of_table(&d, &t, env->arena));
	return table_write(out_blob(out->table, "table.tsv"), &t, env->arena);
}
