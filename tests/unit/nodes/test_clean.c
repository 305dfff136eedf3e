/* The cleaning part through signals.clean: what is said about parameters and ports, what is recorded, and where. */
#include "harness.h"

#include <math.h>
#include <stdlib.h>

#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "img/npy.h"
#include "img/series.h"
#include "signals.clean.node.h"

enum { T = 100, V = 5 };

static const struct signals_clean_params plain = { .standardize_confounds = true, .filter_order = 5 };
static const struct signals_clean_params band = { .standardize_confounds = true, .filter_order = 5, .extrapolate = true, .has_extrapolate = true,
	.detrend = true, .high_pass_hz = 0.01, .has_high_pass = true, .low_pass_hz = 0.1, .has_low_pass = true };

static const struct item *series_of(int n_row, const double *x, double tr_s)
{
	const char *npy = arena_printf(check_arena(), "%s/series.npy", h_out()->folder);
	const char *json = arena_printf(check_arena(), "{\"n\": %d, \"tr\": %g}", V, tr_s);
	struct blob *blob = NEW_N(check_arena(), struct blob, 2);
	struct item *it = NEW(check_arena(), struct item);

	CHECK_OK(npy_write(npy, n_row, V, x));
	blob[0] = (struct blob){ "series.npy", npy };
	blob[1] = (struct blob){ "series.json", arena_printf(check_arena(), "%s.json", npy) };
	CHECK_OK(file_write(blob[1].path, json, strlen(json)));
	*it = (struct item){ "", "series", 2, blob };
	return it;
}

static const struct item *signals(void)
{
	double x[T * V];

	for (int k = 0; k < T * V; k++)
		x[k] = 100 + k % V + check_random() + 0.01 * k / V;
	return series_of(T, x, 2);
}

/* The ports by their written lists; NULL: not given. */
struct given { const char *confounds, *mask, *runs; };

static struct signals_clean_inputs inputs(const struct given *g, const struct item *it)
{
	return (struct signals_clean_inputs){ .signals = it, .confounds = g->confounds ? h_table(g->confounds) : NULL,
		.sample_mask = g->mask ? h_literal("table", g->mask) : NULL, .runs = g->runs ? h_literal("table", g->runs) : NULL };
}

static struct error *clean(struct signals_clean_params p, struct given g, struct out *out, struct out *record)
{
	struct signals_clean_inputs in = inputs(&g, signals());

	return signals_clean_run(h_env(2), &p, &in, &(struct signals_clean_outputs){ out, record });
}

#define REFUSED(p, given, words) CHECK_ERROR(clean(p, given, h_out(), h_out()), words)
#define GIVEN(...) ((struct given){ __VA_ARGS__ })

/* A list of n texts made of fmt with the number of each. */
static const char *list(int n, const char *fmt, int step)
{
	struct buf b = { .arena = check_arena() };

	for (int k = 0; k < n; k++) {
		buf_add(&b, k ? ", " : "[");
		buf_printf(&b, fmt, k / step);
	}
	buf_add(&b, "]");
	return b.text;
}

/* n_col columns of random numbers as a table of T rows. */
static const char *columns(int n_col)
{
	struct buf b = { .arena = check_arena() };

	for (int k = 0; k < n_col; k++)
		buf_printf(&b, "%sc%d", k ? "\t" : "", k);
	for (int t = 0; t < T; t++) {
		buf_add(&b, "\n");
		for (int k = 0; k < n_col; k++)
			buf_printf(&b, "%s%.6f", k ? "\t" : "", check_random());
	}
	buf_add(&b, "\n");
	return b.text;
}

static double recorded(const struct out *record, const char *name)
{
	struct doc *d;
	char *text;
	size_t n;

	CHECK_OK(file_read(&text, &n, item_blob(h_item(record, "record"), "record.json"), 1 << 20, check_arena()));
	CHECK_OK(json_read(&d, text, n, "record", check_arena()));
	CHECK(doc_get(d, name) != NULL);
	return strtod(doc_text(d, name, "nan"), NULL);
}

