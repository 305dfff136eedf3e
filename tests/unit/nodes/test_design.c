/* glm.design called directly: expected numbers are nilearn 0.12.1's; what is wrong is told in words. */
#include "harness.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "glm.design.node.h"
#include "img/design.h"
#include "img/facts.h"
#include "img/glm.h"
#include "img/matrix.h"
#include "img/table.h"

struct made { struct out *design, *correlation, *vif; };

static const double no_delay[] = { 0 };

static struct glm_design_params params(int n_volumes, enum glm_design_hrf hrf)
{
	return (struct glm_design_params){
		.tr_s = 2, .has_tr = true, .n_volumes = n_volumes, .has_n_volumes = true, .hrf = hrf, .has_hrf = true,
		.fir_delays = no_delay, .n_fir_delays = 1, .drift = GLM_DESIGN_DRIFT_NONE, .high_pass_hz = 0.01, .drift_order = 1,
		.min_onset_s = -24, .oversampling = 50,
	};
}

static const struct item *json(const char *text)
{
	return h_literal("table", text);
}

static struct error *make(struct made *m, struct glm_design_params p, struct glm_design_inputs in)
{
	*m = (struct made){ h_out(), h_out(), h_out() };
	return glm_design_run(h_env(1), &p, &in, &(struct glm_design_outputs){ m->design, m->correlation, m->vif });
}

static struct design read(const struct made *m)
{
	struct design d;

	CHECK_OK(design_read(&d, h_item(m->design, "design"), check_arena()));
	return d;
}

static struct design made_of(struct glm_design_params p, struct glm_design_inputs in)
{
	struct made m;

	CHECK_OK(make(&m, p, in));
	return read(&m);
}

static struct design of_events(struct glm_design_params p, const char *events)
{
	return made_of(p, (struct glm_design_inputs){ .events = json(events) });
}

static void wrong(struct glm_design_params p, struct glm_design_inputs in, const char *text)
{
	struct made m;

	CHECK_ERROR(make(&m, p, in), text);
}

static void wrong_events(const char *events, const char *text)
{
	wrong(params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = h_table(events) }, text);
}

/* The innermost place of an error and its text: "3:1: text". */
static void wrong_at(const char *events, const char *place)
{
	struct made m;
	struct error *e = make(&m, params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = h_table(events) });
	const char *is = e ? arena_printf(check_arena(), "%d:%d: %s", e->at.line, e->at.col, e->text) : "";

	if (strncmp(is, place, strlen(place)) != 0)
		fail_msg("'%s', must begin with '%s'", is, place);
	error_free(e);
}

static double at(const struct design *d, int row, const char *column)
{
	for (int k = 0; k < d->n_col; k++)
		if (strcmp(d->column[k], column) == 0)
			return d->x[row * d->n_col + k];
	fail_msg("no column %s", column);
	return 0;
}

static const char *names(const struct design *d)
{
	struct buf b = { .arena = check_arena() };

	for (int k = 0; k < d->n_col; k++)
		buf_printf(&b, "%s%s", k ? " " : "", d->column[k]);
	return b.text;
}

/* ---- numbers ---- */
static const char four_events[] =
	"{\"onset\": [4, 10, 20, 27.3], \"duration\": [2, 2, 5, 0], \"trial_type\": [\"b\", \"a\", \"b\", \"a\"]}";

TEST(design_of_glover_is_nilearns)
{
	struct design d = of_events(params(20, GLM_DESIGN_HRF_GLOVER), four_events);

	CHECK_TEXT(names(&d), "a b constant");
	CHECK_INT(d.n_row, 20);
	CHECK_NEAR(at(&d, 6, "a"), .02188126823614, 1e-12);
	CHECK_NEAR(at(&d, 7, "a"), .3547659981900, 1e-12);
	CHECK_NEAR(at(&d, 8, "a"), .6664032858496, 1e-12);
	CHECK_NEAR(at(&d, 9, "a"), .4376899714689, 1e-12);
	CHECK_NEAR(at(&d, 12, "a"), -.1720879178695, 1e-12);
	CHECK_NEAR(at(&d, 12, "b"), .3491218788772, 1e-12);
	CHECK_NEAR(at(&d, 14, "b"), 1.343781021051, 1e-12);
	CHECK_NEAR(at(&d, 14, "constant"), 1, 0);
}

