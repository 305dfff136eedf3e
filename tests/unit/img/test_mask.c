#include "img/mask.h"

#include <math.h>

#include "base/file.h"
#include "bytes.h"
#include "check.h"
#include "img/labels.h"

static const struct grid grid = { { 3, 4, 5 }, { { 2, 0, 0, -10 }, { 0, 3, 0, 5 }, { 0, 0, 4, 2 } } };
enum { N = 60 };

static const struct item *floats_item(const float x[N], const char *kind)
{
	const char *path = arena_printf(check_arena(), "%s/image.nii", check_folder());

	CHECK_OK(image_write_floats(path, &grid, x));
	return item_with(kind, "image.nii", path);
}

TEST(columns_are_in_c_order_although_volumes_are_not)
{
	unsigned char inside[N];
	struct mask m;
	int n = 0;

	for (int v = 0; v < N; v++)
		inside[v] = v % 3 != 1 || v % 7 == 0;
	mask_of(&m, &grid, inside, check_arena());
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 4; j++)
			for (int k = 0; k < 5; k++) {
				long v = grid_index(&grid, i, j, k);

				CHECK_INT(m.inside[v], inside[v] != 0);
				if (inside[v])
					CHECK_INT(m.index[n++], v);
			}
	CHECK_INT(m.n, n);
}

TEST(scatter_undoes_gather)
{
	float volume[N], row[N], back[N];
	unsigned char inside[N];
	struct mask m;

	for (int v = 0; v < N; v++) {
		volume[v] = (float)check_random();
		inside[v] = check_random() < 0.4 ? 7 : 0;
	}
	mask_of(&m, &grid, inside, check_arena());
	mask_gather(&m, volume, row);
	mask_scatter(&m, row, back);
	for (int v = 0; v < N; v++)
		CHECK(back[v] == (inside[v] ? volume[v] : 0));
}

TEST(inside_is_finite_and_not_zero)
{
	float x[N] = { [3] = 1, [4] = NAN, [5] = INFINITY, [6] = -2, [7] = 1e-40f };
	const struct item *it = floats_item(x, "mask");
	struct mask m;

	CHECK_OK(mask_read(&m, it, &grid, "the image", check_arena()));
	CHECK_INT(m.n, 3);
	CHECK(m.inside[3] && m.inside[6] && m.inside[7] && !m.inside[4] && !m.inside[5]);
}

TEST(wrong_masks_are_told)
{
	float x[N] = { 0 };
	const struct item *empty = floats_item(x, "mask");
	struct grid other = grid;
	struct mask m;

	CHECK_ERROR(mask_read(&m, empty, NULL, "", check_arena()), "the mask is empty");
	other.n[2] = 6;
	CHECK_ERROR(mask_read(&m, empty, &other, "the image", check_arena()), "they must share a grid");
	CHECK_OK(mask_read(&m, NULL, &other, "the image", check_arena()));
	CHECK_INT(m.n, 72);
	CHECK_ERROR(mask_read(&m, item_with("table", "table.tsv", "x"), NULL, "", check_arena()), "must be an image");
}

TEST(rows_of_a_run_come_by_column)
{
	const char *path = arena_printf(check_arena(), "%s/image.nii", check_folder());
	unsigned char inside[N] = { [1] = 1, [13] = 1, [40] = 1 };
	float x[2 * N], row[3];
	struct image im;
	struct mask m;

	for (int v = 0; v < 2 * N; v++)
		x[v] = (float)v;
	CHECK_OK(image_write(path, &grid, 2, 2, IMAGE_FLOAT32, x));
	CHECK_OK(image_open(&im, path, check_arena()));
	mask_of(&m, &grid, inside, check_arena());
	mask_row(&m, &im, 1, NONFINITE_ZERO, row);
	for (int k = 0; k < 3; k++)
		CHECK(row[k] == (float)(N + m.index[k]));
	image_close(&im);
	CHECK_OK(mask_write_row(path, &m, row, check_arena()));
	CHECK_OK(image_open(&im, path, check_arena()));
	image_volume(&im, 0, NONFINITE_KEEP, x);
	CHECK(x[13] == N + 13 && x[14] == 0);
	image_close(&im);
	CHECK_OK(mask_write(path, &m));
	CHECK_OK(mask_open(&m, path, &grid, "the image", check_arena()));
	CHECK_INT(m.n, 3);
}

/* ---- labels ---- */
TEST(labels_are_ascending_with_their_names)
{
	float x[N] = { [0] = 7, [1] = 7, [5] = 3, [9] = 7, [20] = -2, [21] = NAN };
	const char *folder = check_folder(), *path = arena_printf(check_arena(), "%s/image.nii", folder);
	const char *names = arena_printf(check_arena(), "%s/names.tsv", folder);
	static const int value[] = { 3, 7 };
	static const char *const name[] = { "left \"V1\"", "right\tV1" };
	struct blob blob[] = { { "image.nii", path }, { "names.tsv", names } };
	struct item it = { "", "labels", 2, blob };
	struct labels l;

	CHECK_OK(image_write_floats(path, &grid, x));
	CHECK_OK(names_write(names, 2, value, name, check_arena()));
	CHECK_OK(labels_read(&l, &it, 0, NULL, check_arena()));
	CHECK_INT(l.n, 3);
	CHECK_INT(l.value[0], -2);
	CHECK_INT(l.value[2], 7);
	CHECK_TEXT(l.name[0], "-2");
	CHECK_TEXT(l.name[1], name[0]);
	CHECK_TEXT(l.name[2], name[1]);
	CHECK_INT(l.region[9], 2);
	CHECK_INT(l.region[21], -1);
	CHECK_INT(l.size[2], 3);
	const char *const *read;

	CHECK_OK(names_read(&read, 2, &it, check_arena()));
	CHECK_TEXT(read[1], name[1]);
	CHECK_ERROR(names_read(&read, 3, &it, check_arena()), "has 2 names, must have 3");
	it.n_blob = 1;
	CHECK_OK(names_read(&read, 2, &it, check_arena()));
	CHECK_TEXT(read[1], "1");
}

TEST(labels_must_be_whole)
{
	float x[N] = { [4] = 2.5f };
	struct labels l;

	CHECK_ERROR(labels_read(&l, floats_item(x, "labels"), 0, NULL, check_arena()), "voxel (1, 1, 0) is 2.5");
	x[4] = 1e12f;
	CHECK_ERROR(labels_read(&l, floats_item(x, "labels"), 0, NULL, check_arena()), "whole numbers");
	x[4] = 0;
	CHECK_ERROR(labels_read(&l, floats_item(x, "labels"), 0, NULL, check_arena()), "no labels");
}
