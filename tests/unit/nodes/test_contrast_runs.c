/* glm.contrast of several runs: fixed effects, weighted and not, F tests over runs. */
#include "made_glm.h"

#include <math.h>

#include "num/small.h"

/* One column that is 1 in its first row alone, so that effects are betas and their variance is the noise's: numerics 7.12. */
static const struct item *effects_of_two(void)
{
	static const double e[2][2] = { { 1, 2 }, { 2, 1 } }, s[2][2] = { { .5, .2 }, { 1, .4 } }, dof[2] = { 20, 30 };
	static const char *const cell[] = { "01", "02" }, *const column[] = { "a" };
	static const int index[2] = { 2, 5 };
	static const double x[31] = { 1 };
	struct glm_run run[2];
	struct out *o = h_out();

	for (int r = 0; r < 2; r++)
		run[r] = (struct glm_run){ .name = cell[r], .n_row = 21 + 10 * r, .n_col = 1, .column = column, .design = x, .beta = e[r],
		                           .variance = s[r], .n_part = 1, .dof = &dof[r] };
	struct glm g = { .grid = { { 4, 3, 2 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } }, .n = 2, .index = index,
	                 .noise = "ols", .n_run = 2, .run = run };

	CHECK_OK(glm_write(o, &g, check_arena()));
	return h_item(o, "glm");
}

static void expect_two(const float *map, double a, double b)
{
	CHECK_NEAR(map[2], a, 2e-7 * fabs(a));
	CHECK_NEAR(map[5], b, 2e-7 * fabs(b));
}

TEST(worked_fixed_effects)
{
	struct glm_contrast_params p = t_of("a");
	struct tested m = made_test(p, effects_of_two(), NULL);

	expect_two(m.effect, 1.5, 1.5);
	expect_two(m.variance, .375, .15);
	expect_two(m.z, 2.368668604482, 3.604241745877);
	for (int compat = 0; compat < 2; compat++) {
		p.fixed_effects = GLM_CONTRAST_FIXED_EFFECTS_PRECISION;
		p.compat = (enum glm_contrast_compat)compat;
		m = made_test(p, effects_of_two(), NULL);
		expect_two(m.effect, 1.333333333333, 1.666666666667);
		expect_two(m.variance, .333333333333, .133333333333);
		expect_two(m.z, 2.240007186929, 4.152963708137);
	}
}

/* Covariance of the first two betas at noise 1, by the definition. */
static void covariance(double rho, double cov[3])
{
	double x[T][P], s[P * P] = { 0 }, inverse[P * P];

	made_design(x);
	for (int t = 0; t < T; t++)
		for (int i = 0; i < P; i++)
			for (int j = 0; j < P; j++)
				s[i * P + j] += (x[t][i] - (t ? rho * x[t - 1][i] : 0)) * (x[t][j] - (t ? rho * x[t - 1][j] : 0));
	CHECK(small_cholesky(P, s));
	small_inverse(P, s, inverse);
	cov[0] = inverse[0];
	cov[1] = inverse[1];
	cov[2] = inverse[P + 1];
}

/* e' V^-1 e / 2 */
static double f_of_two(const double e[2], const double v[3])
{
	return (e[0] * e[0] * v[2] - 2 * e[0] * e[1] * v[1] + e[1] * e[1] * v[0]) / (v[0] * v[2] - v[1] * v[1]) / 2;
}

TEST(f_over_runs_is_exact)
{
	struct model *m = made_two_runs();
	struct tested maps = made_test(f_of(2, made_two_rows), made_stored(m), NULL);
	double must[V], v[3], e[2];

	for (int k = 0; k < V; k++) {
		double scale = (m->run[0].variance[k] + m->run[1].variance[k]) / 4;

		covariance(made_rho[k], v);
		for (int j = 0; j < 3; j++)
			v[j] *= scale;
		for (int j = 0; j < 2; j++)
			e[j] = (m->run[0].beta[j * V + k] + m->run[1].beta[j * V + k]) / 2;
		must[k] = f_of_two(e, v);
		CHECK_NEAR(maps.effect[made_place[k]], e[0], 2e-7 * fabs(e[0]));
		CHECK_NEAR(maps.effect[24 + made_place[k]], e[1], 2e-7 * fabs(e[1]));
		CHECK_NEAR(maps.variance[24 + made_place[k]], v[2], 2e-7 * v[2]);
	}
	expect_map(maps.stat, must);
}

/* Where runs have equal covariances, whitening before or after adding is the same. */
TEST(f_of_nilearn_over_runs)
{
	struct glm_contrast_params p = f_of(2, made_two_rows), q = p;
	struct model *m = made_two_runs();

	p.compat = GLM_CONTRAST_COMPAT_NILEARN;
	struct tested exact = made_test(q, made_stored(m), NULL), compat = made_test(p, made_stored(m), NULL);

	for (int k = 0; k < V; k++) {
		CHECK_NEAR(compat.stat[made_place[k]], exact.stat[made_place[k]], 3e-7 * exact.stat[made_place[k]]);
		CHECK_NEAR(compat.variance[made_place[k]], (m->run[0].variance[k] + m->run[1].variance[k]) / 4, 1e-7);
	}
	CHECK(fabsf(compat.effect[2] - exact.effect[2]) > 1e-3f);
}

TEST(precision_of_several_rows)
{
	static const char *const one_row[] = { "x0 - x1" };
	struct glm_contrast_params t = t_of("x0 - x1"), f = f_of(1, one_row), both = f_of(2, made_two_rows), mean = both;
	struct model *m = made_two_runs();

	t.fixed_effects = f.fixed_effects = both.fixed_effects = GLM_CONTRAST_FIXED_EFFECTS_PRECISION;
	struct tested mt = made_test(t, made_stored(m), NULL), mf = made_test(f, made_stored(m), NULL);

	for (int k = 0; k < V; k++)
		CHECK_NEAR(mf.stat[made_place[k]], mt.stat[made_place[k]] * mt.stat[made_place[k]], 1e-6 * mf.stat[made_place[k]]);
	/* Runs that are equally certain count the same. */
	m->run[1].variance = m->run[0].variance;
	mf = made_test(both, made_stored(m), NULL);
	mt = made_test(mean, made_stored(m), NULL);
	for (int k = 0; k < V; k++)
		CHECK_NEAR(mf.stat[made_place[k]], mt.stat[made_place[k]], 3e-7 * mt.stat[made_place[k]]);
}

TEST(runs_without_the_columns_are_left_out)
{
	static const char *const other[P] = { "x7", "x1", "constant" };
	struct model *m = made_two_runs(), *alone = made_model(1);

	m->run[1].column = other;
	alone->run[0] = m->run[0];
	alone->run[0].name = "";
	alone->g.noise = "ar1";
	struct tested all = made_test(t_of("2*x0"), made_stored(m), NULL);

	CHECK_TEXT(h_notes(), "run 02 has none of the columns of this contrast and is left out\n");
	struct tested one = made_test(t_of("2*x0"), made_stored(alone), NULL);

	CHECK_TEXT(h_digest(all.out.z, "image.nii"), h_digest(one.out.z, "image.nii"));
}
