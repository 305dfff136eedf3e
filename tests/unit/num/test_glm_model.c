/* Designs made ready, and covariances under whitening, against the same written out. */
#include "check.h"
#include "num/glm_model.h"

#include <math.h>

/* Of x [n][p], least squares of least norm by the model. */
static void fit(const struct glm_model *m, const double *y, double *beta)
{
	for (int c = 0; c < m->n_col; c++) {
		beta[c] = 0;
		for (int i = 0; i < m->rank; i++)
			for (int t = 0; t < m->n_row; t++)
				beta[c] += m->to_beta[c * m->rank + i] * m->q[i * m->n_row + t] * y[t];
	}
}

/* numerics 7.14 */
static void worked(double x[24][3])
{
	for (int t = 0; t < 24; t++) {
		x[t][0] = t % 6 < 3;
		x[t][1] = t % 8 < 2;
		x[t][2] = 1;
	}
}

TEST(a_fit_gives_back_what_made_the_data)
{
	double x[24][3], y[24], beta[3];

	worked(x);
	for (int t = 0; t < 24; t++)
		y[t] = 3 * x[t][0] - 2 * x[t][1] + 100 * x[t][2];
	const struct glm_model *m = glm_model_new(24, 3, x[0], 0, check_arena());

	CHECK_INT(m->rank, 3);
	CHECK_INT(m->n_null, 0);
	fit(m, y, beta);
	CHECK_NEAR(beta[0], 3, 1e-12);
	CHECK_NEAR(beta[1], -2, 1e-12);
	CHECK_NEAR(beta[2], 100, 1e-11);
}

TEST(columns_of_any_size_keep_their_rank)
{
	double x[24][3], y[24], beta[3];

	worked(x);
	for (int t = 0; t < 24; t++) {
		x[t][0] *= 1e-12;
		x[t][1] *= 1e12;
		y[t] = 3e12 * x[t][0] - 2e-12 * x[t][1] + 100;
	}
	const struct glm_model *m = glm_model_new(24, 3, x[0], 0, check_arena());

	CHECK_INT(m->rank, 3);
	fit(m, y, beta);
	CHECK_NEAR(beta[0] * 1e-12, 3, 1e-11);
	CHECK_NEAR(beta[1] * 1e12, -2, 1e-11);
}

TEST(dependent_columns_have_a_null_space_and_the_least_solution)
{
	double x[12][4], y[12], beta[4];

	for (int t = 0; t < 12; t++) {
		x[t][0] = t < 6;
		x[t][1] = t >= 6;
		x[t][2] = 1;
		x[t][3] = 0;
		y[t] = t < 6 ? 5 : 2;
	}
	const struct glm_model *m = glm_model_new(12, 4, x[0], 0, check_arena());

	CHECK_INT(m->rank, 2);
	CHECK_INT(m->n_null, 2);
	for (int r = 0; r < 2; r++)
		for (int t = 0; t < 12; t++) {
			double sum = 0;

			for (int c = 0; c < 4; c++)
				sum += x[t][c] * m->null[r * 4 + c];
			CHECK_NEAR(sum, 0, 1e-14);
		}
	/* (5, 2, 0, 0) less (1, 1, -1, 0) times 7/3 */
	fit(m, y, beta);
	CHECK_NEAR(beta[0], 5 - 7.0 / 3, 1e-13);
	CHECK_NEAR(beta[1], 2 - 7.0 / 3, 1e-13);
	CHECK_NEAR(beta[2], 7.0 / 3, 1e-13);
	CHECK_NEAR(beta[3], 0, 1e-15);
}

TEST(fewer_rows_than_columns)
{
	const double x[2][3] = { { 1, 2, 3 }, { 1, 0, 1 } };
	const struct glm_model *m = glm_model_new(2, 3, x[0], 0, check_arena());

	CHECK_INT(m->rank, 2);
	CHECK_INT(m->n_null, 1);
	for (int t = 0; t < 2; t++)
		CHECK_NEAR(x[t][0] * m->null[0] + x[t][1] * m->null[1] + x[t][2] * m->null[2], 0, 1e-14);
}

