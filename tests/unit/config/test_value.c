#include "render.h"

#include <math.h>

#include "base/doc.h"
#include "base/json.h"
#include "config/value.h"
#include "config/yaml.h"
#include "node/node.h"

static const char *const edges[] = { "zero", "nearest", "reflect", NULL };

#define UNBOUND .min = -INFINITY, .max = INFINITY
#define ANY_N .max_n = 1 << 24
static const struct param_decl
	fwhm = { .name = "fwhm", .unit = "mm", .type = PARAM_NUMBER, .min = 0, .max = INFINITY },
	tr = { .name = "tr", .unit = "s", .type = PARAM_NUMBER, .min = 0, .max = INFINITY, .above_min = true },
	low_pass = { .name = "low_pass", .unit = "Hz", .type = PARAM_NUMBER, .min = 0, .max = INFINITY, .above_min = true },
	edge_pct = { .name = "edges", .unit = "%", .type = PARAM_NUMBER, .min = 0, .max = 100 },
	alpha = { .name = "alpha", .unit = "", .type = PARAM_NUMBER, .min = 0, .max = 1, .above_min = true },
	drop = { .name = "drop", .unit = "", .type = PARAM_NUMBER, .min = -INFINITY, .max = 10 },
	size = { .name = "size", .unit = "mm3", .type = PARAM_NUMBER, UNBOUND },
	memory = { .name = "memory", .unit = "B", .type = PARAM_NUMBER, UNBOUND },
	angle = { .name = "angle", .unit = "deg", .type = PARAM_NUMBER, UNBOUND },
	order = { .name = "order", .type = PARAM_INT, UNBOUND },
	folds = { .name = "folds", .unit = "", .type = PARAM_INT, .min = 2, .max = INFINITY },
	detrend = { .name = "detrend", .unit = "", .type = PARAM_BOOL, UNBOUND },
	title = { .name = "title", .unit = "", .type = PARAM_TEXT, UNBOUND },
	edge = { .name = "edge", .unit = "", .type = PARAM_CHOICE, UNBOUND, .choice = edges },
	radii = { .name = "radii", .unit = "mm", .type = PARAM_NUMBERS, .min = 0, .max = INFINITY, .min_n = 1, .max_n = 3 },
	cut = { .name = "cut", .unit = "", .type = PARAM_NUMBERS, UNBOUND, .min_n = 3, .max_n = 3 },
	subjects = { .name = "subjects", .unit = "", .type = PARAM_TEXTS, UNBOUND, ANY_N };

/* The canonical form of a value as written, or what is said about it (without the quoted line). */
static const char *value(const struct param_decl *p, const char *yaml)
{
	struct arena *a = check_arena();
	struct diag *d = diag_new(a);
	struct doc *v, *map;
	const char *json, *said, *hint;

	yaml = arena_printf(a, "v: %s", yaml);
	yaml_read(&map, yaml, strlen(yaml), "p", d, a);
	CHECK_INT(d->n, 0);
	v = map->val[0];
	json = value_canonical(p, v, d, a);
	if (json) {
		CHECK_INT(d->n, 0);
		return json;
	}
	CHECK(d->n > 0);
	said = strstr(render(d, false), "error: ") + strlen("error: ");
	hint = strstr(said, "\n  hint: ");
	return arena_printf(a, "%.*s%s", (int)strcspn(said, "\n"), said,
	                    hint ? arena_strndup(a, hint, strcspn(hint + 1, "\n") + 1) : "");
}

struct row { const struct param_decl *p; const char *yaml, *must; };

static void check_rows(const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK_TEXT(value(row[i].p, row[i].yaml), row[i].must);
}

