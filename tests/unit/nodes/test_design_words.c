/* glm.design: what is wrong, what became of events, and what is known at check time. */
#include "designs.h"

#include "base/file.h"
#include "img/facts.h"
#include "img/glm.h"
#include "img/table.h"
#include "import.table.node.h"

static void wrong(struct glm_design_params p, struct glm_design_inputs in, const char *text)
{
	struct made_design m;

	CHECK_ERROR(design_run(&m, p, in), text);
}

static void wrong_events(const char *events, const char *text)
{
	wrong(design_params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = h_table(events) }, text);
}

/* The innermost place of an error and its text: "3:1: text". */
static void wrong_at(const char *events, const char *place)
{
	struct made_design m;
	struct error *e = design_run(&m, design_params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = h_table(events) });
	const char *is = e ? arena_printf(check_arena(), "%d:%d: %s", e->at.line, e->at.col, e->text) : "";

	if (strncmp(is, place, strlen(place)) != 0)
		fail_msg("'%s', must begin with '%s'", is, place);
	error_free(e);
}

TEST(kept_rows_are_rows_of_the_whole_design)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct design whole, part;

	p.drift = GLM_DESIGN_DRIFT_COSINE;
	p.high_pass_hz = 0.03;
	whole = design_of_events(p, four_events);
	part = design_of(p, (struct glm_design_inputs){ .events = written(four_events), .sample_mask = written("[2, 3, 5, 8, 9, 12, 13, 19]") });
	CHECK_INT(part.n_row, 8);
	CHECK(memcmp(part.x + 2 * part.n_col, whole.x + 5 * whole.n_col, (size_t)whole.n_col * sizeof *whole.x) == 0);
	wrong(p, (struct glm_design_inputs){ .events = written(four_events), .sample_mask = written("[2, 3, 5]") },
	      "the design has 5 columns (2 of conditions, 0 of confounds, 3 of drifts), but there are 3 volumes left");
	wrong(p, (struct glm_design_inputs){ .sample_mask = written("[2, 20]") }, "sample_mask is 20, but the run has the volumes 0 to 19");
}

/* ---- events ---- */
TEST(conditions_are_sorted)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d = design_of_events(p, "{\"onset\": [1, 2, 3], \"duration\": [1, 1, 1], \"trial_type\": [10, 2, \"x\"]}");

	CHECK_TEXT(design_columns(&d), "10 2 x constant");
	d = design_of_events(p, "{\"onset\": [1, 2, 3], \"duration\": [1, 1, 1], \"trial_type\": [10, 2, 3]}");
	CHECK_TEXT(design_columns(&d), "2 3 10 constant");
}

TEST(notes_tell_what_became_of_events)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d, e;

	d = design_of(p, (struct glm_design_inputs){ .events = h_table("onset\tduration\ttrial_type\tmodulation\n4\t2\ta\t1\n4\t2\ta\t.5\n"
	                                                             "6\t1\tn/a\t1\n90\t1\ta\t1\n") });
	CHECK(strstr(h_notes(), "1 event repeats the trial type, onset and duration of another (the first at line 3)"));
	CHECK(strstr(h_notes(), "1 of 4 events have no trial_type and are left out"));
	CHECK(strstr(h_notes(), "1 of 2 events begin after the end of the run at 40 s (the last at 90 s, line 5) and have no effect"));
	e = design_of_events(p, "{\"onset\": [4], \"duration\": [2], \"modulation\": [1.5]}");
	CHECK(strstr(h_notes(), "all are of one condition, called dummy"));
	for (int t = 0; t < 20; t++)
		CHECK_NEAR(design_at(&d, t, "a"), design_at(&e, t, "dummy"), 1e-15);
	design_of_events(p, four_events);
	CHECK(strstr(h_notes(), "events of a have duration 0"));
}

