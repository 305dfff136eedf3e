#include "img/image.h"

#include <math.h>

#include "base/file.h"
#include "bytes.h"
#include "check.h"
#include "img/nifti.h"

static const int dim_235[4] = { 2, 3, 5, 2 };
enum { N_VOXEL = 30 };

/* One value of each type as the file has it, little endian. */
static void put_value(unsigned char *at, int type, double x)
{
	if (type == IMAGE_FLOAT32)
		put_float(at, (float)x);
	else if (type == IMAGE_FLOAT64)
		put_double(at, x);
	else if (image_type_bytes((enum image_type)type) == 1)
		at[0] = (unsigned char)(int)x;
	else if (image_type_bytes((enum image_type)type) == 2)
		put16(at, (int)x);
	else if (image_type_bytes((enum image_type)type) == 4)
		put32(at, (int64_t)x);
	else
		put64(at, x < 0 ? (uint64_t)(int64_t)x : (uint64_t)x);
}

static const struct { int code; double low, high; } types[] = {
	[IMAGE_UINT8] = { 2, 0, 255 }, [IMAGE_INT8] = { 256, -128, 127 }, [IMAGE_INT16] = { 4, -32768, 32767 },
	[IMAGE_UINT16] = { 512, 0, 65535 }, [IMAGE_INT32] = { 8, -2147483648.0, 2147483647 },
	[IMAGE_UINT32] = { 768, 0, 4294967295.0 }, [IMAGE_INT64] = { 1024, -0x1p62, 0x1p62 },
	[IMAGE_UINT64] = { 1280, 0, 0x1p63 }, [IMAGE_FLOAT32] = { 16, -1e30, 1e30 }, [IMAGE_FLOAT64] = { 64, -1e30, 1e30 },
};

static double value(int type, int v)
{
	double x = v == 0 ? types[type].low : v == 1 ? types[type].high : v * 4 % 120;

	return type >= IMAGE_FLOAT32 ? x + 0.5 : x;
}

static const char *file_of(int type, bool swapped, float slope, float inter, size_t shift)
{
	size_t bytes = (size_t)image_type_bytes((enum image_type)type);
	unsigned char h[N1_SIZE + 16] = { 0 }, voxel[2 * N_VOXEL * 8];

	bytes_header(h, dim_235, types[type].code, (int)bytes * 8);
	put_float(h + 108, (float)(N1_SIZE + shift));
	put_float(h + 112, slope);
	put_float(h + 116, inter);
	for (int v = 0; v < 2 * N_VOXEL; v++) {
		put_value(voxel + (size_t)v * bytes, type, value(type, v));
		if (swapped)
			bytes_reverse(voxel + (size_t)v * bytes, bytes);
	}
	if (swapped)
		bytes_swap_header(h);
	return bytes_file("image.nii", h, N1_SIZE + shift, voxel, 2 * N_VOXEL * bytes);
}

static void check_reading(int type, bool swapped, float slope, float inter, size_t shift)
{
	static const int index[3] = { 29, 0, 7 };
	float x[N_VOXEL], some[3];
	double y[N_VOXEL], some_double[3];
	struct image im;

	CHECK_OK(image_open(&im, file_of(type, swapped, slope, inter, shift), check_arena()));
	CHECK_INT(im.n_vol, 2);
	CHECK_INT(im.type, type);
	for (int t = 0; t < 2; t++) {
		image_volume(&im, t, NONFINITE_KEEP, x);
		image_volume_double(&im, t, NONFINITE_KEEP, y);
		image_gather(&im, t, NONFINITE_KEEP, 3, index, some);
		image_gather_double(&im, t, NONFINITE_KEEP, 3, index, some_double);
		for (int v = 0; v < N_VOXEL; v++) {
			double stored = value(type, t * N_VOXEL + v);
			double must = (type == IMAGE_FLOAT32 ? (float)stored : stored) * slope + inter;

			CHECK_NEAR(y[v], must, 0);
			CHECK_NEAR(x[v], (float)must, 0);
		}
		for (int k = 0; k < 3; k++) {
			CHECK_NEAR(some[k], x[index[k]], 0);
			CHECK_NEAR(some_double[k], y[index[k]], 0);
		}
	}
	image_part(&im, 1, 4, 5, NONFINITE_KEEP, x);
	image_volume_double(&im, 1, NONFINITE_KEEP, y);
	for (int v = 0; v < 5; v++)
		CHECK_NEAR(x[v], (float)y[4 + v], 0);
	image_close(&im);
	image_close(&im);
}