TEST(quantities_become_numbers_in_the_parameter_s_unit)
{
	static const struct row rows[] = {
		{ &fwhm, "6", "6" }, { &fwhm, "6 mm", "6" }, { &fwhm, "6mm", "6" }, { &fwhm, "0.6 cm", "6" },
		{ &fwhm, "0.006 m", "6" },
		{ &fwhm, "6000 um", "6" }, { &fwhm, "+6.0e0", "6" }, { &fwhm, ".5e1 mm", "5" }, { &fwhm, "-0 mm", "0" },
		{ &fwhm, "0.07 m", "70" }, { &fwhm, "1.1e-3 m", "1.1" }, { &fwhm, "0.3 um", "0.0003" }, { &fwhm, "007", "7" },
		{ &tr, "250 ms", "0.25" }, { &tr, "2 min", "120" }, { &tr, "1.5 h", "5400" }, { &tr, "2.", "2" },
		{ &low_pass, "0.1 Hz", "0.1" }, { &low_pass, "10 mHz", "0.01" }, { &low_pass, "1 kHz", "1000" },
		{ &edge_pct, "90 %", "90" }, { &edge_pct, "99.8%", "99.8" },
		{ &size, "1350 mm3", "1350" }, { &size, "1.35 ml", "1350" }, { &angle, "90 deg", "90" },
		{ &memory, "2 GiB", "2147483648" }, { &memory, "1 KB", "1000" }, { &memory, "3 MB", "3000000" },
		{ &memory, "5 GB", "5000000000" },
		{ &memory, "1 KiB", "1024" }, { &memory, "1 MiB", "1048576" }, { &memory, "0.5 TiB", "549755813888" },
		{ &memory, "7 B", "7" },
		{ &order, "-3", "-3" }, { &order, "1e3", "1000" }, { &order, "6.0", "6" },
		{ &order, "2147483647", "2147483647" },
		{ &alpha, "0.05", "0.05" }, { &alpha, "1e-7", "1e-7" }, { &folds, "5", "5" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(equal_quantities_are_equal_to_the_bit_whatever_their_unit)
{
	struct arena *a = check_arena();
	const char *why;
	double x, y;

	for (int k = 1; k < 2000; k++) {
		CHECK(value_quantity(&x, arena_printf(a, "%d.%03d m", k / 1000, k % 1000), "mm", &why, a));
		CHECK(value_quantity(&y, arena_printf(a, "%d mm", k), "mm", &why, a));
		CHECK(x == y && x == k);
		CHECK(value_quantity(&x, arena_printf(a, "%d ms", k), "s", &why, a));
		CHECK(x == strtod(arena_printf(a, "%de-3", k), NULL));
	}
}

TEST(units_of_another_dimension_are_refused)
{
	static const struct row rows[] = {
		{ &fwhm, "6 s", "'fwhm' is in s, must be a length (mm, cm, m, um)" },
		{ &fwhm, "6 inches", "'fwhm' is in inches, must be a length (mm, cm, m, um)" },
		{ &tr, "2 Hz", "'tr' is in Hz, must be a time (s, ms, min, h)" },
		{ &low_pass, "10 s", "'low_pass' is in s, must be a frequency (Hz, kHz, mHz)" },
		{ &edge_pct, "90 mm", "'edges' is in mm, must be a percentage (%)" },
		{ &size, "5 mm", "'size' is in mm, must be a volume (mm3, ml)" },
		{ &memory, "5 Mb", "'memory' is in Mb, must be a size (B, KB, MB, GB, KiB, MiB, GiB, TiB)" },
		{ &angle, "5 %", "'angle' is in %, must be an angle (deg)" },
		{ &alpha, "5 %", "'alpha' is in %, must be a number without a unit" },
		{ &order, "5 mm", "'order' is in mm, must be a number without a unit" },
		{ &radii, "[4 mm, 5 s]", "item 2 of 'radii' is in s, must be a length (mm, cm, m, um)" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(what_is_no_number_is_refused)
{
	static const struct row rows[] = {
		{ &fwhm, "wide", "'fwhm' must be a length (mm, cm, m, um), not 'wide'" },
		{ &fwhm, "1-2", "'fwhm' must be a length (mm, cm, m, um), not '1-2'" },
		{ &fwhm, "0x1p3", "'fwhm' must be a length (mm, cm, m, um), not '0x1p3'" },
		{ &alpha, "nan", "'alpha' must be a number without a unit, not 'nan'" },
		{ &alpha, "inf", "'alpha' must be a number without a unit, not 'inf'" },
		{ &alpha, ".nan", "'alpha' must be a finite number, not '.nan'" },
		{ &alpha, "-.inf", "'alpha' must be a finite number, not '-.inf'" },
		{ &alpha, "1e999", "'alpha' is too large for a number" },
		{ &order, "many", "'order' must be a whole number, not 'many'" },
		{ &order, "2.5", "'order' is 2.5, must be a whole number" },
		{ &order, "3000000000", "'order' is 3000000000, must be 2147483647 or less" },
		{ &order, "-3e9", "'order' is -3e9, must be -2147483648 or more" },
		{ &folds, "3e9", "'folds' is 3e9, must be between 2 and 2147483647" },
		{ &alpha, "\"0.5\"", "'alpha' is text in quotes, must be a number without a unit\n  hint: without the quotes "
		  "it is a number" },
		{ &fwhm, "'6 mm'",
		  "'fwhm' is text in quotes, must be a length (mm, cm, m, um)\n  hint: without the quotes it is a number" },
		{ &order, "\"a\"", "'order' is text in quotes, must be a whole number" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(ranges_say_what_is_and_what_must_be)
{
	static const struct row rows[] = {
		{ &fwhm, "-2 mm", "'fwhm' is -2 mm, must be 0 mm or more" },
		{ &fwhm, "-2", "'fwhm' is -2 mm, must be 0 mm or more" },
		{ &fwhm, "-0.2 cm", "'fwhm' is -0.2 cm, must be 0 mm or more" },
		{ &fwhm, "0", "0" },
		{ &low_pass, "0 Hz", "'low_pass' is 0 Hz, must be above 0 Hz" },
		{ &edge_pct, "101 %", "'edges' is 101 %, must be between 0 % and 100 %" },
		{ &alpha, "0", "'alpha' is 0, must be above 0 and at most 1" },
		{ &alpha, "1", "1" },
		{ &drop, "11", "'drop' is 11, must be 10 or less" },
		{ &folds, "1", "'folds' is 1, must be 2 or more" },
		{ &radii, "[1 mm, -1]", "item 2 of 'radii' is -1 mm, must be 0 mm or more" },
		{ &radii, "-1", "'radii' is -1 mm, must be 0 mm or more" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(bools_are_true_and_false_only)
{
#define ONLY "\n  hint: YAML 1.2 has only true and false"
	static const struct row rows[] = {
		{ &detrend, "true", "true" }, { &detrend, "false", "false" },
		{ &detrend, "yes", "'detrend' must be true or false, not 'yes'" ONLY },
		{ &detrend, "No", "'detrend' must be true or false, not 'No'" ONLY },
		{ &detrend, "on", "'detrend' must be true or false, not 'on'" ONLY },
		{ &detrend, "OFF", "'detrend' must be true or false, not 'OFF'" ONLY },
		{ &detrend, "True", "'detrend' must be true or false, not 'True'" ONLY },
		{ &detrend, "1", "'detrend' must be true or false, not '1'" },
		{ &detrend, "\"true\"", "'detrend' is text in quotes, must be true or false" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(texts_and_choices)
{
	static const struct row rows[] = {
		{ &title, "Faces \"a\" - b", "\"Faces \\\"a\\\" - b\"" }, { &title, "01", "\"01\"" },
		{ &title, "\"\"", "\"\"" },
		{ &title, "\"null\"", "\"null\"" }, { &title, "yes", "\"yes\"" },
		{ &edge, "nearest", "\"nearest\"" }, { &edge, "'zero'", "\"zero\"" },
		{ &edge, "nearst", "'edge' is 'nearst', must be one of: zero, nearest, reflect\n  hint: did you mean "
		  "'nearest'?" },
		{ &edge, "5", "'edge' is '5', must be one of: zero, nearest, reflect" },
		{ &subjects, "[01, b, '2']", "[\"01\",\"b\",\"2\"]" }, { &subjects, "01", "[\"01\"]" },
		{ &subjects, "[]", "[]" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(shapes_and_missing_values)
{
	static const struct row rows[] = {
		{ &title, "", "'title' has no value" }, { &title, "~", "'title' has no value" },
		{ &fwhm, "null", "'fwhm' has no value" },
		{ &detrend, "", "'detrend' has no value" }, { &radii, "[1, ~]", "item 2 of 'radii' has no value" },
		{ &radii, "", "'radii' has no value" },
		{ &fwhm, "[1]", "'fwhm' is a list, must be a length (mm, cm, m, um)" },
		{ &fwhm, "{a: 1}", "'fwhm' is a map, must be a length (mm, cm, m, um)" },
		{ &order, "[1]", "'order' is a list, must be a whole number" },
		{ &detrend, "[true]", "'detrend' is a list, must be true or false" },
		{ &title, "[a, b]", "'title' is a list, must be a text" },
		{ &edge, "{a: b}", "'edge' is a map, must be one of: zero, nearest, reflect" },
		{ &radii, "[[1, 2]]", "item 1 of 'radii' is a list, must be a length (mm, cm, m, um)" },
		{ &subjects, "[{a: b}]", "item 1 of 'subjects' is a map, must be a text" },
		{ &radii, "{a: b}", "'radii' is a map, must be a length (mm, cm, m, um)" },
		{ &radii, "4 mm", "[4]" }, { &radii, "[4 mm, 0.5 cm]", "[4,5]" },
		{ &radii, "[]", "'radii' has 0 items, must have 1 or more" },
		{ &radii, "[1, 2, 3, 4]", "'radii' has 4 items, must have 3 or fewer" },
		{ &cut, "1", "'cut' has 1 item, must have 3" }, { &cut, "[1, 2, 3]", "[1,2,3]" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(all_items_of_a_list_are_checked)
{
	struct arena *a = check_arena();
	struct diag *d = diag_new(a);
	struct doc *v;

	yaml_read(&v, "[-1, 5 s, x]", 12, "p", d, a);
	CHECK(!value_canonical(&radii, v, d, a));
	CHECK_INT(d->n, 3);
}

TEST(a_long_text_is_shortened_in_messages)
{
	char text[200] = { 0 };
	struct doc v = { .kind = DOC_TEXT, .text = text };
	struct diag *d = diag_new(check_arena());

	for (int k = 0; k < 180; k += 2)
		memcpy(text + k, "\u00e9", 2);
	CHECK(!value_canonical(&edge, &v, d, check_arena()));
	CHECK(strstr(render(d, false), "\u00e9...', must be") != NULL);
	CHECK(strlen(render(d, false)) < 150);
}

TEST(plain_values_keep_their_nature)
{
	static const char yaml[] =
		"{n: 007, x: 1.50, big: 12345678901234567890, neg: -0, q: \"5\", unit: 6 mm, t: true, f: false, "
	                           "yes: yes, none: ~, empty: , list: [1e3, [a]], i: .inf, m: {b: 1, a: 2}}";
	struct arena *a = check_arena();
	struct diag *d = diag_new(a);
	struct buf out = { .arena = a };
	struct doc *v;

	yaml_read(&v, yaml, strlen(yaml), "p", d, a);
	value_plain(&out, v);
	CHECK_TEXT(out.text, "{\"n\":7,\"x\":1.5,\"big\":12345678901234567890,\"neg\":0,\"q\":\"5\","
	                     "\"unit\":\"6 mm\",\"t\":true,"
	                     "\"f\":false,\"yes\":\"yes\",\"none\":null,\"empty\":null,\"list\":[1000,[\"a\"]],\"i\":\"inf\","
	                     "\"m\":{\"b\":1,\"a\":2}}");
}

TEST(numbers_are_those_of_yaml_1_2_in_decimal)
{
	static const char *const yes[] = { "0", "-1", "+1", "1.", ".5", "1.5", "1e3", "1E-3", "-.5e+2", ".inf", "-.INF",
		"+.Inf", ".nan", ".NaN" };
	static const char *const no[] = { "", "-", ".", "e3", "1e", "1e+", "nan", "inf", "-.nan", "0x10", "1_000", "1 ",
		" 1", "1.2.3", "--1" };
	double x = 0;

	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		CHECK(value_is_number(yes[i], &x));
	CHECK(isnan(x));
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		CHECK(!value_is_number(no[i], &x));
	CHECK(value_is_number("-.inf", &x) && x == -INFINITY);
}
