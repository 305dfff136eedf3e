/* stats.ttest and stats.anova: numerics' worked example as images, what a voxel may hold, and what is told before. */
#include "harness.h"

#include <math.h>
#include <stdlib.h>

#include "base/doc.h"
#include "base/json.h"
#include "img/facts.h"
#include "stats.anova.node.h"
#include "stats.ttest.node.h"

static const struct grid small = { { 5, 1, 1 }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };

/* numerics 6.2 in the order of time, with rest and volumes without a name between. */
enum { N_VOL = 12, N_VOXEL = 5 };
static const float worked[N_VOL] = { 99, 1, 2.5, 2, 4, 8, -50, 7, 6, 9.5, 3, 1e6f };
static const char *const label[N_VOL] = { "rest", "face", "house", "face", "face", "house", "n/a", "face", "house", "house",
                                          "face", "rest" };

static const struct item *labels(void)
{
	char *text = arena_strdup(check_arena(), "labels\tchunks\n");

	for (int t = 0; t < N_VOL; t++)
		text = arena_printf(check_arena(), "%s%s\t%d\n", text, label[t], t / 4);
	return h_table(text);
}

/* Voxel 0 as worked, 1 constant, 2 constant in each group, 3 NaN in a volume of rest, 4 NaN in one of a face. */
static const struct item *bold(void)
{
	float *x = NEW_N(check_arena(), float, N_VOL * N_VOXEL);

	for (int t = 0; t < N_VOL; t++) {
		x[t * N_VOXEL] = worked[t];
		x[t * N_VOXEL + 1] = 0.1f;
		x[t * N_VOXEL + 2] = strcmp(label[t], "face") == 0 ? 0.3f : 0.1f;
		x[t * N_VOXEL + 3] = t == 0 ? NAN : -worked[t];
		x[t * N_VOXEL + 4] = t == 3 ? NAN : worked[t];
	}
	return h_image(&small, N_VOL, 2, IMAGE_FLOAT32, x);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__ })
#define A(...) .a = NAMES(__VA_ARGS__), .n_a = (int)(sizeof NAMES(__VA_ARGS__) / sizeof(char *))
#define B(...) .b = NAMES(__VA_ARGS__), .n_b = (int)(sizeof NAMES(__VA_ARGS__) / sizeof(char *))

struct made { struct error *error; const float *stat, *p, *log10p; struct out *out[3]; };

static struct made take(struct error *e, struct out *o[3])
{
	struct made m = { .error = e, .out = { o[0], o[1], o[2] } };

	if (!e) {
		m.stat = h_voxels(o[0]);
		m.p = h_voxels(o[1]);
		m.log10p = h_voxels(o[2]);
	}
	return m;
}

static struct made ttest(struct stats_ttest_params p, const struct item *im, const struct item *conditions,
                         const struct item *mask)
{
	struct out *o[3] = { h_out(), h_out(), h_out() };

	return take(stats_ttest_run(h_env(2), &p, &(struct stats_ttest_inputs){ im, conditions, mask },
	                            &(struct stats_ttest_outputs){ o[0], o[1], o[2] }), o);
}

static struct made anova(struct stats_anova_params p, const struct item *im, const struct item *conditions)
{
	struct out *o[3] = { h_out(), h_out(), h_out() };

	return take(stats_anova_run(h_env(2), &p, &(struct stats_anova_inputs){ .bold = im, .conditions = conditions },
	                            &(struct stats_anova_outputs){ o[0], o[1], o[2] }), o);
}

static void expect(const struct made *m, int v, double stat, double p)
{
	CHECK_NEAR(m->stat[v], stat, 1e-7 * fabs(stat));
	CHECK_NEAR(m->p[v], p, 1e-7 * p);
	CHECK_NEAR(m->log10p[v], -log10(p), 1e-6 * fabs(log10(p)));
}

TEST(ttests_agree_with_scipy)
{
	struct made m = ttest((struct stats_ttest_params){ A("face"), B("house"), .equal_var = true }, bold(), labels(), NULL);

	CHECK_OK(m.error);
	expect(&m, 0, -1.7520236987094688, 0.12322862364727721);
	expect(&m, 3, 1.7520236987094688, 0.12322862364727721);
	CHECK(strstr(h_notes(), "5 volumes of face against 4 of house") != NULL);
	m = ttest((struct stats_ttest_params){ A("face"), B("house") }, bold(), labels(), NULL);
	CHECK_OK(m.error);
	expect(&m, 0, -1.6932897666124869, 0.145542190709437);
	m = ttest((struct stats_ttest_params){ A("face"), B("house"), .equal_var = true,
	                                       .alternative = STATS_TTEST_ALTERNATIVE_LESS }, bold(), labels(), NULL);
	CHECK_OK(m.error);
	expect(&m, 0, -1.7520236987094688, 0.06161431182363861);
	m = ttest((struct stats_ttest_params){ A("face"), .equal_var = true, .value = 2 }, bold(), labels(), NULL);
	CHECK_OK(m.error);
	expect(&m, 0, 1.3598002073001698, 0.24549203685029755);
}

