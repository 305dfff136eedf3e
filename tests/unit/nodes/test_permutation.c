/* glm.permutation: numerics 8.5, runs that go on, what it says. */
#include "golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "glm.permutation.node.h"
#include "img/glm.h"
#include "img/table.h"

enum { N = 8 * 9 * 7, MOST = 20 };
static const struct grid small = { { 8, 9, 7 }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };
static const char *const intercept[] = { "intercept" };
static const char *const groups[] = { "group[a]", "group[b]", "age" };

/* numerics 8.1: S_s */
static double map_value(int s, int i, int j, int k)
{
	double bump = 3 * exp(-((i - 2) * (i - 2) + (j - 3) * (j - 3) + (k - 3) * (k - 3)) / 3.0);
	double dip = 2.5 * exp(-((i - 6) * (i - 6) + (j - 6) * (j - 6) + (k - 3) * (k - 3)) / 3.0);

	return ((7 * i + 13 * j + 29 * k + 11 * s) % 17 - 8) * 0.3 + bump - dip;
}

struct made { struct glm g; struct glm_run run; double design[MOST * 3], dof; float data[MOST * N]; int index[N]; };

/* A group model: one mean, or two groups and a covariate. Only its data and design are looked at. */
static struct made *model(int n_row, bool two)
{
	struct made *m = NEW(check_arena(), struct made);

	m->run = (struct glm_run){ .name = "", .n_row = n_row, .n_col = two ? 3 : 1, .column = two ? groups : intercept,
		                   .design = m->design, .n_part = 1, .dof = &m->dof };
	m->g = (struct glm){ .grid = small, .n = N, .index = m->index, .group = true, .noise = "ols", .n_run = 1, .run = &m->run,
		             .data = m->data };
	m->dof = n_row - m->run.n_col;
	for (int s = 0; s < n_row; s++) {
		double row[3] = { two ? s % 2 == 0 : 1, s % 2, (s * 7 % 11) / 10.0 };

		memcpy(m->design + s * m->run.n_col, row, (size_t)m->run.n_col * sizeof *row);
		for (int v = 0; v < N; v++)
			m->data[s * N + v] = (float)(map_value(s, v % 8, v / 8 % 9, v / 72) * (two && s % 2 ? -1 : 1));
	}
	for (int v = 0; v < N; v++)
		m->index[v] = v;
	m->run.beta = NEW_N(check_arena(), double, N * m->run.n_col);
	m->run.variance = NEW_N(check_arena(), double, N);
	return m;
}

static const struct item *stored(const struct made *m)
{
	struct out *o = h_out();

	CHECK_OK(glm_write(o, &m->g, check_arena()));
	return h_item(o, "glm");
}

static struct glm_permutation_params with(int n_perm, const char *const *contrast)
{
	return (struct glm_permutation_params){ .n_contrast = 1, .contrast = contrast, .n_perm = n_perm, .rng_seed = 42,
		                                .tfce_e = 0.5, .tfce_h = 2, .tfce_steps = 100 };
}

struct made_maps { struct out *t, *p, *log10p, *record; };

static struct made_maps run(struct glm_permutation_params p, struct glm_permutation_inputs in, int threads)
{
	struct made_maps o = { h_out(), h_out(), h_out(), h_out() };

	CHECK_OK(glm_permutation_run(h_env(threads), &p, &in, &(struct glm_permutation_outputs){
		.t = o.t, .p = o.p, .log10p = o.log10p, .record = o.record }));
	return o;
}

/* One of the outputs on request. */
static struct out *ask(struct glm_permutation_params p, struct glm_permutation_inputs in, int threads, const char *port)
{
	struct out *o = h_out();
	struct glm_permutation_outputs out = { 0 };
	struct { const char *name; struct out **out; } ports[] = {
		{ "size_log10p", &out.size_log10p }, { "mass_log10p", &out.mass_log10p }, { "clusters", &out.clusters },
		{ "tfce_map", &out.tfce_map }, { "tfce_log10p", &out.tfce_log10p }, { "distribution", &out.distribution },
	};

	for (size_t k = 0; k < sizeof ports / sizeof *ports; k++)
		if (strcmp(ports[k].name, port) == 0)
			*ports[k].out = o;
	CHECK_OK(glm_permutation_run(h_env(threads), &p, &in, &out));
	return o;
}

static long at(int i, int j, int k)
{
	return grid_index(&small, i, j, k);
}

