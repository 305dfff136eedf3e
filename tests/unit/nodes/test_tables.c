/* Conditions of volumes, stats.by_condition and image.select. Quartiles are those of numpy 1.24 of the same numbers. */
#include "made_series.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "fmri/conditions.h"
#include "image.select.node.h"
#include "img/table.h"
#include "num/box_stats.h"
#include "signals.clean.node.h"
#include "stats.by_condition.node.h"

static const char rows[] = "labels\tchunks\nrest\t0\nface\t0\nface\t0\nhouse\t1\nn/a\t1\nhouse\t1\n";

/* ---- conditions ---- */
TEST(conditions_come_in_the_order_of_their_appearance)
{
	struct conditions_args args = { NULL, 6, 2, "bold" };
	const char *names[] = { "house", "rest" };
	struct conditions c;
	int *volume;
	long n;

	CHECK_OK(conditions_read(&c, h_table(rows), &args, check_arena()));
	CHECK_INT(c.n_names, 3);
	CHECK_TEXT(c.names[2], "house");
	CHECK_TEXT(c.column, "labels");
	CHECK(!c.name[4] && c.of[4] == -1);
	CHECK_INT(conditions_count(&c, 1), 2);
	CHECK_OK(conditions_volumes(&volume, &n, &c, 2, names, check_arena()));
	CHECK(n == 3 && volume[0] == 0 && volume[1] == 3 && volume[2] == 5);
	CHECK_ERROR(conditions_volumes(&volume, &n, &c, 1, (const char *[]){ "hause" }, check_arena()), "did you mean 'house'?");
	args.column = "chunks";
	CHECK_OK(conditions_read(&c, h_table(rows), &args, check_arena()));
	CHECK_TEXT(c.name[5], "1");
	args.n_vol = 7;
	CHECK_ERROR(conditions_read(&c, h_table(rows), &args, check_arena()), "conditions have 6 rows, bold has 7 volumes");
	args = (struct conditions_args){ NULL, 2, 2, "bold" };
	CHECK_ERROR(conditions_read(&c, h_table("a\tb\nx\ty\nx\ty\n"), &args, check_arena()), "it has a and b");
	CHECK_ERROR(conditions_read(&c, h_table("labels\nn/a\nn/a\n"), &args, check_arena()), "names no condition");
}

/* Middles of volumes are at 1, 3, 5, 7, 9 and 11 s. */
TEST(volumes_are_of_the_event_that_their_middle_lies_in)
{
	struct conditions_args args = { NULL, 6, 2, "bold" };
	struct conditions c;

	CHECK_OK(conditions_read(&c, h_table("onset\tduration\ttrial_type\n1\t4\ta\n4.5\t2.6\tb\n10\t100\ta\n-9\t3\tz\n"), &args,
	                         check_arena()));
	CHECK(c.of[0] == 0 && c.of[1] == 0 && c.of[2] == 1 && c.of[3] == 1 && c.of[4] == -1 && c.of[5] == 0);
	CHECK_OK(conditions_read(&c, h_table("onset\tduration\ttrial_type\n0\t6\ta\n4\t4\tb\n"), &args, check_arena()));
	CHECK(c.n_shared == 1 && c.of[1] == 0 && c.of[2] == -1 && c.of[3] == 1);
	CHECK_ERROR(conditions_read(&c, h_table("onset\tduration\ttrial_type\n0\tn/a\ta\n"), &args, check_arena()),
	            "duration is missing");
	args.tr_s = 0;
	CHECK_ERROR(conditions_read(&c, h_table("onset\tduration\ttrial_type\n0\t6\ta\n"), &args, check_arena()),
	            "no time between volumes");
}

/* 1.08 s / 0.72 s is a little more than 3 / 2 in double, and so with a quarter of all volumes of that time between them. */
TEST(an_event_from_middle_to_middle_has_as_many_volumes_as_it_lasts)
{
	static const double tr[] = { 0.72, 1.4, 0.645, 0.1, 2 };

	for (int i = 0; i < 5; i++) {
		struct conditions_args args = { NULL, 2000, tr[i], "bold" };
		const char *text = "onset\tduration\ttrial_type\n";
		struct conditions c;

		for (int v = 1; v < 2000; v += 5)
			text = arena_printf(check_arena(), "%s%.4f\t%.4f\ta\n", text, (v + 0.5) * tr[i], 2 * tr[i]);
		CHECK_OK(conditions_read(&c, h_table(text), &args, check_arena()));
		for (int v = 0; v < 2000; v++)
			CHECK_INT(c.of[v], v % 5 == 1 || v % 5 == 2 ? 0 : -1);
	}
}

