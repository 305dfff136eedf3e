/* course.h - what happens over time in the made-up head: stimuli, responses, slow waves, motion. */
#ifndef SULCUS_PHANTOM_COURSE_H
#define SULCUS_PHANTOM_COURSE_H

#include <stdint.h>

#include "phantom/head.h"

struct arena;

enum design { DESIGN_BLOCKS, DESIGN_EVENTS, DESIGN_HAXBY };

enum { HAXBY_RUN = 121 };   /* volumes of one run in the recording that haxby is like */

struct stimulus {
	double onset_s, duration_s;
	const char *type;
	enum course course;     /* the response it makes */
};

struct courses {
	int n_vol;
	double tr_s;
	int n_stimulus;
	struct stimulus *stimulus;
	double *x[N_COURSE];    /* [n_vol] each */
};

/* seed: of this subject and run. */
void courses_make(struct courses *c, enum design design, int n_vol, double tr_s, uint64_t seed, struct arena *a);
/* sin(2 pi turns), the same bits on every machine; error below 1e-11. */
double course_sine(double turns);
/* The name of what was shown in the middle of a volume, or "rest". */
const char *courses_label(const struct courses *c, int volume);

#endif
