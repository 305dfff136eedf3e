/* Fits against worked numbers (numerics 7.14) and against the same written out. */
#include "check.h"
#include "num/glm_fit.h"

#include <math.h>
#include <stdlib.h>

struct result { int n_col, order; long n; double *beta, *variance, *rho; unsigned char *kind; };

/* y [n_row][n], through blocks as a node does it. */
static struct result fit(int n_row, int n_col, const double *x, int order, const struct glm_fit_options *o, long n,
                         const double *y)
{
	const struct glm_model *m = glm_model_new(n_row, n_col, x, order, check_arena());
	struct glm_fit_options own = *o;
	struct result r = { n_col, order, n, NEW_N(check_arena(), double, n_col * n), NEW_N(check_arena(), double, n),
	                    NEW_N(check_arena(), double, order * n + 1), NEW_N(check_arena(), unsigned char, n) };

	own.dof = own.dof > 0 ? own.dof : n_row - m->rank;
	struct glm_fit *f = glm_fit_new(m, &own, check_arena());
	int size = glm_fit_block(f);
	double *block = NEW_N(check_arena(), double, size * n_row), *work = NEW_N(check_arena(), double, glm_fit_work(f));

	for (long first = 0; first < n; first += size) {
		int k = (int)(n - first < size ? n - first : size);
		struct glm_fit_out out = { (size_t)n, r.beta + first, r.variance + first, r.rho + first, r.kind + first };

		for (int t = 0; t < n_row; t++)
			memcpy(block + t * size, y + t * n + first, (size_t)k * sizeof *y);
		glm_fit_run(f, k, block, &out, work);
	}
	return r;
}

static void worked(double x[24][3], double y[24][3])
{
	for (int t = 0; t < 24; t++) {
		double a = x[t][0] = t % 6 < 3, b = x[t][1] = t % 8 < 2;

		x[t][2] = 1;
		y[t][0] = 100 + 3 * a + 2 * sin(0.9 * t);
		y[t][1] = 200 + 4 * b + 3 * cos(0.4 * t) + (7 * t) % 5;
		y[t][2] = 50 + sin(2.1 * t) + a - 2 * b;
	}
}

/* con' cov(beta) con times the variance */
static void variances(const double x[24][3], const struct result *r, const double con[3], double out[3])
{
	const struct glm_model *m = glm_model_new(24, 3, x[0], r->order, check_arena());

	glm_model_covariance(m, 3, r->order > 0 ? r->rho : NULL, 1, con, out, 1, check_arena());
	for (int v = 0; v < 3; v++)
		out[v] *= r->variance[v];
}

TEST(ordinary_least_squares_of_the_worked_example)
{
	const double beta[3][3] = { { 1.960136725693, .542872412541, 2.000047216066 },
	                            { 1.512353053828, 2.571504417771, -4.022313467874 },
	                            { -1.358156626303, -.914312310713, .005554758936 } };
	const double variance[3] = { 1.428761991544, 1.601385565365, 2.29151244483 };
	const double stat[3] = { .600724772474, -2.570647634014, 6.379591704535 }, con[3] = { 1, -1, 0 };
	double x[24][3], y[24][3], var[3];

	worked(x, y);
	struct result r = fit(24, 3, x[0], 0, &(struct glm_fit_options){ .percent = true }, 3, y[0]);

	variances(x, &r, con, var);
	for (int v = 0; v < 3; v++) {
		for (int c = 0; c < 3; c++)
			CHECK_NEAR(r.beta[c * 3 + v], beta[c][v], 1e-11);
		CHECK_NEAR(r.variance[v], variance[v], 1e-11);
		CHECK_NEAR((r.beta[v] - r.beta[3 + v]) / sqrt(var[v]), stat[v], 1e-11);
	}
}

