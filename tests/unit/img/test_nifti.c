#include "img/nifti.h"

#include <math.h>

#include "bytes.h"
#include "check.h"

static const int dim_674[4] = { 6, 7, 5, 4 };

static struct error *parse(struct nifti *out, const unsigned char h[N1_SIZE])
{
	return nifti_parse(out, h, N1_SIZE, "x.nii");
}

TEST(header_as_written_is_read)
{
	unsigned char h[N1_SIZE];
	struct nifti n;

	bytes_header(h, dim_674, 4, 16);
	CHECK_OK(parse(&n, h));
	CHECK_INT(n.version, 1);
	CHECK(!n.swapped && !n.pair);
	CHECK_INT(n.grid.n[0], 6);
	CHECK_INT(n.grid.n[1], 7);
	CHECK_INT(n.grid.n[2], 5);
	CHECK_INT(n.n_vol, 4);
	CHECK_INT(n.type, IMAGE_INT16);
	CHECK_INT(n.offset, 352);
	CHECK_INT(n.size, 6 * 7 * 5 * 4 * 2);
	CHECK_NEAR(n.tr_s, 2, 0);
	CHECK_NEAR(n.grid.affine[1][1], 3, 0);
	CHECK_NEAR(n.grid.affine[0][3], -10, 0);
	CHECK_NEAR(n.slope, 1, 0);
}

TEST(other_byte_order_reads_the_same)
{
	unsigned char h[N1_SIZE];
	struct nifti a, b;

	bytes_header(h, dim_674, 16, 32);
	put_float(h + 112, 0.5f);
	put_float(h + 116, 3);
	CHECK_OK(parse(&a, h));
	bytes_swap_header(h);
	CHECK_OK(parse(&b, h));
	CHECK(b.swapped);
	b.swapped = false;
	CHECK(memcmp(&a.grid, &b.grid, sizeof a.grid) == 0);
	CHECK_INT(b.n_vol, 4);
	CHECK_NEAR(b.slope, 0.5, 0);
	CHECK_NEAR(b.inter, 3, 0);
	CHECK_NEAR(b.tr_s, 2, 0);
}

TEST(qform_follows_the_worked_example)
{
	const double must[3][4] = { { 6.8457e-08, -3, 0, 1 }, { 2, 1.02686e-07, 0, 2 }, { 0, 0, 4, 3 } };
	unsigned char h[N1_SIZE];
	struct nifti n;

	bytes_header(h, dim_674, 4, 16);
	put16(h + 252, 1);
	put16(h + 254, 0);
	put_float(h + 256 + 8, 0.70710678f);
	for (int d = 0; d < 3; d++)
		put_float(h + 268 + 4 * d, (float)(d + 1));
	CHECK_OK(parse(&n, h));
	for (int e = 0; e < 12; e++)
		CHECK_NEAR(n.grid.affine[e / 4][e % 4], must[e / 4][e % 4], 1e-12);
	put_float(h + 76, -1);   /* qfac flips the third axis */
	CHECK_OK(parse(&n, h));
	CHECK_NEAR(n.grid.affine[2][2], -4, 0);
	put_float(h + 76, 0.5f);   /* what is not -1 is 1; sizes count without their sign, and none is 1 */
	put_float(h + 76 + 8, -3);
	put_float(h + 76 + 12, 0);
	CHECK_OK(parse(&n, h));
	CHECK_NEAR(n.grid.affine[0][1], -3, 1e-12);
	CHECK_NEAR(n.grid.affine[2][2], 1, 0);
	put_float(h + 264, 1.01f);
	CHECK_ERROR(parse(&n, h), "longer than 1");
	put_float(h + 264, NAN);
	CHECK_ERROR(parse(&n, h), "the quaternion (0, 0, nan) of the qform must be finite");
}

TEST(without_forms_x_is_flipped_and_the_middle_is_the_origin)
{
	const double must[3][4] = { { -2, 0, 0, 5 }, { 0, 3, 0, -9 }, { 0, 0, 4, -8 } };
	unsigned char h[N1_SIZE];
	struct nifti n;

	bytes_header(h, dim_674, 4, 16);
	put16(h + 254, 0);
	put_float(h + 80, -2);   /* sizes lose their sign; 0 would be 1 */
	CHECK_OK(parse(&n, h));
	for (int e = 0; e < 12; e++)
		CHECK_NEAR(n.grid.affine[e / 4][e % 4], must[e / 4][e % 4], 0);
	put_float(h + 80, 0);
	CHECK_OK(parse(&n, h));
	CHECK_NEAR(n.grid.affine[0][0], -1, 0);
}

