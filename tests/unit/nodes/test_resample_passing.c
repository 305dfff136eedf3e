/* image.resample of an image that passes by: the very file that it makes of the stored one. */
#include "harness.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "image.resample.node.h"
#include "node/stream.h"

enum { WINDOW = 4 };

static const struct grid big = { { 96, 5, 4 }, { { 2, 0, 0, -10 }, { 0, 3, 0, 5 }, { 0, 0, 4, 2 } } };
/* Between its voxels and beyond it, along its axes and not. */
static const struct grid along = { { 90, 7, 6 }, { { 2, 0, 0, -7.3 }, { 0, 2.5, 0, 3.1 }, { 0, 0, 3, 0.4 } } };
static const struct grid oblique = { { 90, 7, 6 }, { { 2, 0.1, 0, -7.3 }, { -0.1, 2.5, 0.2, 3.1 }, { 0, -0.2, 3, 0.4 } } };

/* ---- the maker ---- */
struct maker {
	struct stream *to;
	struct image im;
	struct arena *a;
	int upto;
	pthread_t thread;
};

static void *make(void *arg)
{
	struct maker *m = arg;
	float *x = arena_alloc(m->a, (size_t)grid_size(&m->im.grid), sizeof *x);
	struct image_writer *w;
	struct error *e = image_create_passing(&w, m->to, &m->im.grid, m->im.n_vol, m->im.tr_s, m->im.type, m->a);

	for (int t = 0; !e && t < m->upto; t++) {
		image_volume(&m->im, t, NONFINITE_KEEP, x);
		e = image_put(w, t, x);
	}
	error_free(e);
	stream_end(m->to);
	return NULL;
}

/* As resampled while its first `upto` volumes come one by one. */
static struct error *pass(const struct item *it, int upto, const struct item *like, const struct image_resample_params *p,
                          int threads, struct out **out)
{
	struct maker m = { .to = stream_new("the result of test", 1, WINDOW), .a = arena_new(), .upto = upto };
	struct item passing = { "", it->kind, 0, NULL, stream_reader(m.to, 0) };
	struct error *e;

	CHECK_OK(image_of(&m.im, it, m.a));
	m.upto = upto < m.im.n_vol ? upto : m.im.n_vol;
	CHECK(!pthread_create(&m.thread, NULL, make, &m));
	*out = h_out();
	e = image_resample_run(h_env(threads), p, &(struct image_resample_inputs){ &passing, like },
	                       &(struct image_resample_outputs){ *out });
	stream_leave(passing.stream);
	pthread_join(m.thread, NULL);
	image_close(&m.im);
	stream_free(m.to);
	arena_free(m.a);
	return e;
}

static const struct item *on(const struct grid *g)
{
	return h_image(g, 1, 0, IMAGE_UINT8, arena_calloc(check_arena(), (size_t)grid_size(g), sizeof(float)));
}

static struct out *stored(const struct item *it, const struct item *like, const struct image_resample_params *p)
{
	struct out *out = h_out();

	CHECK_OK(image_resample_run(h_env(2), p, &(struct image_resample_inputs){ it, like }, &(struct image_resample_outputs){ out }));
	return out;
}

static void same(const struct item *it, const struct grid *g, const struct image_resample_params *p)
{
	const struct item *like = on(g);
	const char *digest = h_digest(stored(it, like, p), "image.nii");

	for (int threads = 1; threads < 13; threads += threads < 2 ? 1 : 3) {
		struct out *out;

		CHECK_OK(pass(it, 1000, like, p, threads, &out));
		CHECK_TEXT(h_digest(out, "image.nii"), digest);
	}
}

/* ---- images ---- */
/* Edges that splines overshoot, more with each volume up to the fourth; low is the smallest value. */
static float *edges(int n_vol, float low)
{
	long size = grid_size(&big);
	float *x = NEW_N(check_arena(), float, n_vol * size);

	for (int t = 0; t < n_vol; t++)
		for (long v = 0; v < size; v++)
			x[t * size + v] = (v / 5 + v / 96 + t) % 3 ? low : (float)(60 + 20 * (t < 4 ? t : 7 - t) + v % 7);
	return x;
}

static const struct item *image(int n_vol, enum image_type type, const float *x)
{
	return h_image(&big, n_vol, 2, type, x);
}

static void same_all_ways(const struct item *it)
{
	static const double fill[] = { 0, 50, -3, 1e9 };
	static const struct grid *const grid[] = { &along, &oblique };

	for (int k = 0; k < 8; k++) {
		struct image_resample_params p = { .clip = true, .fill = fill[k % 4] };

		same(it, grid[k / 4], &p);
	}
}

/* ---- tests ---- */
TEST(results_are_clipped_in_the_end)
{
	const struct item *im = image(8, IMAGE_FLOAT32, edges(8, 0));
	struct image_resample_params p = { .clip = true }, free = { 0 };
	const float *x = h_voxels(stored(im, on(&oblique), &p)), *y = h_voxels(stored(im, on(&oblique), &free));
	long size = grid_size(&oblique), n_low = 0, n_high = 0;

	for (long v = 0; v < 8 * size; v++) {
		n_low += y[v] < 0;
		n_high += y[v] > 126 && x[v] == 126 && v < 4 * size;
	}
	CHECK(n_low > size && n_high > 10);   /* what the test is about */
	same_all_ways(im);
	same_all_ways(image(8, IMAGE_FLOAT32, edges(8, -40)));
	same_all_ways(image(8, IMAGE_FLOAT32, edges(8, 12)));
	same(im, &oblique, &free);
}