/* Pairs in the order of time: (1, 2.5), (2, 8), (4, 6), (7, 9.5). */
TEST(pairs_go_in_the_order_of_time)
{
	const struct item *conditions = h_literal("table", "[\"a\", \"b\", \"a\", \"a\", \"b\", \"b\", \"a\", \"b\"]");
	const float x[8] = { 1, 2.5, 2, 4, 8, 6, 7, 9.5 };
	const struct grid one = { { 1, 1, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const struct item *im = h_image(&one, 8, 0, IMAGE_FLOAT32, x);
	struct made m = ttest((struct stats_ttest_params){ A("a"), B("b"), .paired = true, .equal_var = true }, im, conditions,
	                      NULL);

	CHECK_OK(m.error);
	expect(&m, 0, -2.9393876913398143, 0.0605400866434691);
	CHECK(strstr(h_notes(), "4 volumes of a in pairs with 4 of b") != NULL);
}

TEST(without_conditions_all_volumes_are_one_sample)
{
	struct made m = ttest((struct stats_ttest_params){ .value = 3, .equal_var = true }, bold(), NULL, NULL);
	double mean = 0, square = 0;

	CHECK_OK(m.error);
	for (int t = 0; t < N_VOL; t++)
		mean += (double)worked[t] / N_VOL;
	for (int t = 0; t < N_VOL; t++)
		square += (worked[t] - mean) * (worked[t] - mean);
	CHECK_NEAR(m.stat[0], (mean - 3) / sqrt(square / (N_VOL - 1) / N_VOL), 1e-7);
}

TEST(analyses_of_variance_agree_with_scipy)
{
	const float x[] = { 1, 2.5, 0, 2, 4, 8, 77, 1.5, 7, 6, 9.5, 3, -2 };
	const struct grid one = { { 1, 1, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const struct item *im = h_image(&one, 13, 0, IMAGE_FLOAT32, x);
	const struct item *conditions = h_literal("table", "{\"what\": [\"a\", \"b\", \"c\", \"a\", \"a\", \"b\", \"d\", \"c\", \"a\", \"b\", "
	                                          "\"b\", \"a\", \"c\"]}");
	struct made m = anova((struct stats_anova_params){ .names = NAMES("c", "a", "b"), .n_names = 3 }, im, conditions), two;

	CHECK_OK(m.error);
	expect(&m, 0, 6.26302399756987, 0.019758406826022798);
	CHECK(strstr(h_notes(), "12 volumes of 3 conditions: 2 and 9 degrees of freedom") != NULL);
	two = anova((struct stats_anova_params){ .names = NAMES("a", "b"), .n_names = 2 }, im, conditions);
	CHECK_OK(two.error);
	expect(&two, 0, 1.7520236987094688 * 1.7520236987094688, 0.12322862364727721);
	m = anova((struct stats_anova_params){ .column = "what" }, im, conditions);
	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "13 volumes of 4 conditions: 3 and 9 degrees of freedom") != NULL);
}

TEST(where_nothing_can_be_said_t_is_0_and_p_is_1)
{
	struct stats_ttest_params p = { A("face"), B("house"), .equal_var = true };
	struct made m = ttest(p, bold(), labels(), NULL), f;

	CHECK_OK(m.error);
	for (int v = 1; v < 5; v += 3) {
		CHECK(m.stat[v] == 0 && m.p[v] == 1);
		CHECK(m.log10p[v] == 0 && !signbit(m.log10p[v]));
	}
	CHECK(m.stat[2] == INFINITY && m.p[2] == 0 && m.log10p[2] == INFINITY);
	CHECK(strstr(h_notes(), "1 of 5 voxels do not vary: t is 0 and p is 1 there"));
	CHECK(strstr(h_notes(), "1 of 5 voxels are NaN or infinite in a volume: t is 0 and p is 1 there"));
	CHECK(strstr(h_notes(), "1 of 5 voxels are constant in each group but differ between them: t is infinite and p is 0 there"));
	p.alternative = STATS_TTEST_ALTERNATIVE_LESS;
	m = ttest(p, bold(), labels(), NULL);
	CHECK(m.stat[2] == INFINITY && m.p[2] == 1 && m.log10p[2] == 0);
	CHECK(strstr(h_notes(), "1 of 5 voxels are constant in each group but differ between them: t is infinite and p is 1 there"));
	m = ttest((struct stats_ttest_params){ A("face"), .value = 0.3 }, bold(), labels(), NULL);
	CHECK(strstr(h_notes(), "2 of 5 voxels do not vary but differ from what they are tested against: t is infinite and p is 0 there"));
	p.alternative = STATS_TTEST_ALTERNATIVE_TWO_SIDED;
	f = anova((struct stats_anova_params){ .names = NAMES("face", "house"), .n_names = 2 }, bold(), labels());
	CHECK_OK(f.error);
	CHECK(f.stat[1] == 0 && f.p[1] == 1 && f.stat[2] == INFINITY && f.p[2] == 0 && f.stat[4] == 0 && f.p[4] == 1);
	p.compat = STATS_TTEST_COMPAT_NILEARN;
	m = ttest(p, bold(), labels(), NULL);
	CHECK_OK(m.error);
	CHECK(isnan(m.stat[1]) && isnan(m.p[1]) && isnan(m.log10p[1]) && isnan(m.stat[4]) && m.stat[2] == INFINITY);
}

TEST(outside_the_mask_nothing_is_tested)
{
	const float inside[N_VOXEL] = { 1, 0, 0, 1, 0 };
	const struct item *mask = h_image(&small, 1, 0, IMAGE_UINT8, inside);
	struct made m = ttest((struct stats_ttest_params){ A("face"), B("house"), .equal_var = true }, bold(), labels(), mask);

	CHECK_OK(m.error);
	expect(&m, 0, -1.7520236987094688, 0.12322862364727721);
	expect(&m, 3, 1.7520236987094688, 0.12322862364727721);
	CHECK(m.stat[2] == 0 && m.p[2] == 1 && m.log10p[2] == 0);
	CHECK(strstr(h_notes(), "voxels") == NULL);
}

/* More blocks than one, volumes of int16 with events; the same bits on 1 and 4 threads. */
TEST(threads_do_not_change_a_bit)
{
	const struct grid g = { { 23, 19, 11 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } };
	const struct item *events = h_table("onset\tduration\ttrial_type\n0\t8\ta\n8\t8\tb\n16\t9\ta\n26\t12\tb\n");
	enum { N = 23 * 19 * 11, T = 20 };
	float *x = NEW_N(check_arena(), float, N * T);
	struct out *one[3] = { h_out(), h_out(), h_out() }, *four[3] = { h_out(), h_out(), h_out() };
	const struct stats_ttest_params p = { A("a"), B("b"), .equal_var = true };
	const struct item *im;

	for (int k = 0; k < N * T; k++)
		x[k] = (float)(1000 * check_random());
	im = h_image(&g, T, 2, IMAGE_INT16, x);
	CHECK_OK(stats_ttest_run(h_env(1), &p, &(struct stats_ttest_inputs){ im, events },
	                         &(struct stats_ttest_outputs){ one[0], one[1], one[2] }));
	CHECK(strstr(h_notes(), "8 volumes of a against 10 of b"));
	CHECK_OK(stats_ttest_run(h_env(4), &p, &(struct stats_ttest_inputs){ im, events },
	                         &(struct stats_ttest_outputs){ four[0], four[1], four[2] }));
	for (int k = 0; k < 3; k++)
		CHECK_TEXT(h_digest(one[k], "image.nii"), h_digest(four[k], "image.nii"));
}

/* Middles are at 1, 3, 5, ...; that of volume 2 lies in both events. */
TEST(a_volume_in_two_events_counts_for_none)
{
	const struct item *events = h_table("onset\tduration\ttrial_type\n0\t6\tface\n4\t8\thouse\n");
	struct made m = ttest((struct stats_ttest_params){ A("face"), B("house"), .equal_var = true }, bold(), events, NULL);

	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "1 volume lies in events of several conditions at once, and counts for none"));
	CHECK(strstr(h_notes(), "2 volumes of face against 3 of house"));
}

