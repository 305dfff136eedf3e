/* Connected parts against a flood fill, and what is made of them: clusters, peaks, bounds of discoveries. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "num/cluster_discoveries.h"
#include "num/cluster_find.h"
#include "num/cluster_peaks.h"
#include "num/components.h"

static bool touches(const int a[3], const int b[3], enum components_touch touch)
{
	int apart = 0;

	for (int d = 0; d < 3; d++) {
		if (abs(a[d] - b[d]) > 1)
			return false;
		apart += a[d] != b[d];
	}
	return apart <= (touch == COMPONENTS_FACES ? 1 : touch == COMPONENTS_EDGES ? 2 : 3);
}

static void voxel_of(const int n[3], int v, int at[3])
{
	at[0] = v % n[0];
	at[1] = v / n[0] % n[1];
	at[2] = v / n[0] / n[1];
}

static void flood(const unsigned char *x, const int n[3], enum components_touch touch, int from, int number, int *label)
{
	int size = n[0] * n[1] * n[2], *queue = NEW_N(check_arena(), int, size), count = 1;

	queue[0] = from;
	label[from] = number;
	for (int done = 0; done < count; done++)
		for (int w = 0; w < size; w++) {
			int a[3], b[3];

			voxel_of(n, queue[done], a);
			voxel_of(n, w, b);
			if (x[w] && label[w] == 0 && touches(a, b, touch)) {
				label[w] = number;
				queue[count++] = w;
			}
		}
}

/* Part by part in C order of (i, j, k). */
static int label_slowly(const unsigned char *x, const int n[3], enum components_touch touch, int *label)
{
	int n_part = 0;

	for (int i = 0; i < n[0]; i++)
		for (int j = 0; j < n[1]; j++)
			for (int k = 0; k < n[2]; k++) {
				int v = i + n[0] * (j + n[1] * k);

				if (x[v] && label[v] == 0)
					flood(x, n, touch, v, ++n_part, label);
			}
	return n_part;
}

static void compare(const int n[3], double density, enum components_touch touch)
{
	int size = n[0] * n[1] * n[2], *is = NEW_N(check_arena(), int, size), *must = NEW_N(check_arena(), int, size);
	unsigned char *x = NEW_N(check_arena(), unsigned char, size);
	int n_part;
	long *sizes;

	for (int v = 0; v < size; v++)
		x[v] = (unsigned char)(check_random() < density ? 1 + v % 255 : 0);
	n_part = components_label(x, n, touch, is, check_arena());
	CHECK_INT(n_part, label_slowly(x, n, touch, must));
	CHECK(memcmp(is, must, (size_t)size * sizeof *is) == 0);
	sizes = NEW_N(check_arena(), long, n_part + 1);
	components_sizes(size, is, n_part, sizes);
	for (int k = 0; k <= n_part; k++) {
		long count = 0;

		for (int v = 0; v < size; v++)
			count += must[v] == k;
		CHECK_INT(sizes[k], count);
	}
}

TEST(parts_are_those_of_a_flood_fill)
{
	static const int shapes[][3] = { { 9, 7, 5 }, { 1, 1, 1 }, { 17, 1, 1 }, { 1, 17, 1 }, { 1, 1, 17 }, { 1, 6, 7 }, { 6, 1, 7 },
	                                 { 6, 7, 1 }, { 4, 4, 9 } };
	static const double densities[] = { 0, 0.1, 0.25, 0.4, 0.6, 0.9, 1 };
	static const enum components_touch touch[] = { COMPONENTS_FACES, COMPONENTS_EDGES, COMPONENTS_CORNERS };

	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
		for (size_t d = 0; d < sizeof densities / sizeof *densities; d++)
			for (int t = 0; t < 3; t++)
				compare(shapes[s], densities[d], touch[t]);
}

TEST(what_a_diagonal_joins)
{
	const int n[3] = { 2, 2, 2 };
	const unsigned char edge[8] = { 1, 0, 0, 1 }, corner[8] = { 1, 0, 0, 0, 0, 0, 0, 1 };
	int label[8];

	CHECK_INT(components_label(edge, n, COMPONENTS_FACES, label, check_arena()), 2);
	CHECK_INT(components_label(edge, n, COMPONENTS_EDGES, label, check_arena()), 1);
	CHECK_INT(components_label(corner, n, COMPONENTS_EDGES, label, check_arena()), 2);
	CHECK_INT(components_label(corner, n, COMPONENTS_CORNERS, label, check_arena()), 1);
}

/* ---- clusters ---- */
TEST(clusters_are_numbered_by_their_peaks)
{
	const int n[3] = { 9, 1, 1 };
	const double x[9] = { 3, 4, 0, 5, 5, 0, 9, 0, -6 };
	struct cluster_cut cut = { .above = 2, .below = -2, .touch = COMPONENTS_FACES };
	struct clusters c;

	clusters_find(&c, &cut, false, n, x, NULL, check_arena());
	CHECK_INT(c.n, 3);
	CHECK(c.cluster[0].value == 9 && c.cluster[0].size == 1 && c.cluster[0].peak == 6);
	CHECK(c.cluster[1].value == 5 && c.cluster[1].size == 2 && c.cluster[1].peak == 3);
	CHECK(c.cluster[2].value == 4 && c.cluster[2].peak == 1);
	CHECK_INT(c.label[0], 3);
	CHECK_INT(c.label[8], 0);
	clusters_find(&c, &cut, true, n, x, NULL, check_arena());
	CHECK(c.n == 1 && c.cluster[0].value == -6 && c.label[8] == 1 && c.label[6] == 0);
	cut.min_voxels = 2;
	clusters_find(&c, &cut, false, n, x, (const unsigned char[9]){ 0, 1, 1, 1, 1, 1, 1, 1, 1 }, check_arena());
	CHECK(c.n == 1 && c.cluster[0].value == 5 && c.label[3] == 1 && c.label[6] == 0 && c.label[1] == 0);
	cut.min_voxels = 3;
	clusters_find(&c, &cut, true, n, x, NULL, check_arena());
	CHECK_INT(c.n, 0);
}

