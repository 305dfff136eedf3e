/* glm.contrast: numbers of nilearn, voxels of which nothing can be said, portions and threads, check time. */
#include "made_glm.h"

#include <math.h>

#include "base/doc.h"
#include "num/small.h"

TEST(worked_t_of_ordinary_least_squares)
{
	struct tested m = made_test(t_of("x0 - x1"), made_worked(false), NULL);

	EXPECT(m.effect, 1.960136725693 - 1.512353053828, .542872412541 - 2.571504417771, 2.000047216066 + 4.022313467874);
	EXPECT(m.stat, .600724772474, -2.570647634014, 6.379591704535);
	EXPECT(m.z, .591101809553, -2.369261923745, 4.706182206435);
	CHECK_TEXT(h_notes(), "");
}

TEST(worked_t_of_correlated_noise)
{
	struct tested m = made_test(t_of("x0 - x1"), made_worked(true), NULL);

	EXPECT(m.effect, 1.202040894459, -2.048926562757, 5.957524917099);
	EXPECT(m.variance, .475430568262, .553945067139, .404159251595);
	EXPECT(m.stat, 1.743314298252, -2.752916527264, 9.371079130034);
	EXPECT(m.z, 1.665048195987, -2.514471788656, 5.8176672373);
	/* p of a normal variable with this z */
	for (int v = 0; v < V; v++) {
		CHECK_NEAR(m.p[made_place[v]], 0.5 * erfc(m.z[made_place[v]] / sqrt(2)), 3e-6 * m.p[made_place[v]]);
		CHECK_NEAR(m.log10p[made_place[v]], -log10(m.p[made_place[v]]), 1e-6);
	}
	CHECK(m.p[0] == 0 && m.log10p[0] == 0);
}

TEST(worked_f)
{
	for (int compat = 0; compat < 2; compat++) {
		struct glm_contrast_params p = f_of(2, made_two_rows);

		p.compat = compat ? GLM_CONTRAST_COMPAT_NILEARN : GLM_CONTRAST_COMPAT_NONE;
		struct tested m = made_test(p, made_worked(true), NULL);

		EXPECT(m.stat, 12.172595302512, 9.543639998163, 45.48873231197);
		EXPECT(m.z, 3.423735371321, 3.054679501015, 5.463787838153);
	}
}

TEST(matrix_and_weights_are_the_same_as_words)
{
	static const double w[] = { 1, -1 };
	const struct item *glm = made_worked(true), *row = h_literal("matrix", "[[1, -1]]");
	struct glm_contrast_params none = { 0 }, weights = { .n_weights = 2, .weights = w };
	struct tested words = made_test(t_of("x0 - x1"), glm, NULL), a = made_test(weights, glm, NULL), b = made_test(none, glm, row);
	struct tested f = made_test(f_of(2, made_two_rows), glm, NULL);

	CHECK_TEXT(h_digest(a.out.z, "image.nii"), h_digest(words.out.z, "image.nii"));
	CHECK_TEXT(h_digest(b.out.p, "image.nii"), h_digest(words.out.p, "image.nii"));
	a = made_test(none, glm, h_literal("matrix", "[[1, 0], [0, 1]]"));
	CHECK_TEXT(h_digest(a.out.stat, "image.nii"), h_digest(f.out.stat, "image.nii"));
}

/* ---- voxels of which nothing can be said ---- */
TEST(voxels_without_variance)
{
	struct model *m = made_two_runs();
	double variance[V];

	memcpy(variance, m->run[1].variance, sizeof variance);
	variance[1] = 0;
	m->run[1].variance = variance;
	struct tested maps = made_test(t_of("x0"), made_stored(m), NULL);

	CHECK(maps.effect[5] == 0 && maps.stat[5] == 0 && maps.z[5] == 0 && maps.p[5] == 1 && maps.log10p[5] == 0 && maps.z[2] != 0);
	CHECK_TEXT(h_notes(), "1 of 3 voxels have no variance in some run (constant there), or the contrast cannot be estimated from "
	           "their rows: effect, stat and z are 0 there, p is 1\n");
	maps = made_test(f_of(2, made_two_rows), made_stored(m), NULL);
	CHECK(maps.stat[5] == 0 && maps.z[5] == 0 && maps.p[5] == 1);
	struct glm_contrast_params p = t_of("x0");

	p.compat = GLM_CONTRAST_COMPAT_NILEARN;
	maps = made_test(p, made_stored(m), NULL);
	CHECK(maps.stat[5] != 0);
	CHECK_TEXT(h_notes(), "");
}

