#include "img/npy.h"

#include <math.h>

#include "bytes.h"
#include "check.h"
#include "img/coords.h"
#include "img/matrix.h"
#include "img/series.h"

static const char *array(int version, const char *dict, const void *body, size_t n)
{
	unsigned char head[512] = "\x93NUMPY";
	size_t start = version == 1 ? 10 : 12, length = strlen(dict);

	head[6] = (unsigned char)version;
	if (version == 1)
		put16(head + 8, (int)length);
	else
		put32(head + 8, (int64_t)length);
	memcpy(head + start, dict, length);
	return bytes_file("x.npy", head, start + length, body, n);
}

TEST(written_arrays_are_read_back)
{
	const char *path = arena_printf(check_arena(), "%s/x.npy", check_folder());
	double x[6] = { 1, -2.5, NAN, 1e300, 5, 6 };
	struct npy y;
	int n_row, n_col;

	CHECK_OK(npy_write(path, 2, 3, x));
	CHECK(npy_is(path));
	CHECK_OK(npy_peek(&n_row, &n_col, path, check_arena()));
	CHECK_INT(n_row, 2);
	CHECK_INT(n_col, 3);
	CHECK_OK(npy_read(&y, path, NPY_FLOAT64, check_arena()));
	CHECK(y.map != NULL);   /* used where it lies */
	CHECK(memcmp(y.f64, x, sizeof x) == 0);
	npy_close(&y);
	CHECK_OK(npy_read(&y, path, NPY_FLOAT32, check_arena()));
	CHECK(y.f32[1] == -2.5f && isinf(y.f32[3]));
	npy_close(&y);
	npy_close(&y);
}

TEST(types_orders_and_versions_are_read)
{
	static const int16_t big[] = { 0x0100, 0x0200, 0x0300, 0x0400 };   /* 1 2 3 4 */
	static const unsigned char flags[] = { 1, 0, 1 };
	struct npy x;

	CHECK_OK(npy_read(&x, array(1, "{'descr': '>i2', 'fortran_order': False, 'shape': (2, 2), }\n", big, 8), NPY_FLOAT64,
	                  check_arena()));
	CHECK(x.f64[0] == 1 && x.f64[1] == 2 && x.f64[2] == 3);
	CHECK_OK(npy_read(&x, array(2, "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }\n", big, 8), NPY_FLOAT32,
	                  check_arena()));
	CHECK(x.f32[0] == 1 && x.f32[1] == 3 && x.f32[2] == 2 && x.f32[3] == 4);
	CHECK_OK(npy_read(&x, array(3, "{'shape': (3,), 'fortran_order': False, 'descr': '|b1'}", flags, 3), NPY_FLOAT64,
	                  check_arena()));
	CHECK_INT(x.n_row, 3);
	CHECK_INT(x.n_col, 1);
	CHECK(x.f64[0] == 1 && x.f64[1] == 0);
}