TEST(sample_masks_are_told_what_is_wrong_with_them)
{
	REFUSED(plain, GIVEN(.mask = "[[1, 2], [3, 4]]"), "sample_mask has 2 columns, must have one");
	REFUSED(plain, GIVEN(.mask = "[0, 2, \"two\"]"), "item 3 of the written list: sample_mask is 'two', must be the number of a volume");
	REFUSED(plain, GIVEN(.mask = "[0, 2, 2.5]"), "item 3 of the written list: sample_mask is '2.5'");
	REFUSED(plain, GIVEN(.mask = "[0, 2, 1]"), "item 3 of the written list: sample_mask is 1 after 2: volumes must ascend, each once");
	REFUSED(plain, GIVEN(.mask = "[0, 2, 2]"), "item 3 of the written list: sample_mask is 2 after 2");
	REFUSED(plain, GIVEN(.mask = "[0, 100]"), "item 2 of the written list: sample_mask is 100, but signals has the volumes 0 to 99");
	REFUSED(plain, GIVEN(.mask = "[-1, 100]"), "item 1 of the written list: sample_mask is -1, but");
	REFUSED(plain, GIVEN(.mask = "[0, 1e300]"), "item 2 of the written list: sample_mask is 1e300, but");
	REFUSED(plain, GIVEN(.mask = "[true, false]"), "sample_mask has 2 rows of true and false, signals has 100 volumes");
	REFUSED(plain, GIVEN(.mask = list(T, "false", 1)), "no volume of signals is kept");
	REFUSED(plain, GIVEN(.mask = list(T, "0", 1)), "no volume of signals is kept");
}

TEST(runs_are_told_what_is_wrong_with_them)
{
	REFUSED(plain, GIVEN(.runs = "[\"a\", \"b\"]"), "runs have 2 rows, signals has 100 volumes: they must be as many");
	REFUSED(plain, GIVEN(.runs = list(T, "[1, %d]", 50)), "runs has 2 columns, must have one");
	REFUSED(plain, GIVEN(.runs = list(T, "\"\"", 1)), "item 1 of the written list: runs has no label here");
	REFUSED(plain, GIVEN(.runs = list(T, "\"r%d\"", 50), .mask = list(50, "%d", 1)), "no volume of run 'r1' is kept");
	REFUSED(band, GIVEN(.runs = list(T, "\"r%d\"", 70)), "cleaning run 'r1'");
	REFUSED(band, GIVEN(.runs = list(T, "\"r%d\"", 70)), "there are 30 volumes, the filter needs more than 33");
}

TEST(segments_that_are_too_short_are_told)
{
	struct signals_clean_params p = plain;
	struct out *record = h_out();

	p.min_segment = 60;
	REFUSED(p, GIVEN(.mask = list(50, "%d", 1)), "kept stretches of fewer than 60 volumes (min_segment) are left out");
	REFUSED(p, GIVEN(.mask = list(50, "%d", 1)), "no volume of signals is kept");
	p.min_segment = 4;
	CHECK_OK(clean(p, (struct given){ .mask = "[0, 1, 2, 5, 6, 7, 8, 20, 22, 90, 91, 92, 93, 94]" }, h_out(), record));
	CHECK_NEAR(recorded(record, "kept"), 9, 0);
	CHECK_NEAR(recorded(record, "dropped_short_segments"), 3, 0);
}

TEST(filters_are_told_what_is_wrong_with_them)
{
	struct signals_clean_params p = plain, cosine = band;

	p.n_band_stop = 2;
	p.band_stop_hz = (double[]){ 0.2, 0.1 };
	REFUSED(p, GIVEN(0), "band_stop is 0.2 to 0.1 Hz: the first must be the lower one");
	p.band_stop_hz = (double[]){ 0.3, 0.4 };
	REFUSED(p, GIVEN(0), "band_stop begins at 0.3 Hz, must be below 0.25 Hz, half the rate of a TR of 2 s");
	cosine.filter = SIGNALS_CLEAN_FILTER_COSINE;
	REFUSED(cosine, GIVEN(0), "filter: cosine cannot do low_pass");
	cosine.has_low_pass = false;
	cosine.n_band_stop = 2;
	cosine.band_stop_hz = (double[]){ 0.1, 0.2 };
	REFUSED(cosine, GIVEN(0), "filter: cosine cannot do band_stop; use filter: butterworth or projection");
	p = band;
	p.extrapolate = false;
	REFUSED(p, GIVEN(.mask = list(30, "%d", 1)), "without the censored volumes at its ends there are 30 volumes, the filter "
	        "needs more than 33");
}