TEST(autoregressive_noise_of_the_worked_example)
{
	const double exact[3] = { .426089010317, .442215066917, -.52053986808 }, binned[3] = { .42, .44, -.52 };
	const double effect[3] = { 1.202040894459, -2.048926562757, 5.957524917099 };
	const double variance[3] = { .475430568262, .553945067139, .404159251595 }, con[3] = { 1, -1, 0 };
	double x[24][3], y[24][3], var[3];

	worked(x, y);
	struct result r = fit(24, 3, x[0], 1, &(struct glm_fit_options){ .percent = true }, 3, y[0]);

	for (int v = 0; v < 3; v++)
		CHECK_NEAR(r.rho[v], exact[v], 1e-11);
	r = fit(24, 3, x[0], 1, &(struct glm_fit_options){ .percent = true, .bins = 100 }, 3, y[0]);
	variances(x, &r, con, var);
	for (int v = 0; v < 3; v++) {
		CHECK(r.rho[v] == binned[v]);
		CHECK_NEAR(r.beta[v] - r.beta[3 + v], effect[v], 1e-11);
		CHECK_NEAR(var[v], variance[v], 1e-11);
	}
}

/* ---- the same written out ---- */
struct data { int n_row, n_col; long n; double *x, *y; };

static struct data random_data(int n_row, int n_col, long n, bool constant)
{
	struct data d = { n_row, n_col, n, NEW_N(check_arena(), double, n_row * n_col), NEW_N(check_arena(), double, n_row * n) };

	for (int k = 0; k < n_row * n_col; k++)
		d.x[k] = constant && k % n_col == n_col - 1 ? 1 : check_random() - 0.5;
	for (int t = 0; t < n_row; t++)
		for (long v = 0; v < n; v++)
			d.y[t * n + v] = 100 + check_random() + (t > 0 ? 0.4 * (d.y[(t - 1) * n + v] - 100) : 0);
	return d;
}

/* Residuals of least squares of column v, by the model's basis. */
static void residuals(const struct glm_model *m, const struct data *d, long v, double *e)
{
	for (int t = 0; t < d->n_row; t++)
		e[t] = d->y[t * d->n + v];
	for (int i = 0; i < m->rank; i++) {
		double dot = 0;

		for (int t = 0; t < d->n_row; t++)
			dot += m->q[i * d->n_row + t] * d->y[t * d->n + v];
		for (int t = 0; t < d->n_row; t++)
			e[t] -= m->q[i * d->n_row + t] * dot;
	}
}

static void whiten(int n_row, int order, const double *rho, long step, double *x)
{
	for (int t = n_row - 1; t >= 0; t--)
		for (int i = 1; i <= order && i <= t; i++)
			x[t] -= rho[(i - 1) * step] * x[t - i];
}

/* rho solves its equations, and W (y - X beta) is orthogonal to W X and has the sum of squares that the variance says. */
static void check_fit(const struct data *d, const struct result *r, double mean)
{
	const struct glm_model *m = glm_model_new(d->n_row, d->n_col, d->x, r->order, check_arena());
	double *e = NEW_N(check_arena(), double, d->n_row), *w = NEW_N(check_arena(), double, d->n_row);

	for (long v = 0; v < d->n; v++) {
		double cov[32] = { 0 }, square = 0;

		residuals(m, d, v, e);
		for (int k = 0; k <= r->order; k++)
			for (int t = 0; t + k < d->n_row; t++)
				cov[k] += (e[t] - mean) * (e[t + k] - mean) / (d->n_row - k);
		for (int k = 1; k <= r->order; k++) {
			double sum = 0;

			for (int i = 1; i <= r->order; i++)
				sum += r->rho[(i - 1) * d->n + v] * cov[abs(k - i)];
			CHECK_NEAR(sum, cov[k], 1e-12 * cov[0] + 1e-13);
		}
		for (int t = 0; t < d->n_row; t++) {
			e[t] = d->y[t * d->n + v];
			for (int c = 0; c < d->n_col; c++)
				e[t] -= d->x[t * d->n_col + c] * r->beta[c * d->n + v];
		}
		whiten(d->n_row, r->order, r->rho + v, d->n, e);
		for (int c = 0; c < d->n_col; c++) {
			double dot = 0;

			for (int t = 0; t < d->n_row; t++)
				w[t] = d->x[t * d->n_col + c];
			whiten(d->n_row, r->order, r->rho + v, d->n, w);
			for (int t = 0; t < d->n_row; t++)
				dot += e[t] * w[t];
			CHECK_NEAR(dot, 0, 1e-9);
		}
		for (int t = 0; t < d->n_row; t++)
			square += e[t] * e[t];
		CHECK_NEAR(r->variance[v], square / (d->n_row - m->rank), 1e-10);
	}
}