TEST(design_with_derivatives_is_nilearns)
{
	struct design d = of_events(params(20, GLM_DESIGN_HRF_SPM___DERIVATIVE___DISPERSION), four_events);

	CHECK_TEXT(names(&d), "a a_derivative a_dispersion b b_derivative b_dispersion constant");
	CHECK_NEAR(at(&d, 5, "b"), .407752851693, 1e-11);
	CHECK_NEAR(at(&d, 5, "b_derivative"), .00807498688, 1e-11);
	CHECK_NEAR(at(&d, 5, "b_dispersion"), .08517565356, 1e-11);
	CHECK_NEAR(at(&d, 12, "a"), -.017273871733, 1e-11);
	CHECK_NEAR(at(&d, 12, "a_derivative"), -.016489794889, 1e-11);
	CHECK_NEAR(at(&d, 12, "a_dispersion"), -.040305683882, 1e-11);
	CHECK_NEAR(at(&d, 12, "b"), .229308325356, 1e-11);
	CHECK_NEAR(at(&d, 12, "b_derivative"), .18844209857, 1e-11);
	CHECK_NEAR(at(&d, 12, "b_dispersion"), -.11746636887, 1e-11);
	d = of_events(params(20, GLM_DESIGN_HRF_GLOVER___DERIVATIVE___DISPERSION), four_events);
	CHECK_NEAR(at(&d, 12, "a_derivative"), .01539270206, 1e-11);
	CHECK_NEAR(at(&d, 12, "a_dispersion"), .005714182909, 1e-11);
	CHECK_NEAR(at(&d, 12, "b_derivative"), .305191027964, 1e-11);
	CHECK_NEAR(at(&d, 12, "b_dispersion"), -.208509561006, 1e-11);
}

TEST(impulse_responses_are_shares_of_the_volume_so_many_before)
{
	static const double delay[] = { 0, 1 };
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_FIR);
	struct design d;

	p.fir_delays = delay;
	p.n_fir_delays = 2;
	d = of_events(p, four_events);
	CHECK_TEXT(names(&d), "a_delay_0 a_delay_1 b_delay_0 b_delay_1 constant");
	CHECK_NEAR(at(&d, 10, "b_delay_0"), 1, 1e-12);
	CHECK_NEAR(at(&d, 11, "b_delay_0"), 1, 1e-12);
	CHECK_NEAR(at(&d, 12, "b_delay_0"), .5, 1e-12);
	CHECK_NEAR(at(&d, 13, "b_delay_0"), 0, 1e-12);
	CHECK_NEAR(at(&d, 13, "b_delay_1"), .5, 1e-12);
	CHECK_NEAR(at(&d, 13, "a_delay_0"), .02, 1e-12);
}

TEST(drifts_are_nilearns)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d;

	p.drift = GLM_DESIGN_DRIFT_COSINE;
	p.high_pass_hz = 0.03;
	d = made_of(p, (struct glm_design_inputs){ 0 });
	CHECK_TEXT(names(&d), "drift_1 drift_2 constant");
	CHECK_NEAR(at(&d, 0, "drift_1"), .31525294135, 1e-11);
	CHECK_NEAR(at(&d, 0, "drift_2"), .312334477467, 1e-11);
	p.drift = GLM_DESIGN_DRIFT_POLYNOMIAL;
	p.drift_order = 3;
	d = made_of(p, (struct glm_design_inputs){ 0 });
	CHECK_TEXT(names(&d), "drift_1 drift_2 drift_3 constant");
	CHECK_NEAR(at(&d, 0, "drift_3"), -.042382271468, 1e-11);
	p = params(375, GLM_DESIGN_HRF_GLOVER);
	p.tr_s = 0.8;
	p.drift = GLM_DESIGN_DRIFT_COSINE;
	CHECK_INT(made_of(p, (struct glm_design_inputs){ 0 }).n_col, 7);
	p.compat = GLM_DESIGN_COMPAT_NILEARN;
	CHECK_INT(made_of(p, (struct glm_design_inputs){ 0 }).n_col, 6);
}