TEST(degrees_of_freedom_are_counted_in_words)
{
	struct signals_clean_params p = band;
	struct buf b = { .arena = check_arena() };

	REFUSED(band, GIVEN(.confounds = columns(50)), "nothing would be left of the signals: 100 volumes, less 0 censored, 2 of "
	        "the trend, ");
	REFUSED(band, GIVEN(.confounds = columns(50)), " and 50 of the confounds, leave -");
	p.filter = SIGNALS_CLEAN_FILTER_PROJECTION;
	for (int t = 0; t < T; t++)
		buf_printf(&b, "%s%d", t ? ", " : "[", t * 7 % 10 < 6);
	buf_add(&b, "]");
	/* 0.01 to 0.1 Hz is k = 2 .. 20 of k / 200 s, so 61 sines and cosines go, the mean and the line; 37 stay. */
	REFUSED(p, GIVEN(.mask = b.text), "nothing would be left of the signals: 100 volumes, less 40 censored");
	REFUSED(p, GIVEN(.confounds = columns(38)), "leave 0.0 degrees of freedom, must be more than 0");
	CHECK_OK(clean(p, (struct given){ .confounds = columns(36) }, h_out(), h_out()));
}

TEST(notes_say_what_people_should_know)
{
	struct signals_clean_params cosine = plain;
	struct buf b = { .arena = check_arena() };

	cosine.filter = SIGNALS_CLEAN_FILTER_COSINE;
	cosine.high_pass_hz = 0.01;
	cosine.has_high_pass = true;
	buf_add(&b, "one\tslow\tslow2\n");
	for (int t = 0; t < T; t++)
		buf_printf(&b, "7\t%.9f\t%.9f\n", cos(M_PI / T * (t + 0.5)), 2 * cos(M_PI / T * (t + 0.5)) + 1);
	CHECK_OK(clean(cosine, (struct given){ .confounds = b.text }, h_out(), h_out()));
	CHECK(strstr(h_notes(), "the confound 'slow' is much like one of the slow cosines"));
	CHECK(strstr(h_notes(), "the 3 confounds have rank 1: 'one' is constant, 'slow2' repeats 'slow'"));
	cosine.high_pass_hz = 0.001;
	CHECK_OK(clean(cosine, (struct given){ 0 }, h_out(), h_out()));
	CHECK(strstr(h_notes(), "have no cosine slower than high_pass 0.001 Hz"));
}

TEST(bad_columns_are_noted_and_recorded)
{
	struct signals_clean_params p = band;
	double x[T * V];
	struct out *record = h_out();
	struct given none = { 0 };

	for (int k = 0; k < T * V; k++)
		x[k] = k % V == 2 ? 7 : k % V == 3 && k > 50 ? (double)NAN : check_random();
	p.standardize = SIGNALS_CLEAN_STANDARDIZE_ZSCORE;
	struct signals_clean_inputs in = inputs(&none, series_of(T, x, 2));

	CHECK_OK(signals_clean_run(h_env(2), &p, &in, &(struct signals_clean_outputs){ h_out(), record }));
	CHECK(strstr(h_notes(), "1 of 5 columns have no variance left and are 0"));
	CHECK(strstr(h_notes(), "1 of 5 columns hold NaN or infinity, and nothing can be said of them"));
	CHECK_NEAR(recorded(record, "columns_constant"), 1, 0);
	CHECK_NEAR(recorded(record, "columns_not_finite"), 1, 0);
	p.ensure_finite = true;
	CHECK_OK(signals_clean_run(h_env(2), &p, &in, &(struct signals_clean_outputs){ h_out(), record }));
	CHECK(strstr(h_notes(), "1 of 5 columns hold NaN or infinity, which counted as 0"));
}

TEST(a_cubic_that_goes_far_is_noted)
{
	struct signals_clean_params p = band;

	CHECK_OK(clean(p, (struct given){ .mask = list(96, "%d", 1) }, h_out(), h_out()));
	CHECK(strstr(h_notes(), "4 censored volumes at the ends were extrapolated"));
	p.extrapolate = false;
	CHECK_OK(clean(p, (struct given){ .mask = list(96, "%d", 1) }, h_out(), h_out()));
	CHECK(!strstr(h_notes(), "extrapolated"));
}

