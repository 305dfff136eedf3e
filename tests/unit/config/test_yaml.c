#include "render.h"

#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "config/yaml.h"

static struct doc *read_n(struct diag *d, const char *text, size_t n)
{
	struct doc *out = (struct doc *)d;

	yaml_read(&out, text, n, "p", d, check_arena());
	return out;
}

static struct doc *read_ok(const char *text)
{
	struct diag *d = diag_new(check_arena());
	struct doc *out = read_n(d, text, strlen(text));

	if (d->n || !out)
		print_error("%s", render(d, false));
	CHECK_INT(d->n, 0);
	return out;
}

/* What is said about a text, each problem as line:column: words (hint), joined by |. */
static const char *said_n(const char *text, size_t n)
{
	struct buf b = { .arena = check_arena() };
	struct diag *d = diag_new(check_arena());
	char *line, *rest;

	read_n(d, text, n);
	rest = arena_strdup(check_arena(), render(d, false));
	buf_add(&b, "");
	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "p:", 2)) {
			char *error = strstr(line, " error:");

			buf_printf(&b, "%s%.*s%s", b.n ? " | " : "", (int)(error - line - 2), line + 2, error + 7);
		} else if (!strncmp(line, "  hint: ", 8)) {
			buf_printf(&b, " (%s)", line + 8);
		}
	}
	return b.text;
}

static const char *said(const char *text)
{
	return said_n(text, strlen(text));
}

struct row { const char *yaml, *must; };

static void check_rows(const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK_TEXT(said(row[i].yaml), row[i].must);
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof rows[0])

static const char *json(const struct doc *d)
{
	struct buf b = { .arena = check_arena() };

	json_doc(&b, d);
	return b.text;
}

TEST(a_tree_has_the_same_values_in_block_and_flow_style)
{
	const char *must = "{\"a\":1,\"b\":[x,\"y, z\",{\"c\":null}],\"d\":{\"e\":$f.g}}";
	struct buf b = { .arena = check_arena() };

	buf_add(&b, json(read_ok("a: 1\nb:\n  - x\n  - \"y, z\"\n  - c:\nd:\n  e: $f.g\n")));
	CHECK_TEXT(b.text, must);
	CHECK_TEXT(json(read_ok("---\n{a: 1, b: [x, 'y, z', {c: }], d: {e: $f.g}}\n...\n")), must);
	CHECK_TEXT(json(read_ok("{\"a\":1,\"b\":[2]}")), "{\"a\":1,\"b\":[2]}");
}

TEST(marks_are_lines_and_columns_of_characters)
{
	const struct doc *d = read_ok("\xef\xbb\xbf" "title: \u00e9\u00e9\nb: {\u00e9: \"x\u00e9\", c: [1, -2 mm]}\n"
	                              "t: a\n  b\n"), *v;

	v = doc_get(d, "title");
	CHECK_INT(v->at.line, 1);
	CHECK_INT(v->at.col, 8);
	CHECK_INT(v->end_col, 10);
	CHECK_TEXT(v->at.file, "p");
	v = doc_get(doc_get(d, "b"), "\u00e9");
	CHECK_INT(v->at.line, 2);
	CHECK_INT(v->at.col, 8);
	CHECK_INT(v->end_col, 12);
	CHECK(!v->plain);
	v = doc_get(doc_get(d, "b"), "c");
	CHECK_INT(v->at.col, 17);
	CHECK_INT(v->end_col, 0);
	CHECK_INT(v->val[1]->at.col, 21);
	CHECK_INT(v->val[1]->end_col, 26);
	CHECK(v->val[1]->plain);
	CHECK_INT(doc_key(d, "title")->at.col, 1);
	CHECK_INT(doc_get(d, "t")->end_col, 0);
	CHECK_TEXT(doc_get(d, "t")->text, "a b");
}

