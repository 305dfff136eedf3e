/* Responses, fine times and columns of designs: expected numbers are nilearn 0.12.1's. */
#include "check.h"

#include <math.h>

#include "num/design_columns.h"
#include "num/design_vif.h"
#include "num/hrf.h"

/* ---- responses: t_r 2, oversampling 50, samples 100, 125, 150, 300, 450 ---- */
static void check_kernel(enum hrf_shape shape, enum hrf_part part, int n_must, const double *must)
{
	static const int at[] = { 100, 125, 150, 300, 450 };
	int n = hrf_samples(0.04);
	double *h = NEW_N(check_arena(), double, n), *work = NEW_N(check_arena(), double, n);

	CHECK_INT(n, 800);
	hrf_kernel(shape, part, 0.04, n, h, work);
	for (int k = 0; k < n_must; k++)
		CHECK_NEAR(h[at[k]], must[k], part == HRF_RESPONSE ? 5e-15 : 2e-14);
}

TEST(responses_are_nilearns)
{
	static const double spm[] = { .007446488377828, .008433076873650, .007756158666264, 4.393185361905e-05, -6.209777462617e-04 };
	static const double glover[] = { .01193895510061, .01389663245206, .01246965061226, -.003611317946330, -8.384341776794e-04 };
	static const double glover_t[] = { .003889806655387, 3.139147828430e-04, -.002640918239647, -2.183433414001e-04,
	                                   3.582809463753e-04 };
	static const double spm_t[] = { .002036178643754, 1.422930017260e-04, -.001221964434124 };
	static const double glover_d[] = { 1.948190931862e-04, .006238007447038, .007412586897033, -.001441305680265 };
	static const double spm_d[] = { 4.861709918458e-04, .003463985608480, .003958918964525, -8.126517004437e-04 };

	check_kernel(HRF_SPM, HRF_RESPONSE, 5, spm);
	check_kernel(HRF_GLOVER, HRF_RESPONSE, 5, glover);
	check_kernel(HRF_GLOVER, HRF_DERIVATIVE, 5, glover_t);
	check_kernel(HRF_SPM, HRF_DERIVATIVE, 3, spm_t);
	check_kernel(HRF_GLOVER, HRF_DISPERSION, 4, glover_d);
	check_kernel(HRF_SPM, HRF_DISPERSION, 4, spm_d);
	CHECK_INT(hrf_samples(2.3999999999999773 / 50), 667);
	CHECK_INT(hrf_samples(100), 0);
	CHECK_INT(hrf_samples(1e-300), 0);
	CHECK_INT(hrf_samples(0), 0);
}

/* ---- fine times ---- */
static struct frames frames(int n, double tr_s, double first)
{
	struct frames f;

	CHECK(frames_make(&f, n, tr_s, first, 50, -24, check_arena()));
	return f;
}

TEST(fine_times_are_nilearns_to_the_bit)
{
	struct frames f = frames(20, 2, 0);
	struct box b = box_of(&f, 4, 2, 1);

	CHECK_INT(f.n_fine, 1601);
	CHECK_INT(b.on, 700);
	CHECK_INT(b.off, 750);
	f = frames(20, 2, 0.5);
	CHECK_INT(f.n_fine, 1602);
	CHECK_NEAR(f.first_s, -23, 0);
	CHECK_NEAR(f.last_s, 41.05263157894736, 1e-14);
	CHECK_NEAR(f.step_s, 0.04000788980570, 5e-14);
	f = frames(200, 0.72, 0);
	CHECK_INT(f.n_fine, 11668);
	CHECK_INT(frames_at(&f, 7.2), 2167);
	CHECK_INT(frames_at(&f, 10.08), 2367);
	f = frames(200, 2.4, 0);
	CHECK(f.tr_s == 2.3999999999999773);
}

TEST(times_beyond_the_ends_are_the_ends)
{
	struct frames f = frames(20, 2, 0);
	struct box b = box_of(&f, 1e300, 1e300, 1);

	CHECK_INT(frames_at(&f, -1e300), 0);
	CHECK_INT(frames_at(&f, -24), 0);
	CHECK_INT(b.on, 1600);
	CHECK_INT(b.off, 1600);
	b = box_of(&f, 4, 0, 1);
	CHECK_INT(b.off, 701);
	CHECK(!frames_make(&f, 20, 1e-9, 0, 50, -24, check_arena()));
	CHECK(!frames_make(&f, 20, 2, 0, 50, -1e300, check_arena()));
	CHECK(!frames_make(&f, 1000000, 2, 0, 100000, -24, check_arena()));
}

