/* Expected numbers are those of nilearn 0.12.1 and scipy 1.10.1 on the same made-up values. */
#include "made_confounds.h"

#include <math.h>
#include <string.h>

#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "confounds.select.node.h"
#include "fmri/motion.h"
#include "img/facts.h"
#include "img/table.h"

/* ---- calling the node ---- */
static const struct confounds_select_params defaults = {
	.motion = CONFOUNDS_SELECT_MOTION_FULL, .scrub = 5, .fd_threshold_mm = 0.2, .std_dvars_threshold = 3, .demean = true,
	.motion_filter_order = 2, .head_radius_mm = 50,
};

struct selected { struct table confounds, mask; const double *x; int n_keep; const double *keep; struct doc *record; };

static struct error *select_from(struct selected *s, const struct item *table, const struct item *json,
                                 struct confounds_select_params p)
{
	struct out *c = h_out(), *m = h_out(), *r = h_out();
	char *text;
	size_t n;

	TRY(confounds_select_run(h_env(1), &p, &(struct confounds_select_inputs){ table, json },
	                         &(struct confounds_select_outputs){ c, m, r }));
	CHECK_OK(table_of(&s->confounds, h_item(c, "table"), check_arena()));
	CHECK_OK(table_all_numbers(&s->x, &s->confounds, check_arena()));
	CHECK_OK(table_of(&s->mask, h_item(m, "table"), check_arena()));
	CHECK_OK(table_numbers(&s->keep, &s->mask, 0, check_arena()));
	CHECK_TEXT(s->mask.column[0], "volume");
	s->n_keep = s->mask.n_row;
	CHECK_OK(file_read(&text, &n, item_blob(h_item(r, "record"), "record.json"), 1 << 20, check_arena()));
	CHECK_OK(json_read(&s->record, text, n, "record", check_arena()));
	return NULL;
}

static void with_words(struct confounds_select_params *p, const char *words)
{
	const char **list = NEW_N(check_arena(), const char *, 8);

	p->n_strategy = 0;
	for (const char *w = words; *w; w += strspn(w, " ")) {
		size_t n = strcspn(w, " ");

		list[p->n_strategy++] = arena_strndup(check_arena(), w, n);
		w += n;
	}
	p->strategy = list;
}

static double at(const struct selected *s, const char *name, int row)
{
	int k = table_find(&s->confounds, name);

	CHECK(k >= 0);
	return s->x[row * s->confounds.n_col + k];
}

/* Rows 0, 5 and 11 of a column. */
static void check_rows(const struct selected *s, const char *name, double x0, double x5, double x11, double tol)
{
	CHECK_NEAR(at(s, name, 0), x0, tol);
	CHECK_NEAR(at(s, name, 5), x5, tol);
	CHECK_NEAR(at(s, name, 11), x11, tol);
}

static double noted(const struct selected *s, const char *name)
{
	const char *text = doc_text(s->record, name, NULL);
	double x = NAN;

	CHECK(text && table_number(&x, text));
	return x;
}

TEST(the_default_takes_motion_high_pass_and_tissue)
{
	struct selected s;

	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), NULL, defaults));
	CHECK_INT(s.confounds.n_col, 29);
	CHECK_TEXT(s.confounds.column[0], "cosine00");
	CHECK_TEXT(s.confounds.column[3], "csf");
	CHECK_TEXT(s.confounds.column[28], "white_matter");
	CHECK_INT(s.n_keep, 11);
	CHECK_NEAR(s.keep[0], 1, 0);
	check_rows(&s, "cosine00", 1.081576212407793, 0.22065754325403433, -0.9013135103398278, 1e-13);
	check_rows(&s, "white_matter", 0.40451914431059777, 0.4430344546130982, -1.2117240492257224, 1e-12);
	CHECK_TEXT(doc_text(s.record, "strategy", ""), "motion high_pass wm_csf");
	CHECK_NEAR(noted(&s, "volumes"), 12, 0);
	CHECK_NEAR(noted(&s, "kept"), 11, 0);
	CHECK_NEAR(noted(&s, "non_steady_state"), 1, 0);
	CHECK_NEAR(noted(&s, "columns_motion"), 24, 0);
	CHECK_NEAR(noted(&s, "columns_wm_csf"), 2, 0);
	CHECK_NEAR(noted(&s, "max_fd"), 0.1051965009932807, 1e-15);
	CHECK(strstr(h_notes(), "1 of 12 volumes are censored"));
}