TEST(nan_and_infinities_stay)
{
	for (int negative = 0; negative < 2; negative++) {
		float *x = edges(8, negative ? -40 : 0);

		for (int v = 100; v < 5000; v += 77)
			x[v] = NAN;
		same_all_ways(image(8, IMAGE_FLOAT32, x));
		x[600] = INFINITY;
		same_all_ways(image(8, IMAGE_FLOAT32, x));
		for (int v = 0; v < grid_size(&big); v++)
			x[v] = NAN;
		x[1] = negative ? -INFINITY : NAN;
		same_all_ways(image(8, IMAGE_FLOAT32, x));
	}
}

TEST(few_volumes_and_integers)
{
	same_all_ways(image(1, IMAGE_FLOAT32, edges(1, 0)));
	same_all_ways(image(2, IMAGE_FLOAT32, edges(2, -40)));
	same_all_ways(image(6, IMAGE_INT16, edges(6, -40)));
	same_all_ways(image(6, IMAGE_UINT8, edges(6, 0)));
	same_all_ways(image(6, IMAGE_FLOAT64, edges(6, 0)));
}

/* What is far from all content is too small for a float: of results just below 0 and of no result at all the signs of zeros
 * stay what they are. */
TEST(zeros_keep_their_signs)
{
	long size = grid_size(&big);
	int signs[2] = { 0 };

	for (int low = 0; low < 3; low++) {
		float *x = arena_calloc(check_arena(), (size_t)(3 * size), sizeof *x);
		const struct item *im;
		const float *y;

		for (long v = 0; v < 3 * size; v += 96)
			x[v] = (float)(1 + v / 96 % 2);
		x[0] = low == 0 ? 0 : low == 1 ? -1 : -0.0f;
		im = image(3, IMAGE_FLOAT32, x);
		y = h_voxels(stored(im, on(&along), &(struct image_resample_params){ .clip = true }));
		for (long v = 0; v < 3 * grid_size(&along); v++)
			signs[low == 1] += y[v] == 0 && signbit(y[v]);
		same_all_ways(im);
	}
	CHECK_INT(signs[0], 0);
	CHECK(signs[1] > 0);   /* what the test is about */
}

TEST(a_bound_of_0_has_no_sign)
{
	struct image_resample_params p = { .clip = true };
	float *x = edges(2, 0), *y;

	for (long v = 0; v < 2 * grid_size(&big); v += 2)
		x[v] = x[v] == 0 ? -0.0f : x[v];
	for (int first = 0; first < 2; first++) {
		x[0] = first ? 0 : -0.0f;
		y = h_voxels(stored(image(2, IMAGE_FLOAT32, x), on(&oblique), &p));
		for (long v = 0; v < 2 * grid_size(&oblique); v++)
			CHECK(!(y[v] == 0 && signbit(y[v])));
		same_all_ways(image(2, IMAGE_FLOAT32, x));
	}
}

TEST(copies_and_other_kinds_of_results)
{
	const struct item *im = image(6, IMAGE_FLOAT32, edges(6, -40)), *whole = image(6, IMAGE_INT16, edges(6, -40));
	struct image_resample_params p = { .clip = true, .interpolation = IMAGE_RESAMPLE_INTERPOLATION_LINEAR, .fill = -50 };
	struct grid shifted = big;

	same(im, &oblique, &p);
	p.interpolation = IMAGE_RESAMPLE_INTERPOLATION_NEAREST;
	same(im, &oblique, &p);
	same(whole, &oblique, &p);   /* integers stay integers */
	p.fill = 0.5;
	same(whole, &oblique, &p);
	p.interpolation = IMAGE_RESAMPLE_INTERPOLATION_CONTINUOUS;
	same(im, &big, &p);          /* grids alike */
	same(whole, &big, &p);
	p.force = true;
	same(im, &big, &p);
	shifted.affine[0][3] += 4;
	same(im, &shifted, &p);
}

/* ---- what must be read whole ---- */
TEST(late_negative_values_want_the_whole)
{
	struct image_resample_params p = { .clip = true };
	float *x = edges(6, 0);
	struct out *out;

	x[4 * grid_size(&big) + 9] = -1;
	for (int threads = 1; threads < 6; threads++)
		CHECK_ERROR(pass(image(6, IMAGE_FLOAT32, x), 6, on(&along), &p, threads, &out),
		            "volume 4 of the result of test has negative values, the first one none");
	p.clip = false;
	same(image(6, IMAGE_FLOAT32, x), &along, &p);
	x[9] = -1e-45f;
	p.clip = true;
	same(image(6, IMAGE_FLOAT32, x), &along, &p);
}

static void wants_the_whole(const struct item *it, const struct image_resample_params *p, const char *words)
{
	struct out *out;
	struct error *e = pass(it, 6, on(&along), p, 2, &out);

	CHECK(e && e->code == ERR_WHOLE);
	CHECK_ERROR(e, words);
}

TEST(what_is_looked_at_twice_wants_the_whole)
{
	struct image_resample_params p = { .clip = true, .compat = IMAGE_RESAMPLE_COMPAT_NILEARN, .fill = 3 };
	struct item labels = *image(6, IMAGE_FLOAT32, edges(6, 0));

	wants_the_whole(&labels, &p, "is looked at twice by nilearn");
	p.compat = IMAGE_RESAMPLE_COMPAT_NONE;
	labels.kind = "labels";
	wants_the_whole(&labels, &p, "is looked at twice, as labels may get lost");
}

TEST(an_image_that_breaks_off)
{
	struct image_resample_params p = { .clip = true };
	struct out *out;

	for (int threads = 1; threads < 6; threads++)
		for (int upto = 0; upto < 6; upto += 5)
			CHECK_ERROR(pass(image(6, IMAGE_FLOAT32, edges(6, 0)), upto, on(&along), &p, threads, &out),
			            "the result of test was not made whole");
}
