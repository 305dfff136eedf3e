/* events.h - what was shown when: tables with the columns onset, duration, trial_type and modulation (BIDS), as
 * nilearn.glm.first_level.experimental_paradigm reads them. */
#ifndef SULCUS_GLM_EVENTS_H
#define SULCUS_GLM_EVENTS_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct frames;
struct remarks;
struct table;

struct event {
	double onset_s, duration_s, modulation;
	int condition;
	int line;                       /* in the file, or the row of a written table, from 1 (events.place) */
};

struct events {
	int n;
	const char *place;              /* "line" or "row", what events' lines are called */
	struct event *event;            /* [n] by condition, onset, duration, line */
	int n_condition;
	const char *const *condition;   /* [n_condition] names, sorted: as numbers when all are, else by their bytes */
};

/* Whether it has the columns. */
must_check struct error *events_check_columns(const struct table *t, double block_s);
/* block_s: the length of all events; NAN: the column duration says it. Rows with the same trial_type, onset and duration
 * are one event with the sum of their modulations. */
must_check struct error *events_read(struct events *out, const struct table *t, double block_s, struct remarks *remarks,
                                     struct arena *a);
/* Leaves out events that ended before the first fine time, unless keep_early (compat: nilearn puts an impulse there), and
 * tells of those outside the run. Onsets that look like milliseconds are an error. */
must_check struct error *events_place(struct events *e, const struct frames *f, bool keep_early, struct remarks *remarks);

#endif