TEST(presets_take_what_nilearns_take)
{
	struct confounds_select_params p = defaults;
	struct selected s;

	with_words(&p, "simple");
	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), NULL, p));
	CHECK_INT(s.confounds.n_col, 29);
	with_words(&p, "scrubbing");
	p.fd_threshold_mm = 0.5;
	p.scrub = 2;
	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), NULL, p));
	CHECK_INT(s.confounds.n_col, 35);
	CHECK_INT(s.n_keep, 10);
	CHECK_NEAR(s.keep[4], 6, 0);
	check_rows(&s, "cosine00", 1.1036419667331965, 0.24272329757943778, -0.8792477560144243, 1e-13);
	check_rows(&s, "white_matter_power2", 269.1475160877162, 292.3101265146397, -700.1657844687288, 1e-9);
	CHECK_NEAR(noted(&s, "censored_dvars"), 1, 0);
	with_words(&p, "compcor");
	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), made_sidecar(), p));
	CHECK_INT(s.confounds.n_col, 32);
	check_rows(&s, "a_comp_cor_00", -0.09043995572461878, -0.05856976151889179, -0.013217321896631884, 1e-14);
	with_words(&p, "ica_aroma");
	p.global_signal = CONFOUNDS_SELECT_GLOBAL_SIGNAL_BASIC;
	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), NULL, p));
	CHECK_INT(s.confounds.n_col, 6);
	CHECK(strstr(h_notes(), "desc-smoothAROMAnonaggr"));
}

TEST(scrubbing_takes_short_stretches_too)
{
	struct confounds_select_params p = defaults;
	struct selected s;

	with_words(&p, "motion scrub");
	p.motion = CONFOUNDS_SELECT_MOTION_DERIVATIVES;
	p.fd_threshold_mm = 0.3;
	p.scrub = 2;
	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), NULL, p));
	CHECK_INT(s.n_keep, 10);
	CHECK_INT(s.confounds.n_col, 12);
	check_rows(&s, "rot_x", 0.0008749729613876035, -0.00010025905626389643, -9.09262575952964e-05, 1e-16);
	check_rows(&s, "trans_z_derivative1", 0.00524744541162682, -0.0009077583042089799, 5.4213454883519745e-05, 1e-15);
	p.scrub = 6;   /* the outlier at 5 leaves 5 volumes before it, 6 after */
	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), NULL, p));
	CHECK_INT(s.n_keep, 6);
	CHECK_NEAR(s.keep[0], 6, 0);
	CHECK_NEAR(noted(&s, "censored_segments"), 5, 0);
	p.scrub = 0;
	p.min_segment = 5;   /* the volumes 1 to 4 between non-steady state and outlier are too few */
	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), NULL, p));
	CHECK_INT(s.n_keep, 6);
	p.min_segment = 7;
	CHECK_ERROR(select_from(&s, made_table(made_confounds(12, 1)), NULL, p),
	            "no volume is left of 12: 1 not in steady state, 0 with displacement above 0.3 mm, 1 with standardized DVARS "
	            "above 3, 10 in stretches that are too short");
}

TEST(compcor_follows_the_sidecar)
{
	static const struct { enum confounds_select_compcor sort; int n, columns; const char *has; } rows[] = {
		{ CONFOUNDS_SELECT_COMPCOR_ANAT_COMBINED, 0, 5, "a_comp_cor_04" },
		{ CONFOUNDS_SELECT_COMPCOR_ANAT_COMBINED, 2, 2, "a_comp_cor_01" },
		{ CONFOUNDS_SELECT_COMPCOR_ANAT_SEPARATED, 0, 7, "a_comp_cor_11" },
		{ CONFOUNDS_SELECT_COMPCOR_ANAT_SEPARATED, 2, 4, "a_comp_cor_09" },
		{ CONFOUNDS_SELECT_COMPCOR_TEMPORAL, 3, 3, "t_comp_cor_02" },
		{ CONFOUNDS_SELECT_COMPCOR_TEMPORAL_ANAT_COMBINED, 0, 9, "t_comp_cor_03" },
		{ CONFOUNDS_SELECT_COMPCOR_TEMPORAL_ANAT_SEPARATED, 50, 11, "a_comp_cor_05" },
	};

	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		struct confounds_select_params p = defaults;
		struct selected s;

		with_words(&p, "compcor high_pass");
		p.compcor = rows[k].sort;
		p.n_compcor = rows[k].n;
		CHECK_OK(select_from(&s, made_table(made_confounds(12, 0)), made_sidecar(), p));
		CHECK_INT(s.confounds.n_col, rows[k].columns + 3);
		CHECK(table_find(&s.confounds, rows[k].has) >= 0);
		CHECK_INT(s.n_keep, 12);
	}
}