TEST(a_short_run_is_not_despiked_in_silence)
{
	struct signals_clean_params p = plain;
	struct given g = { 0 };
	double x[10 * V] = { 0 };
	struct signals_clean_inputs in = inputs(&g, series_of(10, x, 2));

	p.despike = true;
	CHECK_OK(signals_clean_run(h_env(1), &p, &in, &(struct signals_clean_outputs){ h_out(), NULL }));
	CHECK(strstr(h_notes(), "there are 10 volumes, despiking needs at least 15: nothing was moved"));
}

TEST(what_is_written_can_be_read)
{
	struct signals_clean_params p = plain;
	struct out *out = h_out();
	struct series s;

	CHECK_OK(clean(p, (struct given){ .mask = "[4, 5]" }, out, NULL));
	CHECK_OK(series_read(&s, h_item(out, "series"), check_arena()));
	CHECK_INT(s.n_row, 2);
	CHECK_INT(s.n_col, V);
	CHECK_NEAR(s.tr_s, 2, 0);
	series_close(&s);
}

TEST(the_record_adds_up)
{
	struct out *out = h_out(), *record = h_out();
	int n_row, n_col;
	struct buf mask = { .arena = check_arena() };
	double sum = 0;

	for (int t = 0; t < T; t++)
		buf_printf(&mask, "%s%d", t ? ", " : "[", t % 10 != 5);
	buf_add(&mask, "]");
	CHECK_OK(clean(band, (struct given){ .confounds = columns(3), .mask = mask.text }, out, record));
	h_series(out, &n_row, &n_col);
	CHECK_INT(n_row, 90);
	CHECK_NEAR(recorded(record, "volumes"), T, 0);
	CHECK_NEAR(recorded(record, "kept"), 90, 0);
	CHECK_NEAR(recorded(record, "censored"), 10, 0);
	CHECK_NEAR(recorded(record, "filled"), 10, 0);
	CHECK_NEAR(recorded(record, "runs"), 1, 0);
	CHECK_NEAR(recorded(record, "confound_columns"), 3, 0);
	CHECK_NEAR(recorded(record, "dof_left"), 90 - recorded(record, "trend_columns") - recorded(record, "filter_dof")
	           - recorded(record, "confound_rank"), 1e-9);
	for (int k = 0; k < 4; k++)
		sum += recorded(record, (const char *[]){ "variance_detrend", "variance_filter", "variance_confounds",
		                                          "variance_left" }[k]);
	CHECK_NEAR(sum, 1, 1e-12);
	CHECK(recorded(record, "variance_left") > 0 && recorded(record, "variance_filter") > 0.2);
}

/* The order of rows is that of the volumes; nilearn puts the runs behind each other, in the order of their labels. */
TEST(runs_keep_their_places_but_for_compat)
{
	struct signals_clean_params p = plain;
	struct out *out = h_out();
	double x[T * V];
	struct given g = { .runs = arena_printf(check_arena(), "[10, 9, %s", list(T - 2, "%d", 1000) + 1) };
	int n_row, n_col;

	for (int k = 0; k < T * V; k++)
		x[k] = k / V;
	for (int compat = 0; compat < 2; compat++) {
		struct signals_clean_inputs in = inputs(&g, series_of(T, x, 2));
		const float *y;

		p.compat = compat;
		out = h_out();
		CHECK_OK(signals_clean_run(h_env(1), &p, &in, &(struct signals_clean_outputs){ out, NULL }));
		y = h_series(out, &n_row, &n_col);
		CHECK_NEAR(y[0], compat ? 2 : 0, 0);
		CHECK_NEAR(y[(T - 2) * V], compat ? 1 : T - 2, 0);
		CHECK_NEAR(y[(T - 1) * V], compat ? 0 : T - 1, 0);
	}
}

