/* glm.first_level: numbers of nilearn (numerics 7.15), scrubbing, voxels and runs of which something is wrong, threads. */
#include "designs.h"
#include "glm.contrast.node.h"
#include "glm.first_level.node.h"

#include <math.h>

#include "base/json.h"
#include "img/glm.h"
#include "num/glm_model.h"

enum { NI = 14, NJ = 15, NK = 13, SIZE = NI * NJ * NK, ROWS = 60 };

static struct grid phantom_grid(void)
{
	return (struct grid){ { NI, NJ, NK }, { { 3, 0, 0, -20 }, { 0, 3, 0, -21 }, { 0, 0, 3, -18 } } };
}

/* Numerics 7.15: [n_vol][SIZE]. */
static double *phantom(int n_vol)
{
	double *x = NEW_N(check_arena(), double, n_vol * SIZE);

	for (int t = 0; t < n_vol; t++)
		for (int k = 0; k < NK; k++)
			for (int j = 0; j < NJ; j++)
				for (int i = 0; i < NI; i++) {
					double h = ((73 * i + 179 * j + 283 * k + 419 * t) % 1009) / 1009.0 - 0.5;
					bool brain = (i - 6.5) * (i - 6.5) + (j - 7) * (j - 7) + (k - 6) * (k - 6) < 30;

					x[t * SIZE + i + NI * (j + NJ * k)] = (brain ? 1000 + 10 * (i - j) : 20) + (brain ? 30 : 3) * h;
				}
	return x;
}

static const struct item *image(int n_vol, const double *x, enum image_type type)
{
	const struct grid g = phantom_grid();
	float *single = NEW_N(check_arena(), float, n_vol * SIZE);
	static int n;
	char *path = arena_printf(check_arena(), "%s/first%d.nii", check_folder(), n++);

	for (int k = 0; k < n_vol * SIZE; k++)
		single[k] = (float)x[k];
	CHECK_OK(image_write(path, &g, n_vol, 2, type, type == IMAGE_FLOAT64 ? (const void *)x : single));
	return h_file("bold", "image.nii", path);
}

static const char events[] = "onset\tduration\ttrial_type\n10\t6\tfaces\n40\t6\tfaces\n70\t6\tfaces\n"
                             "20\t6\tscrambled\n50\t6\tscrambled\n90\t6\tscrambled\n";

static const struct item *design(struct glm_design_params p)
{
	struct made_design m;

	CHECK_OK(design_run(&m, p, (struct glm_design_inputs){ .events = h_table(events) }));
	return h_item(m.design, "design");
}

static struct glm_design_params cosine(void)
{
	struct glm_design_params p = design_params(ROWS, GLM_DESIGN_HRF_GLOVER);

	p.drift = GLM_DESIGN_DRIFT_COSINE;
	p.high_pass_hz = 0.01;
	return p;
}

static struct glm_first_level_params defaults(void)
{
	return (struct glm_first_level_params){ .noise = "ar1", .bins = 100 };
}

struct made { struct error *e; struct out *glm, *mask; struct glm g; };

static struct made fit_many(struct glm_first_level_params p, int n, const struct item *bold, const struct item *x,
                            const struct item *mask, const struct item *keep, int threads)
{
	struct made m = { .glm = h_out(), .mask = h_out() };

	m.e = glm_first_level_run(h_env(threads), &p, &(struct glm_first_level_inputs){ { n, bold }, { n, x }, mask,
	                                                                                { keep ? n : 0, keep } },
	                          &(struct glm_first_level_outputs){ .glm = m.glm, .mask = m.mask });
	if (!m.e)
		CHECK_OK(glm_read(&m.g, h_item(m.glm, "glm"), check_arena()));
	return m;
}

static struct made fit(struct glm_first_level_params p, const struct item *bold, const struct item *x)
{
	return fit_many(p, 1, bold, x, NULL, NULL, 2);
}

static long place_of(const struct glm *g, int i, int j, int k)
{
	for (long v = 0; v < g->n; v++)
		if (g->index[v] == i + NI * (j + NJ * k))
			return v;
	return -1;
}

