/* import.table - a table from outside as TSV with a header. */
#include "import.table.node.h"

#include "img/facts.h"
#include "img/table.h"
#include "import/columns.h"

static struct error *read(struct table *t, const struct item *file, const struct import_table_params *params,
                          struct arena *a)
{
	enum table_header header = !params->has_header ? TABLE_HEADER_AUTO
	                         : params->header ? TABLE_HEADER_YES : TABLE_HEADER_NO;

	TRY(table_read(t, item_blob(file, "file"), header, a));
	return columns_take(t, (struct texts){ params->n_columns, params->columns },
	                    (struct texts){ params->n_drop, params->drop }, a);
}

struct error *import_table_shape(struct shape *s, const struct import_table_params *params)
{
	const struct item *file = shape_item(s, "file");
	struct table t;

	if (!file)
		return NULL;
	TRY(read(&t, file, params, s->arena));
	struct table_facts facts;

	table_facts_of(&facts, &t, s->arena);
	shape_out(s, "table", table_facts_to(&facts, s->arena));
	return NULL;
}

struct error *import_table_run(struct node_env *env, const struct import_table_params *params,
                               const struct import_table_inputs *in, const struct import_table_outputs *out)
{
	struct table t;

	TRY(read(&t, in->file, params, env->arena));
	return table_write(out_blob(out->table, "table.tsv"), &t, env->arena);
}
