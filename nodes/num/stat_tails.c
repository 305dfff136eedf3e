/* Rmath's functions of probability keep nothing between calls (only its random numbers do), so they are called from many
 * threads. What is out of their domain is sorted out here first: they would print a warning. */
#include "num/stat_tails.h"

#include <math.h>
#define MATHLIB_STANDALONE
#include <Rmath.h>

static const double max_dof = 1e10, far = -600;

/* ---- Student's t ---- */
/* log P(|T| > t). As pt() has it, which takes t for nearly normal beyond 400,000 degrees of freedom and loses digits. */
static double log_t_outside(double t, double dof)
{
	double square = t * t, nx = 1 + t / dof * t;

	if (nx > 1e100)
		return -0.5 * dof * (2 * log(t) - log(dof)) - lbeta(0.5 * dof, 0.5) - log(0.5 * dof);
	return dof > square ? pbeta(square / (dof + square), 0.5, 0.5 * dof, 0, 1) : pbeta(1 / nx, 0.5 * dof, 0.5, 1, 1);
}

double stat_log_t_above(double t, double dof)
{
	if (isnan(t) || !(dof > 0))
		return NAN;
	if (isinf(t))
		return t > 0 ? -INFINITY : 0;
	double outside = log_t_outside(fabs(t), fmin(dof, max_dof));

	return t > 0 ? outside - M_LN2 : log1p(-0.5 * exp(outside));
}

double stat_log_t_below(double t, double dof)
{
	return stat_log_t_above(-t, dof);
}

double stat_t_of(double p, double dof)
{
	double t, log_q;

	if (!(p >= 0 && p <= 1) || !(dof > 0))
		return NAN;
	if (p == 0 || p == 1)
		return p == 0 ? INFINITY : -INFINITY;
	if (p == 0.5)
		return 0;
	if (p > 0.5)
		return -stat_t_of(1 - p, dof);
	dof = fmin(dof, max_dof);
	t = qt(p, dof, 0, 0);
	/* Newton's step on the logarithm of the tail; far out qt() has 12 digits. */
	for (int k = 0; k < 2 && isfinite(t); k++) {
		log_q = stat_log_t_above(t, dof);
		t += (log_q - log(p)) * exp(log_q - dt(t, dof, 1));
	}
	return t;
}

/* ---- F ---- */
/* The continued fraction of the incomplete beta function I_x(a, b) over its leading term, by Lentz's method; quick where x
 * is far below the mean. */
static double beta_fraction(double x, double a, double b)
{
	double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), product = d, step = 0;

	for (int m = 1; m < 1000 && fabs(step - 1) > 1e-16; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		d = 1 / (1 + even * d);
		c = 1 + even / c;
		product *= d * c;
		d = 1 / (1 + odd * d);
		c = 1 + odd / c;
		step = d * c;
		product *= step;
	}
	return product;
}

/* log P(F > f) so far out that pf() loses its digits, or fails, with many degrees of freedom; false: it is not. */
static bool far_out(double *log_p, double f, double dof1, double dof2)
{
	double a = 0.5 * dof2, b = 0.5 * dof1, r = fmin(dof1 * f / dof2, 1e300), lead = -a * log1p(r);

	if (lead > far)
		return false;
	lead += b * (log(r) - log1p(r)) - log(a) - lbeta(a, b);
	if (lead > far)
		return false;
	*log_p = lead + log(beta_fraction(1 / (1 + r), a, b));
	return true;
}

static bool f_known(double f, double dof1, double dof2)
{
	return !isnan(f) && dof1 > 0 && dof2 > 0;
}

double stat_log_f_above(double f, double dof1, double dof2)
{
	double log_p;

	if (!f_known(f, dof1, dof2))
		return NAN;
	if (f <= 0 || isinf(f))
		return f <= 0 ? 0 : -INFINITY;
	dof1 = fmin(dof1, max_dof);
	dof2 = fmin(dof2, max_dof);
	return far_out(&log_p, f, dof1, dof2) ? log_p : pf(f, dof1, dof2, 0, 1);
}

double stat_log_f_below(double f, double dof1, double dof2)
{
	if (!f_known(f, dof1, dof2))
		return NAN;
	if (f <= 0 || isinf(f))
		return f <= 0 ? -INFINITY : 0;
	return pf(f, fmin(dof1, max_dof), fmin(dof2, max_dof), 1, 1);
}

/* ---- normal ---- */
double stat_log_z_above(double z)
{
	return pnorm(z, 0, 1, 0, 1);
}

/* The density over the upper tail. From 30 on as a series, because logarithms of both are large there. */
static double hazard(double z, double log_above)
{
	double w = 1 / (z * z);

	if (z > 30)
		return z * (1 + w * (1 - w * (2 - 10 * w)));
	return exp(-0.5 * z * z - M_LN_SQRT_2PI - log_above);
}

/* Where to begin, log_p <= -log(2). qnorm() of version 4.2 loses digits where log_p is below -729: there from
 * log P = -z^2/2 - log(z sqrt(2 pi)), put into itself. */
static double z_near(double log_p)
{
	double s = -2 * log_p, x;

	if (log_p > -700)
		return qnorm(log_p, 0, 1, 0, 1);
	x = s - log(2 * M_PI * s);
	return sqrt(s - log(2 * M_PI * x));
}

/* z >= 0 of an upper tail of a half or less: Newton's steps on the logarithm, which double the digits. */
static double z_of_tail(double log_p)
{
	double z = z_near(log_p);

	for (int k = 0; k < 4; k++) {
		double log_above = stat_log_z_above(z), step = (log_above - log_p) / hazard(z, log_above);

		z += step;
		if (fabs(step) <= 1e-9 * (1 + z))
			break;
	}
	return z;
}

double stat_z_of_log(double log_p)
{
	if (isnan(log_p) || log_p > 0)
		return NAN;
	if (log_p == 0 || isinf(log_p))
		return log_p == 0 ? -INFINITY : INFINITY;
	return log_p <= -M_LN2 ? z_of_tail(log_p) : -z_of_tail(log(-expm1(log_p)));
}

static double clipped(double z, bool clip)
{
	return !clip ? z : z > STAT_Z_CLIP ? STAT_Z_CLIP : z < -STAT_Z_CLIP ? -STAT_Z_CLIP : z;
}

double stat_z_of_t(double t, double dof, bool clip)
{
	double z;

	if (t == 0)
		return dof > 0 ? 0 : NAN;
	z = stat_z_of_log(stat_log_t_above(fabs(t), dof));
	return clipped(t > 0 ? z : -z, clip);
}

double stat_z_of_f(double f, double dof1, double dof2, bool clip)
{
	double above = stat_log_f_above(f, dof1, dof2);

	return clipped(above <= -M_LN2 ? stat_z_of_log(above) : -stat_z_of_log(stat_log_f_below(f, dof1, dof2)), clip);
}
