#include "designs.h"

#include "base/json.h"

const char four_events[] = "{\"onset\": [4, 10, 20, 27.3], \"duration\": [2, 2, 5, 0], \"trial_type\": [\"b\", \"a\", \"b\", \"a\"]}";

static const double no_delay[] = { 0 };

struct glm_design_params design_params(int n_volumes, enum glm_design_hrf hrf)
{
	return (struct glm_design_params){
		.tr_s = 2, .has_tr = true, .n_volumes = n_volumes, .has_n_volumes = true, .hrf = hrf, .has_hrf = true,
		.fir_delays = no_delay, .n_fir_delays = 1, .drift = GLM_DESIGN_DRIFT_NONE, .high_pass_hz = 0.01, .drift_order = 1,
		.min_onset_s = -24, .oversampling = 50,
	};
}

const struct item *written(const char *json)
{
	return h_literal("table", json);
}

struct error *design_run(struct made_design *m, struct glm_design_params p, struct glm_design_inputs in)
{
	*m = (struct made_design){ h_out(), h_out(), h_out() };
	return glm_design_run(h_env(1), &p, &in, &(struct glm_design_outputs){ m->design, m->correlation, m->vif });
}

struct design design_of(struct glm_design_params p, struct glm_design_inputs in)
{
	struct made_design m;
	struct design d;

	CHECK_OK(design_run(&m, p, in));
	CHECK_OK(design_read(&d, h_item(m.design, "design"), check_arena()));
	return d;
}

struct design design_of_events(struct glm_design_params p, const char *json)
{
	return design_of(p, (struct glm_design_inputs){ .events = written(json) });
}

double design_at(const struct design *d, int row, const char *column)
{
	for (int k = 0; k < d->n_col; k++)
		if (strcmp(d->column[k], column) == 0)
			return d->x[row * d->n_col + k];
	fail_msg("no column %s", column);
	return 0;
}

const char *design_columns(const struct design *d)
{
	struct buf b = { .arena = check_arena() };

	for (int k = 0; k < d->n_col; k++)
		buf_printf(&b, "%s%s", k ? " " : "", d->column[k]);
	return b.text;
}

const char *design_confound(const char *name, int n, const char *last)
{
	struct buf b = { .arena = check_arena() };

	buf_printf(&b, "%s\n", name);
	for (int t = 0; t < n - 1; t++)
		buf_printf(&b, "%d\n", (t * 7) % 5);
	buf_printf(&b, "%s\n", last);
	return b.text;
}