TEST(a_block_is_the_length_of_all_events)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d, e;

	d = design_of_events(p, "{\"onset\": [4, 20], \"duration\": [3, 3]}");
	p.has_block = true;
	p.block_s = 3;
	e = design_of_events(p, "{\"onset\": [4, 20]}");
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
	wrong(design_params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = written("[[1, 2], [3, 4]]") }, "has no names of columns");
}

/* ---- confounds and other inputs ---- */
static void wrong_confounds(const char *table, const char *text)
{
	wrong(design_params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = written(four_events), .confounds = h_table(table) },
	      text);
}

TEST(confounds_come_after_conditions)
{
	struct design d = design_of(design_params(20, GLM_DESIGN_HRF_SPM),
	                          (struct glm_design_inputs){ .events = written(four_events), .confounds = h_table(design_confound("rot_x", 20, "1.5")) });

	CHECK_TEXT(design_columns(&d), "a b rot_x constant");
	CHECK_NEAR(design_at(&d, 19, "rot_x"), 1.5, 0);
	CHECK_NEAR(design_at(&d, 1, "rot_x"), 2, 0);
}

TEST(wrong_confounds_are_told)
{
	wrong_confounds(design_confound("x", 19, "1"), "confounds have 19 rows, the run has 20 volumes: they must be as many");
	wrong_confounds(design_confound("x", 20, "n/a"), "the confound 'x' is 'n/a' in row 20");
	wrong_confounds("dx\nn/a\n1\n", "(confounds.select gives fMRIPrep's derivatives a first value; or leave the column out with");
	wrong_confounds(design_confound("b", 20, "1"), "two columns would be called 'b', a condition's and a confound's: names must differ");
	wrong_confounds(design_confound("constant", 20, "1"), "two columns would be called 'constant', a confound's and a drift's");
}

TEST(dependent_columns_are_named)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_NONE);
	struct made_design m;
	struct table t;

	CHECK_OK(design_run(&m, p, (struct glm_design_inputs){ .events = written("{\"onset\": [0, 20], \"duration\": [20, 30], \"trial_type\": "
	                                                               "[\"early\", \"late\"]}"),
	                                                 .confounds = h_table(design_confound("x", 20, "3")) }));
	CHECK(strstr(h_notes(), "the design has 4 columns but rank 3: early, late and constant depend on each other"));
	CHECK(strstr(h_notes(), "vif is inf for early and late: the other columns make up each"));
	CHECK_OK(table_of(&t, h_item(m.vif, "table"), check_arena()));
	CHECK_INT(t.n_row, 4);
	CHECK_TEXT(table_cell(&t, 0, 1), "inf");
	CHECK_TEXT(table_cell(&t, 0, 2), "1");
	CHECK_TEXT(table_cell(&t, 3, 0), "constant");
	CHECK_TEXT(table_cell(&t, 3, 1), "n/a");
}

/* ---- given responses ---- */
static void wrong_response(struct glm_design_params p, const char *response, const char *text)
{
	wrong(p, (struct glm_design_inputs){ .events = written(four_events), .response = written(response) }, text);
}

TEST(wrong_responses_are_told)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);

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
	struct glm_design_params p = design_params(1, GLM_DESIGN_HRF_GLOVER);
	static const double half[] = { 0.5 }, twice[] = { 1, 1 };

	wrong(p, (struct glm_design_inputs){ 0 }, "a design needs 2 or more");
	p.has_n_volumes = false;
	wrong(p, (struct glm_design_inputs){ 0 }, "neither bold nor n_volumes was given");
	p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	p.has_tr = false;
	wrong(p, (struct glm_design_inputs){ 0 }, "tr must tell the time between volumes");
	p = design_params(20, GLM_DESIGN_HRF_FIR);
	p.fir_delays = half;
	wrong(p, (struct glm_design_inputs){ .events = written(four_events) }, "fir_delays has 0.5, must be a number of volumes");
	p.fir_delays = twice;
	p.n_fir_delays = 2;
	wrong(p, (struct glm_design_inputs){ .events = written(four_events) }, "fir_delays has 1 twice");
	p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	p.tr_s = 600;
	wrong(p, (struct glm_design_inputs){ .events = written(four_events) }, "tr / oversampling is 12 s, must be between");
	p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	p.drift = GLM_DESIGN_DRIFT_COSINE;
	p.high_pass_hz = 0.25;
	wrong(p, (struct glm_design_inputs){ 0 }, "high_pass is 0.25 Hz, must be below 0.25 Hz");
	p.high_pass_hz = 0.01;
	p.tr_s = 1e-9;
	wrong(p, (struct glm_design_inputs){ .events = written(four_events) }, "fine times");
}

