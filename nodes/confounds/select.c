/* confounds.select - columns of fMRIPrep's confounds for a way of cleaning, and the volumes that are fit to be used.
 *
 * nilearn's load_confounds and load_confounds_strategy. Beyond it: breathing taken out of the motion parameters, short
 * stretches between everything that is censored, and words for each column or value that is missing. */
#include "confounds.select.node.h"

#include "base/arena.h"
#include "confounds/selection.h"
#include "fmri/columns_check.h"
#include "fmri/sidecar.h"
#include "img/facts.h"

static const char no_cosines[] = "the table has no cosine columns, so high_pass takes nothing out";
static const char full_aroma[] = "ica_aroma: full has no columns; it is for a run that fMRIPrep cleaned already "
                                 "(desc-smoothAROMAnonaggr_bold)";

static bool lacks_cosines(const struct strategy *s, const struct picks *p)
{
	return s->takes[PART_HIGH_PASS] && selection_count(p, PART_HIGH_PASS) == 0;
}

static bool is_full_aroma(const struct strategy *s)
{
	return s->takes[PART_ICA_AROMA] && s->params->ica_aroma == CONFOUNDS_SELECT_ICA_AROMA_FULL;
}

static void tell(struct node_env *env, const struct selection *s)
{
	if (lacks_cosines(&s->strategy, &s->picks))
		node_note(env, "%s", no_cosines);
	if (is_full_aroma(&s->strategy))
		node_note(env, "%s", full_aroma);
	if (s->picks.n == 0)
		node_note(env, "the strategy has no columns: confounds is one column of zeros");
	if (s->n_keep < s->table.n_row)
		node_note(env, "%d of %d volumes are censored", s->table.n_row - s->n_keep, s->table.n_row);
}

struct error *confounds_select_run(struct node_env *env, const struct confounds_select_params *params,
                                   const struct confounds_select_inputs *in, const struct confounds_select_outputs *out)
{
	struct selection s;

	TRY(selection_make(&s, params, in->confounds, in->sidecar, env->arena));
	tell(env, &s);
	TRY(table_write_numbers(out_blob(out->confounds, "table.tsv"), s.table.n_row, s.picks.n ? s.picks.n : 1,
	                        selection_names(&s.picks, env->arena), s.x, env->arena));
	TRY(selection_write_mask(&s, out_blob(out->sample_mask, "table.tsv")));
	return selection_write_record(&s, out_blob(out->record, "record.json"));
}

/* The sidecar when compcor asks for it and its bytes exist. */
static struct error *shape_sidecar(const struct doc **json, struct shape *s, const struct strategy *strategy)
{
	const struct item *it = shape_item(s, "sidecar");

	*json = NULL;
	if (!strategy->takes[PART_COMPCOR])
		return NULL;
	if (shape_n(s, "sidecar") == 0)
		shape_error(s, "sidecar", "%s", selection_no_sidecar);
	return it ? sidecar_read(json, item_main(it), s->arena) : NULL;
}

static struct error *shape_columns(struct shape *s, const struct strategy *strategy, const struct table_facts *t)
{
	struct problem wrong = moved_check(strategy, t->n_row, s->arena);
	const struct doc *json;
	struct picks picks;

	if (wrong.text)
		shape_error(s, wrong.where, "%s", wrong.text);
	TRY(shape_sidecar(&json, s, strategy));
	picks_make(&picks, strategy, t->n_col, t->column, json, s->arena);
	for (int k = 0; k < picks.n_problem; k++)
		shape_error(s, "confounds", "%s", picks.problem[k]);
	for (int k = 0; k < picks.n; k++)
		if (picks.pick[k].column >= 0)
			columns_check(s, "confounds", t, picks.pick[k].column, false);
	if (lacks_cosines(strategy, &picks) && picks.n_problem == 0)
		shape_warning(s, "strategy", "%s", no_cosines);
	if (!json && strategy->takes[PART_COMPCOR])
		return NULL;
	shape_out(s, "confounds",
	          table_facts_to(&(struct table_facts){ t->n_row, picks.n ? picks.n : 1, selection_names(&picks, s->arena) },
	                         s->arena));
	return NULL;
}

struct error *confounds_select_shape(struct shape *s, const struct confounds_select_params *params)
{
	struct strategy strategy;
	struct problem wrong = strategy_of(&strategy, params, s->arena);
	struct table_facts t;

	if (wrong.text) {
		shape_error(s, wrong.where, "%s", wrong.text);
		return NULL;
	}
	for (int k = 0; (wrong = strategy_idle(&strategy, k)).text; k++)
		shape_warning(s, wrong.where, "%s", wrong.text);
	if (!table_facts_from(&t, shape_in(s, "confounds"), s->arena))
		return NULL;
	s->memory = (int64_t)t.n_row * t.n_col * 48 + (16 << 20);
	s->seconds = 0.01 + 2e-7 * t.n_row * t.n_col;
	return shape_columns(s, &strategy, &t);
}