TEST(every_type_order_scaling_and_place_is_read)
{
	for (int type = IMAGE_UINT8; type <= IMAGE_FLOAT64; type++)
		for (int swapped = 0; swapped < 2; swapped++)
			for (size_t shift = 0; shift < 4; shift += 3) {
				check_reading(type, swapped, 1, 0, shift);
				check_reading(type, swapped, 0.25f, -3, shift);
			}
}

TEST(scaling_is_in_double_and_then_rounded)
{
	const int dim[4] = { 1, 1, 1, 0 };
	unsigned char h[N1_SIZE], raw[4];
	struct image im;
	float x;

	bytes_header(h, dim, 8, 32);
	put_float(h + 112, 0.1f);
	put_float(h + 116, 1e-3f);
	put32(raw, 123456789);
	CHECK_OK(image_open(&im, bytes_file("image.nii", h, N1_SIZE, raw, 4), check_arena()));
	image_volume(&im, 0, NONFINITE_KEEP, &x);
	CHECK(x == (float)(123456789.0 * (double)0.1f + (double)1e-3f));
	image_close(&im);
}

TEST(nonfinite_values_are_kept_or_zeroed)
{
	const int dim[4] = { 4, 1, 1, 0 };
	const float in[4] = { NAN, INFINITY, -INFINITY, 2.5f };
	unsigned char h[N1_SIZE];
	struct image im;
	float x[4];

	bytes_header(h, dim, 16, 32);
	CHECK_OK(image_open(&im, bytes_file("image.nii", h, N1_SIZE, in, sizeof in), check_arena()));
	image_volume(&im, 0, NONFINITE_KEEP, x);
	CHECK(isnan(x[0]) && x[1] == INFINITY && x[2] == -INFINITY && x[3] == 2.5f);
	image_volume(&im, 0, NONFINITE_ZERO, x);
	CHECK(x[0] == 0 && x[1] == 0 && x[2] == 0 && x[3] == 2.5f);
	CHECK(image_floats(&im, 0) != NULL);
	CHECK(image_floats(&im, 0)[3] == 2.5f);
	image_close(&im);
}

TEST(broken_files_are_refused)
{
	unsigned char h[N1_SIZE], voxel[120] = { 0 };
	struct arena *a = check_arena();
	struct image im;

	bytes_header(h, dim_235, 4, 16);
	CHECK_OK(image_open(&im, bytes_file("image.nii", h, N1_SIZE, voxel, 120), a));
	image_close(&im);
	CHECK_ERROR(image_open(&im, bytes_file("image.nii", h, N1_SIZE, voxel, 119), a), "119 bytes of voxels, must be 120");
	CHECK_ERROR(image_open(&im, bytes_file("image.nii", h, 200, NULL, 0), a), "truncated");
	CHECK_ERROR(image_open(&im, bytes_file("image.nii", h, 0, NULL, 0), a), "is empty");
	CHECK_ERROR(image_open(&im, "/nonexistent/x.nii", a), "cannot open");
	CHECK_ERROR(image_open(&im, check_folder(), a), "not a regular file");
	CHECK_ERROR(image_of(&im, item_with("table", "table.tsv", "x"), a), "this table has no image.nii");
}

/* ---- writing ---- */
static const struct grid grid_342 = { { 3, 4, 2 }, { { 2, 0, 0, -10 }, { 0, 3, 0, 5 }, { 0, 0, 4, 2 } } };