TEST(scalars_are_text_as_written)
{
	const struct doc *d = read_ok("{a: yes, b: 0x1F, c: ~, d: \"\\u00e9\\t\", e: 'it''s', f: 1e3, g: , h: $$x}\n");

	CHECK_TEXT(doc_text(d, "a", ""), "yes");
	CHECK_TEXT(doc_text(d, "b", ""), "0x1F");
	CHECK_TEXT(doc_text(d, "c", ""), "~");
	CHECK_TEXT(doc_text(d, "d", ""), "\u00e9\t");
	CHECK_TEXT(doc_text(d, "e", ""), "it's");
	CHECK(!doc_get(d, "e")->plain);
	CHECK(doc_get(d, "f")->plain);
	CHECK_TEXT(doc_text(d, "g", "?"), "");
	CHECK(doc_get(d, "g")->plain);
	CHECK_TEXT(doc_text(d, "h", ""), "$$x");
	CHECK_TEXT(doc_text(read_ok("a: |\n  x\n  y\n"), "a", ""), "x\ny\n");
}

TEST(crlf_and_cr_end_lines_too)
{
	CHECK_INT(doc_get(read_ok("a: 1\r\nb: 2\r\n"), "b")->at.line, 2);
	CHECK_TEXT(said("a: 1\r\nb: 2\r\na: 3\r\n"), "3:1: 'a' is given twice, first on line 1, column 1");
	CHECK_TEXT(said("a: 1\rb: 2\ra: 3\r"), "3:1: 'a' is given twice, first on line 1, column 1");
}

TEST(problems_of_meaning_do_not_end_the_reading)
{
	static const struct row rows[] = {
		{ "a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n", "2:17: 'c' is given twice, first on line 2, column 5 | "
		                                         "3:1: 'a' is given twice, first on line 1, column 1" },
		{ "a: &x {b: 1}\nc: {<<: *x}\n", "2:5: '<<' (merging of maps) is not used "
		                                 "(give shared parameters once under `defaults:`, or write them out)" },
		{ "a: !!str 5\nb: !mine [x]\nc: !!map {d: ! e}\n",
		  "1:4: tags are not used: '!!str' (leave it out; quotes make a text, no quotes a number) | "
		  "2:4: tags are not used: '!mine' (leave it out; quotes make a text, no quotes a number) | "
		  "3:4: tags are not used: '!!map' (leave it out; quotes make a text, no quotes a number) | "
		  "3:14: tags are not used: '!' (leave it out; quotes make a text, no quotes a number)" },
		{ "[a]: 1\n{b: c}: 2\n?\n: 3\n&d e: 4\n*d : 5\n",
		  "1:1: a key must be a word, not a list | 2:1: a key must be a word, not a map | "
		  "3:2: a key is missing before the ':' | 6:1: a key must be a word, not an alias" },
		{ "a: \"x\\0y\"\n", "1:4: a text cannot have a NUL character ('\\0') in it" },
		{ "a: 1\n---\nb: 2\n", "2:1: a second document begins here, must be one (put it into a file of its own)" },
	};
	struct diag *d = diag_new(check_arena());

	CHECK_ROWS(rows);
	CHECK_TEXT(json(read_n(d, "a: 1\na: 2\nb: 3", 14)), "{\"a\":1,\"b\":3}");
}

TEST(traps_of_flow_style_are_told)
{
	static const struct row rows[] = {
		{ "{title: a, b}", "1:12: 'b' has no value: an unquoted value with a comma ends there; put quotes around it" },
		{ "x: {title: a, b and c , d: 1, e }\n",
		  "1:15: 'b and c' has no value: an unquoted value with a comma ends there; put quotes around it | "
		  "1:31: 'e' has no value: an unquoted value with a comma ends there; put quotes around it" },
		{ "{a: group[x] - y, b: 1}", "1:10: an unquoted value with a bracket ends at '['; put quotes around it" },
		{ "{files: sub-{sub}/x}", "1:13: an unquoted value with a brace ends at '{'; put quotes around it" },
		{ "a: [b, sub-{sub}/x]", "1:12: an unquoted value with a brace ends at '{'; put quotes around it" },
		{ "{a: [1], b}", "1:10: 'b' has no value (in braces each entry is written 'key: value')" },
		{ "{a}", "1:2: 'a' has no value (in braces each entry is written 'key: value')" },
		{ "{a:1}", "1:2: 'a:1' has no value: a space must follow the ':'" },
		{ "{a: b: c}", "1:6: an unquoted value with ': ' in it ends there; put quotes around it" },
		{ "a: {b: x}y, c: d}",
		  "1:10: text stands after the closing '}' (a value with a brace, a bracket or a comma in it needs quotes)" },
		{ "a: [x]y\n", "1:7: text stands after the closing ']' (a value with a brace, a bracket or a comma in it "
		  "needs quotes)" },
	};

	CHECK_ROWS(rows);
	read_ok("{a: , \"c\":, d: {e: }}");
}

