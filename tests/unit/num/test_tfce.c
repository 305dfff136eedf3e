/* tfce.h: nilearn's own numbers, and the definition written out, labelling by labelling. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "num/components.h"
#include "num/tfce.h"

enum { NI = 8, NJ = 9, NK = 7, N = NI * NJ * NK };
static const int dim[3] = { NI, NJ, NK };

static double bump(int i, int j, int k, int i0, int j0, int k0, double width)
{
	return exp(-((i - i0) * (i - i0) + (j - j0) * (j - j0) + (k - k0) * (k - k0)) / width);
}

/* The numerics' z map Z1, i fastest. */
static void z1(double *z)
{
	for (int k = 0; k < NK; k++)
		for (int j = 0; j < NJ; j++)
			for (int i = 0; i < NI; i++)
				z[i + NI * (j + NJ * k)] = 3.5 * bump(i, j, k, 2, 3, 3, 4) - 4 * bump(i, j, k, 6, 6, 3, 2) +
				                           ((7 * i + 13 * j + 29 * k) % 17 - 8) * 0.05;
	z[5 + NI * (1 + NJ * 1)] = 3.6;
}

static double run(const struct tfce_options *o, int n, const int *index, int touch, const double *t, double *value)
{
	struct neighbours *b = neighbours_new(dim, n, index, (enum components_touch)touch, check_arena());
	struct tfce *f = tfce_new(o, b, check_arena());
	struct tfce_work *w = tfce_work_new(f, check_arena());
	double without = tfce_run(f, t, w, NULL), most = tfce_run(f, t, w, value), seen = 0;

	for (int v = 0; v < n; v++)
		seen = fmax(seen, fabs(value[v]));
	CHECK(seen == most);        /* to the bit */
	CHECK(without == most);
	return most;
}

static int *all_of(int n)
{
	int *index = NEW_N(check_arena(), int, n);

	for (int v = 0; v < n; v++)
		index[v] = v;
	return index;
}

TEST(z1_has_the_numbers_of_nilearn)
{
	double z[N], value[N];
	struct tfce_options o = { .e = 0.5, .h = 2, .steps = 100, .two_sided = true, .unweighted = true };
	int at = 2 + NI * (3 + NJ * 3), low = 6 + NI * (6 + NJ * 3);

	z1(z);
	run(&o, N, all_of(N), 6, z, value);
	CHECK_NEAR(value[at], 803.229900675418, 1e-9);
	CHECK_NEAR(value[low], -823.671295427215, 1e-9);
	o.two_sided = false;
	run(&o, N, all_of(N), 6, z, value);
	CHECK_NEAR(value[at], 948.4405056236584, 1e-9);
	CHECK(value[low] == 0);
}

TEST(the_integral_has_the_height_of_a_step_in_it)
{
	double z[N], value[N], plain[N];
	struct tfce_options o = { .e = 0.5, .h = 2, .steps = 100, .two_sided = true };
	double max = 0;

	z1(z);
	run(&o, N, all_of(N), 6, z, value);
	o.unweighted = true;
	run(&o, N, all_of(N), 6, z, plain);
	for (int v = 0; v < N; v++)
		max = fmax(max, fabs(z[v]));
	for (int v = 0; v < N; v++)
		CHECK_NEAR(value[v], plain[v] * max / 100, 1e-9);
}

/* One sign of one step: each part is labelled anew. */
static void add_step(const struct tfce_options *o, double h, double sign, int touch, int n, const int *index, const double *t,
                     double *value)
{
	unsigned char inside[N] = { 0 };
	int label[N], n_part;
	long size[N + 1];

	for (int v = 0; v < n; v++)
		inside[index[v]] = sign * t[v] >= h;
	n_part = components_label(inside, dim, (enum components_touch)touch, label, check_arena());
	components_sizes(N, label, n_part, size);
	for (int v = 0; v < n; v++)
		if (inside[index[v]])
			value[v] += sign * pow((double)size[label[index[v]]], o->e) * pow(h, o->h);
}

static void by_definition(const struct tfce_options *o, int touch, int n, const int *index, const double *t, double *value)
{
	double max = 0;

	for (int v = 0; v < n; v++) {
		value[v] = 0;
		max = fmax(max, o->two_sided ? fabs(t[v]) : t[v]);
	}
	for (int s = 1; s <= o->steps && max > 0; s++) {
		double h = s == o->steps ? max : s * (max / o->steps);

		add_step(o, h, 1, touch, n, index, t, value);
		if (o->two_sided)
			add_step(o, h, -1, touch, n, index, t, value);
	}
}

TEST(random_maps_agree_with_the_definition)
{
	static const int touches[] = { 6, 18, 26 };

	for (int turn = 0; turn < 60; turn++) {
		struct tfce_options o = { .e = turn % 2 ? 0.5 : 1, .h = turn % 3 ? 2 : 1.5, .steps = turn % 5 ? 20 : 1,
			                  .two_sided = turn % 4 < 2, .unweighted = true };
		double t[N], value[N], must[N];
		int index[N], n = 0;

		for (int v = 0; v < N; v++)
			if (turn < 10 || check_random() < 0.7)
				index[n++] = v;
		for (int v = 0; v < n; v++)   /* some with many ties */
			t[v] = turn % 7 == 0 ? floor(check_random() * 7) - 3 : 6 * check_random() - (turn % 8 ? 3 : 7);
		run(&o, n, index, touches[turn % 3], t, value);
		by_definition(&o, touches[turn % 3], n, index, t, must);
		for (int v = 0; v < n; v++)
			CHECK_NEAR(value[v], must[v], 1e-10 * (1 + fabs(must[v])));
	}
}

TEST(nothing_to_enhance_is_zero)
{
	struct tfce_options o = { .e = 0.5, .h = 2, .steps = 100 };
	double t[3] = { -1, -2, 0 }, value[3];

	CHECK(run(&o, 3, (int[]){ 0, 1, 2 }, 6, t, value) == 0);
	o.two_sided = true;
	CHECK(run(&o, 1, (int[]){ 5 }, 26, (double[]){ 2 }, value) > 0);
	CHECK(run(&o, 1, (int[]){ 5 }, 26, (double[]){ 0 }, value) == 0);
}