/* ---- numbers ---- */
TEST(boxes_are_those_of_numpy_and_matplotlib)
{
	const double x[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 40 }, two[] = { 3, 4 };
	struct box_stats b;

	box_stats(&b, 10, x);
	CHECK(b.q25 == 3.25 && b.median == 5.5 && b.q75 == 7.75 && b.low == 1 && b.high == 9 && b.outliers == 1);
	CHECK(b.mean == 8.5 && b.min == 1 && b.max == 40);
	CHECK_NEAR(b.sd, 11.36515141415488, 1e-12);
	box_stats(&b, 2, two);
	CHECK(b.q25 == 3.25 && b.median == 3.5 && b.q75 == 3.75 && b.low == 3 && b.high == 4);
	box_stats(&b, 1, two);
	CHECK(b.n == 1 && isnan(b.sd) && b.low == 3 && b.high == 3 && b.q25 == 3 && b.outliers == 0);
	box_stats(&b, 0, two);
	CHECK(b.n == 0 && isnan(b.mean) && isnan(b.max));
}

static const float signals[] = { 1, 10, 2, 20, 4, NAN, 3, 30, 9, 90, 5, 50 };

static struct error *summary(struct stats_by_condition_params p, const char *conditions, struct out *o[3])
{
	for (int k = 0; k < 3; k++)
		o[k] = h_out();
	return stats_by_condition_run(h_env(1), &p, &(struct stats_by_condition_inputs){ made_series(6, signals), h_table(conditions) },
	                              &(struct stats_by_condition_outputs){ o[0], o[1], o[2] });
}

TEST(signals_are_summed_up_by_region_and_condition)
{
	const char *names[] = { "house", "face" };
	struct out *o[3];

	CHECK_OK(summary((struct stats_by_condition_params){ .n_names = 2, .names = names }, rows, o));
	CHECK_TEXT(made_text(o[0]), "region\tcondition\tn\tmean\tsd\tmedian\tq25\tq75\twhisker_low\twhisker_high\tmin\tmax\n"
	           "left\thouse\t2\t4\t1.4142135623730951\t4\t3.5\t4.5\t3\t5\t3\t5\n"
	           "left\tface\t2\t3\t1.4142135623730951\t3\t2.5\t3.5\t2\t4\t2\t4\n"
	           "right\thouse\t2\t40\t14.142135623730951\t40\t35\t45\t30\t50\t30\t50\n"
	           "right\tface\t1\t20\tn/a\t20\t20\t20\t20\t20\t20\t20\n");
	CHECK(strstr(h_notes(), "1 values are NaN"));
	CHECK(strstr(made_text(o[1]), "left\tface\t2\t2\t2.5\t3\t3.5\t4\t0\n"));
	CHECK(strstr(made_text(o[2]), "volume\tcondition\tregion\tvalue\n1\tface\tleft\t2\n1\tface\tright\t20\n2\tface\tleft\t4\n"));
	CHECK(!strstr(made_text(o[2]), "\n0\t") && !strstr(made_text(o[2]), "\n4\t"));
	CHECK_ERROR(summary((struct stats_by_condition_params){ .n_names = 2, .names = (const char *[]){ "face", "face" } }, rows, o),
	            "names has 'face' twice");
	CHECK_ERROR(summary((struct stats_by_condition_params){ .column = "lables" }, rows, o), "labels");
}

/* Of volumes 2, 3 and 5 alone: events and a table of the whole run speak of these, a table of three rows of its rows. */
TEST(volumes_of_a_censored_run_keep_their_places)
{
	static const int volume[] = { 2, 3, 5 };
	static const char *const told[] = { rows, "onset\tduration\ttrial_type\n2\t4\tface\n6\t2\thouse\n10\t2\thouse\n",
	                                    "labels\nface\nhouse\nhouse\n" };
	struct stats_by_condition_params p = { .n_names = 2, .names = (const char *[]){ "face", "house" } };
	struct out *o[3];

	for (int k = 0; k < 3; k++) {
		for (int i = 0; i < 3; i++)
			o[i] = h_out();
		CHECK_OK(stats_by_condition_run(h_env(1), &p, &(struct stats_by_condition_inputs){ made_censored(3, signals, volume, 6),
		                                                                                  h_table(told[k]) },
		                                &(struct stats_by_condition_outputs){ o[0], o[1], o[2] }));
		CHECK_TEXT(made_text(o[2]), "volume\tcondition\tregion\tvalue\n2\tface\tleft\t1\n2\tface\tright\t10\n"
		           "3\thouse\tleft\t2\n3\thouse\tright\t20\n5\thouse\tleft\t4\n5\thouse\tright\tn/a\n");
	}
	CHECK_ERROR(stats_by_condition_run(h_env(1), &p, &(struct stats_by_condition_inputs){ made_censored(3, signals, volume, 6),
	                                   h_table("labels\nface\nhouse\n") }, &(struct stats_by_condition_outputs){ h_out(), NULL, NULL }),
	            "conditions have 2 rows, series has 3 volumes left of 6: there must be one row a volume");
}