TEST(flow_style_that_is_not_closed)
{
	static const struct row rows[] = {
		{ "a: {b: c\n", "1:4: this '{' is never closed" },
		{ "a: [b, c", "1:4: this '[' is never closed" },
		{ "a: {b: 1\nc: 3\n", "1:4: this '{' is not closed before line 2, where a new key begins" },
		{ "a: [1, 2\nb: 3\n", "1:4: this '[' is not closed before line 2, where a new key begins" },
		{ "a: {b: c]\n", "1:9: the '{' of line 1, column 4 must be closed by '}', not ']'" },
		{ "a: [{b: c]\n", "1:10: the '{' of line 1, column 5 must be closed by '}', not ']'" },
		{ "a: {b: \"c\" d}\n", "1:12: a ',' or '}' is missing here (the '{' is on line 1)" },
		{ "a: {b: 1}}\n", "1:10: one '}' too many" },
		{ "a: 1\n]\n", "2:1: one ']' too many" },
		{ "a: [x, , y]", "1:8: a value is missing before the ','" },
		{ "{: 1}", "1:2: a key is missing before the ':'" },
		{ "a: {x: \"z}\nb: {y: \"q\"}\n",
		  "1:8: the text in quotes that begins here ends only on line 2 (is its closing quote missing?)" },
		{ "{a: 1}\nb: 2\n", "2:1: text stands after the end of the file's one value (a file is one map; check the "
		  "indentation and the braces)" },
	};

	CHECK_ROWS(rows);
}

TEST(indentation)
{
	static const struct row rows[] = {
		{ "a:\n  b: 1\n c: 2\n",
		  "3:2: this line does not line up with the map that begins on line 1 (the keys of one map begin in the same "
			"column)" },
		{ "- a\nb: 1\n",
		  "2:1: this line does not line up with the list that begins on line 1 (the items of one list begin with '-' "
			"in the same column)" },
		{ "a:\n  - 1\n - 2\n", "3:2: a list item stands where a key of the map that begins on line 1 must be" },
		{ "a: 1\n  b: 2\n", "2:4: this ':' stands inside the text that begins on line 1 "
		                    "(check the indentation, or whether that line lacks a ':')" },
		{ "a: - b\n", "1:4: a list item cannot stand here (begin the list on the next line, or write it as [a, b])" },
		{ "a: ? b\n", "1:4: a '?' cannot stand here (put quotes around a text that begins with '?')" },
	};

	CHECK_ROWS(rows);
}

TEST(tabs_in_indentation)
{
#define TAB "a tab is used for indentation; use spaces"
	static const struct row rows[] = {
		{ "a:\n\tb: 1\n", "2:1: " TAB },
		{ "a:\n  \tb: 1\n\tc: 2\n \td: 3\n", "2:3: " TAB " (2 more lines have a tab there)" },
		{ "a:\n\tb: 1\n\tc: 2\n", "2:1: " TAB " (1 more line has a tab there)" },
		{ "a: x\n\tb: y\n", "2:1: " TAB },
		{ "a: |\n\tx\n", "2:1: " TAB },
		{ "a: [\n\t1,\n  2, \t3,\n\t4]", "2:1: " TAB " | 4:1: " TAB },
		{ "{a: 1,\n \tb: 2}\n", "2:2: " TAB },
	};

	CHECK_ROWS(rows);
	read_ok("a:\t1\nb: [1,\t2]\t# c\nc: |\n  x\n  \ty\n");
}

