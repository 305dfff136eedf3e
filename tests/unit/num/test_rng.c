/* rng.h: Philox's published answers, scipy's quantiles, and moments. */
#include "check.h"

#include <math.h>

#include "num/rng.h"

/* The known answers that come with Random123. */
TEST(philox_gives_the_published_blocks)
{
	static const struct { uint32_t counter[4], key[2], must[4]; } rows[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { ~0u, ~0u, ~0u, ~0u }, { ~0u, ~0u }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
		  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};

	for (int k = 0; k < 3; k++) {
		uint32_t out[4];

		rng_philox(rows[k].counter, rows[k].key, out);
		CHECK(memcmp(out, rows[k].must, sizeof out) == 0);
	}
}

TEST(a_number_depends_on_its_position_alone)
{
	struct rng r = rng_new(7, 3), late = rng_new(7, 3), other = rng_new(7, 4);
	uint64_t bits[10];

	for (int k = 0; k < 10; k++)
		bits[k] = rng_bits(&r);
	late.position = 6;
	CHECK(rng_bits(&late) == bits[6]);
	CHECK(rng_bits(&late) == bits[7]);
	CHECK(rng_bits(&other) != bits[0]);
	CHECK(bits[0] != bits[1]);
}

TEST(quantiles_are_those_of_scipy)
{
	CHECK_NEAR(rng_normal_quantile(.5), 0, 0);
	CHECK_NEAR(rng_normal_quantile(.975), 1.959963984540054, 1e-14);
	CHECK_NEAR(rng_normal_quantile(.3), -0.5244005127080409, 1e-15);
	CHECK_NEAR(rng_normal_quantile(.01), -2.3263478740408408, 1e-14);
	CHECK_NEAR(rng_normal_quantile(1e-12), -7.034483825301131, 1e-13);
}

TEST(numbers_have_the_moments_they_should)
{
	enum { N = 200000 };
	struct rng r = rng_new(1, 2);
	double mean = 0, square = 0, fourth = 0, uniform = 0;

	for (int k = 0; k < N; k++) {
		double x = rng_normal(&r), u = rng_uniform(&r);

		CHECK(u > 0 && u < 1);
		uniform += u / N;
		mean += x / N;
		square += x * x / N;
		fourth += x * x * x * x / N;
	}
	CHECK_NEAR(uniform, .5, .004);
	CHECK_NEAR(mean, 0, .012);
	CHECK_NEAR(square, 1, .02);
	CHECK_NEAR(fourth, 3, .12);
}

TEST(whole_numbers_are_equally_likely)
{
	int count[7] = { 0 };
	struct rng r = rng_new(9, 0);

	for (int k = 0; k < 70000; k++)
		count[rng_below(&r, 7)]++;
	for (int k = 0; k < 7; k++)
		CHECK_NEAR(count[k], 10000, 500);
	CHECK_INT(rng_below(&r, 1), 0);
}

/* These bits must never change, on any machine: phantoms are made of them. */
TEST(the_first_numbers_are_fixed)
{
	struct rng r = rng_new(42, 1);
	double normal = rng_normal(&r), uniform = rng_uniform(&r);

	CHECK(normal == -0x1.24f0c571f777ap+0);
	CHECK(uniform == 0x1.6c58813876d17p-1);
}
