#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/doc.h"
#include "base/json.h"

static struct doc *parsed(const char *text)
{
	struct doc *d = NULL;

	CHECK_OK(json_read(&d, text, strlen(text), "text", check_arena()));
	return d;
}

static const char *again(const char *text)
{
	struct buf b = { .arena = check_arena() };

	json_doc(&b, parsed(text));
	return b.text;
}

static const char *number(double x)
{
	struct buf b = { .arena = check_arena() };

	json_number(&b, x);
	return b.text;
}

TEST(numbers_are_short)
{
	CHECK_TEXT(number(0), "0");
	CHECK_TEXT(number(-0.0), "0");
	CHECK_TEXT(number(1), "1");
	CHECK_TEXT(number(-1.5), "-1.5");
	CHECK_TEXT(number(0.1), "0.1");
	CHECK_TEXT(number(1.0 / 3), "0.3333333333333333");
	CHECK_TEXT(number(0.1 + 0.2), "0.30000000000000004");
	CHECK_TEXT(number(1e15), "1000000000000000");
	CHECK_TEXT(number(9007199254740991.0), "9007199254740991");
	CHECK_TEXT(number(-9007199254740992.0), "-9007199254740992");
	CHECK_TEXT(number(1e21), "1e21");
	CHECK_TEXT(number(1e-7), "1e-7");
	CHECK_TEXT(number(1e100), "1e100");
	CHECK_TEXT(number(0.002), "0.002");
	CHECK_TEXT(number(333333333.33333329), "333333333.3333333");
}

/* A float's text is what printf gives with the fewest digits that read back, from six on. */
static void float_by_printf(float x, char text[40])
{
	for (int digits = 6; digits <= 9; digits++) {
		snprintf(text, 40, "%.*g", digits, (double)x);
		if (strtof(text, NULL) == x)
			break;
	}
	json_shorten(text);
}

TEST(floats_are_short_and_read_back)
{
	static const float row[] = { 0.1f, -0.1f, 1.5e-5f, 0.0001f, 9.99999e-5f, 0.00009999999f, 123456.5f, 1234567.5f, 999999.94f, 9.9999997e-12f,
	                             1e-12f, 1.0000001f, 3.4028235e38f, 1e-45f, 1.1754944e-38f, 8388607.5f, 0.99999994f };

	for (int k = 0; k < 200000; k++) {
		union { uint32_t bits; float x; } any = { .bits = k < 17 ? 0 : (uint32_t)(check_random() * 4294967296.0) };
		float x = k < 17 ? row[k] : k % 2 ? any.x : (float)(check_random() - 0.5) * (float)(k % 1000);
		struct buf b = { .arena = check_arena() };
		struct arena_mark mark = arena_mark(check_arena());
		char text[40];

		if (!isfinite(x) || x == truncf(x))
			continue;
		json_float(&b, x);
		float_by_printf(x, text);
		CHECK_TEXT(b.text, text);
		CHECK((float)strtod(b.text, NULL) == x);
		arena_reset(check_arena(), mark);
	}
}

/* Values of RFC 8785, appendix B, by their bits; where ECMAScript writes no exponent (up to 1e21) ours has one. */
TEST(numbers_at_the_edges)
{
	static const struct { uint64_t bits; const char *text; } row[] = {
		{ 0x0000000000000001, "5e-324" }, { 0x8000000000000001, "-5e-324" },
		{ 0x7fefffffffffffff, "1.7976931348623157e308" }, { 0xffefffffffffffff, "-1.7976931348623157e308" },
		{ 0x4340000000000000, "9007199254740992" }, { 0x4430000000000000, "2.9514790517935283e20" },
		{ 0x44b52d02c7e14af5, "9.999999999999997e22" }, { 0x44b52d02c7e14af6, "1e23" },
		{ 0x44b52d02c7e14af7, "1.0000000000000001e23" },
		{ 0x444b1ae4d6e2ef4e, "9.999999999999997e20" }, { 0x444b1ae4d6e2ef50, "1e21" },
		{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" }, { 0x41b3de4355555553, "333333333.3333332" },
		{ 0x41b3de4355555557, "333333333.33333343" }, { 0xbecbf647612f3696, "-3.3333333333333333e-6" },
		{ 0x0010000000000000, "2.2250738585072014e-308" }, { 0x000fffffffffffff, "2.225073858507201e-308" },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		double x;

		memcpy(&x, &row[i].bits, sizeof x);
		CHECK_TEXT(number(x), row[i].text);
	}
}

TEST(numbers_that_are_none)
{
	CHECK_TEXT(number(NAN), "\"nan\"");
	CHECK_TEXT(number(INFINITY), "\"inf\"");
	CHECK_TEXT(number(-INFINITY), "\"-inf\"");
}

TEST(numbers_read_back)
{
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = (uint64_t)(check_random() * 0x1p32) << 32 | (uint64_t)(check_random() * 0x1p32);
		double x;

		memcpy(&x, &bits, sizeof x);
		if (!isfinite(x))
			continue;
		const char *text = number(x);

		if (strtod(text, NULL) != x || strlen(text) > 24)
			fail_msg("%s is not %.17g", text, x);
		CHECK(parsed(text)->plain);
	}
}