TEST(events_over_before_the_beginning_are_left_out)
{
	static const char early[] = "{\"onset\": [-100, -30], \"duration\": [2, 20], \"trial_type\": [\"a\", \"b\"]}";
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d = of_events(p, early);

	CHECK(at(&d, 0, "a") == 0);
	CHECK(strstr(h_notes(), "1 of 2 events are over before -24 s (min_onset) and are left out"));
	CHECK(strstr(h_notes(), "1 of 2 events begin before -24 s (min_onset) and count from there on"));
	CHECK(strstr(h_notes(), "the design has 3 columns but rank 2: a is 0 in every row"));
	p.compat = GLM_DESIGN_COMPAT_NILEARN;
	d = of_events(p, early);
	CHECK_NEAR(at(&d, 0, "a"), -3.742866603322e-05, 1e-16);
}

TEST(frames_begin_where_the_first_volume_was_taken)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d;

	p.n_volumes = 17;
	p.dropped = 3;   /* nilearn with frame_times arange(17) * 2 + 6 */
	d = of_events(p, four_events);
	CHECK_NEAR(at(&d, 0, "b"), 0.021563643020860373, 1e-12);
	CHECK_NEAR(at(&d, 9, "b"), 0.34576493147036247, 1e-12);
	CHECK_NEAR(at(&d, 9, "a"), -0.17224495114897379, 1e-12);
	p = params(20, GLM_DESIGN_HRF_SPM);
	p.slice_time_ref = 0.5;
	d = of_events(p, four_events);
	CHECK_NEAR(at(&d, 3, "b"), 0.09744386182680294, 1e-12);
	CHECK_NEAR(at(&d, 9, "a"), 0.2199540135872499, 1e-12);
}

TEST(kept_rows_are_rows_of_the_whole_design)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design whole, part;

	p.drift = GLM_DESIGN_DRIFT_COSINE;
	p.high_pass_hz = 0.03;
	whole = of_events(p, four_events);
	part = made_of(p, (struct glm_design_inputs){ .events = json(four_events), .sample_mask = json("[2, 3, 5, 8, 9, 12, 13, 19]") });
	CHECK_INT(part.n_row, 8);
	CHECK(memcmp(part.x + 2 * part.n_col, whole.x + 5 * whole.n_col, (size_t)whole.n_col * sizeof *whole.x) == 0);
	wrong(p, (struct glm_design_inputs){ .events = json(four_events), .sample_mask = json("[2, 3, 5]") },
	      "the design has 5 columns (2 of conditions, 0 of confounds, 3 of drifts), but there are 3 volumes left");
	wrong(p, (struct glm_design_inputs){ .sample_mask = json("[2, 20]") }, "sample_mask is 20, but the run has the volumes 0 to 19");
}

/* ---- events ---- */
TEST(conditions_are_sorted)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d = of_events(p, "{\"onset\": [1, 2, 3], \"duration\": [1, 1, 1], \"trial_type\": [10, 2, \"x\"]}");

	CHECK_TEXT(names(&d), "10 2 x constant");
	d = of_events(p, "{\"onset\": [1, 2, 3], \"duration\": [1, 1, 1], \"trial_type\": [10, 2, 3]}");
	CHECK_TEXT(names(&d), "2 3 10 constant");
}

TEST(notes_tell_what_became_of_events)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d, e;

	d = made_of(p, (struct glm_design_inputs){ .events = h_table("onset\tduration\ttrial_type\tmodulation\n4\t2\ta\t1\n4\t2\ta\t.5\n"
	                                                             "6\t1\tn/a\t1\n90\t1\ta\t1\n") });
	CHECK(strstr(h_notes(), "1 event repeats the trial type, onset and duration of another (the first at line 3)"));
	CHECK(strstr(h_notes(), "1 of 4 events have no trial_type and are left out"));
	CHECK(strstr(h_notes(), "1 of 2 events begin after the end of the run at 40 s (the last at 90 s, line 5) and have no effect"));
	e = of_events(p, "{\"onset\": [4], \"duration\": [2], \"modulation\": [1.5]}");
	CHECK(strstr(h_notes(), "all are of one condition, called dummy"));
	for (int t = 0; t < 20; t++)
		CHECK_NEAR(at(&d, t, "a"), at(&e, t, "dummy"), 1e-15);
	of_events(p, four_events);
	CHECK(strstr(h_notes(), "events of a have duration 0"));
}

