#include "kinds/kinds.h"

#include <math.h>
#include <stdlib.h>

#include "base/doc.h"
#include "base/file.h"
#include "bytes.h"
#include "check.h"
#include "img/image.h"
#include "img/matrix.h"
#include "img/series.h"
#include "img/source.h"
#include "img/table.h"

static const struct grid grid = { { 3, 4, 5 }, { { 2, 0, 0, -10 }, { 0, 3, 0, 5 }, { 0, 0, 4, 2 } } };
enum { N = 60 };

static const struct item *volume(const float x[N], const char *kind)
{
	const char *path = arena_printf(check_arena(), "%s/image.nii", check_folder());

	CHECK_OK(image_write_floats(path, &grid, x));
	return item_with(kind, "image.nii", path);
}

static const struct item *text_item(const char *kind, const char *blob, const char *text)
{
	return item_with(kind, blob, bytes_file(blob, text, strlen(text), NULL, 0));
}

typedef struct error *show_function(FILE *f, const struct item *it, struct arena *a);

static const char *shown(show_function *show, const struct item *it)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	CHECK_OK(show(f, it, check_arena()));
	fclose(f);
	const char *copy = arena_strndup(check_arena(), text, n);

	free(text);
	return copy;
}

#define CHECK_SHOWS(text, part) CHECK(strstr((text), (part)) != NULL)

TEST(images_are_shown)
{
	float x[N] = { [0] = -3, [7] = 9, [8] = NAN };
	const char *text = shown(kind_image_show, volume(x, "volume"));

	CHECK_SHOWS(text, "3x4x5 at 2x3x4 mm, float32");
	CHECK_SHOWS(text, "range -3 to 9, mean 0.101695, 1 NaN");
	CHECK_SHOWS(text, "2 of 60 voxels are finite and not 0");
}

TEST(labels_are_shown_with_counts)
{
	float x[N] = { [0] = 5, [7] = 9, [8] = 5 };

	CHECK_SHOWS(shown(kind_labels_show, volume(x, "labels")), "5  5 (2 voxels)");
	CHECK_SHOWS(shown(kind_maps_show, volume(x, "maps")), "0  0\n");
}