TEST(whitened_fits_of_any_order)
{
	for (int order = 0; order <= 20; order += order < 3 ? 1 : 17) {
		struct data d = random_data(150, 6, 21, true);
		struct result r = fit(150, 6, d.x, order, &(struct glm_fit_options){ .compat = true }, d.n, d.y);

		check_fit(&d, &r, 0);
	}
}

TEST(a_design_without_a_constant)
{
	struct data d = random_data(60, 4, 9, false);
	struct result r = fit(60, 4, d.x, 2, &(struct glm_fit_options){ .compat = true }, d.n, d.y);

	check_fit(&d, &r, 0);
	r = fit(60, 4, d.x, 2, &(struct glm_fit_options){ .compat = true, .residual_mean = 97.5 }, d.n, d.y);
	check_fit(&d, &r, 97.5);
}

TEST(dependent_columns_do_not_change_what_is_fitted)
{
	struct data d = random_data(50, 5, 9, true);

	for (int t = 0; t < 50; t++)
		d.x[t * 5 + 1] = 2 * d.x[t * 5] - d.x[t * 5 + 4];
	struct result r = fit(50, 5, d.x, 1, &(struct glm_fit_options){ .bins = 100 }, d.n, d.y);

	for (long v = 0; v < d.n; v++)
		CHECK_NEAR(r.rho[v] * 100, rint(r.rho[v] * 100), 1e-9);
	r = fit(50, 5, d.x, 1, &(struct glm_fit_options){ .compat = true }, d.n, d.y);
	check_fit(&d, &r, 0);
}

/* 1e12 times the noise is added as a mean, and no digit of the noise is lost but those that y does not have. */
TEST(a_large_mean_costs_no_digits)
{
	struct data d = random_data(80, 3, 8, true);
	double *y = NEW_N(check_arena(), double, 80 * 8);

	for (int k = 0; k < 80 * 8; k++) {
		d.y[k] = rint((d.y[k] - 100) * 0x1p20) / 0x1p20;
		y[k] = d.y[k] + 0x1p30;
	}
	struct result small = fit(80, 3, d.x, 1, &(struct glm_fit_options){ 0 }, d.n, d.y);
	struct result large = fit(80, 3, d.x, 1, &(struct glm_fit_options){ 0 }, d.n, y);

	for (long v = 0; v < 8; v++) {
		CHECK_NEAR(large.variance[v], small.variance[v], 1e-12);
		CHECK_NEAR(large.rho[v], small.rho[v], 1e-12);
		CHECK_NEAR(large.beta[v], small.beta[v], 1e-12);
		CHECK_NEAR(large.beta[16 + v] - 0x1p30, small.beta[16 + v], 1e-6);
	}
}

TEST(a_grand_mean_scales_all_voxels_alike)
{
	struct data d = random_data(40, 3, 5, true);
	struct result raw = fit(40, 3, d.x, 1, &(struct glm_fit_options){ 0 }, d.n, d.y);
	struct result r = fit(40, 3, d.x, 1, &(struct glm_fit_options){ .percent = true, .mean = 50 }, d.n, d.y);

	for (long v = 0; v < 5; v++) {
		CHECK_NEAR(r.beta[v], 2 * raw.beta[v], 1e-11);
		CHECK_NEAR(r.beta[10 + v], 2 * raw.beta[10 + v] - 100, 1e-10);
		CHECK_NEAR(r.variance[v], 4 * raw.variance[v], 1e-11);
	}
}