TEST(a_block_is_the_length_of_all_events)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d, e;

	d = of_events(p, "{\"onset\": [4, 20], \"duration\": [3, 3]}");
	p.has_block = true;
	p.block_s = 3;
	e = of_events(p, "{\"onset\": [4, 20]}");
	CHECK(memcmp(d.x, e.x, 40 * sizeof *d.x) == 0);
}

TEST(wrong_events_are_told_with_their_place)
{
	wrong_events("onsets\tduration\n1\t1\n", "has no column 'onset', did you mean 'onsets'?");
	wrong_events("onset\tx\n1\t1\n", "events need a duration in s: a column of that name, or `block`");
	wrong_at("onset\tduration\n1\t1\nn/a\t1\n", "3:1: onset has no value here, must be a number");
	wrong_at("onset\tduration\n1\tn/a\n", "2:3: duration has no value here, must be a number (`block` gives");
	wrong_at("onset\tduration\nabc\t1\n", "2:1: onset is 'abc', must be a number");
	wrong_at("onset\tduration\n1\tinf\n", "2:3: duration is inf, must be a finite number");
	wrong_at("onset\tduration\n1\t-2\n", "2:3: duration is -2 s, must be 0 or more");
	wrong_at("onset\tduration\tmodulation\n1\t2\tx\n", "2:5: modulation is 'x', must be a number");
	wrong_events("onset\tduration\ttrial_type\n1\t2\tn/a\n", "has no event with a trial_type");
	wrong_events("onset\tduration\n4000\t1\n9000\t1\n20000\t1\n",
	             "onset is in s; these look like milliseconds: 3 of 3 events begin after the end of the run at 40 s");
	wrong(params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = json("[[1, 2], [3, 4]]") }, "has no names of columns");
}

/* ---- confounds and other inputs ---- */
static const char *column_of(const char *name, int n, const char *last)
{
	struct buf b = { .arena = check_arena() };

	buf_printf(&b, "%s\n", name);
	for (int t = 0; t < n - 1; t++)
		buf_printf(&b, "%d\n", (t * 7) % 5);
	buf_printf(&b, "%s\n", last);
	return b.text;
}

static void wrong_confounds(const char *table, const char *text)
{
	wrong(params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = json(four_events), .confounds = h_table(table) },
	      text);
}

TEST(confounds_come_after_conditions)
{
	struct design d = made_of(params(20, GLM_DESIGN_HRF_SPM),
	                          (struct glm_design_inputs){ .events = json(four_events), .confounds = h_table(column_of("rot_x", 20, "1.5")) });

	CHECK_TEXT(names(&d), "a b rot_x constant");
	CHECK_NEAR(at(&d, 19, "rot_x"), 1.5, 0);
	CHECK_NEAR(at(&d, 1, "rot_x"), 2, 0);
}

TEST(wrong_confounds_are_told)
{
	wrong_confounds(column_of("x", 19, "1"), "confounds have 19 rows, the run has 20 volumes: they must be as many");
	wrong_confounds(column_of("x", 20, "n/a"), "the confound 'x' is 'n/a' in row 20");
	wrong_confounds(column_of("b", 20, "1"), "two columns would be called 'b', a condition's and a confound's: names must differ");
	wrong_confounds(column_of("constant", 20, "1"), "two columns would be called 'constant', a confound's and a drift's");
}

TEST(dependent_columns_are_named)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_NONE);
	struct made m;
	struct table t;

	CHECK_OK(make(&m, p, (struct glm_design_inputs){ .events = json("{\"onset\": [0, 20], \"duration\": [20, 30], \"trial_type\": "
	                                                               "[\"early\", \"late\"]}"),
	                                                 .confounds = h_table(column_of("x", 20, "3")) }));
	CHECK(strstr(h_notes(), "the design has 4 columns but rank 3: early, late and constant depend on each other"));
	CHECK(strstr(h_notes(), "vif is inf for early and late: the other columns make up each"));
	CHECK_OK(table_of(&t, h_item(m.vif, "table"), check_arena()));
	CHECK_INT(t.n_row, 4);
	CHECK_TEXT(table_cell(&t, 0, 1), "inf");
	CHECK_TEXT(table_cell(&t, 0, 2), "1");
	CHECK_TEXT(table_cell(&t, 3, 0), "constant");
	CHECK_TEXT(table_cell(&t, 3, 1), "n/a");
}