TEST(equal_images_are_the_same)
{
	float x[N] = { [0] = -3, [7] = 9, [8] = NAN, [9] = INFINITY };
	struct doc *d;

	CHECK_OK(kind_image_diff(&d, volume(x, "volume"), volume(x, "volume"), 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "true");
	CHECK_TEXT(doc_text(d, "text", ""), "all 60 voxels are equal");
}

TEST(differences_are_placed)
{
	float x[N] = { [0] = 1, [7] = 9 }, y[N] = { [0] = 1, [7] = 9.5f };
	struct doc *d;

	CHECK_OK(kind_image_diff(&d, volume(x, "volume"), volume(y, "volume"), 0, 0.4, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "false");
	CHECK_TEXT(doc_text(d, "max_abs", ""), "0.5");
	CHECK_TEXT(doc_text(d, "where", ""), "voxel (1, 2, 0), (-8, 11, 2) mm");
	CHECK_SHOWS(doc_text(d, "text", ""), "1 of 60 voxels differ: at most by 0.5");
	CHECK_OK(kind_image_diff(&d, volume(x, "volume"), volume(y, "volume"), 0, 0.5, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "true");
	CHECK_OK(kind_image_diff(&d, volume(x, "volume"), volume(y, "volume"), 0.06, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "true");
	y[3] = NAN;
	CHECK_OK(kind_image_diff(&d, volume(x, "volume"), volume(y, "volume"), 1, 1, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "false");
	CHECK_TEXT(doc_text(d, "max_abs", ""), "inf");
}

TEST(correlation_and_dice_are_what_they_say)
{
	float x[N], y[N];
	struct doc *d;
	double is;

	for (int v = 0; v < N; v++) {
		x[v] = 1e6f + (float)v;
		y[v] = 5 - 2 * (float)v;
	}
	CHECK_OK(kind_image_diff(&d, volume(x, "volume"), volume(y, "volume"), 0, 0, check_arena()));
	CHECK_NEAR(strtod(doc_text(d, "correlation", "0"), NULL), -1, 1e-9);
	for (int v = 0; v < N; v++) {
		x[v] = v < 20;
		y[v] = v >= 10 && v < 30;
	}
	CHECK_OK(kind_mask_diff(&d, volume(x, "mask"), volume(y, "mask"), 0, 0, check_arena()));
	is = strtod(doc_text(d, "dice", "0"), NULL);
	CHECK_NEAR(is, 0.5, 1e-12);
}

TEST(unlike_grids_are_told)
{
	float x[N] = { 0 };
	struct grid other = grid;
	const char *path = arena_printf(check_arena(), "%s/image.nii", check_folder());
	struct doc *d;

	other.n[0] = 2;
	CHECK_OK(image_write_floats(path, &other, x));
	CHECK_OK(kind_image_diff(&d, volume(x, "volume"), item_with("volume", "image.nii", path), 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "false");
	CHECK_SHOWS(doc_text(d, "text", ""), "the first is 3x4x5");
}

TEST(exported_images_can_be_imported)
{
	const char *path = arena_printf(check_arena(), "%s/x.nii.gz", check_folder());
	const char *to = arena_printf(check_arena(), "%s/image.nii", check_folder());
	float x[N] = { [0] = -3, [7] = 9, [8] = NAN };
	const struct item *it = volume(x, "volume");
	struct image_source s;
	struct doc *d;

	CHECK_OK(kind_image_write(path, it, check_arena()));
	CHECK_OK(source_open(&s, path, check_arena()));
	CHECK(s.gz);
	CHECK_OK(source_write(to, &s, 0, NULL, 2, check_arena()));
	CHECK_OK(kind_image_diff(&d, it, item_with("volume", "image.nii", to), 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "true");
	CHECK_OK(kind_image_peek(&d, it, check_arena()));
	CHECK_INT(doc_get(d, "dim")->n, 4);
}

TEST(series_as_tables_and_compared)
{
	const char *folder = check_folder(), *path = arena_printf(check_arena(), "%s/x.tsv", folder);
	const char *npy = arena_printf(check_arena(), "%s/a", folder), *json = arena_printf(check_arena(), "%s/b", folder);
	static const char *const names[] = { "V1", "V2" };
	const float x[4] = { 1, 2, 3, 4.5f };
	struct blob blob[] = { { "series.npy", npy }, { "series.json", json } };
	struct item it = { "", "series", 2, blob };
	struct series s = { .n_row = 2, .n_col = 2, .tr_s = 2, .column = names, .x = x };
	struct doc *d;
	char *text;
	size_t n;

	CHECK_OK(series_write(npy, json, &s, check_arena()));
	CHECK_OK(kind_series_write(path, &it, check_arena()));
	CHECK_OK(file_read(&text, &n, path, 1 << 20, check_arena()));
	CHECK_TEXT(text, "V1\tV2\n1\t2\n3\t4.5\n");
	CHECK_OK(kind_series_diff(&d, &it, &it, 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "true");
	CHECK_SHOWS(shown(kind_series_show, &it), "V2: range 2 to 4.5, mean 3.25");
	CHECK_OK(kind_series_peek(&d, &it, check_arena()));
	CHECK_TEXT(doc_text(d, "rows", ""), "2");
}

TEST(tables_are_compared_by_value_and_text)
{
	const struct item *x = text_item("table", "table.tsv", "a\tb\n1.0\tface\n2\thouse\n");
	struct doc *d;

	CHECK_OK(kind_table_diff(&d, x, text_item("table", "table.tsv", "a\tb\n1\tface\n2.5\thouse\n"), 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "false");
	CHECK_TEXT(doc_text(d, "where", ""), "row 1 of a");
	CHECK_OK(kind_table_diff(&d, x, text_item("table", "table.tsv", "a\tb\n1\tface\n2\tcat\n"), 0, 0, check_arena()));
	CHECK_SHOWS(doc_text(d, "text", ""), "row 1 of b is 'house' in the first and 'cat' in the second");
	CHECK_OK(kind_table_diff(&d, x, text_item("table", "table.tsv", "a\tb\n1\tface\n2\thouse\n"), 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "true");
	CHECK_SHOWS(shown(kind_table_show, x), "b: face, house");
	CHECK_OK(kind_table_peek(&d, x, check_arena()));
	CHECK_INT(doc_get(d, "columns")->n, 2);
}

TEST(matrices_coords_and_records)
{
	const struct item *m = text_item("matrix", "literal.json", "[[1, 2], [2, 1]]");
	const struct item *c = text_item("coords", "literal.json", "{\"PCC\": [0, -52, 18]}");
	const struct item *r = text_item("record", "record.json", "{\"fd_mean\": 0.25, \"ok\": true}");
	const char *path = arena_printf(check_arena(), "%s/x.tsv", check_folder());
	struct doc *d;
	char *text;
	size_t n;

	CHECK_OK(kind_matrix_write(path, m, check_arena()));
	CHECK_OK(file_read(&text, &n, path, 1 << 20, check_arena()));
	CHECK_TEXT(text, "c0\tc1\n1\t2\n2\t1\n");
	CHECK_OK(kind_matrix_diff(&d, m, text_item("matrix", "literal.json", "[[1, 2], [2, 3]]"), 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "where", ""), "row 1, column 1");
	CHECK_OK(kind_coords_write(path, c, check_arena()));
	CHECK_OK(file_read(&text, &n, path, 1 << 20, check_arena()));
	CHECK_TEXT(text, "x\ty\tz\tname\n0\t-52\t18\tPCC\n");
	CHECK_OK(kind_coords_diff(&d, c, c, 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "same", ""), "true");
	CHECK_TEXT(shown(kind_record_show, r), "fd_mean: 0.25\nok: true\n");
	const char *list = arena_printf(check_arena(), "{\"few\": [1, 2], \"many\": [\"%0200d\", 7]}", 1);
	CHECK_TEXT(shown(kind_record_show, text_item("record", "record.json", list)), "few: [1,2]\nmany: 2 entries\n");
	CHECK_OK(kind_record_diff(&d, r, text_item("record", "record.json", "{\"ok\": true, \"fd_mean\": 0.5}"), 0, 0,
	                          check_arena()));
	CHECK_TEXT(doc_text(d, "where", ""), "fd_mean");
	CHECK_OK(kind_record_diff(&d, r, text_item("record", "record.json", "{\"ok\": true}"), 0, 0, check_arena()));
	CHECK_TEXT(doc_text(d, "text", ""), "only the first has fd_mean");
}