/* faces - scrambled at [8, 7, 6]: columns 0 and 1 (without derivatives), 0 and 2. */
static void expect(struct made m, int second, double effect, double variance, double rho, double tol)
{
	const struct glm_run *r = &m.g.run[0];
	long v = place_of(&m.g, 8, 7, 6), n = m.g.n;
	const struct glm_model *model = glm_model_new(r->n_row, r->n_col, r->design, r->order, check_arena());
	double con[16] = { 1 }, cov[1], own = r->order ? r->rho[v] : 0;

	con[second] = -1;
	CHECK_OK(m.e);
	CHECK(v >= 0);
	glm_model_covariance(model, 1, &own, 1, con, cov, 1, check_arena());
	CHECK_NEAR(r->beta[v] - r->beta[second * n + v], effect, tol);
	CHECK_NEAR(cov[0] * r->variance[v], variance, tol);
	CHECK_NEAR(own, rho, 1e-12);
}

static double z_at(struct made m, struct glm_contrast_params p)
{
	struct glm_contrast_outputs o = { .z = h_out() };

	CHECK_OK(glm_contrast_run(h_env(2), &p, &(struct glm_contrast_inputs){ h_item(m.glm, "glm"), NULL }, &o));
	return h_voxels(o.z)[8 + NI * (7 + NJ * 6)];
}

TEST(nilearns_numbers)
{
	const struct item *bold = image(ROWS, phantom(ROWS), IMAGE_FLOAT64), *x = design(cosine());
	struct glm_first_level_params p = defaults();
	struct made m = fit(p, bold, x);
	static const char *const words[] = { "faces", "scrambled", "faces - scrambled" };
	struct glm_design_params d = cosine();
	const double fwhm = 5;

	CHECK_INT(m.g.n, 602);
	expect(m, 1, -.15604811784025366, .03211532949974179, -.48, 1e-12);
	CHECK_TEXT(h_notes(), "");
	CHECK_NEAR(z_at(m, (struct glm_contrast_params){ .n_f = 2, .f = words }), -.21762672439008224, 1e-7);
	d.slice_time_ref = 0.5;
	CHECK_NEAR(z_at(fit(p, bold, design(d)), (struct glm_contrast_params){ .n_contrast = 1, .contrast = words + 2 }),
	           -.5590833435700808, 1e-7);
	p.n_smoothing = 1;
	p.smoothing_mm = &fwhm;
	/* Smoothed volumes are floats here, which is 6e-6 % of a signal of 1000. */
	expect(fit(p, bold, x), 1, -.007152266020096731, .0006056432534763826, -.83, 2e-6);
	p = defaults();
	p.noise = "ols";
	expect(fit(p, bold, x), 1, -.18163265550976637, .08536516587477637, 0, 1e-12);
}

TEST(nilearns_numbers_of_another_design)
{
	struct glm_design_params d = cosine();

	d.hrf = GLM_DESIGN_HRF_SPM___DERIVATIVE;
	d.drift = GLM_DESIGN_DRIFT_POLYNOMIAL;
	d.drift_order = 1;
	struct made m = fit(defaults(), image(ROWS, phantom(ROWS), IMAGE_FLOAT64), design(d));
	long v = place_of(&m.g, 8, 7, 6);

	CHECK_NEAR(m.g.run[0].beta[v] - m.g.run[0].beta[2 * m.g.n + v], -.2396255500816065, 1e-11);
}

/* ---- bits ---- */
TEST(threads_do_not_matter)
{
	const struct item *bold = image(ROWS, phantom(ROWS), IMAGE_FLOAT32), *x = design(cosine());
	static const char *const noise[] = { "ols", "ar1", "ar3" };

	for (int k = 0; k < 3; k++) {
		struct glm_first_level_params p = defaults();

		p.noise = noise[k];
		struct made one = fit_many(p, 1, bold, x, NULL, NULL, 1), three = fit_many(p, 1, bold, x, NULL, NULL, 3);

		CHECK_TEXT(h_digest(one.glm, "glm.bin"), h_digest(three.glm, "glm.bin"));
		CHECK_TEXT(h_digest(one.glm, "glm.json"), h_digest(three.glm, "glm.json"));
	}
}