TEST(a_strategy_without_columns_keeps_its_volumes)
{
	struct confounds_select_params p = defaults;
	struct selected s;

	with_words(&p, "scrub");
	CHECK_OK(select_from(&s, made_table(made_confounds(12, 1)), NULL, p));
	CHECK_INT(s.confounds.n_col, 1);
	CHECK_TEXT(s.confounds.column[0], "none");
	CHECK_NEAR(s.x[3], 0, 0);
	CHECK(strstr(h_notes(), "the strategy has no columns"));
}

/* What the node refuses, in its own words and at check time. */
static const char *problems(const struct made *m, const struct item *json, struct confounds_select_params p)
{
	struct shape *s = h_shape();
	struct table_facts f = { m->n_vol, m->n_col, m->name };

	h_given(s, "confounds", table_facts_to(&f, check_arena()), NULL);
	if (json)
		h_given(s, "sidecar", NULL, json);
	CHECK_OK(confounds_select_shape(s, &p));
	return h_problems(s);
}

static void refused(const struct made *m, const struct item *json, struct confounds_select_params p, const char *where,
                    const char *text)
{
	struct selected s;
	const char *told = problems(m, json, p);

	if (!strstr(told, arena_printf(check_arena(), "error %s: %s", where, text)))
		fail_msg("must have '%s', is:\n%s", text, told);
	CHECK_ERROR(select_from(&s, made_table(m), json, p), text);
}

TEST(strategies_that_cannot_be_are_refused)
{
	struct confounds_select_params p = defaults;

	CHECK_TEXT(problems(made_confounds(12, 1), NULL, p), "");
	with_words(&p, "motion highpass");
	refused(made_confounds(12, 1), NULL, p, "strategy", "there is no 'highpass', did you mean 'high_pass'?");
	p = defaults;
	with_words(&p, "motion everything");
	refused(made_confounds(12, 1), NULL, p, "strategy", "there is no 'everything', there are motion, high_pass");
	p = defaults;
	with_words(&p, "motion motion");
	refused(made_confounds(12, 1), NULL, p, "strategy", "'motion' is there twice");
	p = defaults;
	with_words(&p, "compcor motion");
	refused(made_confounds(12, 1), made_sidecar(), p, "strategy", "compcor needs high_pass");
	p = defaults;
	with_words(&p, "motion simple");
	refused(made_confounds(12, 1), NULL, p, "strategy", "simple stands for several words and must be alone");
	p = defaults;
	with_words(&p, "compcor");
	refused(made_confounds(12, 1), NULL, p, "sidecar", "compcor needs the sidecar");
	p = defaults;
	with_words(&p, "ica_aroma");
	p.ica_aroma = CONFOUNDS_SELECT_ICA_AROMA_BASIC;
	refused(made_confounds(12, 1), NULL, p, "ica_aroma", "the preset ica_aroma is for a run that was cleaned already");
}