/* nilearn's p and z of a voxel that is constant in all runs. */
TEST(constant_voxels_of_nilearn)
{
	struct model *m = made_model(1);
	double y[V][T] = { 0 };

	made_fit(m, 0, y, NULL);
	struct glm_contrast_params t = t_of("x0"), f = f_of(2, made_two_rows);

	t.compat = f.compat = GLM_CONTRAST_COMPAT_NILEARN;
	struct tested maps = made_test(t, made_stored(m), NULL);

	CHECK(maps.stat[2] == 0 && maps.z[2] == 0 && maps.p[2] == 0.5);
	maps = made_test(f, made_stored(m), NULL);
	CHECK_NEAR(maps.z[2], -37.0470962993612, 1e-5);
	CHECK(maps.p[2] == 1);
}

/* Voxels of a group that miss subjects have their own covariance and degrees of freedom. */
TEST(parts_of_a_group)
{
	static const unsigned char in[3][T] = { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
	                                        { 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
	                                        { 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0 } };
	static const double dof[] = { T - P, T - 2 - P, T / 2 - 2 };
	static const int part[V] = { 1, 0, 2 };
	struct model *m = made_model(1);
	double y[V][T], x[T][P], s[P * P] = { 0 }, inverse[P * P];

	made_data(y);
	made_fit(m, 0, y, NULL);
	m->g.group = true;
	m->run[0].n_part = 3;
	m->run[0].row_in = in[0];
	m->run[0].dof = dof;
	m->run[0].part = part;
	m->g.data = NEW_N(check_arena(), float, T * V);
	struct tested maps = made_test(t_of("x0"), made_stored(m), NULL);

	made_design(x);
	for (int t = 0; t < T; t++)
		for (int k = 0; in[1][t] && k < P * P; k++)
			s[k] += x[t][k / P] * x[t][k % P];
	CHECK(small_cholesky(P, s));
	small_inverse(P, s, inverse);
	CHECK_NEAR(maps.variance[2], inverse[0] * m->run[0].variance[0], 2e-7 * maps.variance[2]);
	CHECK(maps.stat[5] != 0);
	/* In the last part x0 is 1 in all rows, as the constant is. */
	CHECK(maps.stat[11] == 0 && maps.p[11] == 1);
	CHECK(strstr(h_notes(), "1 of 3 voxels") != NULL);
}

/* ---- the whole ---- */
enum { MANY = 24 * 30 * 30, ROWS = 40, COLUMNS = 21 };

static const struct item *large(void)
{
	static const double dof[] = { ROWS - COLUMNS };
	double *x = NEW_N(check_arena(), double, ROWS * COLUMNS), *beta = NEW_N(check_arena(), double, COLUMNS * MANY);
	double *variance = NEW_N(check_arena(), double, MANY), *rho = NEW_N(check_arena(), double, MANY);
	const char **column = NEW_N(check_arena(), const char *, COLUMNS);
	int *index = NEW_N(check_arena(), int, MANY);
	struct glm_run run = { .name = "", .n_row = ROWS, .n_col = COLUMNS, .column = column, .design = x, .order = 1, .beta = beta,
	                       .variance = variance, .rho = rho, .n_part = 1, .dof = dof };
	struct glm g = { .grid = { { 24, 30, 30 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } }, .n = MANY, .index = index,
	                 .noise = "ar1", .n_run = 1, .run = &run };
	struct out *o = h_out();

	for (int k = 0; k < ROWS * COLUMNS; k++)
		x[k] = check_random();
	for (int j = 0; j < COLUMNS; j++)
		column[j] = arena_printf(check_arena(), "c%d", j);
	for (int v = 0; v < MANY; v++) {
		index[v] = v;
		variance[v] = 1 + v % 7;
		rho[v] = 0.1 * (v % 7);
		for (int j = 0; j < COLUMNS; j++)
			beta[j * MANY + v] = sin(j * (1 + v % 7));
	}
	CHECK_OK(glm_write(o, &g, check_arena()));
	return h_item(o, "glm");
}

/* Every seventh voxel is the same; portions of voxels and threads do not change it. */
TEST(portions_and_threads)
{
	const struct item *glm = large();
	const char **row = NEW_N(check_arena(), const char *, COLUMNS - 1);
	struct glm_contrast_outputs one = { .stat = h_out() }, two = { .stat = h_out() };

	for (int k = 0; k < COLUMNS - 1; k++)
		row[k] = arena_printf(check_arena(), "c%d", k);
	struct glm_contrast_params p = f_of(COLUMNS - 1, row);

	CHECK_OK(glm_contrast_run(h_env(1), &p, &(struct glm_contrast_inputs){ glm, NULL }, &one));
	CHECK_OK(glm_contrast_run(h_env(2), &p, &(struct glm_contrast_inputs){ glm, NULL }, &two));
	CHECK_TEXT(h_digest(one.stat, "image.nii"), h_digest(two.stat, "image.nii"));
	const float *f = h_voxels(one.stat);

	for (int v = 0; v < MANY; v++)
		CHECK(f[v] > 0 && f[v] == f[v % 7]);
}

/* Only what somebody wants is made. */
TEST(one_output_alone)
{
	struct glm_contrast_params p = t_of("x0 - x1");
	struct glm_contrast_outputs o = { .log10p = h_out() };
	struct tested all = made_test(p, made_worked(true), NULL);

	CHECK_OK(glm_contrast_run(h_env(1), &p, &(struct glm_contrast_inputs){ made_worked(true), NULL }, &o));
	CHECK_TEXT(h_digest(o.log10p, "image.nii"), h_digest(all.out.log10p, "image.nii"));
}

TEST(shapes)
{
	static const char *const columns[] = { "x0", "x1", "constant" };
	static const struct design_facts run[] = { { "01", T, T - P, P, columns, 0, NULL }, { "02", T, T - 1, 1, columns + 2, 0, NULL } };
	struct glm_facts facts = { .grid = { { 4, 3, 2 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } }, .noise = "ar1",
	                           .n_voxel = 3, .n_run = 2, .run = run };
	struct glm_contrast_params f = f_of(2, made_two_rows), t = t_of("x0 - x9");
	struct shape *s = h_shape();

	h_given(s, "glm", glm_facts_to(&facts, check_arena()), NULL);
	CHECK_OK(glm_contrast_shape(s, &f));
	CHECK_TEXT(h_problems(s), "warning : run 02 has none of the columns of this contrast and is left out\n");
	CHECK_TEXT(doc_get(shape_in(s, "out.effect"), "dim")->val[3]->text, "2");
	CHECK_TEXT(doc_get(shape_in(s, "out.z"), "dim")->val[3]->text, "1");
	CHECK_TEXT(doc_text(shape_in(s, "out.p"), "type", ""), "float64");
	CHECK(s->memory > 0 && s->seconds > 0);
	s = h_shape();
	h_given(s, "glm", glm_facts_to(&facts, check_arena()), NULL);
	CHECK_OK(glm_contrast_shape(s, &t));
	CHECK_TEXT(h_problems(s), "error contrast[0]:5:2: there is no column 'x9'; there is x0, x1 and constant\n");
}

TEST(what_cannot_be_tested)
{
	struct glm_contrast_params p = t_of("x0 - y");
	struct glm_contrast_outputs o = { h_out(), h_out(), h_out(), h_out(), h_out(), NULL };
	struct glm_contrast_params none = { 0 };

	CHECK_ERROR(glm_contrast_run(h_env(1), &p, &(struct glm_contrast_inputs){ made_worked(false), NULL }, &o),
	            "contrast, 'y' in 'x0 - y': there is no column 'y'");
	CHECK_ERROR(glm_contrast_run(h_env(1), &none, &(struct glm_contrast_inputs){ made_worked(false), NULL }, &o), "nothing to test");
	CHECK_ERROR(glm_contrast_run(h_env(1), &none, &(struct glm_contrast_inputs){ made_worked(false), h_literal("matrix", "[[1, 2, 3, 4]]") }, &o),
	            "matrix: there are 4 weights, must be at most 3");
}