/* ---- scrubbing ---- */
TEST(a_keep_list_is_a_shorter_run)
{
	double *x = phantom(ROWS), *kept = NEW_N(check_arena(), double, ROWS * SIZE);
	struct glm_design_params whole = cosine();
	struct buf list = { .arena = check_arena() };
	struct made_design short_design;
	int n = 0;

	whole.drift = GLM_DESIGN_DRIFT_NONE;
	for (int t = 3; t < ROWS; t++) {
		if (t == 20 || t == 21)
			continue;
		memcpy(kept + n++ * SIZE, x + t * SIZE, SIZE * sizeof *x);
		buf_printf(&list, "%s%d", n == 1 ? "[" : ", ", t);
	}
	buf_add(&list, "]");
	const struct item *keep = h_literal("table", list.text), *mask = h_item(fit(defaults(), image(ROWS, x, IMAGE_FLOAT64),
	                                                                            design(whole)).mask, "mask");
	struct glm_design_inputs in = { .sample_mask = keep, .events = h_table(events) };

	CHECK_OK(design_run(&short_design, whole, in));
	const struct item *rows = h_item(short_design.design, "design"), *bold = image(ROWS, x, IMAGE_FLOAT64);
	struct made all = fit_many(defaults(), 1, bold, design(whole), mask, keep, 1);
	struct made few = fit_many(defaults(), 1, bold, rows, mask, keep, 1);
	struct made cut = fit_many(defaults(), 1, image(n, kept, IMAGE_FLOAT64), rows, mask, NULL, 1);

	CHECK_INT(all.g.run[0].n_row, n);
	CHECK_TEXT(h_digest(all.glm, "glm.bin"), h_digest(cut.glm, "glm.bin"));
	CHECK_TEXT(h_digest(few.glm, "glm.bin"), h_digest(cut.glm, "glm.bin"));
}

/* ---- voxels ---- */
TEST(voxels_that_are_not_fitted_are_told)
{
	double *x = phantom(ROWS);
	struct glm_first_level_params p = defaults();

	p.mask_strategy = GLM_FIRST_LEVEL_MASK_STRATEGY_NONE;
	for (int t = 0; t < ROWS; t++) {
		x[t * SIZE + 5] = 7;
		x[t * SIZE + 6] -= 50;
	}
	x[30 * SIZE + 7] = (double)NAN;
	x[31 * SIZE + 8] = (double)INFINITY;
	const struct item *bold = image(ROWS, x, IMAGE_FLOAT32), *d = design(cosine());
	struct made m = fit(p, bold, d);

	CHECK_OK(m.e);
	CHECK_INT(m.g.n, SIZE - 2);
	CHECK_INT(m.g.index[7], 9);
	CHECK_TEXT(h_notes(), "1 of 2730 voxels are the same at all times in bold: their betas and variance are 0\n"
	                      "1 of 2730 voxels have a mean that is not above 0 in bold, so there is no percent of it: their betas "
	                      "and variance are 0 (signal_scaling: none fits them)\n"
	                      "2 of 2730 voxels are NaN or infinite at some time and are left out of the mask\n");
	CHECK(m.g.run[0].variance[5] == 0 && m.g.run[0].variance[6] == 0 && m.g.run[0].variance[7] > 0);
	struct made clean = fit(p, image(ROWS, phantom(ROWS), IMAGE_FLOAT32), d);

	CHECK(clean.g.run[0].beta[clean.g.n + 100] == m.g.run[0].beta[m.g.n + 98]);
	CHECK(clean.g.run[0].rho[100] == m.g.run[0].rho[98]);
	p.signal_scaling = GLM_FIRST_LEVEL_SIGNAL_SCALING_NONE;
	CHECK(fit(p, bold, d).g.run[0].variance[6] > 0);
	p.compat = GLM_FIRST_LEVEL_COMPAT_NILEARN;
	CHECK_INT(fit(p, bold, d).g.n, SIZE);
}

TEST(smoothing_does_not_hide_what_is_no_number)
{
	double *x = phantom(ROWS), width = 4;
	struct glm_first_level_params p = defaults();

	p.mask_strategy = GLM_FIRST_LEVEL_MASK_STRATEGY_NONE;
	p.n_smoothing = 1;
	p.smoothing_mm = &width;
	x[30 * SIZE + 700] = (double)NAN;
	CHECK_INT(fit(p, image(ROWS, x, IMAGE_FLOAT32), design(cosine())).g.n, SIZE - 1);
}

