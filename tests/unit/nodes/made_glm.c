#include "made_glm.h"

#include <math.h>

#include "num/small.h"

static const char *const names[P] = { "x0", "x1", "constant" };

/* ---- the model of numerics 7.14, fitted by the definition ---- */
void made_design(double x[T][P])
{
	for (int t = 0; t < T; t++) {
		x[t][0] = t % 6 < 3;
		x[t][1] = t % 8 < 2;
		x[t][2] = 1;
	}
}

void made_data(double y[V][T])
{
	double x[T][P];

	made_design(x);
	for (int t = 0; t < T; t++) {
		y[0][t] = 100 + 3 * x[t][0] + 2 * sin(.9 * t);
		y[1][t] = 200 + 4 * x[t][1] + 3 * cos(.4 * t) + (7 * t) % 5;
		y[2][t] = 50 + sin(2.1 * t) + x[t][0] - 2 * x[t][1];
	}
	for (int v = 0; v < V; v++) {
		double mean = 0;

		for (int t = 0; t < T; t++)
			mean += y[v][t] / T;
		for (int t = 0; t < T; t++)
			y[v][t] = 100 * (y[v][t] / mean - 1);
	}
}

/* One voxel: beta [P] and variance, W x_t = x_t - rho x_(t-1). */
static double fit(const double y[T], double rho, double beta[P])
{
	double x[T][P], w[T][P + 1], s[P * P] = { 0 }, sse = 0;

	made_design(x);
	memset(beta, 0, P * sizeof *beta);
	for (int t = 0; t < T; t++) {
		for (int j = 0; j < P; j++)
			w[t][j] = x[t][j] - (t ? rho * x[t - 1][j] : 0);
		w[t][P] = y[t] - (t ? rho * y[t - 1] : 0);
		for (int i = 0; i < P; i++) {
			beta[i] += w[t][i] * w[t][P];
			for (int j = 0; j < P; j++)
				s[i * P + j] += w[t][i] * w[t][j];
		}
	}
	CHECK(small_cholesky(P, s));
	small_solve(P, s, beta);
	for (int t = 0; t < T; t++) {
		double e = w[t][P];

		for (int j = 0; j < P; j++)
			e -= beta[j] * w[t][j];
		sse += e * e;
	}
	return sse / (T - P);
}

struct model *made_model(int n_run)
{
	struct model *m = NEW(check_arena(), struct model);
	static const int index[V] = { 2, 5, 11 };
	static const double dof[1] = { T - P };
	static const char *const cell[] = { "01", "02", "03" };
	double *x = NEW_N(check_arena(), double, T * P);

	made_design((double (*)[P])x);
	m->g = (struct glm){ .grid = { { 4, 3, 2 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } }, .n = V, .index = index,
	                     .noise = "ols", .n_run = n_run, .run = m->run };
	for (int r = 0; r < n_run; r++)
		m->run[r] = (struct glm_run){ .name = n_run > 1 ? cell[r] : "", .n_row = T, .n_col = P, .column = names, .design = x,
		                              .n_part = 1, .dof = dof };
	return m;
}

/* Fits run r; rho NULL: ordinary least squares. */
void made_fit(struct model *m, int r, const double y[V][T], const double *rho)
{
	double *beta = NEW_N(check_arena(), double, P * V), *variance = NEW_N(check_arena(), double, V), b[P];

	for (int v = 0; v < V; v++) {
		variance[v] = fit(y[v], rho ? rho[v] : 0, b);
		for (int j = 0; j < P; j++)
			beta[j * V + v] = b[j];
	}
	m->run[r].beta = beta;
	m->run[r].variance = variance;
	m->run[r].rho = rho;
	m->run[r].order = rho != NULL;
	m->g.noise = rho ? "ar1" : "ols";
}

const struct item *made_stored(const struct model *m)
{
	struct out *o = h_out();

	CHECK_OK(glm_write(o, &m->g, check_arena()));
	return h_item(o, "glm");
}

const double made_rho[V] = { .42, .44, -.52 };

const struct item *made_worked(bool ar)
{
	struct model *m = made_model(1);
	double y[V][T];

	made_data(y);
	made_fit(m, 0, y, ar ? made_rho : NULL);
	return made_stored(m);
}

/* ---- running ---- */
struct tested made_test(struct glm_contrast_params params, const struct item *glm, const struct item *matrix)
{
	struct glm_contrast_outputs o = { h_out(), h_out(), h_out(), h_out(), h_out(), h_out() };
	struct tested m = { .out = o };
	struct image im;

	CHECK_OK(glm_contrast_run(h_env(1), &params, &(struct glm_contrast_inputs){ glm, matrix }, &o));
	m.effect = h_voxels(o.effect);
	m.variance = h_voxels(o.variance);
	m.stat = h_voxels(o.stat);
	m.z = h_voxels(o.z);
	m.log10p = h_voxels(o.log10p);
	CHECK_OK(image_of(&im, h_item(o.p, "volume"), check_arena()));
	CHECK(im.type == IMAGE_FLOAT64 && im.n_vol == 1);
	image_volume_double(&im, 0, NONFINITE_KEEP, m.p);
	image_close(&im);
	return m;
}

struct glm_contrast_params t_of(const char *text)
{
	const char **list = NEW_N(check_arena(), const char *, 1);

	list[0] = text;
	return (struct glm_contrast_params){ .n_contrast = 1, .contrast = list };
}

struct glm_contrast_params f_of(int n, const char *const *text)
{
	return (struct glm_contrast_params){ .n_f = n, .f = text };
}

const char *const made_two_rows[2] = { "x0", "x1" };
const int made_place[V] = { 2, 5, 11 };

void expect_map(const float *map, const double must[V])
{
	for (int v = 0; v < V; v++)
		CHECK_NEAR(map[made_place[v]], must[v], 3e-7 * fabs(must[v]));
	CHECK(map[0] == 0 && map[23] == 0);
}

struct model *made_two_runs(void)
{
	struct model *m = made_model(2);
	double y[V][T], other[V][T];

	made_data(y);
	for (int v = 0; v < V; v++)
		for (int t = 0; t < T; t++)
			other[v][t] = y[v][(t + 5) % T] + cos(1.7 * t + v);
	made_fit(m, 0, y, made_rho);
	made_fit(m, 1, other, made_rho);
	return m;
}