/* ---- peaks ---- */
static int peaks(struct cluster_peak **p, int ni, int nj, const double *x, enum cluster_peaks_rule rule)
{
	const int n[3] = { ni, nj, 1 };
	const struct cluster_cut cut = { .above = 0.5, .below = -INFINITY, .touch = COMPONENTS_FACES };
	struct clusters c;

	clusters_find(&c, &cut, false, n, x, NULL, check_arena());
	return cluster_peaks_find(p, &c, n, x, rule, check_arena());
}

TEST(the_middle_of_a_plateau_is_its_peak)
{
	const double ramp[7] = { 0, 1, 2, 2, 2, 0.8, 0 }, even[6] = { 0, 1, 1, 1, 1, 0 };
	/* A ring of ones: its middle is not on it. */
	const double ring[25] = { 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0 };
	struct cluster_peak *p;

	CHECK_INT(peaks(&p, 7, 1, ramp, CLUSTER_PEAKS_HIGHEST), 1);
	CHECK_INT(p[0].voxel[0], 3);
	CHECK(p[0].value == 2);
	/* nilearn takes the middle away. */
	CHECK_INT(peaks(&p, 7, 1, ramp, CLUSTER_PEAKS_NILEARN), 2);
	for (int rule = 0; rule < 2; rule++) {
		/* 2.5 goes to the even side. */
		CHECK_INT(peaks(&p, 6, 1, even, (enum cluster_peaks_rule)rule), 1);
		CHECK_INT(p[0].voxel[0], 2);
		CHECK_INT(peaks(&p, 5, 5, ring, (enum cluster_peaks_rule)rule), 1);
		CHECK_INT(p[0].voxel[0], 1);
		CHECK_INT(p[0].voxel[1], 2);
	}
}

TEST(a_shoulder_is_no_peak)
{
	const double x[10] = { 0, 1, 1, 1, 2, 3, 2, 2, 2, 0 };
	struct cluster_peak *p;

	CHECK_INT(peaks(&p, 10, 1, x, CLUSTER_PEAKS_HIGHEST), 1);
	CHECK_INT(p[0].voxel[0], 5);
	CHECK_INT(peaks(&p, 10, 1, x, CLUSTER_PEAKS_NILEARN), 3);
}

TEST(peaks_are_sorted_within_their_clusters)
{
	const double x[15] = { 5, 1, 7, 1, 6, 0, 3, 1, 4, 0, 9, 9, 1, 9, 0.9 };
	struct cluster_peak *p;

	/* Clusters by peak: 10 .. 14, then 0 .. 4, then 6 .. 8. */
	CHECK_INT(peaks(&p, 15, 1, x, CLUSTER_PEAKS_HIGHEST), 7);
	CHECK(p[0].cluster == 0 && p[0].voxel[0] == 10 && p[1].cluster == 0 && p[1].voxel[0] == 13);
	CHECK(p[2].cluster == 1 && p[2].value == 7 && p[3].value == 6 && p[4].value == 5);
	CHECK(p[5].cluster == 2 && p[5].value == 4 && p[6].value == 3);
}

/* ---- bounds ---- */
/* Hommel's h by its definition: the largest i so that p_(n-i+j) > j alpha / i for all j = 1 .. i. */
static long hommel_slowly(long n, const double *p, double alpha)
{
	for (long i = n; i >= 1; i--) {
		bool all = true;

		for (long j = 1; j <= i; j++)
			all &= p[n - i + j - 1] > (double)j * alpha / (double)i;
		if (all)
			return i;
	}
	return 0;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

TEST(hommels_number_is_that_of_its_definition)
{
	for (int round = 0; round < 300; round++) {
		long n = 1 + (long)(check_random() * 40), small = 0;
		double p[41], power = check_random() * 8;

		for (long k = 0; k < n; k++)
			p[k] = pow(check_random(), power);
		qsort(p, (size_t)n, sizeof *p, ascending);
		while (small < n && p[small] <= 0.05)
			small++;
		CHECK_INT(discoveries_hommel(n, small, p, 0.05, false), hommel_slowly(n, p, 0.05));
	}
}

TEST(p_values_of_0_are_discoveries_and_no_more)
{
	const double p[3] = { 0, 0, 0 };

	CHECK_INT(discoveries_hommel(3, 3, p, 0.05, false), 0);
	CHECK_INT(discoveries_bound(3, p, 0, 0.05, false), 3);
	CHECK_INT(discoveries_bound(3, p, 0, 0.05, true), 4);
	CHECK_INT(discoveries_bound(1, (const double[1]){ 0.5 }, 1, 0.05, false), 0);
}
