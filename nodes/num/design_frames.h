/* design_frames.h - when volumes were taken, and the finer times on which events are laid out.
 *
 * Fine times are nilearn's to the bit, because an onset belongs to the first of them that is not before it:
 *   fine = linspace(first + min_onset, last (1 + 1 / (n - 1)), rint(N)),
 *   N = (n - 1) / (last - first) (last (1 + 1 / (n - 1)) - first - min_onset) oversampling + 1
 * (nilearn's _sample_condition; linspace as numpy computes it). Their step is tr / oversampling but for what rint rounds. */
#ifndef SULCUS_DESIGN_FRAMES_H
#define SULCUS_DESIGN_FRAMES_H

#include <stdbool.h>

struct arena;

enum { FRAMES_MAX_FINE = 1 << 27 };

struct frames {
	int n;                    /* volumes, at least 2 */
	const double *time_s;     /* [n] of volumes, ascending */
	double tr_s;              /* the least difference of two, which may be the TR less some rounding */
	int n_fine;
	double first_s, step_s, last_s;   /* fine time k is k step + first; the last one is last_s */
};

/* Volumes taken tr_s apart, the first at first (in TRs). False when there would
 * be fewer than 2 or more than FRAMES_MAX_FINE fine times; n >= 2, tr_s > 0, oversampling > 0, min_onset_s <= 0. */
bool frames_make(struct frames *f, int n, double tr_s, double first, int oversampling, double min_onset_s, struct arena *a);
/* Fine time k. */
static inline double frames_fine(const struct frames *f, int k)
{
	return k < f->n_fine - 1 ? k * f->step_s + f->first_s : f->last_s;
}
/* The first fine time that is not before t, at most the last. */
int frames_at(const struct frames *f, double t_s);

#endif