/* ---- before anything is computed ---- */
static const char *problems(struct stats_ttest_params p, const struct item *conditions, int n_vol)
{
	struct image_facts f = image_facts_new(&small, n_vol, 2, "float32");
	struct shape *s = h_shape();

	h_given(s, "bold", image_facts_to(&f, check_arena()), NULL);
	if (conditions)
		h_given(s, "conditions", NULL, conditions);
	CHECK_OK(stats_ttest_shape(s, &p));
	return h_problems(s);
}

#define PROBLEM(text, conditions, n_vol, ...) \
	CHECK_TEXT(problems((struct stats_ttest_params){ __VA_ARGS__ }, (conditions), (n_vol)), (text))

TEST(shapes_find_what_cannot_be_tested)
{
	PROBLEM("", labels(), 12, A("face"), B("house", "rest"), .equal_var = true);
	PROBLEM("", NULL, 12, .equal_var = true);
	PROBLEM("error a: no volume is of a condition 'fase', did you mean 'face'?: column labels has rest, face and house\n",
	        labels(), 12, A("fase"), B("house"), .equal_var = true);
	PROBLEM("error b: no volume is of a condition 'scrambled': column labels has rest, face and house\n", labels(), 12,
	        A("face"), B("house", "scrambled"), .equal_var = true);
	PROBLEM("error b: condition 'house' is in both a and b\n", labels(), 12, A("face", "house"), B("house"), .equal_var = true);
	PROBLEM("error paired: a has 5 volumes and b 4: pairs need as many of both\n", labels(), 12, A("face"), B("house"),
	        .paired = true, .equal_var = true);
	PROBLEM("error b: house has 1 volume, must have 2 or more: a variance is needed\n",
	        h_literal("table", "[\"face\", \"house\", \"face\"]"), 3, A("face"), B("house"), .equal_var = true);
	PROBLEM("error a: a and b are names of conditions, which must be given: wire a table of volumes or of events to `conditions`\n",
	        NULL, 12, A("face"), B("house"), .equal_var = true);
	PROBLEM("error b: b is given without a: for one sample the conditions are a's\n", labels(), 12, B("house"), .equal_var = true);
	PROBLEM("error conditions: conditions are given, but `a` (and `b`) do not say which of them to test\n", labels(), 12,
	        .equal_var = true);
	PROBLEM("error paired: paired needs a and b, the conditions whose volumes make pairs\n", labels(), 12, A("face"),
	        .paired = true, .equal_var = true);
	PROBLEM("error equal_var: equal_var: false is for two groups, and paired makes one sample of differences\n", labels(), 12,
	        A("face"), B("house"), .paired = true);
	PROBLEM("error value: value is for one sample or for pairs: two groups are tested against each other\n", labels(), 12,
	        A("face"), B("house"), .value = 1, .equal_var = true);
	PROBLEM("error bold: bold has one volume, must have a run of them\n", NULL, 1, .equal_var = true);
	CHECK(strstr(problems((struct stats_ttest_params){ A("face"), B("house") }, labels(), 11),
	             "error conditions: conditions have 12 rows, bold has 11 volumes"));
	CHECK(strstr(problems((struct stats_ttest_params){ A("face"), .column = "lables" }, labels(), 12),
	             "has no column 'lables', did you mean 'labels'?"));
}

