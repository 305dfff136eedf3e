/* permute.h: nilearn's own numbers, the whole model fitted to permuted data, and what permutations are. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "num/glm_model.h"
#include "num/mt19937.h"
#include "num/permute.h"
#include "num/permute_clusters.h"

TEST(random_numbers_are_numpys)
{
	struct mt19937 r;

	mt19937_seed(&r, 42);
	CHECK_INT(mt19937_upto(&r, 2147483644) + 1, 1608637543);
	mt19937_seed(&r, 5489);
	CHECK(mt19937_next(&r) == 3499211612u);
	for (int k = 1; k < 9999; k++)
		mt19937_next(&r);
	CHECK(mt19937_next(&r) == 4123659995u);   /* the 10,000th of the reference implementation */
}

static int upward(const void *p, const void *q)
{
	const double *x = p, *y = q;

	return (*x > *y) - (*x < *y);
}

/* 8.5 of the numerics: eight subjects at four voxels, C order of (i, j, k), ones tested. */
TEST(one_sample_has_the_numbers_of_nilearn)
{
	float y[8][4];
	double ones[8], t[4], sorted[50];
	static const double must_t[4] = { 5.760285146308, 4.067472727864, 4.790555349791, 2.199658785444 };
	static const double must_p[4] = { 1.707570176098, 1.707570176098, 1.707570176098, 0.753327666659 };
	struct permute_max max[50];
	int where[4] = { 0, 1, 2, 3 };

	for (int s = 0; s < 8; s++)
		for (int v = 0; v < 4; v++) {
			int i = 2 + v / 2, j = 3 + v % 2, k = 3;

			ones[s] = 1;
			y[s][v] = (float)(((7 * i + 13 * j + 29 * k + 11 * s) % 17 - 8) * 0.3 +
			                  3 * exp(-((i - 2) * (i - 2) + (j - 3) * (j - 3) + (k - 3) * (k - 3)) / 3.0) -
			                  2.5 * exp(-((i - 6) * (i - 6) + (j - 6) * (j - 6) + (k - 3) * (k - 3)) / 3.0));
		}
	struct permute_test *test = permute_test_new(8, ones, 0, NULL, check_arena());
	struct permute_draw *draw = permute_draw_new(true, 8, NULL, 42, check_arena());
	struct permute_data *data = permute_data_new(test, 4, y[0], 4, where, 1, check_arena());

	permute_draw_nilearn(draw, 50, check_arena());
	permute_observed(test, draw, data, t, check_arena());
	permute_run(test, draw, data, &(struct permute_wanted){ .two_sided = false }, 1, 50, max, 2, check_arena());
	CHECK_NEAR(max[0].t, 1.792141613073, 1e-6);   /* the numbers here are of float32 */
	CHECK_NEAR(max[1].t, 2.810431586455, 1e-6);
	CHECK_NEAR(max[2].t, 0.426286035455, 1e-6);
	for (int k = 0; k < 50; k++)
		sorted[k] = max[k].t;
	qsort(sorted, 50, sizeof *sorted, upward);
	for (int v = 0; v < 4; v++) {
		CHECK_NEAR(t[v], must_t[v], 1e-5);
		CHECK_NEAR(-log10((1.0 + (double)permute_reached(50, sorted, t[v], 0)) / 51), must_p[v], 1e-11);
	}
}

/* ---- the whole model fitted to data whose residuals were permuted ---- */
enum { ROWS = 13, COLS = 3, VOXELS = 37 };

/* t of the last of k columns x [k][ROWS] by least squares: Gram and Schmidt's way. */
static double t_by_hand(int k, double x[][ROWS], const double *y)
{
	double e[ROWS], last = 0, left = 0;

	memcpy(e, y, sizeof e);
	for (int c = 0; c < k; c++) {
		double q = 0, d = 0;

		for (int b = 0; b < c; b++) {
			double s = 0;

			for (int r = 0; r < ROWS; r++)
				s += x[b][r] * x[c][r];
			for (int r = 0; r < ROWS; r++)
				x[c][r] -= s * x[b][r];
		}
		for (int r = 0; r < ROWS; r++)
			q += x[c][r] * x[c][r];
		for (int r = 0; r < ROWS; r++)
			x[c][r] /= sqrt(q);
		for (int r = 0; r < ROWS; r++)
			d += x[c][r] * e[r];
		for (int r = 0; r < ROWS; r++)
			e[r] -= d * x[c][r];
		last = d;
	}
	for (int r = 0; r < ROWS; r++)
		left += e[r] * e[r];
	return last / sqrt(left / (ROWS - k));
}

