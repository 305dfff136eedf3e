/* glm.design: expected numbers are nilearn 0.12.1's. */
#include "designs.h"

#include "img/matrix.h"

/* ---- numbers ---- */
TEST(design_of_glover_is_nilearns)
{
	struct design d = design_of_events(design_params(20, GLM_DESIGN_HRF_GLOVER), four_events);

	CHECK_TEXT(design_columns(&d), "a b constant");
	CHECK_INT(d.n_row, 20);
	CHECK_NEAR(design_at(&d, 6, "a"), .02188126823614, 1e-12);
	CHECK_NEAR(design_at(&d, 7, "a"), .3547659981900, 1e-12);
	CHECK_NEAR(design_at(&d, 8, "a"), .6664032858496, 1e-12);
	CHECK_NEAR(design_at(&d, 9, "a"), .4376899714689, 1e-12);
	CHECK_NEAR(design_at(&d, 12, "a"), -.1720879178695, 1e-12);
	CHECK_NEAR(design_at(&d, 12, "b"), .3491218788772, 1e-12);
	CHECK_NEAR(design_at(&d, 14, "b"), 1.343781021051, 1e-12);
	CHECK_NEAR(design_at(&d, 14, "constant"), 1, 0);
}

TEST(design_with_derivatives_is_nilearns)
{
	struct design d = design_of_events(design_params(20, GLM_DESIGN_HRF_SPM___DERIVATIVE___DISPERSION), four_events);

	CHECK_TEXT(design_columns(&d), "a a_derivative a_dispersion b b_derivative b_dispersion constant");
	CHECK_NEAR(design_at(&d, 5, "b"), .407752851693, 1e-11);
	CHECK_NEAR(design_at(&d, 5, "b_derivative"), .00807498688, 1e-11);
	CHECK_NEAR(design_at(&d, 5, "b_dispersion"), .08517565356, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "a"), -.017273871733, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "a_derivative"), -.016489794889, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "a_dispersion"), -.040305683882, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "b"), .229308325356, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "b_derivative"), .18844209857, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "b_dispersion"), -.11746636887, 1e-11);
	d = design_of_events(design_params(20, GLM_DESIGN_HRF_GLOVER___DERIVATIVE___DISPERSION), four_events);
	CHECK_NEAR(design_at(&d, 12, "a_derivative"), .01539270206, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "a_dispersion"), .005714182909, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "b_derivative"), .305191027964, 1e-11);
	CHECK_NEAR(design_at(&d, 12, "b_dispersion"), -.208509561006, 1e-11);
}

TEST(impulse_responses_are_shares_of_the_volume_so_many_before)
{
	static const double delay[] = { 0, 1 };
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_FIR);
	struct design d;

	p.fir_delays = delay;
	p.n_fir_delays = 2;
	d = design_of_events(p, four_events);
	CHECK_TEXT(design_columns(&d), "a_delay_0 a_delay_1 b_delay_0 b_delay_1 constant");
	CHECK_NEAR(design_at(&d, 10, "b_delay_0"), 1, 1e-12);
	CHECK_NEAR(design_at(&d, 11, "b_delay_0"), 1, 1e-12);
	CHECK_NEAR(design_at(&d, 12, "b_delay_0"), .5, 1e-12);
	CHECK_NEAR(design_at(&d, 13, "b_delay_0"), 0, 1e-12);
	CHECK_NEAR(design_at(&d, 13, "b_delay_1"), .5, 1e-12);
	CHECK_NEAR(design_at(&d, 13, "a_delay_0"), .02, 1e-12);
}

TEST(drifts_are_nilearns)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d;

	p.drift = GLM_DESIGN_DRIFT_COSINE;
	p.high_pass_hz = 0.03;
	d = design_of(p, (struct glm_design_inputs){ 0 });
	CHECK_TEXT(design_columns(&d), "drift_1 drift_2 constant");
	CHECK_NEAR(design_at(&d, 0, "drift_1"), .31525294135, 1e-11);
	CHECK_NEAR(design_at(&d, 0, "drift_2"), .312334477467, 1e-11);
	p.drift = GLM_DESIGN_DRIFT_POLYNOMIAL;
	p.drift_order = 3;
	d = design_of(p, (struct glm_design_inputs){ 0 });
	CHECK_TEXT(design_columns(&d), "drift_1 drift_2 drift_3 constant");
	CHECK_NEAR(design_at(&d, 0, "drift_3"), -.042382271468, 1e-11);
	p = design_params(375, GLM_DESIGN_HRF_GLOVER);
	p.tr_s = 0.8;
	p.drift = GLM_DESIGN_DRIFT_COSINE;
	CHECK_INT(design_of(p, (struct glm_design_inputs){ 0 }).n_col, 7);
	p.compat = GLM_DESIGN_COMPAT_NILEARN;
	CHECK_INT(design_of(p, (struct glm_design_inputs){ 0 }).n_col, 6);
}