TEST(hostile_arrays_are_refused)
{
	static const struct { const char *dict, *part; } rows[] = {
		{ "{'fortran_order': False, 'shape': (2, 2), }", "no 'descr'" },
		{ "{'descr': '<c8', 'fortran_order': False, 'shape': (2, 2), }", "plain numbers" },
		{ "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 2), }", "plain numbers" },
		{ "{'descr': '<f4', 'fortran_order': False, }", "no 'shape'" },
		{ "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "one or two" },
		{ "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2, 2), }", "more than two axes" },
		{ "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2), }", "0 elements" },
		{ "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2), }", "one or two" },
		{ "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 2), }", "must have 1 to" },
		{ "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647), }", "truncated" },
		{ "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", "truncated" },
		{ "{'descr': '<f4', 'fortran_order': maybe, 'shape': (2, 2), }", "fortran_order" },
		{ "{'descr': '<f4", "plain numbers" },
	};
	const char body[16] = { 0 };
	struct npy x;

	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
		CHECK_ERROR(npy_read(&x, array(1, rows[k].dict, body, 16), NPY_FLOAT32, check_arena()), rows[k].part);
	CHECK_ERROR(npy_read(&x, bytes_file("x", "\x93NUMPY\x01\0\xff\xff", 10, body, 16), NPY_FLOAT32, check_arena()),
	            "does not fit");
	CHECK_ERROR(npy_read(&x, bytes_file("x", "NUMPY", 5, body, 16), NPY_FLOAT32, check_arena()), "no .npy file");
}

/* ---- artifacts made of arrays ---- */
TEST(series_keep_names_and_tr)
{
	const char *folder = check_folder();
	const char *npy = arena_printf(check_arena(), "%s/a", folder), *json = arena_printf(check_arena(), "%s/b", folder);
	static const char *const names[] = { "left \"V1\"", "r\xc3\xa9gion", "c" };
	const float x[6] = { 1, 2, 3, 4, 5, NAN };
	struct blob blob[] = { { "series.npy", npy }, { "series.json", json } };
	struct item it = { "", "series", 2, blob };
	struct series s = { .n_row = 2, .n_col = 3, .tr_s = 0.72, .column = names, .x = x }, r;

	CHECK_OK(series_write(npy, json, &s, check_arena()));
	CHECK_OK(series_read(&r, &it, check_arena()));
	CHECK_INT(r.n_row, 2);
	CHECK_NEAR(r.tr_s, 0.72, 0);
	CHECK_TEXT(r.column[0], names[0]);
	CHECK_TEXT(series_column(&r, 1, check_arena()), names[1]);
	CHECK(r.x[4] == 5 && isnan(r.x[5]));
	series_close(&r);
	s.column = NULL;
	CHECK_OK(series_write(npy, json, &s, check_arena()));
	CHECK_OK(series_read(&r, &it, check_arena()));
	CHECK(!r.column);
	CHECK_TEXT(series_column(&r, 2, check_arena()), "2");
	series_close(&r);
	s.n_col = 2;
	CHECK_OK(series_write(npy, arena_printf(check_arena(), "%s/c", folder), &s, check_arena()));
	CHECK_ERROR(series_read(&r, &it, check_arena()), "for 3 columns, the series has 2");
}

TEST(matrices_keep_names_of_both_axes)
{
	const char *folder = check_folder();
	const char *npy = arena_printf(check_arena(), "%s/a", folder), *tsv = arena_printf(check_arena(), "%s/b", folder);
	static const char *const a[] = { "A", "B" }, *const b[] = { "x", "y", "z" };
	const double x[6] = { 1, 2, 3, 4, 5, 6 };
	struct blob blob[] = { { "matrix.npy", npy }, { "names.tsv", tsv } };
	struct item it = { "", "matrix", 2, blob };
	struct matrix m = { .n_row = 2, .n_col = 3, .row = a, .column = b, .x = x }, r;

	CHECK_OK(matrix_write(npy, tsv, &m, check_arena()));
	CHECK_OK(matrix_read(&r, &it, check_arena()));
	CHECK_TEXT(r.row[1], "B");
	CHECK_TEXT(r.column[2], "z");
	matrix_close(&r);
	m = (struct matrix){ .n_row = 2, .n_col = 2, .row = a, .column = a, .x = x };
	CHECK_OK(matrix_write(npy, tsv, &m, check_arena()));
	CHECK_OK(matrix_read(&r, &it, check_arena()));
	CHECK_TEXT(r.row[1], "B");
	CHECK_TEXT(r.column[1], "B");
	CHECK_NEAR(r.x[3], 4, 0);
	matrix_close(&r);
	it = *item_with("matrix", "literal.json", bytes_file("l", "[[1, 2.5], [3, 4]]", 18, NULL, 0));
	CHECK_OK(matrix_read(&r, &it, check_arena()));
	CHECK_NEAR(r.x[1], 2.5, 0);
	it = *item_with("matrix", "literal.json", bytes_file("l", "[[1, 2], [3]]", 13, NULL, 0));
	CHECK_ERROR(matrix_read(&r, &it, check_arena()), "row 2 of the written matrix has 1 numbers, must have 2");
}

static struct error *literal_coords(struct coords *c, const char *text)
{
	return coords_read(c, item_with("coords", "literal.json", bytes_file("l", text, strlen(text), NULL, 0)),
	                   check_arena());
}

TEST(points_of_one_name_are_told_apart)
{
	const char *path = arena_printf(check_arena(), "%s/coords.tsv", check_folder());
	static const char *const names[] = { "aPFC", "vmPFC", "aPFC", "n/a" };
	const double xyz[4][3] = { { 0, -52, 18 }, { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } };
	struct coords r;

	CHECK_OK(coords_write(path, &(struct coords){ 4, xyz, names }, check_arena()));
	CHECK_OK(coords_read(&r, item_with("coords", "coords.tsv", path), check_arena()));
	CHECK_TEXT(r.name[0], "aPFC 0");
	CHECK_TEXT(r.name[1], "vmPFC");
	CHECK_TEXT(r.name[2], "aPFC 2");
	CHECK_TEXT(r.name[3], "3");
}

TEST(coords_from_files_and_as_written)
{
	const char *path = arena_printf(check_arena(), "%s/coords.tsv", check_folder());
	static const char *const names[] = { "PCC", "mPFC" };
	const double xyz[2][3] = { { 0, -52, 18 }, { -1.5, 0.1, 1e-7 } };
	struct coords c = { 2, xyz, names }, r;

	CHECK_OK(coords_write(path, &c, check_arena()));
	CHECK_OK(coords_read(&r, item_with("coords", "coords.tsv", path), check_arena()));
	CHECK_INT(r.n, 2);
	CHECK(memcmp(r.xyz, xyz, sizeof xyz) == 0);
	CHECK_TEXT(r.name[1], "mPFC");
	CHECK_OK(literal_coords(&r, "[[0, -52, 18]]"));
	CHECK_INT(r.n, 1);
	CHECK_OK(literal_coords(&r, "[0, -52, 18]"));
	CHECK_INT(r.n, 1);
	CHECK_NEAR(r.xyz[0][1], -52, 0);
	CHECK_OK(literal_coords(&r, "{\"PCC\": [0, -52, 18], \"b\": [1, 2, 3]}"));
	CHECK_TEXT(r.name[0], "PCC");
	CHECK_ERROR(literal_coords(&r, "[[0, -52]]"), "point 1 has 2 numbers, must have 3");
	CHECK_ERROR(literal_coords(&r, "[[0, -52, \"a\"]]"), "no number");
	CHECK_ERROR(literal_coords(&r, "[[0, -52, \"nan\"]]"), "not finite");
	CHECK_ERROR(literal_coords(&r, "[]"), "list of points");
}