/* ---- voxels that are not fitted ---- */
TEST(voxels_without_a_fit_are_zero)
{
	enum { N = 6 };
	double x[30][2], y[30][N];
	const enum glm_voxel must[N] = { GLM_FITTED, GLM_CONSTANT, GLM_CONSTANT, GLM_NO_MEAN, GLM_NOT_FINITE, GLM_NOT_FINITE };

	for (int t = 0; t < 30; t++) {
		double noise = check_random();

		x[t][0] = t % 7 < 3;
		x[t][1] = 1;
		y[t][0] = 10 + noise;
		y[t][1] = 7.3;
		y[t][2] = 0;
		y[t][3] = noise - 2;
		y[t][4] = t == 11 ? (double)NAN : noise + 1;
		y[t][5] = t == 29 ? (double)INFINITY : noise + 1;
	}
	struct result r = fit(30, 2, x[0], 1, &(struct glm_fit_options){ .percent = true, .bins = 100 }, N, y[0]);

	for (int v = 0; v < N; v++) {
		CHECK_INT(r.kind[v], must[v]);
		CHECK(v == 0 || (r.beta[v] == 0 && r.beta[N + v] == 0 && r.variance[v] == 0 && r.rho[v] == 0));
	}
	CHECK(r.variance[0] > 0);
	r = fit(30, 2, x[0], 1, &(struct glm_fit_options){ .percent = true, .compat = true }, N, y[0]);
	CHECK_INT(r.kind[3], GLM_FITTED);
}

TEST(a_perfect_fit_leaves_no_noise)
{
	double x[30][2], y[30];

	for (int t = 0; t < 30; t++) {
		x[t][0] = check_random();
		x[t][1] = 1;
		y[t] = 3 * x[t][0] + 1000;
	}
	struct result r = fit(30, 2, x[0], 1, &(struct glm_fit_options){ 0 }, 1, y);

	CHECK(r.variance[0] == 0);
	CHECK(r.rho[0] == 0);
	CHECK_NEAR(r.beta[0], 3, 1e-12);
}

/* A slow wave in four volumes: its correlation would be beyond 1. */
TEST(noise_stays_stationary)
{
	const double x[4] = { 1, -1, 1, -1 }, y[4] = { 5, 5.1, 5.1, 5 };
	struct result r = fit(4, 1, x, 1, &(struct glm_fit_options){ 0 }, 1, y), n;

	CHECK(r.rho[0] == 0.99);
	n = fit(4, 1, x, 1, &(struct glm_fit_options){ .compat = true }, 1, y);
	CHECK(n.rho[0] > 1);
}

/* ---- bits ---- */
TEST(a_voxel_has_its_bits_wherever_it_stands)
{
	struct data d = random_data(70, 5, 301, true);
	struct result all = fit(70, 5, d.x, 1, &(struct glm_fit_options){ .percent = true, .bins = 100 }, d.n, d.y);
	double *y = NEW_N(check_arena(), double, 70 * 7);

	for (int t = 0; t < 70; t++)
		memcpy(y + t * 7, d.y + t * 301 + 250, 7 * sizeof *y);
	struct result some = fit(70, 5, d.x, 1, &(struct glm_fit_options){ .percent = true, .bins = 100 }, 7, y);

	for (int v = 0; v < 7; v++) {
		CHECK(some.variance[v] == all.variance[250 + v]);
		CHECK(some.rho[v] == all.rho[250 + v]);
		for (int c = 0; c < 5; c++)
			CHECK(some.beta[c * 7 + v] == all.beta[c * 301 + 250 + v]);
	}
}