/* The numbers of 8.5 are of the four voxels alone. */
TEST(nilearns_numbers)
{
	struct made *m = model(8, false);
	static const double t[4] = { 5.760285146308, 4.067472727864, 4.790555349791, 2.199658785444 };
	static const double log10p[4] = { 1.707570176098, 1.707570176098, 1.707570176098, 0.753327666659 };
	struct glm_permutation_params p = with(50, intercept);
	const float *is_t, *is_p;
	struct made_maps o;
	int n = 0;

	for (int v = 0; v < N; v++) {
		bool inside = v / 72 == 3 && (v % 8 == 2 || v % 8 == 3) && (v / 8 % 9 == 3 || v / 8 % 9 == 4);

		for (int s = 0; s < 8 && inside; s++)
			m->data[s * 4 + n] = (float)map_value(s, v % 8, v / 8 % 9, v / 72);
		if (inside)
			m->index[n++] = v;
	}
	m->g.n = 4;
	p.tail = GLM_PERMUTATION_TAIL_UPPER;
	p.compat = GLM_PERMUTATION_COMPAT_NILEARN;
	o = run(p, (struct glm_permutation_inputs){ .glm = stored(m) }, 1);
	is_t = h_voxels(o.t);
	is_p = h_voxels(o.log10p);
	for (int v = 0; v < 4; v++) {
		CHECK_NEAR(is_t[at(2 + v / 2, 3 + v % 2, 3)], t[v], 2e-6);
		CHECK_NEAR(is_p[at(2 + v / 2, 3 + v % 2, 3)], log10p[v], 2e-7);
	}
	CHECK(is_t[0] == 0 && is_p[0] == 0);
	CHECK(h_voxels(o.p)[0] == 1);
}

static const char *table_text(const struct out *o)
{
	char *text;
	size_t n;

	CHECK_OK(file_read(&text, &n, item_main(h_item(o, "table")), 1 << 20, check_arena()));
	return text;
}

/* 100 and then 150 more are 250, to the byte, with any number of threads. */
TEST(runs_go_on_where_one_ended)
{
	static const char *const difference[] = { "group[b] - group[a]" };
	static const char *const ports[] = { "size_log10p", "mass_log10p", "clusters", "tfce_log10p", "distribution" };
	const struct item *g = stored(model(12, true));

	for (int compat = 0; compat < 2; compat++) {
		struct glm_permutation_params p = with(250, difference), first = with(100, difference), more = with(150, difference);
		struct glm_permutation_params *all[] = { &p, &first, &more };
		struct out *earlier;
		struct made_maps one, two;

		for (int k = 0; k < 3; k++) {
			all[k]->has_cluster_threshold = all[k]->tfce = true;
			all[k]->cluster_threshold = 0.05;
			all[k]->compat = compat ? GLM_PERMUTATION_COMPAT_NILEARN : GLM_PERMUTATION_COMPAT_NONE;
		}
		earlier = ask(first, (struct glm_permutation_inputs){ .glm = g }, 1, "distribution");
		struct glm_permutation_inputs in = { .glm = g, .earlier = h_item(earlier, "table") };

		for (int k = 0; k < 5; k++) {
			struct out *o = ask(p, (struct glm_permutation_inputs){ .glm = g }, 1, ports[k]);
			const char *blob = o->blob[0].name;

			CHECK_TEXT(h_digest(o, blob), h_digest(ask(more, in, 2, ports[k]), blob));
		}
		one = run(p, (struct glm_permutation_inputs){ .glm = g }, 2);
		two = run(more, in, 1);
		CHECK_TEXT(h_digest(one.p, "image.nii"), h_digest(two.p, "image.nii"));
		CHECK_TEXT(h_digest(one.record, "record.json"), h_digest(two.record, "record.json"));
	}
}

TEST(no_more_permutations_are_made_of_a_whole_distribution)
{
	struct glm_permutation_params p = with(300, intercept), again = with(0, intercept);
	const struct item *g = stored(model(8, false));
	struct out *d = ask(p, (struct glm_permutation_inputs){ .glm = g }, 1, "distribution");
	struct glm_permutation_inputs in = { .glm = g, .earlier = h_item(d, "table") };
	struct made_maps all = run(p, (struct glm_permutation_inputs){ .glm = g }, 1);

	CHECK(strstr(h_notes(), "8 subjects have 256 sign flips") && strstr(h_notes(), "exact and at least 0.00781"));
	CHECK_TEXT(h_digest(run(again, in, 1).p, "image.nii"), h_digest(all.p, "image.nii"));
	CHECK(!strstr(table_text(d), "\n256\t") && strstr(table_text(d), "\n255\t"));
	p.n_perm = 5;
	CHECK_ERROR(glm_permutation_run(h_env(1), &p, &in, &(struct glm_permutation_outputs){ .distribution = h_out() }),
	            "earlier has all 256 sign flips that there are: n_perm must be 0");
}