TEST(columns_that_are_missing_are_named_with_the_nearest)
{
	struct confounds_select_params p = defaults;
	struct made *m = made_confounds(12, 1);

	m->name[4] = "CSF";
	m->name[8] = "white_mater";
	refused(m, NULL, p, "confounds", "wm_csf needs columns that the table has not: 'csf'");
	CHECK(strstr(problems(m, NULL, p), "'white_matter' (did you mean 'white_mater'?)"));
	m = made_confounds(12, 1);
	m->name[12] = "X";
	m->name[13] = "FramewiseDisplacement";
	refused(m, NULL, p, "confounds", "the table has columns such as 'FramewiseDisplacement', as fMRIPrep before 1.2 wrote them");
	p = defaults;
	with_words(&p, "scrub");
	m = made_confounds(12, 1);
	m->name[37] = "dvars";
	refused(m, NULL, p, "confounds", "scrub needs columns that the table has not: 'std_dvars'");
	p = defaults;
	with_words(&p, "ica_aroma high_pass");
	p.ica_aroma = CONFOUNDS_SELECT_ICA_AROMA_BASIC;
	m = made_confounds(12, 1);
	m->name[m->n_col - 1] = "x";
	refused(m, NULL, p, "confounds", "ica_aroma: basic needs columns such as aroma_motion_01");
	p = defaults;
	with_words(&p, "compcor high_pass");
	m = made_confounds(12, 1);
	m->name[45] = "y";
	refused(m, made_sidecar(), p, "confounds", "compcor (by the sidecar) needs columns that the table has not: 'a_comp_cor_00'");
}

TEST(values_that_are_missing_have_a_place)
{
	struct made *m = made_confounds(12, 0);
	struct selected s;

	m->x[4][3] = NAN;
	CHECK_ERROR(select_from(&s, made_table(m), NULL, defaults), "csf has no value here, must be a number");
	m = made_confounds(12, 0);
	m->x[13][1] = NAN;   /* a derivative whose second value is missing too */
	CHECK_ERROR(select_from(&s, made_table(m), NULL, defaults), "trans_x_derivative1 has no value here");
}

TEST(what_does_nothing_is_told)
{
	struct confounds_select_params p = defaults;
	struct made *m = made_confounds(12, 0);

	with_words(&p, "motion high_pass");
	p.has_wm_csf = true;
	p.global_signal = CONFOUNDS_SELECT_GLOBAL_SIGNAL_TRUE;
	CHECK(strstr(problems(m, NULL, p), "warning wm_csf: this does nothing: the strategy has no wm_csf"));
	CHECK(strstr(problems(m, NULL, p), "warning global_signal: this does nothing"));
	for (int k = 38; k < 41; k++)
		m->name[k] = arena_printf(check_arena(), "x%d", k);
	CHECK(strstr(problems(m, NULL, p), "warning strategy: the table has no cosine columns"));
}

TEST(motion_is_made_anew_of_filtered_parameters)
{
	static const double band[] = { 0.2, 0.3 };
	struct confounds_select_params p = defaults;
	struct made *m = made_confounds(60, 0);
	struct motion_filter f = { 0.2, 0.3, 2, 0.8 };
	struct filter filter;
	struct selected s;
	double x[60];

	with_words(&p, "motion scrub");
	p.demean = false;
	p.motion_filter = CONFOUNDS_SELECT_MOTION_FILTER_NOTCH;
	p.fd_threshold_mm = 1;
	p.std_dvars_threshold = 99;
	refused(m, NULL, p, "motion_filter_band", "a notch needs two numbers");
	p.motion_filter_band_hz = band;
	p.n_motion_filter_band = 2;
	refused(m, NULL, p, "tr", "the filter of motion needs the time between volumes");
	p.has_tr = true;
	p.tr_s = 0.8;
	CHECK_OK(select_from(&s, made_table(m), NULL, p));
	memcpy(x, m->x[12], sizeof x);   /* trans_x */
	CHECK(!motion_filter_design(&filter, &f, 60, check_arena()));
	motion_filter_run(&filter, 60, x, check_arena());
	CHECK_NEAR(at(&s, "trans_x", 9), x[9], 1e-15);
	CHECK_NEAR(at(&s, "trans_x_derivative1", 9), x[9] - x[8], 1e-15);
	CHECK_NEAR(at(&s, "trans_x_derivative1", 0), x[1] - x[0], 1e-15);
	CHECK_NEAR(at(&s, "trans_x_power2", 9), x[9] * x[9], 1e-15);
	CHECK(noted(&s, "max_fd") < 0.2 && noted(&s, "max_fd") > 0.01);
	m->name[36] = "gone";   /* displacement is not needed, and derivatives neither */
	m->name[13] = "gone too";
	CHECK_OK(select_from(&s, made_table(m), NULL, p));
	m->x[12][4] = NAN;
	CHECK_ERROR(select_from(&s, made_table(m), NULL, p), "trans_x has no finite value here, and the filter of motion needs all");
}