TEST(texts_are_escaped)
{
	struct buf b = { .arena = check_arena() };

	json_text(&b, "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xf0\x9f\xa7\xa0");
	CHECK_TEXT(b.text, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\xc3\xa9\xf0\x9f\xa7\xa0\"");
	struct doc *d = parsed(b.text);
	CHECK_TEXT(d->text, "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xf0\x9f\xa7\xa0");
	CHECK(!d->plain);
}

TEST(texts_are_decoded)
{
	CHECK_TEXT(parsed("\"\\u00e9 \\u20AC \\ud83e\\udde0 \\/\"")->text, "\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\xa0 /");
	CHECK_TEXT(parsed("\"\"")->text, "");
	CHECK_TEXT(parsed("\"\\\\\"")->text, "\\");
	CHECK_TEXT(parsed("\"\xef\xbf\xbf\\uffff\"")->text, "\xef\xbf\xbf\xef\xbf\xbf");
}

TEST(trees_round_trip)
{
	const char *text = "{\"a\":[1,-2.5e3,true,false,null,\"1\",\"\"],\"\":{},\"b\":[],\"c\":{\"d\":[[[]]]}}";

	CHECK_TEXT(again(text), text);
	CHECK_TEXT(again(" [ 1 ,\t\"x\" ,\r\n{ \"k\" : 2 } ] \n"), "[1,\"x\",{\"k\":2}]");
	CHECK_TEXT(again("0"), "0");
	CHECK_TEXT(again("-0.0E-0"), "-0.0E-0");
}

TEST(places_are_remembered)
{
	struct doc *d = parsed("{\n  \"a\": 12,\n  \"b\": [\"x\",\n true]\n}");
	const struct doc *b = doc_get(d, "b");

	CHECK_INT(d->at.line, 1);
	CHECK_INT(d->at.col, 1);
	CHECK_TEXT(d->at.file, "text");
	CHECK_INT(doc_key(d, "a")->at.line, 2);
	CHECK_INT(doc_key(d, "a")->at.col, 3);
	CHECK_INT(doc_key(d, "a")->end_col, 6);
	CHECK_INT(doc_get(d, "a")->at.col, 8);
	CHECK_INT(doc_get(d, "a")->end_col, 10);
	CHECK_INT(b->at.line, 3);
	CHECK_INT(b->val[1]->at.line, 4);
	CHECK_INT(b->val[1]->at.col, 2);
}

TEST(what_is_no_json)
{
	static const struct { const char *text, *part; int line, col; } row[] = {
		{ "", "ends where a value", 1, 1 }, { " \n ", "ends where a value", 2, 2 },
		{ "[1,]", "']' stands where a value", 1, 4 }, { "[1 2]", "'2' stands where ',' or ']'", 1, 4 },
		{ "[", "ends", 1, 2 },
		{ "{\"a\" 1}", "':'", 1, 6 }, { "{a:1}", "a key in quotes", 1, 2 }, { "{\"a\":1,}", "a key in quotes", 1, 8 },
		{ "{\"a\":1,\n\"a\":2}", "\"a\" stands here twice", 2, 1 }, { "{\"a\":1 \"b\"", "',' or '}'", 1, 8 },
		{ "tru", "a value", 1, 1 }, { "nulL", "a value", 1, 1 }, { "truer", "the end of the text", 1, 5 },
		{ "NaN", "a value", 1, 1 }, { "Infinity", "a value", 1, 1 }, { "'a'", "a value", 1, 1 }, { "1 1", "the end", 1, 3 },
		{ "01", "must not start with 0", 1, 1 }, { "-", "a digit", 1, 2 }, { "-a", "a digit", 1, 2 },
		{ "1.", "a digit", 1, 3 },
		{ ".5", "a value", 1, 1 }, { "+1", "a value", 1, 1 }, { "1e", "a digit", 1, 3 }, { "1e+", "a digit", 1, 4 },
		{ "0x10", "the end", 1, 2 }, { "1.5.5", "the end", 1, 4 }, { "-01", "must not start with 0", 1, 2 },
		{ "\"a", "closing quote", 1, 3 }, { "\"a\\\"", "closing quote", 1, 5 }, { "\"\\", "backslash", 1, 2 },
		{ "\"a\nb\"", "byte 0x0a stands where a character that needs no escape", 1, 3 },
		{ "\"\\x\"", "backslash", 1, 2 }, { "\"\\u12\"", "four hexadecimal", 1, 2 },
		{ "\"\\u12g4\"", "four hexadecimal", 1, 2 },
		{ "\"\\u0000\"", "\\u0000 is not allowed", 1, 2 }, { "\"\\ud800\"", "surrogate", 1, 2 },
		{ "\"\\udc00\\ud800\"", "surrogate", 1, 2 },
		{ "\"\\ud83e\\u0041\"", "surrogate", 1, 2 }, { "\"\\ud83exxxxxx\"", "surrogate", 1, 2 },
		{ "\"\\ud83e\\", "surrogate", 1, 2 },
		{ "\"\x80\"", "UTF-8", 1, 2 }, { "\"\xc0\x80\"", "UTF-8", 1, 2 },
		{ "\"\xed\xa0\x80\"", "UTF-8", 1, 2 }, { "\"\xf4\x90\x80\x80\"", "UTF-8", 1, 2 },
		{ "\xef\xbb\xbf[]", "byte 0xef", 1, 1 }, { "[]]", "the end", 1, 3 }, { "// x\n1", "a value", 1, 1 },
		{ "[1}", "',' or ']'", 1, 3 },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct doc *d;
		struct error *e = json_read(&d, row[i].text, strlen(row[i].text), "text", check_arena());

		if (!e)
			fail_msg("%s was read", row[i].text);
		if (e->at.line != row[i].line || e->at.col != row[i].col)
			fail_msg("%s: %d:%d, must be %d:%d", row[i].text, e->at.line, e->at.col, row[i].line, row[i].col);
		CHECK_ERROR(e, row[i].part);
	}
}