TEST(no_voxel_is_left)
{
	double *x = NEW_N(check_arena(), double, ROWS * SIZE);
	struct glm_first_level_params p = defaults();

	for (int k = 0; k < ROWS * SIZE; k++)
		x[k] = (double)NAN;
	p.mask_strategy = GLM_FIRST_LEVEL_MASK_STRATEGY_NONE;
	CHECK_ERROR(fit(p, image(ROWS, x, IMAGE_FLOAT32), design(cosine())).e,
	            "all 2730 voxels inside the mask are NaN or infinite at some time");
}

TEST(one_voxel)
{
	unsigned char *inside = NEW_N(check_arena(), unsigned char, SIZE);
	const struct grid g = phantom_grid();
	char *path = arena_printf(check_arena(), "%s/one.nii", check_folder());
	const struct item *bold = image(ROWS, phantom(ROWS), IMAGE_FLOAT64), *x = design(cosine());

	inside[8 + NI * (7 + NJ * 6)] = 1;
	CHECK_OK(image_write_bytes(path, &g, inside));
	struct made m = fit_many(defaults(), 1, bold, x, h_file("mask", "image.nii", path), NULL, 2);

	CHECK_INT(m.g.n, 1);
	expect(m, 1, -.15604811784025366, .03211532949974179, -.48, 1e-12);
	inside[8 + NI * (7 + NJ * 6)] = 0;
	CHECK_OK(image_write_bytes(path, &g, inside));
	CHECK_ERROR(fit_many(defaults(), 1, bold, x, h_file("mask", "image.nii", path), NULL, 2).e, "the mask is empty");
}

TEST(scaling_by_one_mean)
{
	struct glm_first_level_params p = defaults();
	const struct item *bold = image(ROWS, phantom(ROWS), IMAGE_FLOAT64), *x = design(cosine());

	p.signal_scaling = GLM_FIRST_LEVEL_SIGNAL_SCALING_NONE;
	struct made raw = fit(p, bold, x);

	p.signal_scaling = GLM_FIRST_LEVEL_SIGNAL_SCALING_GRAND;
	struct made m = fit(p, bold, x);
	double mean = 0, *y = phantom(ROWS);

	for (long v = 0; v < m.g.n; v++)
		for (int t = 0; t < ROWS; t++)
			mean += y[t * SIZE + m.g.index[v]] / (ROWS * (double)m.g.n);
	for (long v = 0; v < m.g.n; v++)
		CHECK_NEAR(m.g.run[0].beta[v], 100 / mean * raw.g.run[0].beta[v], 1e-11);
}

/* ---- several runs ---- */
TEST(runs_have_their_own_designs)
{
	struct glm_design_params d = cosine();
	struct item bold[2], x[2];

	bold[0] = *image(ROWS, phantom(ROWS), IMAGE_FLOAT64);
	bold[1] = *image(50, phantom(50), IMAGE_FLOAT32);
	bold[0].cell = "1";
	bold[1].cell = "2";
	x[0] = *design(d);
	d.n_volumes = 50;
	d.hrf = GLM_DESIGN_HRF_GLOVER___DERIVATIVE;
	x[1] = *design(d);
	struct made m = fit_many(defaults(), 2, bold, x, NULL, NULL, 2), first = fit(defaults(), &bold[0], &x[0]);

	CHECK_INT(m.g.n_run, 2);
	CHECK_TEXT(m.g.run[1].name, "2");
	CHECK_INT(m.g.run[1].n_row, 50);
	for (long k = 0; k < m.g.run[0].n_col * m.g.n; k++)
		CHECK(m.g.run[0].beta[k] == first.g.run[0].beta[k]);
	m = fit_many(defaults(), 2, bold, x, NULL, NULL, 2);
	CHECK_TEXT(h_notes(), "only run 2 of bold has the columns faces_derivative and scrambled_derivative\n");
}