/* Every fine time is found as the first that is not before itself. */
TEST(a_fine_time_is_found)
{
	struct frames f = frames(137, 1.37, 0.3);

	for (int k = 0; k < f.n_fine; k++) {
		CHECK_INT(frames_at(&f, frames_fine(&f, k)), k);
		CHECK_INT(frames_at(&f, nextafter(frames_fine(&f, k), 1e9)), k < f.n_fine - 1 ? k + 1 : k);
	}
}

/* ---- events through a response: against the convolution written out ---- */
TEST(running_totals_are_a_convolution)
{
	enum { N_BOX = 6, N = 60 };
	struct frames f = frames(30, 2, 0.25);
	double *r = NEW_N(check_arena(), double, f.n_fine), h[N], total[N], *c = NEW_N(check_arena(), double, f.n_fine), out[30];
	struct box box[N_BOX];

	for (int i = 0; i < N; i++)
		h[i] = total[i] = check_random() - 0.3;
	kernel_totals(N, total);
	for (int b = 0; b < N_BOX; b++) {
		box[b] = box_of(&f, check_random() * 90 - 30, check_random() * 5, check_random());
		for (int k = box[b].on; k < box[b].off; k++)
			r[k] += box[b].amplitude;
	}
	for (int k = 0; k < f.n_fine; k++)
		for (int i = 0; i < N && i <= k; i++)
			c[k] += h[i] * r[k - i];
	boxes_respond(&f, N_BOX, box, N, total, 0, out);
	for (int t = 0; t < f.n; t++) {
		int k = frames_at(&f, f.time_s[t]);
		double share = (f.time_s[t] - frames_fine(&f, k - 1)) / (frames_fine(&f, k) - frames_fine(&f, k - 1));

		CHECK_NEAR(out[t], c[k - 1] + share * (c[k] - c[k - 1]), 1e-12);
	}
}

TEST(orthogonal_columns_keep_what_is_new)
{
	double x[] = { 1, 1, 1, 1, 0, 1, 2, 3, 1, 2, 3, 4, 0, 1, 4, 9 };   /* [4][4]: the third is made up by the first two */

	columns_orthogonal(4, 4, x);
	for (int t = 0; t < 4; t++) {
		CHECK_NEAR(x[4 + t], t - 1.5, 1e-15);
		CHECK_NEAR(x[8 + t], 0, 1e-15);
		CHECK_NEAR(x[12 + t], t * t - 3 * t + 1, 1e-14);
	}
}

TEST(polynomials_are_nilearns)
{
	struct frames f = frames(20, 2, 0);
	double x[4 * 20];

	drift_polynomial(&f, 3, x);
	CHECK_NEAR(x[0], -.5, 1e-13);
	CHECK_NEAR(x[20], .157894736842, 1e-12);
	CHECK_NEAR(x[40], -.042382271468, 1e-12);
	CHECK_NEAR(x[60], 1, 0);
}

/* ---- what columns share ---- */
TEST(inflation_is_of_the_fit_by_all_others)
{
	enum { T = 6 };
	static const double x[T][4] = { { 1, 0, 5, 1 }, { 2, 1, 5, 2 }, { 3, 0, 5, 4 }, { 4, 1, 5, 8 }, { 5, 1, 5, 9 }, { 6, 0, 5, 7 } };
	double vif[4], r[16];

	/* Of [x0, x1, constant, x3]; from numpy.linalg.lstsq. */
	CHECK(design_inflation(T, 4, &x[0][0], vif, check_arena()));
	CHECK_NEAR(vif[0], 7.074109720885469, 1e-12);
	CHECK_NEAR(vif[1], 1.761308950914341, 1e-12);
	CHECK(isnan(vif[2]));
	CHECK_NEAR(vif[3], 8.232916265640037, 1e-12);
	design_correlation(T, 4, &x[0][0], r, check_arena());
	CHECK_NEAR(r[3], 0.887751358789479, 1e-12);
	CHECK(r[2] == 0 && r[8] == 0 && r[10] == 1 && r[0] == 1);
}

TEST(columns_that_others_make_up_have_infinite_inflation)
{
	double x[10][4], vif[4];

	for (int t = 0; t < 10; t++) {
		x[t][0] = t % 3 == 0;
		x[t][1] = t % 3 != 0;    /* with the first one a constant */
		x[t][2] = sin(t);
		x[t][3] = 1;
	}
	CHECK(design_inflation(10, 4, &x[0][0], vif, check_arena()));
	CHECK(isinf(vif[0]) && isinf(vif[1]));
	CHECK(vif[2] >= 1 && vif[2] < 2);
	CHECK(isnan(vif[3]));
	x[3][1] = NAN;
	CHECK(!design_inflation(10, 4, &x[0][0], vif, check_arena()));
}