/* Residuals of y after the first k columns. */
static void residuals_by_hand(int k, double x[][ROWS], const double *y, double *e)
{
	memcpy(e, y, ROWS * sizeof *e);
	for (int turn = 0; turn < 200; turn++)   /* by projections in turn, which converge */
		for (int c = 0; c < k; c++) {
			double d = 0, q = 0;

			for (int r = 0; r < ROWS; r++) {
				d += x[c][r] * e[r];
				q += x[c][r] * x[c][r];
			}
			for (int r = 0; r < ROWS; r++)
				e[r] -= d / q * x[c][r];
		}
}

struct made { double x[COLS][ROWS]; float y[ROWS][VOXELS]; struct permute_test *test; struct permute_data *data; };

/* The last column is tested; the first is the constant when asked for. */
static void make(struct made *m, bool constant)
{
	double design[ROWS][COLS], contrast[COLS] = { 0, 0, 1 };
	int where[VOXELS];

	for (int r = 0; r < ROWS; r++)
		for (int c = 0; c < COLS; c++)
			m->x[c][r] = design[r][c] = c == 0 && constant ? 1 : check_random() - 0.3;
	for (int r = 0; r < ROWS; r++)
		for (int v = 0; v < VOXELS; v++)
			m->y[r][v] = (float)(check_random() * 5 + design[r][2]);
	for (int v = 0; v < VOXELS; v++)
		where[v] = v;
	m->test = permute_test_of(glm_model_new(ROWS, COLS, design[0], 0, check_arena()), contrast, check_arena());
	CHECK(m->test && m->test->n_z == COLS - 1 && m->test->dof == ROWS - COLS);
	CHECK_INT(m->test->mean_in_z, constant);
	m->data = permute_data_new(m->test, VOXELS, m->y[0], VOXELS, where, 2, check_arena());
}

/* Flips change signs in place. x's rows take the places drawn, so the data's rows go the opposite way. */
static double permuted_by_hand(const struct made *m, bool flips, const int *drawn, int v)
{
	double x[COLS][ROWS], y[ROWS], e[ROWS], moved[ROWS];

	memcpy(x, m->x, sizeof x);
	for (int r = 0; r < ROWS; r++)
		y[r] = m->y[r][v];
	residuals_by_hand(COLS - 1, x, y, e);
	for (int r = 0; r < ROWS; r++)
		moved[flips ? r : drawn[r]] = flips ? drawn[r] * e[r] : e[r];
	return t_by_hand(COLS, x, moved);
}

TEST(permuted_residuals_are_fitted_by_the_whole_model)
{
	for (int way = 0; way < 4; way++) {
		bool flips = way & 1, constant = way & 2;
		struct made m;
		struct permute_max max[60];
		int drawn[ROWS];

		make(&m, constant);
		struct permute_draw *draw = permute_draw_new(flips, ROWS, NULL, 7, check_arena());

		permute_run(m.test, draw, m.data, &(struct permute_wanted){ .two_sided = true }, 0, 60, max, 2, check_arena());
		for (int k = 0; k < 60; k++) {
			double must = 0;

			permute_draw(draw, k, drawn);
			for (int v = 0; v < VOXELS; v++)
				must = fmax(must, fabs(permuted_by_hand(&m, flips, drawn, v)));
			CHECK_NEAR(max[k].t, must, 1e-9 * must);
		}
	}
}

TEST(permutation_0_is_the_data_to_the_bit)
{
	struct made m;
	struct permute_max max;
	double t[VOXELS], most = 0;
	int low[VOXELS];

	make(&m, true);
	for (int flips = 0; flips < 2; flips++) {
		struct permute_draw *draw = permute_draw_new(flips, ROWS, NULL, 7, check_arena());
		struct neighbours *b;

		permute_observed(m.test, draw, m.data, t, check_arena());
		most = 0;
		for (int v = 0; v < VOXELS; v++) {
			most = fmax(most, fabs(t[v]));
			low[v] = v;
		}
		permute_run(m.test, draw, m.data, &(struct permute_wanted){ .two_sided = true }, 0, 1, &max, 1, check_arena());
		CHECK(max.t == most);
		b = neighbours_new((int[]){ VOXELS, 1, 1 }, VOXELS, low, COMPONENTS_FACES, check_arena());
		permute_run(m.test, draw, m.data, &(struct permute_wanted){ true, b, true, 1.5, NULL }, 0, 1, &max, 1, check_arena());
		CHECK(max.t == most);
	}
}

TEST(threads_and_pieces_make_the_same_bits)
{
	struct made m;
	struct permute_max one[200], other[200];

	make(&m, false);
	struct permute_draw *draw = permute_draw_new(false, ROWS, NULL, 7, check_arena());
	struct permute_wanted w = { .two_sided = false };

	permute_run(m.test, draw, m.data, &w, 0, 200, one, 1, check_arena());
	permute_run(m.test, draw, m.data, &w, 0, 71, other, 2, check_arena());
	permute_run(m.test, draw, m.data, &w, 71, 129, other + 71, 3, check_arena());
	for (int k = 0; k < 200; k++)
		CHECK(one[k].t == other[k].t);
}