/* ---- on request ---- */
TEST(what_is_predicted_and_what_is_left)
{
	struct glm_first_level_params p = defaults();
	const struct item *bold = image(ROWS, phantom(ROWS), IMAGE_FLOAT64), *x = design(cosine());
	struct glm_first_level_inputs in = { { 1, bold }, { 1, x }, NULL, { 0 } };
	struct out *residuals = h_out(), *predicted = h_out(), *r_square = h_out(), *ar = h_out();
	struct glm_first_level_outputs out = { .residuals = residuals, .predicted = predicted, .r_square = r_square, .ar = ar };
	double *y = phantom(ROWS), mean = 0, left = 0, all = 0;
	int at = 8 + NI * (7 + NJ * 6);

	CHECK_OK(glm_first_level_run(h_env(2), &p, &in, &out));
	float *e = h_voxels(residuals), *q = h_voxels(predicted), *r2 = h_voxels(r_square), *rho = h_voxels(ar);

	for (int t = 0; t < ROWS; t++)
		mean += y[t * SIZE + at] / ROWS;
	for (int t = 0; t < ROWS; t++)
		CHECK_NEAR(e[t * SIZE + at] + q[t * SIZE + at], 100 * (y[t * SIZE + at] / mean - 1), 1e-5);
	CHECK(e[0] == 0 && q[0] == 0 && r2[0] == 0 && rho[0] == 0);
	CHECK_NEAR(rho[at], -.48, 1e-7);
	/* compat: residuals are of the whitened prediction. */
	p.compat = GLM_FIRST_LEVEL_COMPAT_NILEARN;
	out = (struct glm_first_level_outputs){ .residuals = h_out() };
	CHECK_OK(glm_first_level_run(h_env(1), &p, &in, &out));
	CHECK_NEAR(h_voxels(out.residuals)[SIZE + at], e[SIZE + at] + q[SIZE + at] - (q[SIZE + at] + .48 * q[at]), 1e-5);
	/* Ordinary least squares: R^2 as everybody knows it. */
	p = defaults();
	p.noise = "ols";
	out = (struct glm_first_level_outputs){ .residuals = h_out(), .r_square = h_out() };
	CHECK_OK(glm_first_level_run(h_env(1), &p, &in, &out));
	e = h_voxels(out.residuals);
	for (int t = 0; t < ROWS; t++) {
		left += (double)e[t * SIZE + at] * e[t * SIZE + at];
		all += pow(100 * (y[t * SIZE + at] / mean - 1), 2);
	}
	CHECK_NEAR(h_voxels(out.r_square)[at], 1 - left / all, 1e-6);
	CHECK_ERROR(glm_first_level_run(h_env(1), &p, &in, &(struct glm_first_level_outputs){ .ar = h_out() }),
	            "ar has the coefficients of correlated noise, but noise is ols");
	p.run = "2";
	CHECK_ERROR(glm_first_level_run(h_env(1), &p, &in, &out), "run is '2', but there is one run, which has no key");
}

/* ---- what cannot be fitted ---- */
TEST(wrong_inputs_are_told)
{
	struct glm_first_level_params p = defaults();
	const struct item *bold = image(ROWS, phantom(ROWS), IMAGE_FLOAT32);
	struct glm_design_params d = cosine();
	struct item two[2] = { *bold, *bold }, x[2] = { *design(d), *design(d) };

	CHECK_ERROR(fit(p, image(50, phantom(50), IMAGE_FLOAT32), x).e,
	            "the design of bold has 60 rows, must have one for each of the 50 volumes");
	CHECK_ERROR(fit_many(p, 1, bold, h_literal("design", "[[1, 2], [3, 4]]"), NULL, h_literal("table", "[0, 1, 5]"), 1).e,
	            "the design of bold has 2 rows, must have one for each of the 60 volumes, or of the 3 that sample_mask keeps");
	CHECK_ERROR(fit_many(p, 1, bold, x, NULL, h_literal("table", "[0, 1, 5]"), 1).e,
	            "for 3 volumes: no degree of freedom is left, there must be more volumes than columns");
	p.noise = "ar21";
	CHECK_ERROR(fit(p, bold, x).e, "noise is 'ar21', must be ols, or ar1 to ar20");
	p.noise = "arma";
	CHECK_ERROR(fit(p, bold, x).e, "noise is 'arma', must be ols, or ar1 to ar20");
	p = defaults();
	CHECK_ERROR(glm_first_level_run(h_env(1), &p, &(struct glm_first_level_inputs){ { 2, two }, { 1, x }, NULL, { 0 } },
	                                &(struct glm_first_level_outputs){ .glm = h_out(), .mask = h_out() }),
	            "there are 2 runs of bold and 1 designs: each run needs one");
	two[1] = *h_f4(ROWS, IMAGE_INT16);
	CHECK_ERROR(fit_many(p, 2, two, x, NULL, NULL, 1).e, "image.resample with onto: takes one run's images onto another's");
}