TEST(scaling_follows_the_slope)
{
	static const struct { float slope, inter, is_slope, is_inter; } rows[] = {
		{ 0, 7, 1, 0 }, { NAN, 7, 1, 0 }, { INFINITY, NAN, 1, 0 }, { 2, 7, 2, 7 }, { -0.25f, 0, -0.25f, 0 },
	};
	unsigned char h[N1_SIZE];
	struct nifti n;

	bytes_header(h, dim_674, 4, 16);
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		put_float(h + 112, rows[k].slope);
		put_float(h + 116, rows[k].inter);
		CHECK_OK(parse(&n, h));
		CHECK_NEAR(n.slope, rows[k].is_slope, 0);
		CHECK_NEAR(n.inter, rows[k].is_inter, 0);
	}
	put_float(h + 112, 2);
	put_float(h + 116, NAN);
	CHECK_ERROR(parse(&n, h), "scl_inter");
}

TEST(tr_is_seconds_whatever_the_unit)
{
	static const struct { int unit; float pixdim; double tr_s; } rows[] = {
		{ 8, 2.5f, 2.5 }, { 16, 2000, 2 }, { 16, 720, 0.72 }, { 24, 2e6f, 2 }, { 0, 3, 3 }, { 8, 0, 0 }, { 8, -2, 0 },
		{ 8, NAN, 0 }, { 32, 2, 0 },
	};
	unsigned char h[N1_SIZE];
	struct nifti n;

	bytes_header(h, dim_674, 4, 16);
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		h[123] = (unsigned char)(2 | rows[k].unit);
		put_float(h + 92, rows[k].pixdim);
		CHECK_OK(parse(&n, h));
		CHECK_NEAR(n.tr_s, rows[k].tr_s, 0);
	}
}

static void spoil(void (*how)(unsigned char *h), const char *part)
{
	unsigned char h[N1_SIZE];
	struct nifti n;

	bytes_header(h, dim_674, 4, 16);
	how(h);
	CHECK_ERROR(parse(&n, h), part);
}

static void bad_magic(unsigned char *h) { h[345] = '-'; }
static void analyze(unsigned char *h) { memset(h + 344, 0, 4); }
static void bad_size(unsigned char *h) { put32(h, 349); }
static void no_dims(unsigned char *h) { put16(h + 40, 0); }
static void eight_dims(unsigned char *h) { put16(h + 40, 8); }
static void zero_dim(unsigned char *h) { put16(h + 44, 0); }
static void negative_dim(unsigned char *h) { put16(h + 44, -3); }
static void fifth_dim(unsigned char *h) { put16(h + 40, 5); put16(h + 50, 3); }
static void huge_volume(unsigned char *h) { for (int d = 0; d < 3; d++) put16(h + 42 + 2 * d, 32767); }
static void wrong_bitpix(unsigned char *h) { put16(h + 72, 8); }
static void complex64(unsigned char *h) { put16(h + 70, 32); put16(h + 72, 64); }
static void rgb(unsigned char *h) { put16(h + 70, 128); put16(h + 72, 24); }
static void unknown_type(unsigned char *h) { put16(h + 70, 77); }
static void early_offset(unsigned char *h) { put_float(h + 108, 100); }
static void nan_offset(unsigned char *h) { put_float(h + 108, NAN); }
static void flat_affine(unsigned char *h) { put_float(h + 280 + 20, 0); }
static void nan_affine(unsigned char *h) { put_float(h + 280 + 20, NAN); }

TEST(hostile_headers_are_refused_by_name)
{
	spoil(bad_magic, "magic");
	spoil(analyze, "Analyze");
	spoil(bad_size, "348 or 540");
	spoil(no_dims, "dim[0] is 0");
	spoil(eight_dims, "dim[0] is 8");
	spoil(zero_dim, "dim[2] is 0");
	spoil(negative_dim, "dim[2] is -3");
	spoil(fifth_dim, "fifth axis");
	spoil(huge_volume, "too large");
	spoil(wrong_bitpix, "bitpix is 8, must be 16");
	spoil(complex64, "complex64");
	spoil(rgb, "RGB");
	spoil(unknown_type, "datatype 77");
	spoil(early_offset, "vox_offset is 100");
	spoil(nan_offset, "vox_offset");
	spoil(flat_affine, "no inverse");
	spoil(nan_affine, "row 2, column 2 of the affine of its sform is nan, must be finite");
}

