/* The shortest decimal of a float, without the C library's arithmetic of long numbers, which took most of the time of
 * writing a table.
 *
 * A float has 24 bits, so products and quotients with powers of ten up to 1e22, which are exact in double, are right to
 * 1e-16, and nine digits always tell it from its neighbours. Each candidate is read back before it is taken. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { LEAST = 6, MOST = 9 };   /* digits: any six survive the way through a float */

static const double power[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
                                1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* x times 10^k, |k| at most 22. */
static double times_ten(double x, int k)
{
	return k < 0 ? x / power[-k] : x * power[k];
}

/* How many tens: 10^e <= x < 10^(e + 1), for 1e-12 <= x < 1e12. */
static int exponent_of(double x)
{
	int e = -12;

	while (times_ten(1, e + 1) <= x)
		e++;
	return e;
}

/* Digits of m, which stands for 0.mmm 10^(e + 1), as %g writes them; returns the end. */
static char *put_digits(char *to, long m, int n, int e)
{
	char digit[MOST + 1] = "";
	int point = e < -4 || e >= n ? 1 : e + 1, last = n;

	for (int k = n; k-- > 0; m /= 10)
		digit[k] = (char)('0' + m % 10);
	while (last > 1 && digit[last - 1] == '0')
		last--;
	if (point <= 0) {
		memcpy(to, "0.0000", (size_t)(2 - point));
		to += 2 - point;
	}
	for (int k = 0; k < last || k < point; k++) {
		if (k == point && k > 0)
			*to++ = '.';
		*to++ = k < last ? digit[k] : '0';
	}
	return e < -4 || e >= n ? to + sprintf(to, "e%d", e) : to;
}

/* False: out of the range where the arithmetic is exact. */
static bool put_fast(char *text, float x)
{
	double a = fabs((double)x);
	int e;

	if (!(a >= 1e-12 && a < 1e12))
		return false;
	e = exponent_of(a);
	for (int n = LEAST; n <= MOST; n++) {
		int up = n - 1 - e;
		long m = lrint(times_ten(a, up));   /* halves to even, as printf */
		int over = m >= (long)power[n];

		if ((float)times_ten((double)m, -up) != (float)a)
			continue;
		*put_digits(x < 0 ? (*text = '-', text + 1) : text, over ? m / 10 : m, n, e + over) = 0;
		return true;
	}
	return false;
}

void json_float(struct buf *b, float x)
{
	char text[40];
	int digits = LEAST;

	if (!isfinite(x) || (x == truncf(x) && fabsf(x) <= 0x1p53f)) {
		json_number(b, x);
		return;
	}
	if (!put_fast(text, x)) {
		do
			snprintf(text, sizeof text, "%.*g", digits++, (double)x);
		while (digits <= MOST && strtof(text, NULL) != x);
		json_shorten(text);
	}
	buf_add(b, text);
}