/* By hand: p of every voxel from all 256 sign flips. */
TEST(all_sign_flips_give_exact_p)
{
	struct made *m = model(8, false);
	struct made_maps o = run(with(1000, intercept), (struct glm_permutation_inputs){ .glm = stored(m) }, 2);
	static double most[256], t[N];
	const float *p = h_voxels(o.p);

	for (int k = 0; k < 256; k++)
		for (int v = 0; v < N; v++) {
			double sum = 0, square = 0, x;

			for (int s = 0; s < 8; s++) {
				sum += (k >> s & 1 ? -1.0 : 1.0) * m->data[s * N + v];
				square += (double)m->data[s * N + v] * m->data[s * N + v];
			}
			x = fabs(sum) / sqrt(8) * sqrt(7 / (square - sum * sum / 8));
			t[v] = k == 0 ? x : t[v];
			most[k] = fmax(most[k], x);
		}
	for (int v = 0; v < N; v++) {
		int reached = 0;

		for (int k = 0; k < 256; k++)
			reached += most[k] >= t[v] * (1 - 1e-9);
		CHECK_NEAR(p[v], reached / 256.0, 1e-7);
	}
}

TEST(the_lower_tail_is_the_upper_one_of_the_negative)
{
	static const char *const there[] = { "group[b] - group[a]" }, *const back[] = { "group[a] - group[b]" };
	const struct item *g = stored(model(12, true));
	struct glm_permutation_params lower = with(99, there), upper = with(99, back);
	struct made_maps x, y;

	lower.tail = GLM_PERMUTATION_TAIL_LOWER;
	upper.tail = GLM_PERMUTATION_TAIL_UPPER;
	x = run(lower, (struct glm_permutation_inputs){ .glm = g }, 1);
	y = run(upper, (struct glm_permutation_inputs){ .glm = g }, 1);
	CHECK_TEXT(h_digest(x.p, "image.nii"), h_digest(y.p, "image.nii"));
	for (int v = 0; v < N; v++)
		CHECK(h_voxels(x.t)[v] == -h_voxels(y.t)[v]);
}

TEST(voxels_without_all_subjects_are_left_out)
{
	struct made *m = model(8, false);
	struct made_maps o;

	m->data[3 * N + 17] = NAN;
	m->data[5 * N + 18] = INFINITY;
	for (int s = 0; s < 8; s++)
		m->data[s * N + 19] = 0;
	o = run(with(20, intercept), (struct glm_permutation_inputs){ .glm = stored(m) }, 1);
	CHECK(strstr(h_notes(), "2 of 504 voxels have no value in some subject and are left out (t 0, p 1)"));
	CHECK(strstr(h_notes(), "1 voxels do not vary beyond"));
	for (int v = 17; v < 20; v++)
		CHECK(h_voxels(o.t)[v] == 0 && h_voxels(o.p)[v] == 1);
	CHECK(h_voxels(o.t)[20] != 0);
	for (int v = 0; v < N; v++)
		m->data[v] = NAN;
	CHECK_ERROR(glm_permutation_run(h_env(1), &(struct glm_permutation_params){ .n_contrast = 1, .contrast = intercept },
	                                &(struct glm_permutation_inputs){ .glm = stored(m) },
	                                &(struct glm_permutation_outputs){ .t = h_out() }),
	            "none of the 504 voxels has a value in all 8 subjects");
}

static void refused(struct glm_permutation_params p, struct glm_permutation_inputs in, const char *must)
{
	CHECK_ERROR(glm_permutation_run(h_env(1), &p, &in, &(struct glm_permutation_outputs){ .distribution = h_out() }), must);
}