/* A second mask counts rows of the first. */
TEST(rows_know_their_volumes_after_cleaning)
{
	const struct signals_clean_params p = { .standardize_confounds = true, .filter_order = 5 };
	static const char *const mask[] = { "[1, 2, 3, 5]", "[0, 1, 3]" };
	const struct item *it = made_series(6, signals);
	struct series s;

	for (int k = 0; k < 2; k++) {
		struct signals_clean_inputs in = { .signals = it, .sample_mask = h_literal("table", mask[k]) };
		struct out *o = h_out();

		CHECK_OK(signals_clean_run(h_env(1), &p, &in, &(struct signals_clean_outputs){ o, h_out() }));
		it = h_item(o, "series");
	}
	CHECK_OK(series_read(&s, it, check_arena()));
	CHECK(s.n_vol == 6 && s.n_row == 3 && s.volume[0] == 1 && s.volume[1] == 2 && s.volume[2] == 5);
	series_close(&s);
	CHECK_OK(series_read(&s, made_series(6, signals), check_arena()));
	CHECK(!s.volume);
	series_close(&s);
}

/* Two volumes, 4 s, were dropped before the six. */
TEST(conditions_of_the_whole_run_reach_what_is_left)
{
	static const char *const told[] = { "onset\tduration\ttrial_type\n0\t6\ta\n8\t2\tb\n14\t2\tb\n",
	                                    "labels\na\na\na\nn/a\nb\nn/a\nn/a\nb\n", "labels\na\nn/a\nb\nn/a\nn/a\nb\n" };
	struct conditions_args args = { NULL, 6, 2, "bold", .dropped = 2 };
	struct conditions c;

	for (int k = 0; k < 3; k++) {
		CHECK_OK(conditions_read(&c, h_table(told[k]), &args, check_arena()));
		CHECK_INT(c.n, 6);
		CHECK(c.of[0] == 0 && c.of[1] == -1 && c.of[2] == 1 && c.of[3] == -1 && c.of[4] == -1 && c.of[5] == 1);
	}
	CHECK_ERROR(conditions_read(&c, h_table("labels\na\nb\n"), &args, check_arena()),
	            "conditions have 2 rows, bold has 6 volumes left of 8");
	args.n_row = 2;
	args.volume = (const int[]){ 0, 5 };
	CHECK_OK(conditions_read(&c, h_table(told[0]), &args, check_arena()));
	CHECK(c.n == 2 && c.of[0] == 0 && c.of[1] == 1);
}

TEST(events_after_the_run_are_told_as_such)
{
	struct conditions_args args = { NULL, 6, 2, "bold" };
	const char *names[] = { "late", "short" };
	struct conditions c;

	CHECK_OK(conditions_read(&c, h_table("onset\tduration\ttrial_type\n0\t4\ta\n4\t0.5\tshort\n12\t5\tlate\n"), &args,
	                         check_arena()));
	CHECK_TEXT(conditions_why_none(&c, 1, names, check_arena()), ": the first such event is at 12 s, when the run of 12 s is over");
	CHECK_TEXT(conditions_why_none(&c, 2, names, check_arena()),
	           ": no middle of a volume lies in such an event, or it lies in another too");
}

static struct doc *facts(const char *json)
{
	struct doc *d;

	CHECK_OK(json_read(&d, json, strlen(json), "facts", check_arena()));
	return d;
}