TEST(what_the_others_explain_is_dropped)
{
	struct made m;
	int where[3] = { 4, 11, 20 };

	make(&m, true);
	for (int r = 0; r < ROWS; r++)
		m.y[r][11] = 3.25f;
	CHECK_INT(permute_usable(m.test, VOXELS, m.y[0], 3, where, 2, check_arena()), 2);
	CHECK_INT(where[0], 4);
	CHECK_INT(where[1], 20);
}

TEST(shuffles_stay_in_blocks_and_blocks_flip_together)
{
	static const int block[6] = { 0, 1, 0, 1, 1, 2 };
	struct permute_draw *shuffles = permute_draw_new(false, 6, block, 3, check_arena());
	struct permute_draw *flips = permute_draw_new(true, 6, block, 3, check_arena());
	int out[6], moved = 0, minus = 0;

	for (long k = 1; k < 500; k++) {
		int seen = 0;

		permute_draw(shuffles, k, out);
		for (int r = 0; r < 6; r++) {
			CHECK_INT(block[out[r]], block[r]);
			seen |= 1 << out[r];
			moved += out[r] != r;
		}
		CHECK_INT(seen, 63);
		permute_draw(flips, k, out);
		CHECK(out[0] == out[2] && out[1] == out[3] && out[3] == out[4] && abs(out[5]) == 1);
		minus += out[0] < 0;
	}
	CHECK(moved > 1400 && moved < 1750);   /* one row of two and two of three on average: 499 times 3 */
	CHECK(minus > 200 && minus < 300);
}

TEST(all_flips_are_all_of_them)
{
	struct permute_draw *d = permute_draw_new(true, 4, NULL, 3, check_arena());
	int out[4], seen = 0;

	d->all = true;
	for (long k = 0; k < 16; k++) {
		permute_draw(d, k, out);
		seen |= 1 << ((out[0] < 0) + 2 * (out[1] < 0) + 4 * (out[2] < 0) + 8 * (out[3] < 0));
	}
	CHECK_INT(seen, 0xffff);
	permute_draw(d, 0, out);
	CHECK(out[0] == 1 && out[1] == 1 && out[2] == 1 && out[3] == 1);
}

TEST(no_test_without_something_to_test)
{
	double ones[5] = { 1, 1, 1, 1, 1 }, z[5], x[2] = { 1, 2 };

	for (int r = 0; r < 5; r++)
		z[r] = 1 / sqrt(5);
	CHECK(!permute_test_new(5, ones, 1, z, check_arena()));
	CHECK(!permute_test_new(1, x, 0, NULL, check_arena()));
	CHECK(permute_test_new(2, x, 0, NULL, check_arena())->dof == 1);
	CHECK(permute_test_new(5, ones, 0, NULL, check_arena())->x_constant);
}

/* A line of voxels: two above 2, one between, two below -2, one above 5. */
TEST(clusters_have_extent_and_mass_by_sign)
{
	double t[6] = { 3, 2.5, 1, -3, -4, 6 }, size, mass;
	int index[6] = { 0, 1, 2, 3, 4, 5 };
	struct neighbours *b = neighbours_new((int[]){ 6, 1, 1 }, 6, index, COMPONENTS_FACES, check_arena());
	struct permute_clusters *w = permute_clusters_new(6, check_arena());

	permute_clusters_find(b, t, 2, true, w, &size, &mass);
	CHECK(size == 2 && mass == 4);
	CHECK(w->root[1] == 0 && w->root[2] == -1 && w->root[4] == 3 && w->root[5] == 5);
	CHECK(w->cluster[0].mass == 1.5 && w->cluster[3].mass == 3 && w->cluster[5].size == 1);
	permute_clusters_find(b, t, 5, false, w, &size, &mass);
	CHECK(size == 1 && mass == 1 && w->root[0] == -1 && w->n_above == 1);
	permute_clusters_find(b, t, 7, false, w, &size, &mass);
	CHECK(size == 0 && mass == 0);
}

TEST(ties_count_although_rounding_parts_them)
{
	double sorted[4] = { 1, 2 - 1e-12, 2, 3 };

	CHECK_INT(permute_reached(4, sorted, 2, 0), 2);
	CHECK_INT(permute_reached(4, sorted, 2, 1e-9), 3);
	CHECK_INT(permute_reached(4, sorted, 4, 1e-9), 0);
	CHECK_INT(permute_reached(4, sorted, -1, 1e-9), 4);
}