TEST(correlations_have_the_names_of_columns)
{
	struct matrix r;
	struct made m;

	CHECK_OK(make(&m, params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = json(four_events) }));
	CHECK_OK(matrix_read(&r, h_item(m.correlation, "matrix"), check_arena()));
	CHECK_INT(r.n_row, 3);
	CHECK_TEXT(r.column[1], "b");
	CHECK(r.x[0] == 1 && r.x[1] == r.x[3] && r.x[2] == 0 && r.x[8] == 1);
	matrix_close(&r);
}

/* ---- given responses ---- */
TEST(a_given_response_is_interpolated)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design box, d;

	p.hrf = GLM_DESIGN_HRF_NONE;
	box = of_events(p, "{\"onset\": [10.02], \"duration\": [4]}");
	p.has_hrf = false;
	p.has_response_step = true;
	p.response_step_s = 2;
	d = made_of(p, (struct glm_design_inputs){ .events = json("{\"onset\": [4.02], \"duration\": [4]}"), .response = json("[1, 1]") });
	CHECK_TEXT(names(&d), "dummy constant");
	CHECK_NEAR(at(&d, 4, "dummy"), 1, 1e-12);       /* 2 s after the onset all of it has passed */
	CHECK_NEAR(at(&d, 2, "dummy"), 0, 1e-12);
	CHECK_NEAR(at(&box, 6, "dummy"), 1, 1e-12);
	p.has_response_step = false;
	d = made_of(p, (struct glm_design_inputs){ .events = json("{\"onset\": [4], \"duration\": [30]}"),
	                                           .response = json("{\"time\": [0, 5, 12], \"value\": [0, 2, 0]}") });
	CHECK_NEAR(at(&d, 12, "dummy"), 1, 1e-12);      /* a long event approaches 1 */
}

static void wrong_response(struct glm_design_params p, const char *response, const char *text)
{
	wrong(p, (struct glm_design_inputs){ .events = json(four_events), .response = json(response) }, text);
}

TEST(wrong_responses_are_told)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);

	wrong_response(p, "[1]", "hrf and response were both given, must be one of them");
	p.has_hrf = false;
	wrong_response(p, "[1, 2]", "response_step must say how many s lie between its rows");
	wrong_response(p, "[[0, 1], [0, 2]]", "the response has 0 s after 0 s: times must ascend");
	wrong_response(p, "[[-1, 1], [0, 2]]", "the response begins at -1 s");
	wrong_response(p, "[[0, 1], [1, -1]]", "the response has next to no area");
	wrong_response(p, "[[0, 1], [1, \"x\"]]", "'x' in column c1 is no number");
	wrong_response(p, "[[0, 1], [1e12, 1]]", "the response ends at 1e+12 s, which is more than");
	wrong_response(p, "[[0, 1, 2]]", "response has 3 columns, must have one");
}

TEST(parameters_that_do_not_go_together_are_told)
{
	struct glm_design_params p = params(1, GLM_DESIGN_HRF_GLOVER);
	static const double half[] = { 0.5 }, twice[] = { 1, 1 };

	wrong(p, (struct glm_design_inputs){ 0 }, "a design needs 2 or more");
	p.has_n_volumes = false;
	wrong(p, (struct glm_design_inputs){ 0 }, "neither bold nor n_volumes was given");
	p = params(20, GLM_DESIGN_HRF_GLOVER);
	p.has_tr = false;
	wrong(p, (struct glm_design_inputs){ 0 }, "tr must tell the time between volumes");
	p = params(20, GLM_DESIGN_HRF_FIR);
	p.fir_delays = half;
	wrong(p, (struct glm_design_inputs){ .events = json(four_events) }, "fir_delays has 0.5, must be a number of volumes");
	p.fir_delays = twice;
	p.n_fir_delays = 2;
	wrong(p, (struct glm_design_inputs){ .events = json(four_events) }, "fir_delays has 1 twice");
	p = params(20, GLM_DESIGN_HRF_GLOVER);
	p.tr_s = 600;
	wrong(p, (struct glm_design_inputs){ .events = json(four_events) }, "tr / oversampling is 12 s, must be between");
	p = params(20, GLM_DESIGN_HRF_GLOVER);
	p.drift = GLM_DESIGN_DRIFT_COSINE;
	p.high_pass_hz = 0.25;
	wrong(p, (struct glm_design_inputs){ 0 }, "high_pass is 0.25 Hz, must be below 0.25 Hz");
	p.high_pass_hz = 0.01;
	p.tr_s = 1e-9;
	wrong(p, (struct glm_design_inputs){ .events = json(four_events) }, "fine times");
}