TEST(what_cannot_be_a_design)
{
	const double nan[2][1] = { { 1 }, { NAN } }, zero[2][1] = { { 0 }, { 0 } }, one[2][1] = { { 1 }, { 1 } };

	CHECK(!glm_model_new(2, 1, nan[0], 0, check_arena()));
	CHECK(!glm_model_new(2, 1, zero[0], 0, check_arena()));
	CHECK(!glm_model_new(2, 1, one[0], 2, check_arena()));
	CHECK(glm_model_new(2, 1, one[0], 1, check_arena()));
}

/* con_a (X' W' W X)^-1 con_b by whitening X and inverting 3 x 3 by Cramer's rule. */
static double plain(double x[24][3], int order, const double *rho, const double *a, const double *b)
{
	double w[24][3], s[3][3] = { { 0 } }, adj[3][3], det = 0, sum = 0;

	for (int t = 0; t < 24; t++)
		for (int c = 0; c < 3; c++) {
			w[t][c] = x[t][c];
			for (int i = 1; i <= order && i <= t; i++)
				w[t][c] -= rho[i - 1] * x[t - i][c];
		}
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			for (int t = 0; t < 24; t++)
				s[i][j] += w[t][i] * w[t][j];
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			adj[j][i] = s[(i + 1) % 3][(j + 1) % 3] * s[(i + 2) % 3][(j + 2) % 3]
			            - s[(i + 1) % 3][(j + 2) % 3] * s[(i + 2) % 3][(j + 1) % 3];
	for (int i = 0; i < 3; i++)
		det += s[0][i] * adj[i][0];
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			sum += a[i] * adj[i][j] * b[j] / det;
	return sum;
}

static void compare(int order, long n, int n_threads)
{
	const double con[2][3] = { { 1, -1, 0 }, { 0.5, 2, 1 } };
	double x[24][3], *rho = NEW_N(check_arena(), double, order * n + 1), *out = NEW_N(check_arena(), double, 3 * n);

	worked(x);
	for (long k = 0; k < order * n; k++)
		rho[k] = (check_random() - 0.5) / order;
	const struct glm_model *m = glm_model_new(24, 3, x[0], order, check_arena());

	glm_model_covariance(m, n, order > 0 ? rho : NULL, 2, con[0], out, n_threads, check_arena());
	for (long v = 0; v < n; v++) {
		double own[8] = { 0 };

		for (int i = 0; i < order; i++)
			own[i] = rho[i * n + v];
		CHECK_NEAR(out[v], plain(x, order, own, con[0], con[0]), 1e-12);
		CHECK_NEAR(out[n + v], plain(x, order, own, con[0], con[1]), 1e-12);
		CHECK_NEAR(out[2 * n + v], plain(x, order, own, con[1], con[1]), 1e-12);
	}
}

TEST(covariances_are_those_of_the_whitened_design)
{
	compare(0, 5, 1);
	compare(1, 1, 1);
	compare(1, 700, 3);
	compare(2, 21, 2);
	compare(5, 9, 1);
}

/* The bits of a voxel depend neither on how many different rho there are nor on threads. */
TEST(equal_rho_share_a_covariance)
{
	enum { N = 3000 };
	const double con[1][3] = { { 1, -1, 0 } };
	double x[24][3], *rho = NEW_N(check_arena(), double, N), *out = NEW_N(check_arena(), double, N);
	double *one = NEW_N(check_arena(), double, N);

	worked(x);
	const struct glm_model *m = glm_model_new(24, 3, x[0], 1, check_arena());

	for (int v = 0; v < N; v++)
		rho[v] = v < 2000 ? (v % 7) / 100.0 - 0.03 : check_random();
	glm_model_covariance(m, N, rho, 1, con[0], out, 2, check_arena());
	glm_model_covariance(m, 2000, rho, 1, con[0], one, 1, check_arena());
	for (int v = 0; v < 2000; v++)
		CHECK(out[v] == one[v]);
}
