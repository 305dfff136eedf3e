#include "num/design_frames.h"

#include <math.h>

#include "base/arena.h"

static const double *volume_times(int n, double tr_s, double first, struct arena *a)
{
	double *t = NEW_N(a, double, n), start = first * tr_s, stop = (n - 1 + first) * tr_s, step = (stop - start) / (n - 1);

	for (int k = 0; k < n; k++)
		t[k] = k * step + start;
	t[n - 1] = stop;
	return t;
}

static double least_difference(int n, const double *t)
{
	double least = INFINITY;

	for (int k = 1; k < n; k++)
		least = fmin(least, t[k] - t[k - 1]);
	return least;
}

bool frames_make(struct frames *f, int n, double tr_s, double first, int oversampling, double min_onset_s, struct arena *a)
{
	double from, to, n_fine;

	*f = (struct frames){ .n = n, .time_s = volume_times(n, tr_s, first, a) };
	f->tr_s = least_difference(n, f->time_s);
	from = f->time_s[0];
	to = f->time_s[n - 1];
	f->first_s = from + min_onset_s;
	f->last_s = to * (1 + 1.0 / (n - 1));
	n_fine = (n - 1) * 1.0 / (to - from);
	n_fine *= (f->last_s - from - min_onset_s) * oversampling;
	n_fine = rint(n_fine + 1);
	if (!(n_fine >= 2 && n_fine <= FRAMES_MAX_FINE && f->tr_s > 0))
		return false;
	f->n_fine = (int)n_fine;
	f->step_s = (f->last_s - f->first_s) / (f->n_fine - 1);
	return true;
}

/* By division first; rounding may be one or two off. */
int frames_at(const struct frames *f, double t_s)
{
	double guess = (t_s - f->first_s) / f->step_s;
	int last = f->n_fine - 1, k = !(guess > 0) ? 0 : guess < last ? (int)guess : last;

	while (k > 0 && frames_fine(f, k - 1) >= t_s)
		k--;
	while (k < last && frames_fine(f, k) < t_s)
		k++;
	return k;
}
