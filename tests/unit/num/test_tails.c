#include "num/stat_tails.h"

#include <math.h>

#include "check.h"
#include "num/par.h"

static const double ln10 = 2.302585092994045684;

/* Relative, of the numbers themselves. */
static void near(double is, double must, double rtol)
{
	CHECK_NEAR(is, must, rtol * fabs(must));
}

/* nilearn's, from numerics 7.11 */
TEST(t_to_p_and_z)
{
	static const struct { double t, dof, p, z; } row[] = {
		{ 2.5, 21, .010389131936, 2.311989465163 }, { 8, 21, 4.117642375913e-08, 5.361896228544 },
		{ 40, 100, 1.23105380107e-63, 16.799475684948 },
	};

	for (int k = 0; k < 3; k++) {
		near(exp(stat_log_t_above(row[k].t, row[k].dof)), row[k].p, 1e-9);
		near(stat_z_of_t(row[k].t, row[k].dof, false), row[k].z, 1e-12);
		near(stat_z_of_t(-row[k].t, row[k].dof, true), -row[k].z, 1e-12);
	}
	near(stat_z_of_t(200, 1000, true), 37.047096299361, 1e-13);
	near(stat_z_of_t(-200, 1000, true), -37.047096299361, 1e-13);
	CHECK(stat_z_of_t(200, 1000, false) > 38);
	CHECK(stat_z_of_t(0, 7, false) == 0);
}

TEST(f_to_p_and_z)
{
	near(exp(stat_log_f_above(3, 2, 21)), .071446847528, 1e-9);
	near(stat_z_of_f(3, 2, 21, false), 1.465099786017, 1e-12);
	near(exp(stat_log_f_above(50, 3, 100)), 7.944424679088e-20, 1e-12);
	near(stat_z_of_f(50, 3, 100, true), 9.03846409677, 1e-12);
	near(stat_z_of_f(0, 3, 100, true), -37.047096299361, 1e-13);
	CHECK(isinf(stat_z_of_f(0, 3, 100, false)));
	/* t squared is F with one degree of freedom, and both tails of t are in it. */
	near(stat_log_f_above(16, 1, 30), log(2) + stat_log_t_above(4, 30), 1e-13);
}

/* Exact sums of 400 digits; sizes beyond the smallest double. */
TEST(tails_far_out)
{
	near(exp(stat_log_t_above(10, 50)), 8.0386673441677e-14, 1e-13);
	near(exp(stat_log_t_above(40, 500)), 3.1453214591291e-158, 1e-12);
	CHECK_NEAR(stat_log_t_above(40, 1e5) / ln10, -346.68, 0.005);
	CHECK_NEAR(stat_log_t_above(200, 500) / ln10, -478.87, 0.005);
	CHECK_NEAR(stat_log_z_above(38.5) / ln10, -323.85, 0.005);
	/* By continued fractions of 45 digits. Rmath's pf() is wrong by half a percent here, or finds nothing. */
	near(stat_log_f_above(300, 20, 1e6), -2931.8311032929914, 1e-13);
	near(stat_log_f_above(80, 30, 1e6), -1124.5140697927723, 1e-13);
	near(stat_log_f_above(600, 60, 3e5), -16789.69617070238, 1e-13);
	CHECK(stat_log_f_above(1e308, 20, 3000) < -1e5);
}

/* One and two degrees of freedom have formulas. */
TEST(tails_with_formulas)
{
	static const double t[] = { 1e-3, 0.5, 1, 3, 20, 1e3, 1e8, 1e30, 1e120 };

	for (int k = 0; k < 9; k++) {
		double root = sqrt(2 + t[k] * t[k]);

		near(stat_log_t_above(t[k], 1), log(atan2(1, t[k]) / M_PI), 1e-13);
		near(stat_log_t_above(t[k], 2), -log(root) - log(root + t[k]), 1e-13);
		near(stat_log_t_below(t[k], 1), log1p(-atan2(1, t[k]) / M_PI), 1e-13);
		near(stat_log_t_above(-t[k], 1), log1p(-atan2(1, t[k]) / M_PI), 1e-13);
		near(stat_log_f_above(t[k], 2, 21), -10.5 * log1p(2 * t[k] / 21), 1e-13);
	}
}

