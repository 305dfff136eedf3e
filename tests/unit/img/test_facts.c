#include "img/facts.h"

#include <math.h>

#include "base/doc.h"
#include "base/json.h"
#include "check.h"

static struct doc *read(const char *text)
{
	struct doc *d = NULL;

	CHECK_OK(json_read(&d, text, strlen(text), "facts", check_arena()));
	return d;
}

TEST(image_facts_survive_json)
{
	const struct grid g = { { 50, 59, 50 }, { { 4, 0, 0.1, -98 }, { 0, 4, 0, -134 }, { 0, 1.0 / 3, 4, -72 } } };
	struct image_facts f = image_facts_new(&g, 168, 2, "int16"), r;
	struct buf b = { .arena = check_arena() };

	f.space = "MNI";
	json_doc(&b, image_facts_to(&f, check_arena()));
	CHECK(image_facts_from(&r, read(b.text), check_arena()));
	CHECK(memcmp(&r.grid, &g, sizeof g) == 0);
	CHECK_INT(r.n_vol, 168);
	CHECK_INT(r.bytes, 50 * 59 * 50 * 168 * 2);
	CHECK_TEXT(r.type, "int16");
	CHECK_TEXT(r.space, "MNI");
}

TEST(unknown_facts_are_unknown)
{
	static const char *const texts[] = {
		"{}", "{\"dim\": [1, 2, 3, 4]}", "{\"dim\": [1, 2, 3], \"affine\": [[1,0,0,0],[0,1,0,0],[0,0,1,0]]}",
		"{\"dim\": [1, 2, 0, 4], \"affine\": [[1,0,0,0],[0,1,0,0],[0,0,1,0]]}",
		"{\"dim\": [1e9, 1e9, 9, 4], \"affine\": [[1,0,0,0],[0,1,0,0],[0,0,1,0]]}",
		"{\"dim\": [1, 2, 3, 4], \"affine\": [[1,0,0],[0,1,0,0],[0,0,1,0]]}", "[1]",
	};
	struct image_facts f;
	struct series_facts s;
	struct table_facts t;
	struct coords_facts c;
	int n, m;

	for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
		CHECK(!image_facts_from(&f, read(texts[k]), check_arena()));
	CHECK(!image_facts_from(&f, NULL, check_arena()));
	CHECK(!series_facts_from(&s, NULL, check_arena()));
	CHECK(!table_facts_from(&t, read("{\"rows\": 3}"), check_arena()));
	CHECK(!coords_facts_from(&c, NULL, check_arena()));
	CHECK(!matrix_facts_from(&n, &m, read("{\"rows\": -3, \"columns\": 2}")));
}

TEST(facts_of_series_tables_coords_and_matrices)
{
	static const char *const names[] = { "a", "b" };
	static const double xyz[2][3] = { { 1, 2, 3 }, { -4, 5.5, 6 } };
	struct series_facts s = { 10, 2, 0.72, names };
	struct coords_facts c = { 2, xyz };
	struct table_facts t = { 4, 2, names };
	int n, m;

	CHECK(series_facts_from(&s, series_facts_to(&s, check_arena()), check_arena()));
	CHECK_INT(s.n_col, 2);
	CHECK_TEXT(s.column[1], "b");
	CHECK_NEAR(s.tr_s, 0.72, 0);
	s.column = NULL;
	s.n_col = 32504;
	CHECK(series_facts_from(&s, series_facts_to(&s, check_arena()), check_arena()));
	CHECK_INT(s.n_col, 32504);
	CHECK(!s.column);
	CHECK(table_facts_from(&t, table_facts_to(&t, check_arena()), check_arena()));
	CHECK_INT(t.n_row, 4);
	CHECK(coords_facts_from(&c, coords_facts_to(&c, check_arena()), check_arena()));
	CHECK(memcmp(c.xyz, xyz, sizeof xyz) == 0);
	CHECK(matrix_facts_from(&n, &m, matrix_facts_to(3, 4, check_arena())));
	CHECK_INT(m, 4);
}