TEST(wrong_conditions_are_told_before_anything_runs)
{
	struct stats_by_condition_params p = { .n_names = 1, .names = (const char *[]){ "hause" } };
	struct shape *s = h_shape();

	h_given(s, "series", facts("{\"rows\": 6, \"columns\": 2, \"tr\": 2}"), NULL);
	h_given(s, "conditions", NULL, h_table(rows));
	CHECK_OK(stats_by_condition_shape(s, &p));
	CHECK(strstr(h_problems(s), "error names: ") && strstr(h_problems(s), "did you mean 'house'?"));
	s = h_shape();
	h_given(s, "series", facts("{\"rows\": 7, \"columns\": 2, \"tr\": 2}"), NULL);
	h_given(s, "conditions", facts("{\"rows\": 6, \"columns\": [\"labels\"]}"), NULL);
	CHECK_OK(stats_by_condition_shape(s, &p));
	CHECK(strstr(h_problems(s), "error conditions: conditions have 6 rows"));
}

/* ---- image.select ---- */
static struct error *pick(struct image_select_params p, const char *index, const char *conditions, struct out **o)
{
	struct image_select_inputs in = { h_f4(6, IMAGE_INT16), index ? h_literal("table", index) : NULL,
	                                  conditions ? h_table(conditions) : NULL };

	p.step = p.step ? p.step : 1;
	*o = h_out();
	return image_select_run(h_env(1), &p, &in, &(struct image_select_outputs){ *o, h_out() });
}

/* The result has these volumes of the image, and this time between them. */
static void check_volumes(const struct out *o, int n, const int *volume, double times_tr)
{
	const struct item *it = h_f4(6, IMAGE_INT16);
	float *x = NEW_N(check_arena(), float, 210), *y = NEW_N(check_arena(), float, 210);
	struct image from, to;

	CHECK_OK(image_of(&from, it, check_arena()));
	CHECK_OK(image_of(&to, h_item(o, "bold"), check_arena()));
	CHECK_INT(to.n_vol, n);
	CHECK(to.type == IMAGE_INT16);
	CHECK_NEAR(to.tr_s, from.tr_s * times_tr, 1e-6);
	for (int k = 0; k < n; k++) {
		image_volume(&from, volume[k], NONFINITE_KEEP, x);
		image_volume(&to, k, NONFINITE_KEEP, y);
		CHECK(memcmp(x, y, 210 * sizeof *x) == 0);
	}
}

TEST(volumes_are_taken_by_number_condition_and_range)
{
	struct image_select_params by_name = { .n_names = 1, .names = (const char *[]){ "house" } }, none = { 0 };
	struct out *o;

	CHECK_OK(pick(none, "[5, 0, 0]", NULL, &o));
	check_volumes(o, 3, (int[]){ 5, 0, 0 }, 0);
	CHECK_OK(pick(by_name, NULL, rows, &o));
	check_volumes(o, 2, (int[]){ 3, 5 }, 2);
	CHECK_OK(pick((struct image_select_params){ .n_range = 2, .range = (double[]){ 1, 4 } }, NULL, NULL, &o));
	check_volumes(o, 3, (int[]){ 1, 2, 3 }, 1);
	CHECK_OK(pick((struct image_select_params){ .step = 3 }, NULL, NULL, &o));
	check_volumes(o, 2, (int[]){ 0, 3 }, 3);
	CHECK_OK(pick(by_name, NULL, "onset\tduration\ttrial_type\n0\t6\thouse\n4\t4\tface\n", &o));
	check_volumes(o, 2, (int[]){ 0, 1 }, 1);
	CHECK(strstr(h_notes(), "1 volume lies in events of several conditions at once, and counts for none"));
	CHECK_ERROR(pick(none, NULL, NULL, &o), "nothing says which volumes");
	CHECK_ERROR(pick(none, NULL, rows, &o), "without names");
	CHECK_ERROR(pick(none, "[6]", NULL, &o), "image has the volumes 0 to 5");
	CHECK_ERROR(pick(none, "[1.5]", NULL, &o), "whole number");
	CHECK_ERROR(pick(by_name, "[1]", rows, &o), "one of index, conditions and range");
	CHECK_ERROR(pick((struct image_select_params){ .n_range = 2, .range = (double[]){ 4, 4 } }, NULL, NULL, &o), "no volumes");
	CHECK_ERROR(pick((struct image_select_params){ .n_range = 1, .range = (double[]){ 6 } }, NULL, NULL, &o), "ends there");
	CHECK_ERROR(pick((struct image_select_params){ .n_range = 2, .range = (double[]){ 0, 7 } }, NULL, NULL, &o), "6 volumes");
}