/* Numbers, words and flags that mean the same volumes. */
TEST(masks_may_be_written_in_several_ways)
{
	static const char *const way[] = { "[0, 2, 3]", "[[0], [2], [3]]", "[{\"keep\": 0}, {\"keep\": 2}, {\"keep\": 3}]" };
	const struct item *it = signals();
	struct buf flags = { .arena = check_arena() }, words = { .arena = check_arena() };
	const char *digest = NULL;

	for (int t = 0; t < T; t++) {
		buf_printf(&flags, "%s%d", t ? ", " : "[", t == 0 || t == 2 || t == 3);
		buf_printf(&words, "%s%s", t ? ", " : "[", t == 0 || t == 2 || t == 3 ? "true" : "\"False\"");
	}
	buf_add(&flags, "]");
	buf_add(&words, "]");
	for (int k = 0; k < 5; k++) {
		struct given g = { .mask = k < 3 ? way[k] : k == 3 ? flags.text : words.text };
		struct signals_clean_inputs in = inputs(&g, it);
		struct out *out = h_out();

		CHECK_OK(signals_clean_run(h_env(1), &plain, &in, &(struct signals_clean_outputs){ out, NULL }));
		digest = digest ? digest : h_digest(out, "series.npy");
		CHECK_TEXT(h_digest(out, "series.npy"), digest);
	}
}

static struct doc *facts(const char *json)
{
	struct doc *d;

	CHECK_OK(json_read(&d, json, strlen(json), "facts", check_arena()));
	return d;
}

static const char *problems(struct signals_clean_params p, const char *port, const char *json, const struct item *it)
{
	struct shape *s = h_shape();

	h_given(s, "signals", facts("{\"rows\": 100, \"columns\": 5, \"tr\": 2}"), NULL);
	h_given(s, port, json ? facts(json) : NULL, it);
	CHECK_OK(signals_clean_shape(s, &p));
	return h_problems(s);
}

#define SAYS(text, words) CHECK(strstr(text, words))

TEST(checks_say_it_before_anything_runs)
{
	struct signals_clean_params short_segments = plain;

	SAYS(problems(plain, "sample_mask", "{\"rows\": 101, \"columns\": [\"a\"]}", NULL),
	     "error sample_mask: sample_mask has 101 rows, signals has 100 volumes: they must be at most as many");
	SAYS(problems(plain, "sample_mask", "{\"rows\": 9, \"columns\": [\"a\", \"b\"]}", NULL),
	     "error sample_mask: sample_mask has 2 columns, must have one");
	SAYS(problems(plain, "runs", "{\"rows\": 9, \"columns\": [\"a\"]}", NULL), "error runs: runs have 9 rows, signals has 100");
	SAYS(problems(plain, "sample_mask", NULL, h_literal("table", "[3, \"x\"]")), "error sample_mask: ");
	SAYS(problems(plain, "confounds", NULL, h_table("a\tb\n1\t2\n1\tx\n")), "error confounds: ");
	SAYS(problems(plain, "confounds", NULL, h_table("a\tb\n1\t2\n1\tx\n")), "'x' in column b is no number");
	SAYS(problems(band, "runs", NULL, h_literal("table", list(T, "%d", 70))),
	     "error high_pass: cleaning run '1': there are 30 volumes, the filter needs more than 33");
	SAYS(problems(band, "confounds", "{\"rows\": 100, \"columns\": [\"a\"]}", NULL), "");
	short_segments.min_segment = 90;
	SAYS(problems(short_segments, "sample_mask", NULL, h_literal("table", "[3, 4]")), "error min_segment: ");
}

static int rows_told(struct signals_clean_params p, const char *json, const struct item *it)
{
	struct shape *s = h_shape();
	const struct doc *f;

	h_given(s, "signals", facts("{\"rows\": 100, \"columns\": 5, \"tr\": 2}"), NULL);
	h_given(s, "sample_mask", json ? facts(json) : NULL, it);
	CHECK_OK(signals_clean_shape(s, &p));
	f = shape_in(s, "out.signals");
	return f && doc_get(f, "rows") ? (int)strtod(doc_text(f, "rows", ""), NULL) : -1;
}

TEST(checks_know_how_many_volumes_will_be_left)
{
	struct signals_clean_params p = plain;

	CHECK_INT(rows_told(p, NULL, h_literal("table", "[3, 4, 9]")), 3);
	CHECK_INT(rows_told(p, "{\"rows\": 80, \"columns\": [\"keep\"]}", NULL), 80);
	CHECK_INT(rows_told(p, "{\"rows\": 100, \"columns\": [\"keep\"]}", NULL), -1);
	CHECK_INT(rows_told(p, NULL, NULL), -1);
	p.min_segment = 2;
	CHECK_INT(rows_told(p, NULL, h_literal("table", "[3, 4, 9]")), 2);
	CHECK_INT(rows_told(p, "{\"rows\": 80, \"columns\": [\"keep\"]}", NULL), -1);
}