TEST(shapes_tell_of_images_and_memory)
{
	const struct grid big = { { 64, 64, 40 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } };
	struct image_facts f = image_facts_new(&big, 1452, 2.5, "float32");
	struct stats_ttest_params p = { A("face"), B("house"), .equal_var = true };
	struct shape *s = h_shape();

	h_given(s, "bold", image_facts_to(&f, check_arena()), NULL);
	CHECK_OK(stats_ttest_shape(s, &p));
	CHECK(s->memory > 80 << 20 && s->memory < 200 << 20);
}

static const char *anova_problems(struct stats_anova_params p, const struct item *conditions, int n_vol)
{
	struct image_facts f = image_facts_new(&small, n_vol, 2, "float32");
	struct shape *s = h_shape();

	h_given(s, "bold", image_facts_to(&f, check_arena()), NULL);
	h_given(s, "conditions", NULL, conditions);
	CHECK_OK(stats_anova_shape(s, &p));
	return h_problems(s);
}

TEST(shapes_find_what_cannot_be_analysed)
{
	CHECK_TEXT(anova_problems((struct stats_anova_params){ 0 }, labels(), 12), "");
	CHECK_TEXT(anova_problems((struct stats_anova_params){ .names = NAMES("face", "horse"), .n_names = 2 }, labels(), 12),
	           "error names: no volume is of a condition 'horse', did you mean 'house'?: column labels has rest, face and house\n");
	CHECK_TEXT(anova_problems((struct stats_anova_params){ .names = NAMES("face", "face"), .n_names = 2 }, labels(), 12),
	           "error names: condition 'face' is there twice\n");
	CHECK_TEXT(anova_problems((struct stats_anova_params){ 0 }, h_table("labels\na\na\na\n"), 3),
	           "error conditions: column labels has 1 condition with volumes, must have 2 or more to compare\n");
	CHECK_TEXT(anova_problems((struct stats_anova_params){ 0 }, h_table("labels\na\nb\nc\n"), 3),
	           "error conditions: 3 volumes of 3 conditions leave no degree of freedom: some condition must have 2\n");
	CHECK_TEXT(anova_problems((struct stats_anova_params){ .names = NAMES("a", "b"), .n_names = 2 },
	                          h_table("onset\tduration\ttrial_type\n0\t9\ta\n9\t0\tb\n"), 9),
	           "error names: condition 'b' has no volume: no middle of a volume lies in such an event, or it lies in another too\n");
}