TEST(words_for_other_faults)
{
	static const struct row rows[] = {
		{ "a: b: c", "1:5: a value with ': ' in it needs quotes" },
		{ "a: 1\nbar\nc: 2\n", "2:1: 'bar' is not 'key: value'" },
		{ "a: 1\nfwhm:6\nc: 2\n", "2:1: 'fwhm:6' is not 'key: value' (a space must follow the ':')" },
		{ "a: 1\nnobody would write such a long line without a \u00e9olon\nc: 2\n",
		  "2:1: 'nobody would write such a long line with...' is not 'key: value'" },
		{ "a: *_x.nii\n", "1:4: a value that begins with '*' is read as an alias (put quotes around it)" },
		{ "a: **/x\n", "1:4: a value that begins with '*' is read as an alias (put quotes around it)" },
		{ "a: &\n", "1:4: a value that begins with '&' is read as an anchor (put quotes around it)" },
		{ "a: @x\n", "1:4: a value cannot begin with '@' (put quotes around it)" },
		{ "a: %x\n", "1:4: a value cannot begin with '%' (put quotes around it)" },
		{ "a: `x`\n", "1:4: a value cannot begin with '`' (put quotes around it)" },
		{ "a: \"abc\nb: 2\n", "1:4: this quote is never closed" },
		{ "a: 'x\n---\n", "1:4: this quote is never closed" },
		{ "a: \"\\q\"\n", "1:5: this is not one of YAML's escapes "
		                 "(in double quotes a backslash is written \\\\; in single quotes it stands for itself)" },
		{ "a: 'don't'\n", "1:9: text stands after a value that has ended "
		                  "(put quotes around all of it; a quote inside single quotes is written twice)" },
		{ "a: !foo!x y\n", "1:4: tags are not used (leave it out; a text that begins with '!' needs quotes)" },
		{ "a: !<x y\n", "1:4: tags are not used (leave it out; a text that begins with '!' needs quotes)" },
		{ "%FOO\n---\na: 1\n", "1:1: directives ('%...') are not used" },
		{ "%YAML 1.3\n---\na: 1\n", "1:1: directives ('%...') are not used" },
		{ "a: 1\n: 2\n", "2:1: a key is missing before the ':'" },
		{ "{b:, c: d}", "1:3: a space must follow the ':'" },
		{ "a: |x\n  b\n", "1:5: this text block is not well formed (after '|' or '>' the text begins on the next "
		  "line, indented)" },
		{ "# nothing\n\n", "1:1: there is nothing but blanks and comments" },
		{ "", "1:1: there is nothing but blanks and comments" },
	};

	CHECK_ROWS(rows);
}

TEST(bytes_that_are_no_text)
{
	static const struct row rows[] = {
		{ "a: 1\nb: \u00e9\xc3(", "2:5: the text is not UTF-8 from here on (byte 0xc3 at offset 10)" },
		{ "a: \xed\xa0\x80", "1:4: the text is not UTF-8 from here on (byte 0xed at offset 3)" },
		{ "\xff\xfe" "a", "1:1: the text is UTF-16, must be UTF-8 (save it as UTF-8)" },
		{ "\xfe\xff" "a", "1:1: the text is UTF-16, must be UTF-8 (save it as UTF-8)" },
		{ "a: \033[2J", "1:4: a control character stands here (byte 0x1b at offset 3)" },
		{ "a: \xc2\x9b", "1:4: a control character stands here (byte 0xc2 at offset 3)" },
		{ "a: b\u2028c: d",
		  "1:5: an unusual line end (U+0085, U+2028 or U+2029) stands here, must be a newline (byte 0xe2 at offset "
			"4)" },
		{ "a: \ufeff" "b", "1:4: a byte order mark stands inside the text (byte 0xef at offset 3)" },
	};

	CHECK_ROWS(rows);
	CHECK_TEXT(said_n("a: 1\nb: \0x", 10),
		"2:4: a NUL byte stands here: this is not a text file (byte 0x00 at offset 8)");
	CHECK_TEXT(said_n("a\0:\0 \0", 6), "1:2: a NUL byte stands here: this is not a text file (byte 0x00 at offset 1)");
}

TEST(aliases_share_one_subtree)
{
	const struct doc *d = read_ok("a: &x [1, 2]\nb: *x\nc: {d: *x, e: &y z, f: *y}\n");

	CHECK(doc_get(d, "a") == doc_get(d, "b"));
	CHECK(doc_get(d, "a") == doc_get(doc_get(d, "c"), "d"));
	CHECK_TEXT(doc_text(doc_get(d, "c"), "f", ""), "z");
	CHECK_TEXT(json(read_ok("a: &x 1\nb: &x 2\nc: *x\n")), "{\"a\":1,\"b\":2,\"c\":2}");
}