TEST(written_volumes_are_read_back_in_any_order)
{
	const char *path = arena_printf(check_arena(), "%s/image.nii", check_folder());
	struct image_writer *w;
	struct image im;
	float x[24];

	CHECK_OK(image_create(&w, path, &grid_342, 3, 0.72, IMAGE_FLOAT32, check_arena()));
	for (int t = 2; t >= 0; t--) {
		for (int v = 0; v < 24; v++)
			x[v] = (float)(t * 100 + v) / 7;
		CHECK_OK(image_put(w, t, x));
		if (t > 0)
			CHECK_ERROR(image_finish(w), "must be 3");
	}
	CHECK_OK(image_finish(w));
	CHECK_ERROR(image_put(w, 3, x), "beyond");
	CHECK_OK(image_open(&im, path, check_arena()));
	CHECK(grid_same(&im.grid, &grid_342));
	CHECK_INT(im.n_vol, 3);
	CHECK_NEAR(im.tr_s, 0.72, 0);   /* the decimal that was meant, not the float nearest it */
	for (int t = 0; t < 3; t++) {
		image_volume(&im, t, NONFINITE_KEEP, x);
		for (int v = 0; v < 24; v++)
			CHECK(x[v] == (float)(t * 100 + v) / 7);
	}
	image_close(&im);
}

TEST(integers_are_rounded_to_even_and_clamped)
{
	const float in[24] = { 0.5f, 1.5f, -0.5f, 2.5f, 1e20f, -1e20f, NAN, INFINITY, -INFINITY, 300, -3, 127.6f };
	const char *path = arena_printf(check_arena(), "%s/image.nii", check_folder());
	const double must_u8[12] = { 0, 2, 0, 2, 255, 0, 0, 255, 0, 255, 0, 128 };
	const double must_i16[12] = { 0, 2, 0, 2, 32767, -32768, 0, 32767, -32768, 300, -3, 128 };
	const double must_i32[12] = { 0, 2, 0, 2, 2147483647, -2147483648.0, 0, 2147483647, -2147483648.0, 300, -3, 128 };
	const struct { enum image_type type; const double *must; } rows[] = {
		{ IMAGE_UINT8, must_u8 }, { IMAGE_INT16, must_i16 }, { IMAGE_INT32, must_i32 },
	};
	double x[24];

	for (size_t k = 0; k < 3; k++) {
		struct image_writer *w;
		struct image im;

		CHECK_OK(image_create(&w, path, &grid_342, 1, 0, rows[k].type, check_arena()));
		CHECK_OK(image_put(w, 0, in));
		CHECK_OK(image_finish(w));
		CHECK_OK(image_open(&im, path, check_arena()));
		image_volume_double(&im, 0, NONFINITE_KEEP, x);
		for (int v = 0; v < 12; v++)
			CHECK_NEAR(x[v], rows[k].must[v], 0);
		image_close(&im);
	}
}

TEST(the_same_image_is_the_same_bytes)
{
	const char *folder = check_folder(), *path[2];
	float x[24] = { 1, 2, 3 };
	char *text[2];
	size_t n[2];

	for (int k = 0; k < 2; k++) {
		path[k] = arena_printf(check_arena(), "%s/%d.nii", folder, k);
		CHECK_OK(image_write_floats(path[k], &grid_342, x));
		CHECK_OK(file_read(&text[k], &n[k], path[k], 1 << 20, check_arena()));
	}
	CHECK_INT(n[0], 352 + 96);
	CHECK_INT(n[1], n[0]);
	CHECK(memcmp(text[0], text[1], n[0]) == 0);
	CHECK_ERROR(image_write_floats("/nonexistent/x.nii", &grid_342, x), "cannot write");
}

TEST(needed_dimensions_are_told)
{
	struct image im = { .n_vol = 3 };

	CHECK_OK(image_need_4d(&im, "the run"));
	CHECK_ERROR(image_need_3d(&im, "the mask"), "the mask has 3 volumes, must have one");
	im.n_vol = 1;
	CHECK_ERROR(image_need_4d(&im, "the run"), "must have at least two");
}