TEST(volumes_and_tr_come_from_bold)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct glm_design_inputs in = { .bold = h_f4(10, IMAGE_FLOAT32) };

	p.has_tr = p.has_n_volumes = false;
	CHECK_INT(made_of(p, in).n_row, 10);
	p.has_n_volumes = true;
	wrong(p, in, "n_volumes is 20, but bold has 10 volumes");
}

/* ---- at check time ---- */
static struct shape *shaped(struct glm_design_params p, const struct item *events, const struct item *confounds)
{
	struct shape *s = h_shape();

	if (events)
		h_given(s, "events", NULL, events);
	if (confounds)
		h_given(s, "confounds", NULL, confounds);
	CHECK_OK(glm_design_shape(s, &p));
	return s;
}

TEST(columns_and_rank_are_known_at_check_time)
{
	struct shape *s = shaped(params(20, GLM_DESIGN_HRF_SPM___DERIVATIVE), json(four_events), NULL);
	struct design_facts f;

	CHECK_TEXT(h_problems(s), "");
	CHECK(design_facts_from(&f, shape_in(s, "out.design"), check_arena()));
	CHECK_INT(f.n_col, 5);
	CHECK_INT(f.n_row, 20);
	CHECK_INT(f.n_null, 0);
	CHECK_INT(f.dof, 15);
	CHECK_TEXT(f.column[3], "b_derivative");
}

TEST(names_are_known_before_the_run_is)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct design_facts f;
	struct shape *s = h_shape();

	p.has_n_volumes = p.has_tr = false;
	h_given(s, "bold", NULL, NULL);
	h_given(s, "events", NULL, json(four_events));
	CHECK_OK(glm_design_shape(s, &p));
	CHECK_TEXT(h_problems(s), "");
	CHECK(design_facts_from(&f, shape_in(s, "out.design"), check_arena()));
	CHECK_INT(f.n_row, -1);
	CHECK_INT(f.n_null, -1);
	CHECK_INT(f.n_col, 3);
}

TEST(problems_are_told_at_check_time)
{
	struct glm_design_params p = params(20, GLM_DESIGN_HRF_GLOVER);
	struct image_facts im = image_facts_new(&(struct grid){ { 2, 2, 2 }, { { 1 }, { 0, 1 }, { 0, 0, 1 } } }, 30, 3, "int16");
	struct shape *s = shaped(p, h_table("onset\tduration\n1\t1\nx\t1\n"), NULL);

	CHECK(strstr(h_problems(s), "error events: ") && strstr(h_problems(s), ":3:1: onset is 'x', must be a number"));
	s = shaped(p, json(four_events), h_table(column_of("a", 20, "1")));
	CHECK(strstr(h_problems(s), "error confounds: two columns would be called 'a'"));
	s = shaped(p, json("{\"onset\": [0], \"duration\": [100]}"), h_table(column_of("a", 20, "1")));
	CHECK_TEXT(h_problems(s), "");
	p.hrf = GLM_DESIGN_HRF_NONE;
	s = shaped(p, json("{\"onset\": [0], \"duration\": [100]}"), NULL);
	CHECK(strstr(h_problems(s), "warning : the design has 2 columns but rank 1: dummy and constant depend on each other"));
	s = h_shape();
	h_given(s, "bold", image_facts_to(&im, check_arena()), NULL);
	p.has_n_volumes = false;
	CHECK_OK(glm_design_shape(s, &p));
	CHECK_TEXT(h_problems(s), "error tr: tr is 2 s, but bold has a TR of 3 s\n");
	p.has_tr = false;
	p.has_n_volumes = true;
	s = h_shape();
	h_given(s, "bold", image_facts_to(&im, check_arena()), NULL);
	CHECK_OK(glm_design_shape(s, &p));
	CHECK_TEXT(h_problems(s), "error n_volumes: n_volumes is 20, but bold has 30 volumes\n");
}