TEST(every_short_header_is_truncated)
{
	unsigned char h[N1_SIZE], *exact;
	struct nifti n;

	bytes_header(h, dim_674, 4, 16);
	for (size_t size = 0; size < 348; size++) {
		exact = test_malloc(size + !size);
		memcpy(exact, h, size);
		CHECK_ERROR(nifti_parse(&n, exact, size, "x.nii"), size < 4 ? "only" : "truncated");
		test_free(exact);
	}
}

TEST(truncated_voxels_are_told_with_both_sizes)
{
	unsigned char h[N1_SIZE];
	struct nifti n;

	bytes_header(h, dim_674, 4, 16);
	CHECK_OK(parse(&n, h));
	CHECK_OK(nifti_check_size(&n, 352 + 1680, "x.nii"));
	CHECK_ERROR(nifti_check_size(&n, 352 + 1234, "x.nii"), "x.nii is truncated: 1,234 bytes of voxels, must be 1,680");
	CHECK_ERROR(nifti_check_size(&n, 10, "x.nii"), "0 bytes of voxels");
}

TEST(a_made_header_is_read_back)
{
	const struct grid g = { { 3, 4, 5 }, { { -2, 0.25, 0, 90 }, { 0.25, 2, 0, -126 }, { 0, 0, 2.5, -72 } } };
	unsigned char h[NIFTI_HEADER_MAX];
	struct nifti n;

	CHECK_INT(nifti_make(h, &g, 9, 1.5, IMAGE_FLOAT32), 352);
	CHECK_OK(nifti_parse(&n, h, 352, "x.nii"));
	CHECK_INT(n.n_vol, 9);
	CHECK_NEAR(n.tr_s, 1.5, 0);
	CHECK(grid_same(&n.grid, &g));
	CHECK_INT(n.size, 3 * 4 * 5 * 9 * 4);
}

TEST(long_axes_need_version_two)
{
	const struct grid g = { { 40000, 2, 3 }, { { 1, 0, 0, 0.1 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	unsigned char h[NIFTI_HEADER_MAX];
	struct nifti n;

	CHECK_INT(nifti_make(h, &g, 2, 2, IMAGE_UINT8), 544);
	CHECK_OK(nifti_parse(&n, h, 544, "x.nii"));
	CHECK_INT(n.version, 2);
	CHECK_INT(n.grid.n[0], 40000);
	CHECK_NEAR(n.grid.affine[0][3], 0.1, 0);
	put64(h + 24, UINT64_C(1) << 62);
	CHECK_ERROR(nifti_parse(&n, h, 544, "x.nii"), "dim[1]");
	put64(h + 24, 40000);
	put64(h + 168, UINT64_MAX / 2);
	CHECK_ERROR(nifti_parse(&n, h, 544, "x.nii"), "vox_offset");
	CHECK_ERROR(nifti_parse(&n, h, 500, "x.nii"), "truncated");
}

TEST(rewriting_keeps_all_but_place_and_volumes)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		unsigned char h[N1_SIZE], out[NIFTI_HEADER_MAX];
		struct nifti n, again;

		bytes_header(h, dim_674, 4, 16);
		memcpy(h + 148, "a description", 13);
		put_float(h + 108, 1024);
		memcpy(h + 344, "ni1", 4);
		if (swapped)
			bytes_swap_header(h);
		CHECK_OK(parse(&n, h));
		CHECK(n.pair);
		CHECK_INT(nifti_rewrite(out, &n, h, 2), 352);
		CHECK_OK(nifti_parse(&again, out, 352, "x.nii"));
		CHECK(!again.pair);
		CHECK_INT(again.swapped, swapped);
		CHECK_INT(again.offset, 352);
		CHECK_INT(again.n_vol, 2);
		CHECK_INT(out[348], 0);
		CHECK(memcmp(out + 148, "a description", 13) == 0);
		CHECK(memcmp(out + 252, h + 252, 92) == 0);
	}
}