TEST(volumes_and_tr_come_from_bold)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct glm_design_inputs in = { .bold = h_f4(10, IMAGE_FLOAT32) };

	p.has_tr = p.has_n_volumes = false;
	CHECK_INT(design_of(p, in).n_row, 10);
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
	struct shape *s = shaped(design_params(20, GLM_DESIGN_HRF_SPM___DERIVATIVE), written(four_events), NULL);
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
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct design_facts f;
	struct shape *s = h_shape();

	p.has_n_volumes = p.has_tr = false;
	h_given(s, "bold", NULL, NULL);
	h_given(s, "events", NULL, written(four_events));
	CHECK_OK(glm_design_shape(s, &p));
	CHECK_TEXT(h_problems(s), "");
	CHECK(design_facts_from(&f, shape_in(s, "out.design"), check_arena()));
	CHECK_INT(f.n_row, -1);
	CHECK_INT(f.n_null, -1);
	CHECK_INT(f.n_col, 3);
}

TEST(problems_are_told_at_check_time)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct image_facts im = image_facts_new(&(struct grid){ { 2, 2, 2 }, { { 1 }, { 0, 1 }, { 0, 0, 1 } } }, 30, 3, "int16");
	struct shape *s = shaped(p, h_table("onset\tduration\n1\t1\nx\t1\n"), NULL);

	CHECK(strstr(h_problems(s), "error events: ") && strstr(h_problems(s), ":3:1: onset is 'x', must be a number"));
	s = shaped(p, written(four_events), h_table(design_confound("a", 20, "1")));
	CHECK(strstr(h_problems(s), "error confounds: two columns would be called 'a'"));
	s = shaped(p, written("{\"onset\": [0], \"duration\": [100]}"), h_table(design_confound("a", 20, "1")));
	CHECK_TEXT(h_problems(s), "");
	p.hrf = GLM_DESIGN_HRF_NONE;
	s = shaped(p, written("{\"onset\": [0], \"duration\": [100]}"), NULL);
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

/* ---- designs from outside ---- */
static const struct item *outside(const char *text)
{
	const char *path = arena_printf(check_arena(), "%s/design.mat", check_folder());

	CHECK_OK(file_write(path, text, strlen(text)));
	return h_file("file", "file", path);
}

TEST(designs_from_outside_have_rank_and_no_text)
{
	static const char *const name[] = { "a", "b" };
	struct shape *s = h_shape();
	struct out *o = h_out();
	struct design_facts f;

	h_kind(s, "design");
	h_given(s, "file", NULL, outside("/NumWaves 2\n/NumPoints 4\n\n/Matrix\n1 2\n0 0\n1 2\n-1 -2\n"));
	CHECK_OK(import_table_shape(s, &(struct import_table_params){ .columns = name, .n_columns = 2 }));
	CHECK(design_facts_from(&f, shape_in(s, "out.table"), check_arena()));
	CHECK_TEXT(f.column[1], "b");
	CHECK_INT(f.n_null, 1);
	CHECK_INT(f.dof, 3);
	o->kind = "design";
	CHECK_ERROR(import_table_run(h_env(1), &(struct import_table_params){ 0 },
	                             &(struct import_table_inputs){ outside("a b\n1 2\n1 n/a\n") }, &(struct import_table_outputs){ o }),
	            "column b of the design is 'n/a' in row 2: each volume needs a number");
}