/* Many degrees of freedom come near to the normal distribution: P(T > t) = Q(t) + phi(t) (t^3 + t) / (4 dof) + .. */
TEST(many_degrees_of_freedom)
{
	for (double t = 0.5; t < 6; t += 0.5) {
		double q = exp(stat_log_z_above(t)), phi = exp(-t * t / 2) / sqrt(2 * M_PI);

		near(exp(stat_log_t_above(t, 1e8)), q + phi * (t * t * t + t) / 4e8, 1e-11);
		near(exp(stat_log_t_above(t, 1e10)), q + phi * (t * t * t + t) / 4e10, 1e-11);
		CHECK(stat_log_t_above(t, 1e300) == stat_log_t_above(t, 1e10));
		CHECK(stat_log_t_above(t, INFINITY) == stat_log_t_above(t, 1e10));
	}
}

/* log Q(z) by Mills' ratio as a continued fraction, which is exact for large z. */
static double log_above(double z)
{
	double f = z;

	for (int k = 200; k > 0; k--)
		f = z + k / f;
	return -0.5 * z * z - 0.5 * log(2 * M_PI) - log(f);
}

TEST(z_of_a_logarithm)
{
	for (double z = 3; z < 1e150; z *= 1.37) {
		near(stat_log_z_above(z), log_above(z), 4e-15);
		near(stat_z_of_log(log_above(z)), z, 1e-13);
	}
	for (double z = -37; z < 38; z += 0.37)
		CHECK_NEAR(stat_z_of_log(stat_log_z_above(z)), z, 1e-13 * (1 + fabs(z)) * (z < -5 ? exp(z * z / 2 - 12) : 1));
	/* The tail of what is nearly certain is in the digits of log p. */
	near(stat_z_of_log(-exp(log_above(9))), -9, 1e-13);
	near(stat_z_of_log(-exp(log_above(30))), -30, 1e-13);
	CHECK_NEAR(stat_z_of_log(log(0.5)), 0, 1e-16);
}

TEST(t_of_a_probability)
{
	static const double p[] = { 1e-200, 1e-20, 1e-5, 0.001, 0.05, 0.3, 0.4999 }, dof[] = { 1, 2, 7, 40, 1e4, 1e9 };

	for (int k = 0; k < 7; k++)
		for (int d = 0; d < 6; d++) {
			double t = stat_t_of(p[k], dof[d]);

			near(stat_log_t_above(t, dof[d]), log(p[k]), 1e-12);
			if (p[k] > 1e-3)
				near(stat_t_of(1 - p[k], dof[d]), -t, 1e-12);
		}
	near(stat_t_of(0.025, 10), 2.2281388519862744, 1e-14);
	CHECK(stat_t_of(0.5, 3) == 0);
	CHECK(isinf(stat_t_of(0, 3)) && isinf(stat_t_of(1, 3)));
}

TEST(what_is_no_number)
{
	CHECK(isnan(stat_log_t_above(NAN, 3)) && isnan(stat_log_t_above(1, NAN)) && isnan(stat_log_t_above(1, 0)));
	CHECK(isnan(stat_log_f_above(NAN, 3, 3)) && isnan(stat_log_f_below(1, -1, 3)) && isnan(stat_log_f_above(1, 1, 0)));
	CHECK(isnan(stat_z_of_t(NAN, 3, true)) && isnan(stat_z_of_f(NAN, 1, 3, false)) && isnan(stat_z_of_t(0, 0, false)));
	CHECK(isnan(stat_z_of_log(NAN)) && isnan(stat_z_of_log(0.1)) && isnan(stat_t_of(1.1, 3)) && isnan(stat_t_of(NAN, 3)));
	CHECK(isinf(stat_log_t_above(INFINITY, 3)) && stat_log_t_above(-INFINITY, 3) == 0);
	CHECK(stat_log_f_above(0, 2, 3) == 0 && isinf(stat_log_f_below(-1, 2, 3)) && stat_log_f_below(INFINITY, 2, 3) == 0);
	CHECK(isinf(stat_z_of_log(-INFINITY)) && stat_z_of_log(0) < -1e300);
	near(stat_z_of_t(INFINITY, 3, true), 37.0470962993612, 1e-15);
}

/* ---- from many threads at once ---- */
enum { MANY = 2000 };
struct many { double z[MANY], f[MANY]; };

static void one(void *ctx, long k, int worker)
{
	struct many *m = ctx;

	(void)worker;
	m->z[k] = stat_z_of_t((double)(k - MANY / 2) / 50, 3 + (double)(k % 400), false);
	m->f[k] = stat_z_of_f((double)k / 40, 1 + (double)(k % 9), 3 + (double)(k % 400), false);
}

TEST(threads_do_not_meet)
{
	static struct many single, several;

	par_for(1, MANY, one, &single);
	par_for(8, MANY, one, &several);
	CHECK(memcmp(&single, &several, sizeof single) == 0);
}
