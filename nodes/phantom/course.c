#include "phantom/course.h"

#include <math.h>

#include "base/arena.h"
#include "num/rng.h"

/* sin(2 pi x) for a whole turn: the Taylor series to x^15 on a quarter turn. Not the library's sine, whose last bit
 * differs between machines; error below 1e-11. */
double course_sine(double x)
{
	double y, z, sum = 0;
	static const double factor[] = { -1.0 / (14 * 15), -1.0 / (12 * 13), -1.0 / (10 * 11), -1.0 / (8 * 9),
	                                 -1.0 / (6 * 7), -1.0 / (4 * 5), -1.0 / (2 * 3) };

	x -= floor(x + 0.5);
	if (x > 0.25)
		x = 0.5 - x;
	else if (x < -0.25)
		x = -0.5 - x;
	y = 6.283185307179586 * x;
	z = y * y;
	for (int k = 0; k < 7; k++)
		sum = (1 + sum) * factor[k] * z;
	return y * (1 + sum);
}

/* Mean 0, population variance 1. */
static void standardize(int n, double *x)
{
	double mean = 0, var = 0;

	for (int t = 0; t < n; t++)
		mean += x[t] / n;
	for (int t = 0; t < n; t++)
		var += (x[t] - mean) * (x[t] - mean) / n;
	for (int t = 0; t < n; t++)
		x[t] = var > 0 ? (x[t] - mean) / sqrt(var) : 0;
}

/* A sum of ten sines between two frequencies, Hz. */
static void slow_wave(const struct courses *c, double *x, double low_hz, double high_hz, struct rng *r)
{
	for (int k = 0; k < 10; k++) {
		double hz = low_hz + (high_hz - low_hz) * rng_uniform(r), phase = rng_uniform(r);

		for (int t = 0; t < c->n_vol; t++)
			x[t] += course_sine(hz * c->tr_s * t + phase);
	}
	standardize(c->n_vol, x);
}

static void add(struct courses *c, struct arena *a, double onset, double duration, const char *type,
                enum course course)
{
	struct stimulus s = { onset, duration, type, course };

	if (onset + duration <= c->n_vol * c->tr_s)
		PUSH(a, c->stimulus, c->n_stimulus, s);
}

static void make_blocks(struct courses *c, struct arena *a)
{
	double end = c->n_vol * c->tr_s;

	for (int b = 0; 12 + 28.0 * b < end; b++)
		add(c, a, 12 + 28.0 * b, 16, b % 2 ? "houses" : "faces", b % 2 ? COURSE_HOUSE : COURSE_FACE);
}

static void make_events(struct courses *c, struct rng *r, struct arena *a)
{
	double onset = 6, end = c->n_vol * c->tr_s;
	int balance = 0;

	while (onset < end) {
		bool face = balance < -2 || (balance < 3 && rng_below(r, 2) == 1);

		add(c, a, onset, 0.5, face ? "faces" : "scrambled", face ? COURSE_FACE : COURSE_OTHER);
		balance += face ? 1 : -1;
		onset += 6 + 0.5 * (double)rng_below(r, 7);
	}
}

/* Eight blocks of nine volumes in each run of 121, every run in another order. */
static void make_haxby(struct courses *c, struct rng *r, struct arena *a)
{
	static const char *const type[8] = { "bottle", "cat", "chair", "face", "house", "scissors", "scrambledpix",
	                                     "shoe" };

	for (int run = 0; run * HAXBY_RUN < c->n_vol; run++) {
		int order[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };

		for (int b = 0; b < 8; b++) {
			int other = b + (int)rng_below(r, (uint64_t)(8 - b)), k = order[other];

			order[other] = order[b];
			order[b] = k;
			add(c, a, (run * HAXBY_RUN + 6 + 14 * b) * c->tr_s, 9 * c->tr_s, type[k],
			    k == 3 ? COURSE_FACE : k == 4 ? COURSE_HOUSE : COURSE_OTHER);
		}
	}
}