TEST(aliases_are_bounded)
{
	struct arena *a = check_arena();
	struct buf bomb = { .arena = a }, deep = { .arena = a };

	CHECK_TEXT(said("a: *x\n"),
		"1:4: alias '*x' has no '&' anchor before it (put quotes around a text that begins with '*')");
	CHECK_TEXT(said("a: &x [b, {c: *x}]\n"), "1:15: alias '*x' would contain itself");
	buf_add(&bomb, "a0: &a0 x\n");
	for (int k = 1; k < 60; k++)
		buf_printf(&bomb, "a%d: &a%d [*a%d, *a%d]\n", k, k, k - 1, k - 1);
	CHECK_TEXT(said(bomb.text), "16:18: alias '*a14' makes more than 100000 values of aliases");
	buf_add(&deep, "a0: &a0 x\n");
	for (int k = 1; k < 70; k++)
		buf_printf(&deep, "a%d: &a%d [*a%d]\n", k, k, k - 1);
	CHECK_TEXT(said(deep.text), "64:12: alias '*a62' makes the file more than 64 levels deep");
}

TEST(depth_is_bounded)
{
	char text[200] = { 0 };

	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	read_ok(text);
	memset(text, '[', 65);
	CHECK_TEXT(said(text), "1:65: lists and maps are nested more than 64 levels deep");
}

TEST(size_is_bounded)
{
	size_t n = (4 << 20) + 1;
	char *text = arena_alloc(check_arena(), n, 1);
	struct diag *d = diag_new(check_arena());

	memset(text, '#', n);
	CHECK(!read_n(d, text, n));
	CHECK_TEXT(render(d, false), "p: error: the text has 4194305 bytes, may have at most 4 MiB\n");
	text[1] = '\n';
	memcpy(text + n - 6, "\nab: c", 6);
	CHECK(read_n(diag_new(check_arena()), text + 1, n - 1));
}

TEST(reading_ends_after_many_problems)
{
	struct buf b = { .arena = check_arena() };
	struct diag *d = diag_new(check_arena());

	for (int k = 0; k < 10000; k++)
		buf_add(&b, "k: 1\n");
	CHECK(!read_n(d, b.text, b.n));
	CHECK_INT(d->n, 201);
}

TEST(large_maps_find_their_duplicates)
{
	struct buf b = { .arena = check_arena() };

	for (int k = 0; k < 5000; k++)
		buf_printf(&b, "k%d: 1\n", k);
	CHECK_INT(read_ok(b.text)->n, 5000);
	buf_add(&b, "k77: 2\n");
	CHECK_TEXT(said(b.text), "5001:1: 'k77' is given twice, first on line 78, column 1");
}

TEST(files)
{
	struct arena *a = check_arena();
	const char *path = path_join(a, check_folder(), "p.yaml"), *missing = path_join(a, check_folder(), "none");
	struct diag *d = diag_new(a);
	struct doc *out;

	CHECK_OK(file_write(path, "\xef\xbb\xbf" "a: 1\na: 2\n", 13));
	yaml_read_file(&out, path, d, a);
	CHECK_TEXT(doc_text(out, "a", ""), "1");
	CHECK_TEXT(render(d, false), arena_printf(a,
		"%s:2:1: error: 'a' is given twice, first on line 1, column 1\n  2 | a: 2\n    | ^\n",
	                                          path));
	d = diag_new(a);
	yaml_read_file(&out, missing, d, a);
	CHECK(!out);
	CHECK_TEXT(render(d, false), arena_printf(a, "error: cannot open %s: No such file or directory\n", missing));
}

TEST(a_text_of_ten_thousand_steps_is_read_whole)
{
	struct buf b = { .arena = check_arena() };

	buf_add(&b, "steps:\n");
	for (int k = 0; k < 10000; k++)
		buf_printf(&b, "  s%d: {do: image.smooth, image: $s%d.image, fwhm: [6 mm, 4 mm], detrend: true}\n", k, k - 1);
	CHECK_INT(doc_get(read_ok(b.text), "steps")->n, 10000);
}