TEST(earlier_must_be_of_this_test)
{
	const struct item *g = stored(model(8, false));
	struct glm_permutation_params p = with(10, intercept), other = with(10, intercept);
	struct out *d;

	p.has_first = other.has_first = true;
	p.first = other.first = 1;
	other.rng_seed = 7;
	d = ask(other, (struct glm_permutation_inputs){ .glm = g }, 1, "distribution");
	refused(p, (struct glm_permutation_inputs){ .glm = g, .earlier = h_item(d, "table") }, "first and earlier exclude each other");
	p.has_first = false;
	refused(p, (struct glm_permutation_inputs){ .glm = g, .earlier = h_item(d, "table") }, "another rng_seed, scheme or blocks");
	refused(p, (struct glm_permutation_inputs){ .glm = g, .earlier = h_table("permutation\tmax_t\n0\t3\n") },
	        "another test: its row 0, the data as they are, has max_t 3");
	refused(p, (struct glm_permutation_inputs){ .glm = g, .earlier = h_table("permutation\tmax_t\n0\t3\n2\t3\n1\t3\n") },
	        "whole numbers that grow from 0");
	refused(p, (struct glm_permutation_inputs){ .glm = g, .earlier = h_table("permutation\tmax_t\n0\tn/a\n") }, "has no max_t");
	refused(p, (struct glm_permutation_inputs){ .glm = g, .earlier = h_table("permutation\tother\n0\t1\n") }, "max_t");
}

TEST(what_cannot_be_permuted_is_refused)
{
	const struct item *g = stored(model(8, false)), *two = stored(model(12, true));
	static const char *const age[] = { "age" };
	struct glm_permutation_params p = with(10, intercept);
	struct made *m = model(8, false), *flat = model(12, true);

	for (int s = 0; s < 12; s++)
		flat->design[s * 3 + 2] = 0;   /* age, which would part the subjects of a group */
	p.scheme = GLM_PERMUTATION_SCHEME_SHUFFLES;
	refused(p, (struct glm_permutation_inputs){ .glm = g }, "the contrast tests a mean");
	p = with(10, age);
	refused(p, (struct glm_permutation_inputs){ .glm = two, .blocks = h_literal("table", "[1, 2, 3]") },
	        "must be one column with a label for each of the model's 12 rows");
	refused(p, (struct glm_permutation_inputs){ .glm = two, .blocks = h_literal("table", "[1,2,3,4,5,6,7,8,9,10,11,12]") },
	        "nothing to shuffle");
	p.contrast = (const char *const[]){ "group[b] - group[a]" };
	p.n_perm = 3;
	refused(p, (struct glm_permutation_inputs){ .glm = stored(flat), .blocks = h_literal("table", "[1,2,1,2,1,2,1,2,1,2,1,2]") },
	        "one value in each block");
	p.contrast = NULL;
	p.n_contrast = 0;
	p.n_f = 1;
	p.f = age;
	refused(p, (struct glm_permutation_inputs){ .glm = two }, "not an F test");
	m->g.group = false;
	m->g.data = NULL;
	refused(with(10, intercept), (struct glm_permutation_inputs){ .glm = stored(m) }, "which cannot change places");
	CHECK_ERROR(glm_permutation_run(h_env(1), &(struct glm_permutation_params){ .n_perm = 1 },
	                                &(struct glm_permutation_inputs){ .glm = g },
	                                &(struct glm_permutation_outputs){ .tfce_map = h_out() }), "need `tfce: true`");
	CHECK_ERROR(glm_permutation_run(h_env(1), &(struct glm_permutation_params){ .n_perm = 1 },
	                                &(struct glm_permutation_inputs){ .glm = g },
	                                &(struct glm_permutation_outputs){ .clusters = h_out() }), "need cluster_threshold");
}

TEST(golden_permutation)
{
	static const char *const difference[] = { "group[b] - group[a]" };
	struct glm_permutation_params p = with(60, difference);
	struct glm_permutation_inputs in = { .glm = stored(model(12, true)) };
	struct made_maps o = run(p, in, 1);

	p.tfce = p.has_cluster_threshold = true;
	p.cluster_threshold = 0.05;
	golden_expect("glm.permutation", o.t, "image.nii");
	golden_expect("glm.permutation", o.p, "image.nii");
	golden_expect("glm.permutation", ask(p, in, 2, "distribution"), "table.tsv");
	golden_expect("glm.permutation", ask(p, in, 1, "clusters"), "table.tsv");
	golden_expect("glm.permutation", ask(p, in, 1, "tfce_map"), "image.nii");
}
