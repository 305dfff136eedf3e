#include "img/source.h"

#include <unistd.h>

#include "base/file.h"
#include "bytes.h"
#include "check.h"
#include "img/facts.h"
#include "img/gz.h"
#include "img/image.h"

static const int dim_2354[4] = { 2, 3, 5, 4 };
enum { VOLUME = 30, BYTES = 4 * VOLUME * 2 };

static unsigned char header[N1_SIZE], voxel[BYTES];

static void fill(void)
{
	bytes_header(header, dim_2354, 4, 16);
	for (int v = 0; v < 4 * VOLUME; v++)
		put16(voxel + 2 * v, v);
}

static const char *join(const char *folder, const char *name)
{
	return arena_printf(check_arena(), "%s/%s", folder, name);
}

static const char *whole(const char *name, size_t n_voxel_bytes)
{
	unsigned char all[N1_SIZE + BYTES];
	const char *path = join(check_folder(), name);

	memcpy(all, header, N1_SIZE);
	memcpy(all + N1_SIZE, voxel, n_voxel_bytes);
	if (strstr(name, ".gz"))
		CHECK_OK(gz_write(path, all, N1_SIZE + n_voxel_bytes));
	else
		CHECK_OK(file_write(path, all, N1_SIZE + n_voxel_bytes));
	return path;
}

/* Imports and checks that output volume k is the input's volume[k]. */
static void check_import(const char *path, int n_keep, const int *volume)
{
	const char *to = join(check_folder(), "image.nii");
	struct image_source s;
	struct image im;
	float x[VOLUME];

	CHECK_OK(source_open(&s, path, check_arena()));
	CHECK_OK(source_write(to, &s, n_keep, volume, 2, check_arena()));
	CHECK_OK(image_open(&im, to, check_arena()));
	CHECK_INT(im.n_vol, volume ? n_keep : 4);
	CHECK_INT(im.map_size, N1_SIZE + VOLUME * 2 * im.n_vol);
	for (int t = 0; t < im.n_vol; t++) {
		image_volume(&im, t, NONFINITE_KEEP, x);
		for (int v = 0; v < VOLUME; v++)
			CHECK(x[v] == (float)((volume ? volume[t] : t) * VOLUME + v));
	}
	image_close(&im);
}

TEST(single_files_plain_and_gzipped)
{
	static const int some[] = { 3, 0, 1, 1 };

	fill();
	check_import(whole("x.nii", BYTES), 0, NULL);
	check_import(whole("x.nii.gz", BYTES), 0, NULL);
	check_import(whole("x.nii", BYTES), 4, some);
	check_import(whole("x.nii.gz", BYTES), 4, some);
	check_import(whole("x.nii.gz", BYTES), 2, some + 1);
	check_import(whole("looks_like_anything.gz.bin", BYTES), 0, NULL);
}

TEST(pairs_are_found_from_either_file)
{
	static const char *const ext[][2] = { { ".hdr", ".img" }, { ".hdr.gz", ".img.gz" }, { ".hdr", ".img.gz" } };

	fill();
	memcpy(header + 344, "ni1", 4);
	put_float(header + 108, 0);
	for (int k = 0; k < 3; k++) {
		const char *folder = check_folder(), *path[2];

		for (int part = 0; part < 2; part++) {
			const void *bytes = part ? voxel : header;
			size_t n = part ? (size_t)BYTES : 348;

			path[part] = join(folder, arena_printf(check_arena(), "x%s", ext[k][part]));
			CHECK_OK(strstr(path[part], ".gz") ? gz_write(path[part], bytes, n) : file_write(path[part], bytes, n));
		}
		check_import(path[0], 0, NULL);
		check_import(path[1], 0, NULL);
	}
	struct image_source s;
	const char *alone = bytes_file("x.hdr", header, 348, NULL, 0);

	CHECK_ERROR(source_open(&s, alone, check_arena()), "x.img");
	CHECK_ERROR(source_open(&s, bytes_file("x.nii", header, 348, NULL, 0), check_arena()), "header of a pair");
}