TEST(events_over_before_the_beginning_are_left_out)
{
	static const char early[] = "{\"onset\": [-100, -30], \"duration\": [2, 20], \"trial_type\": [\"a\", \"b\"]}";
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct design d = design_of_events(p, early);

	CHECK(design_at(&d, 0, "a") == 0);
	CHECK(strstr(h_notes(), "1 of 2 events are over before -24 s (min_onset) and are left out"));
	CHECK(strstr(h_notes(), "1 of 2 events begin before -24 s (min_onset) and count from there on"));
	CHECK(strstr(h_notes(), "the design has 3 columns but rank 2: a is 0 in every row"));
	p.compat = GLM_DESIGN_COMPAT_NILEARN;
	d = design_of_events(p, early);
	CHECK_NEAR(design_at(&d, 0, "a"), -3.742866603322e-05, 1e-16);
}

/* Whether people drop volumes or keep them and leave them out, the model is the same. */
TEST(dropped_volumes_are_rows_that_are_not_there)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_SPM___DERIVATIVE);
	struct design all, rest;

	p.drift = GLM_DESIGN_DRIFT_COSINE;
	p.high_pass_hz = 0.03;
	all = design_of_events(p, four_events);
	p.n_volumes = 17;
	p.dropped = 3;
	rest = design_of_events(p, four_events);
	CHECK_INT(rest.n_row, 17);
	CHECK_INT(rest.n_col, all.n_col);
	for (int t = 0; t < 17; t++)
		for (int k = 0; k < all.n_col; k++)
			CHECK(rest.x[t * all.n_col + k] == all.x[(t + 3) * all.n_col + k]);
}

TEST(frames_begin_where_the_first_volume_was_taken)
{
	struct glm_design_params p;
	struct design d;

	p = design_params(20, GLM_DESIGN_HRF_SPM);
	p.slice_time_ref = 0.5;
	d = design_of_events(p, four_events);
	CHECK_NEAR(design_at(&d, 3, "b"), 0.09744386182680294, 1e-12);
	CHECK_NEAR(design_at(&d, 9, "a"), 0.2199540135872499, 1e-12);
}

TEST(correlations_have_the_names_of_columns)
{
	struct matrix r;
	struct made_design m;

	CHECK_OK(design_run(&m, design_params(20, GLM_DESIGN_HRF_GLOVER), (struct glm_design_inputs){ .events = written(four_events) }));
	CHECK_OK(matrix_read(&r, h_item(m.correlation, "matrix"), check_arena()));
	CHECK_INT(r.n_row, 3);
	CHECK_TEXT(r.column[1], "b");
	CHECK(r.x[0] == 1 && r.x[1] == r.x[3] && r.x[2] == 0 && r.x[8] == 1);
	matrix_close(&r);
}

TEST(a_given_response_is_interpolated)
{
	struct glm_design_params p = design_params(20, GLM_DESIGN_HRF_GLOVER);
	struct design box, d;

	p.hrf = GLM_DESIGN_HRF_NONE;
	box = design_of_events(p, "{\"onset\": [10.02], \"duration\": [4]}");
	p.has_hrf = false;
	p.has_response_step = true;
	p.response_step_s = 2;
	d = design_of(p, (struct glm_design_inputs){ .events = written("{\"onset\": [4.02], \"duration\": [4]}"), .response = written("[1, 1]") });
	CHECK_TEXT(design_columns(&d), "dummy constant");
	CHECK_NEAR(design_at(&d, 4, "dummy"), 1, 1e-12);       /* 2 s after the onset all of it has passed */
	CHECK_NEAR(design_at(&d, 2, "dummy"), 0, 1e-12);
	CHECK_NEAR(design_at(&box, 6, "dummy"), 1, 1e-12);
	p.has_response_step = false;
	d = design_of(p, (struct glm_design_inputs){ .events = written("{\"onset\": [4], \"duration\": [30]}"),
	                                           .response = written("{\"time\": [0, 5, 12], \"value\": [0, 2, 0]}") });
	CHECK_NEAR(design_at(&d, 12, "dummy"), 1, 1e-12);      /* a long event approaches 1 */
}
