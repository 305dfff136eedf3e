/* Shapes against scipy.ndimage 1.10 (binary_erosion, binary_dilation, label) on random ones, and identities. */
#include "harness.h"

#include <stdlib.h>

#include "fmri/volumes.h"

/* Voxels as 0 and 1, i fastest. */
struct shape_case {
	int n[3];
	const char *given, *eroded, *dilated_twice, *largest, *tidied;
};

static const struct shape_case cases[] = {
	{ { 6, 5, 4 },
	  "111110111111101110111101111010111111101101010111010111111111101111111111111111011101111111111111"
	  "101111111101110010111111",
	  "000000000000000000000000000000000000000000000000000000000000000000001100010100000000000000000000"
	  "000000000000000000000000",
	  "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
	  "111111111111111111111111",
	  "111110111111101110111101111010111111101101010111010111111111101111111111111111011101111111111111"
	  "101111111101110010111111",
	  "000000000000000000000000000000000000001100000100000000000000000000011110001110000100000000000000"
	  "000000000000000000000000" },
	{ { 5, 4, 3 },
	  "011101100001000101011100100111010001000101100000000100110101",
	  "000000000000000000000000000000000000000000000000000000000000",
	  "111111111111111111111111111111111111111111111111111111111111",
	  "011101100001000000001100000000010000000001100000000100000000",
	  "000000000000000000000000000000000000000000000000000000000000" },
	{ { 7, 6, 5 },
	  "111111111111111111111110110111111111111111111111111111111111111101101101110111110111111011111111"
	  "111110111111111111111111110010110111111111111111011111111111111111111101111111111111101111111111"
	  "111111111110111111",
	  "000000000000000000000000000000000000000000000000001111100010010000000000100000000000000000001101"
	  "100100010001001001100100000000000000001010100110000011101001111000000000000000000000000000000000"
	  "000000000000000000",
	  "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
	  "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
	  "111111111111111111",
	  "111111111111111111111110110111111111111111111111111111111111111101101101110111110111111011111111"
	  "111110111111111111111111110010110111111111111111011111111111111111111101111111111111101111111111"
	  "111111111110111111",
	  "000000000000000000000000000000000000000000000000001111100111110001001001110100000000000000001111"
	  "100111110011111001111100000000000000001101100111010011111001111100000000000000000000000000000000"
	  "000000000000000000" },
	{ { 5, 3, 1 },
	  "100110001101011",
	  "000000000000000",
	  "111111111111111",
	  "000110001100011",
	  "000000000000000" },
};

static unsigned char *bytes(const char *text)
{
	unsigned char *x = NEW_N(check_arena(), unsigned char, strlen(text));

	for (size_t v = 0; text[v]; v++)
		x[v] = text[v] == '1';
	return x;
}

static const char *text(const unsigned char *x, size_t n)
{
	char *s = NEW_N(check_arena(), char, n + 1);

	for (size_t v = 0; v < n; v++)
		s[v] = (char)('0' + x[v]);
	return s;
}

TEST(shapes_agree_with_scipy)
{
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		const struct shape_case *c = &cases[k];
		unsigned char *x = bytes(c->given);
		size_t n = strlen(c->given);

		morph_erode(x, c->n, 1, check_arena());
		CHECK_TEXT(text(x, n), c->eroded);
		morph_dilate(x = bytes(c->given), c->n, 2, check_arena());
		CHECK_TEXT(text(x, n), c->dilated_twice);
		morph_largest(x = bytes(c->given), c->n, check_arena());
		CHECK_TEXT(text(x, n), c->largest);
		morph_tidy(x = bytes(c->given), c->n, 1, true, check_arena());
		CHECK_TEXT(text(x, n), c->tidied);
	}
}

TEST(of_equal_parts_the_first_in_c_order_stays)
{
	/* Two of 2 voxels, from (0, 0, 1) and from (1, 0, 0) on: in the order of a volume the second one comes first. */
	const int n[3] = { 3, 2, 2 };
	unsigned char *x = bytes("011000100100");

	morph_largest(x, n, check_arena());
	CHECK_TEXT(text(x, 12), "000000100100");
}

TEST(what_tidying_did_is_counted)
{
	const int n[3] = { 5, 5, 5 };
	unsigned char x[125];
	struct tidied t;

	memset(x, 1, sizeof x);
	t = morph_tidy(x, n, 2, true, check_arena());
	CHECK_INT(t.given, 125);
	CHECK_INT(t.gone, 0);
	CHECK(t.left > 0 && x[62] == 1);
	memset(x, 1, sizeof x);
	t = morph_tidy(x, n, 3, true, check_arena());
	CHECK_INT(t.gone, 3);
	CHECK_INT(t.last, 1);
	CHECK_INT(t.left, 0);
	memset(x, 0, sizeof x);
	t = morph_tidy(x, n, 0, true, check_arena());
	CHECK(t.given == 0 && t.left == 0 && t.gone == 0);
}

/* Eroding is dilating what lies outside: with a frame of zeros around, the two are each other's complement. */
TEST(erosion_is_dilation_of_the_complement)
{
	const int n[3] = { 8, 7, 6 };
	unsigned char x[8 * 7 * 6], y[8 * 7 * 6];

	srand(1);
	for (int v = 0; v < 8 * 7 * 6; v++) {
		int i = v % 8, j = v / 8 % 7, k = v / 56;
		bool frame = i < 2 || i > 5 || j < 2 || j > 4 || k < 2 || k > 3;

		x[v] = !frame && rand() % 3 > 0;
		y[v] = !x[v];
	}
	morph_erode(x, n, 1, check_arena());
	morph_dilate(y, n, 1, check_arena());
	for (int v = 0; v < 8 * 7 * 6; v++)
		CHECK_INT(x[v], !y[v]);
}