TEST(extensions_are_left_out)
{
	unsigned char long_header[N1_SIZE + 64] = { 0 };

	fill();
	memcpy(long_header, header, N1_SIZE);
	put_float(long_header + 108, N1_SIZE + 64);
	long_header[348] = 1;
	check_import(bytes_file("x.nii", long_header, sizeof long_header, voxel, BYTES), 0, NULL);
}

TEST(truncated_files_are_found_before_inflating)
{
	struct image_source s;

	fill();
	CHECK_ERROR(source_open(&s, whole("x.nii", BYTES - 1), check_arena()), "239 bytes of voxels, must be 240");
	CHECK_ERROR(source_open(&s, whole("x.nii.gz", BYTES - 1), check_arena()), "239 bytes of voxels, must be 240");
	const char *path = whole("y.nii.gz", BYTES);
	char *text;
	size_t n;

	CHECK_OK(file_read(&text, &n, path, 1 << 20, check_arena()));
	CHECK_OK(file_write(path, text, n - 20));
	CHECK_ERROR(source_open(&s, path, check_arena()), "truncated");
}

TEST(a_damaged_check_sum_is_found_when_inflating)
{
	const char *path, *to = join(check_folder(), "image.nii");
	struct image_source s;
	char *text;
	size_t n;

	fill();
	path = whole("x.nii.gz", BYTES);
	CHECK_OK(file_read(&text, &n, path, 1 << 20, check_arena()));
	text[n - 8] = (char)(text[n - 8] ^ 1);
	CHECK_OK(file_write(path, text, n));
	CHECK_OK(source_open(&s, path, check_arena()));
	CHECK_ERROR(source_write(to, &s, 0, NULL, 2, check_arena()), "damaged");
}

TEST(members_of_a_gzip_file_are_one_image)
{
	const char *a, *b, *path = join(check_folder(), "x.nii.gz");
	char *first, *second;
	size_t n, m;

	fill();
	a = join(check_folder(), "a");
	b = join(check_folder(), "b");
	CHECK_OK(gz_write(a, header, N1_SIZE));
	CHECK_OK(gz_write(b, voxel, BYTES));
	CHECK_OK(file_read(&first, &n, a, 1 << 20, check_arena()));
	CHECK_OK(file_read(&second, &m, b, 1 << 20, check_arena()));
	char *both = arena_alloc(check_arena(), n + m, 1);

	memcpy(both, first, n);
	memcpy(both + n, second, m);
	CHECK_OK(file_write(path, both, n + m));
	check_import(path, 0, NULL);
}

TEST(bombs_are_bounded_by_the_header)
{
	size_t n = 8 << 20;
	unsigned char *bomb = arena_calloc(check_arena(), n, 1);
	const char *path = join(check_folder(), "x.nii.gz"), *to = join(check_folder(), "image.nii");
	struct image_source s;

	fill();
	memcpy(bomb, header, N1_SIZE);
	CHECK_OK(gz_write(path, bomb, n));
	CHECK_OK(source_open(&s, path, check_arena()));
	CHECK(source_memory(&s) < 20 << 20);
	CHECK_ERROR(source_write(to, &s, 0, NULL, 2, check_arena()), "holds more than it must");
	for (int d = 0; d < 4; d++)   /* claims far more than so few bytes can hold */
		put16(header + 42 + 2 * d, 1000);
	CHECK_ERROR(source_open(&s, whole("y.nii.gz", BYTES), check_arena()), "cannot hold");
}

TEST(facts_and_space_come_from_the_header_and_the_name)
{
	struct image_facts f, again;
	struct image_source s;

	fill();
	CHECK_OK(source_open(&s, whole("sub-01_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz", BYTES), check_arena()));
	source_facts(&f, &s, 3);
	CHECK(image_facts_from(&again, image_facts_to(&f, check_arena()), check_arena()));
	CHECK_INT(again.n_vol, 3);
	CHECK_INT(again.bytes, 3 * VOLUME * 2);
	CHECK_TEXT(again.type, "int16");
	CHECK_TEXT(again.space, "MNI152NLin6Asym");
	CHECK_NEAR(again.tr_s, 2, 0);
	CHECK(memcmp(&again.grid, &f.grid, sizeof f.grid) == 0);
	CHECK_OK(source_open(&s, whole("myspace-1.nii", BYTES), check_arena()));
	CHECK_TEXT(s.space, "");
}