/* Blood follows a stimulus as three leaky integrators in a row do: it peaks about 5 s later. */
static void respond(const struct courses *c, enum course course, double *x)
{
	const double dt = 0.1, leak = dt / 2.0;  /* s */
	double stage[3] = { 0 }, top = 0;
	long step = 0;

	for (int t = 0, s = 0; t < c->n_vol; t++) {
		for (; (double)step * dt < t * c->tr_s; step++) {
			double now = (double)step * dt, drive = 0;

			while (s < c->n_stimulus && c->stimulus[s].onset_s + c->stimulus[s].duration_s <= now)
				s++;
			if (s < c->n_stimulus && c->stimulus[s].course == course && c->stimulus[s].onset_s <= now)
				drive = 1;
			stage[0] += leak * (drive - stage[0]);
			stage[1] += leak * (stage[0] - stage[1]);
			stage[2] += leak * (stage[1] - stage[2]);
		}
		x[t] = stage[2];
		top = fmax(top, x[t]);
	}
	for (int t = 0; t < c->n_vol && top > 0; t++)
		x[t] /= top;
}

/* Slow wandering and a drift; about 0.1 mm and 0.001 radians. */
static void move(struct courses *c, struct rng *r)
{
	for (int k = 0; k < N_MOTION; k++) {
		double *x = c->x[COURSE_MOTION + k], size = k < 3 ? 0.06 : 0.0006, drift = rng_uniform(r) - 0.5;

		slow_wave(c, x, 0.002, 0.06, r);
		for (int t = 0; t < c->n_vol; t++)
			x[t] = size * (x[t] + 3 * drift * t / c->n_vol + 0.3 * (rng_uniform(r) - 0.5));
	}
}

/* Frontoparietal activity goes against the default mode's. */
static void oppose(struct courses *c)
{
	double *x = c->x[COURSE_NETWORK + N_NETWORK - 1];

	for (int t = 0; t < c->n_vol; t++)
		x[t] = 0.8 * x[t] - 0.6 * c->x[COURSE_NETWORK][t];
	standardize(c->n_vol, x);
}

void courses_make(struct courses *c, enum design design, int n_vol, double tr_s, uint64_t seed, struct arena *a)
{
	struct rng r = rng_new(seed, 2);

	*c = (struct courses){ .n_vol = n_vol, .tr_s = tr_s };
	for (int k = 0; k < N_COURSE; k++)
		c->x[k] = NEW_N(a, double, n_vol);
	if (design == DESIGN_BLOCKS)
		make_blocks(c, a);
	else if (design == DESIGN_EVENTS)
		make_events(c, &r, a);
	else
		make_haxby(c, &r, a);
	for (int k = COURSE_FACE; k <= COURSE_OTHER; k++)
		respond(c, k, c->x[k]);
	for (int t = 0; t < n_vol; t++) {
		c->x[COURSE_LINE][t] = 2.0 * t / (n_vol - 1) - 1;
		c->x[COURSE_BEND][t] = c->x[COURSE_LINE][t] * c->x[COURSE_LINE][t];
	}
	for (int k = COURSE_CSF; k < COURSE_MOTION; k++)
		slow_wave(c, c->x[k], 0.004, 0.45 / tr_s, &r);
	move(c, &r);
	for (int k = 0; k < N_NETWORK; k++)
		slow_wave(c, c->x[COURSE_NETWORK + k], 0.012, 0.09, &r);
	oppose(c);
}

const char *courses_label(const struct courses *c, int volume)
{
	double middle = (volume + 0.5) * c->tr_s;

	for (int s = 0; s < c->n_stimulus; s++)
		if (c->stimulus[s].onset_s <= middle && middle < c->stimulus[s].onset_s + c->stimulus[s].duration_s)
			return c->stimulus[s].type;
	return "rest";
}
