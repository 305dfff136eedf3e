#include "img/quatern.h"

#include <math.h>

/* In long double and with this formula, as nibabel does: the entries then agree to the last bit. */
static void rotation(double r[3][3], long double a, long double b, long double c, long double d)
{
	long double s = 2 / (a * a + b * b + c * c + d * d);

	r[0][0] = (double)(1 - s * (c * c + d * d));
	r[0][1] = (double)(s * (b * c - a * d));
	r[0][2] = (double)(s * (b * d + a * c));
	r[1][0] = (double)(s * (b * c + a * d));
	r[1][1] = (double)(1 - s * (b * b + d * d));
	r[1][2] = (double)(s * (c * d - a * b));
	r[2][0] = (double)(s * (b * d - a * c));
	r[2][1] = (double)(s * (c * d + a * b));
	r[2][2] = (double)(1 - s * (b * b + c * c));
}

bool quatern_affine(double affine[3][4], const struct quatern *q, double eps)
{
	long double b = q->b, c = q->c, d = q->d;
	long double a2 = 1 - (b * b + c * c + d * d);
	double r[3][3], third = q->qfac == -1 ? -q->mm[2] : q->mm[2];

	if (!(a2 >= -3 * (long double)eps))
		return false;
	rotation(r, a2 > 0 ? sqrtl(a2) : 0, b, c, d);
	for (int row = 0; row < 3; row++) {
		affine[row][0] = r[row][0] * q->mm[0];
		affine[row][1] = r[row][1] * q->mm[1];
		affine[row][2] = r[row][2] * third;
		affine[row][3] = q->offset[row];
	}
	return true;
}
