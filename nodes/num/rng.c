#include "num/rng.h"

#include <math.h>

struct rng rng_new(uint64_t seed, uint64_t stream)
{
	return (struct rng){ .seed = seed, .stream = stream };
}

/* Salmon et al. 2011, section 4.3: ten rounds; the key grows by the golden ratio and by sqrt(3) - 1. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];

	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;

		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

/* A block has two numbers; it is made anew for the second, which keeps the state small. */
uint64_t rng_bits(struct rng *r)
{
	uint64_t block = r->position >> 1;
	const uint32_t counter[4] = { (uint32_t)block, (uint32_t)(block >> 32),
	                              (uint32_t)r->stream, (uint32_t)(r->stream >> 32) };
	const uint32_t key[2] = { (uint32_t)r->seed, (uint32_t)(r->seed >> 32) };
	uint32_t out[4];
	int half = (int)(r->position++ & 1) * 2;

	rng_philox(counter, key, out);
	return (uint64_t)out[half + 1] << 32 | out[half];
}

double rng_uniform(struct rng *r)
{
	return ((double)(rng_bits(r) >> 12) + 0.5) * 0x1p-52;
}

/* The top of a 128-bit product; the few values that would make some results likelier are drawn again.
 *   Lemire 2019, Fast random integer generation in an interval */
uint64_t rng_below(struct rng *r, uint64_t n)
{
	unsigned __int128 product = (unsigned __int128)rng_bits(r) * n;
	uint64_t reject = -n % n;

	while ((uint64_t)product < reject)
		product = (unsigned __int128)rng_bits(r) * n;
	return (uint64_t)(product >> 64);
}

double rng_normal(struct rng *r)
{
	return rng_normal_quantile(rng_uniform(r));
}

static double polynomial(const double c[8], double x)
{
	double y = c[7];

	for (int k = 6; k >= 0; k--)
		y = y * x + c[k];
	return y;
}

/* The natural logarithm by sums and products only, as the library's may differ from machine to machine:
 * log(m 2^e) = e log 2 + 2 (s + s^3 / 3 + ...), s = (m - 1) / (m + 1), m within sqrt(1/2) .. sqrt(2). */
static double portable_log(double x)
{
	int e;
	double m = frexp(x, &e), sum = 0;

	if (m < 0x1.6a09e667f3bcdp-1) {
		m *= 2;
		e--;
	}
	double s = (m - 1) / (m + 1);
	for (int k = 23; k >= 1; k -= 2)
		sum = sum * (s * s) + 1.0 / k;
	return e * 0x1.62e42fefa39efp-1 + 2 * s * sum;
}

/* Rational approximations of AS 241 (PPND16): numerator and denominator around the middle, in the tails, far out. */
static const double middle[2][8] = {
	{ 3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
	  4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3 },
	{ 1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
	  2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3 },
};
static const double tail[2][8] = {
	{ 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
	  1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4 },
	{ 1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
	  1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9 },
};
static const double far[2][8] = {
	{ 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
	  2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7 },
	{ 1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
	  7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15 },
};

double rng_normal_quantile(double p)
{
	double q = p - 0.5;

	if (fabs(q) <= 0.425) {
		double r = 0.180625 - q * q;
		return q * polynomial(middle[0], r) / polynomial(middle[1], r);
	}
	double r = sqrt(-portable_log(q < 0 ? p : 1 - p));
	double x = r <= 5 ? polynomial(tail[0], r - 1.6) / polynomial(tail[1], r - 1.6)
	                  : polynomial(far[0], r - 5) / polynomial(far[1], r - 5);
	return q < 0 ? -x : x;
}