TEST(a_nul_byte_is_no_space)
{
	struct doc *d;

	CHECK_ERROR(json_read(&d, "[1]\0", 4, "text", check_arena()), "byte 0x00");
	CHECK_ERROR(json_read(&d, "\"a\0b\"", 5, "text", check_arena()), "byte 0x00");
	CHECK_ERROR(json_read(&d, "\"\\u\0\0\0\0\"", 8, "text", check_arena()), "four hexadecimal");
}

/* Every prefix of a valid text, in memory that ends right there, is refused and no byte behind it is read. */
TEST(truncated_texts)
{
	const char *text = "{\"a\": [1.5e-3, true, \"\\ud83e\\udde0\\n\xc3\xa9\"], \"b\": {\"c\": null}}";

	for (size_t n = 0; n < strlen(text); n++) {
		char *part = malloc(n + !n);
		struct doc *d;

		memcpy(part, text, n);
		struct error *e = json_read(&d, part, n, "text", check_arena());
		CHECK(e);
		error_free(e);
		free(part);
	}
}

TEST(depth_is_bounded)
{
	char text[200000];
	struct doc *d;

	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	CHECK_OK(json_read(&d, text, 128, "text", check_arena()));
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	CHECK_ERROR(json_read(&d, text, 130, "text", check_arena()), "more than 64 deep");
	memset(text, '[', sizeof text);
	CHECK_ERROR(json_read(&d, text, sizeof text, "text", check_arena()), "more than 64 deep");
	/* siblings do not add up */
	struct buf b = { .arena = check_arena() };
	for (int i = 0; i < 100; i++)
		buf_add(&b, i ? ",[{}]" : "[[{}]");
	buf_add(&b, "]");
	CHECK_INT(parsed(b.text)->n, 100);
}

TEST(duplicates_are_found_among_many_keys)
{
	struct buf b = { .arena = check_arena() };
	struct doc *d;

	buf_add(&b, "{");
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "\"k%d\":%d,", i, i);
	size_t n = b.n;
	buf_add(&b, "\"k20000\":0}");
	CHECK_OK(json_read(&d, b.text, b.n, "text", check_arena()));
	CHECK_TEXT(doc_text(d, "k12345", ""), "12345");
	b.n = n;
	buf_add(&b, "\"k\\u00317\":0}");
	CHECK_ERROR(json_read(&d, b.text, b.n, "text", check_arena()), "\"k17\" stands here twice");
}

TEST(a_buf_grows)
{
	struct buf b = { .arena = check_arena() };
	char *big = arena_calloc(check_arena(), 2000, 1);

	buf_add(&b, "");
	CHECK_TEXT(b.text, "");
	memset(big, 'x', 1999);
	for (int i = 0; i < 100; i++)
		buf_printf(&b, "%d%s", i % 10, big);
	CHECK_INT(b.n, 200000);
	CHECK_INT(strlen(b.text), 200000);
	CHECK(b.text[2000] == '1');
}

TEST(yaml_null_becomes_null)
{
	struct buf b = { .arena = check_arena() };

	json_doc(&b, doc_new_text(check_arena(), "", true));
	json_doc(&b, doc_new_text(check_arena(), "", false));
	CHECK_TEXT(b.text, "null\"\"");
}
