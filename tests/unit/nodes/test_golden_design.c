/* The digests of what glm.design makes (test_golden.c says more); variance inflation is LAPACK's. */
#include "golden.h"

#include "glm.design.node.h"

TEST(golden_design)
{
	struct glm_design_params p = {
		.tr_s = 2, .has_tr = true, .n_volumes = 60, .has_n_volumes = true, .hrf = GLM_DESIGN_HRF_GLOVER___DERIVATIVE___DISPERSION,
		.has_hrf = true, .fir_delays = (const double[]){ 0 }, .n_fir_delays = 1, .high_pass_hz = 0.01, .drift_order = 1,
		.min_onset_s = -24, .oversampling = 50, .slice_time_ref = 0.5,
	};
	const struct item *events = h_literal("table", "{\"onset\": [3, 20.1, 41, 70], \"duration\": [2, 0, 5, 12.5], \"trial_type\": "
	                                                "[\"a\", \"b\", \"b\", \"a\"], \"modulation\": [1, 0.5, 2, 1]}");
	struct out *design = h_out(), *correlation = h_out(), *vif = h_out();

	CHECK_OK(glm_design_run(h_env(1), &p, &(struct glm_design_inputs){ .events = events },
	                        &(struct glm_design_outputs){ design, correlation, vif }));
	golden_expect("glm.design", design, "table.tsv");
	golden_expect("glm.design", correlation, "matrix.npy");
}
