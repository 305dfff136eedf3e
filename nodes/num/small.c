#include "num/small.h"

#include <math.h>
#include <string.h>

static const double least_pivot = 0x1p-40;

bool small_cholesky(int n, double *a)
{
	for (int j = 0; j < n; j++) {
		double *row = a + (long)j * n, pivot = row[j];

		for (int k = 0; k < j; k++)
			pivot -= row[k] * row[k];
		if (!(pivot > least_pivot * row[j]) || isinf(pivot))
			return false;
		row[j] = sqrt(pivot);
		for (int i = j + 1; i < n; i++) {
			double *below = a + (long)i * n, sum = below[j];

			for (int k = 0; k < j; k++)
				sum -= below[k] * row[k];
			below[j] = sum / row[j];
		}
	}
	return true;
}

void small_forward(int n, const double *l, double *x)
{
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < i; k++)
			x[i] -= l[(long)i * n + k] * x[k];
		x[i] /= l[(long)i * n + i];
	}
}

void small_solve(int n, const double *l, double *x)
{
	small_forward(n, l, x);
	for (int i = n - 1; i >= 0; i--) {
		for (int k = i + 1; k < n; k++)
			x[i] -= l[(long)k * n + i] * x[k];
		x[i] /= l[(long)i * n + i];
	}
}

void small_inverse(int n, const double *l, double *inverse)
{
	memset(inverse, 0, (size_t)n * (size_t)n * sizeof *inverse);
	for (int i = 0; i < n; i++) {
		inverse[(long)i * n + i] = 1;
		small_solve(n, l, inverse + (long)i * n);
	}
}

/* ---- eigenvalues ---- */
/* Turns rows and columns p and q of a so that a[p][q] is 0, and the rows p and q of u, its eigenvectors, along. */
static void turn(int n, double *a, double *u, int p, int q)
{
	double apq = a[(long)p * n + q];
	double theta = (a[(long)q * n + q] - a[(long)p * n + p]) / (2 * apq);
	double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
	double c = 1 / sqrt(t * t + 1), s = t * c;

	for (int k = 0; k < n; k++) {
		double x = a[(long)k * n + p], y = a[(long)k * n + q];

		a[(long)k * n + p] = c * x - s * y;
		a[(long)k * n + q] = s * x + c * y;
	}
	for (int k = 0; k < n; k++) {
		double *ap = a + (long)p * n + k, *aq = a + (long)q * n + k, x = *ap, y = *aq;
		double *up = u + (long)p * n + k, *uq = u + (long)q * n + k, v = *up, w = *uq;

		*ap = c * x - s * y;
		*aq = s * x + c * y;
		*up = c * v - s * w;
		*uq = s * v + c * w;
	}
}

/* The diagonal of a becomes its eigenvalues, the rows of u its eigenvectors. A few sweeps are enough for doubles; a
 * rotation that rounding would not notice is left out. */
static void jacobi(int n, double *a, double *u)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			u[(long)i * n + j] = i == j;
	for (int sweep = 0; sweep < 30; sweep++) {
		bool turned = false;

		for (int p = 0; p < n; p++)
			for (int q = p + 1; q < n; q++) {
				double limit = 0x1p-56 * sqrt(fabs(a[(long)p * n + p] * a[(long)q * n + q]));

				if (fabs(a[(long)p * n + q]) > limit) {
					turn(n, a, u, p, q);
					turned = true;
				}
			}
		if (!turned)
			return;
	}
}

bool small_root_of_inverse(int n, double *a, double *work, double *out)
{
	jacobi(n, a, work);
	for (int k = 0; k < n; k++)
		if (!(a[(long)k * n + k] > 0) || isinf(a[(long)k * n + k]))
			return false;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double sum = 0;

			for (int k = 0; k < n; k++)
				sum += work[(long)k * n + i] * work[(long)k * n + j] / sqrt(a[(long)k * n + k]);
			out[(long)i * n + j] = sum;
		}
	return true;
}
