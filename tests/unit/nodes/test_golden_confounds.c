/* The digests of what the nodes of confounds make (test_golden.c says more). */
#include "golden.h"
#include "made_confounds.h"

#include "confounds.high_variance.node.h"
#include "confounds.select.node.h"
#include "phantom.study.node.h"

TEST(golden_high_variance)
{
	struct out *bold, *confounds, *out = h_out();

	golden_study(&bold, &confounds);
	CHECK_OK(confounds_high_variance_run(h_env(1), &(struct confounds_high_variance_params){ 5, 2, true },
	                                     &(struct confounds_high_variance_inputs){ .image = h_item(bold, "bold") },
	                                     &(struct confounds_high_variance_outputs){ out }));
	golden_expect("confounds.high_variance", out, "table.tsv");
}

TEST(golden_select)
{
	struct confounds_select_params p = {
		.strategy = (const char *const[]){ "scrubbing" }, .n_strategy = 1, .motion = CONFOUNDS_SELECT_MOTION_FULL, .scrub = 2,
		.fd_threshold_mm = 0.5, .std_dvars_threshold = 3, .demean = true, .motion_filter_order = 2, .head_radius_mm = 50,
	};
	struct out *columns = h_out(), *mask = h_out(), *record = h_out();

	CHECK_OK(confounds_select_run(h_env(1), &p,
	                              &(struct confounds_select_inputs){ .confounds = made_table(made_confounds(12, 1)) },
	                              &(struct confounds_select_outputs){ columns, mask, record }));
	golden_expect("confounds.select", columns, "table.tsv");
	golden_expect("confounds.select", mask, "table.tsv");
	golden_expect("confounds.select", record, "record.json");
}

TEST(golden_phantom_of_fmriprep)
{
	struct phantom_study_params p = { .subjects = (const char *const[]){ "01" }, .n_subjects = 1, .run = 1, .rng_seed = 1 };
	struct out *table = h_out(), *sidecar = h_out();

	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ .fmriprep = table, .sidecar = sidecar }));
	golden_expect("phantom.study", table, "table.tsv");
	golden_expect("phantom.study", sidecar, "file");
}
