/* Events against the times of the run. */
#include <math.h>

#include "glm/events.h"
#include "glm/remarks.h"
#include "num/design_frames.h"

/* Where events lie: those over before the first fine time, those that begin before it, and those after the last volume's end. */
struct places { int n_early, n_cut, n_late; double end_s, latest_s, earliest_s; int latest_line; };

static bool is_early(const struct event *e, const struct frames *f)
{
	return e->onset_s < f->first_s && e->onset_s + e->duration_s <= f->first_s;
}

static struct places look(const struct events *e, const struct frames *f)
{
	struct places p = { .end_s = f->time_s[f->n - 1] + f->tr_s, .latest_s = -INFINITY, .earliest_s = INFINITY };

	for (int k = 0; k < e->n; k++) {
		const struct event *one = &e->event[k];

		p.n_early += is_early(one, f);
		p.n_cut += one->onset_s < f->first_s && !is_early(one, f);
		p.n_late += one->onset_s >= p.end_s;
		p.earliest_s = fmin(p.earliest_s, one->onset_s);
		if (one->onset_s > p.latest_s) {
			p.latest_s = one->onset_s;
			p.latest_line = one->line;
		}
	}
	return p;
}

/* Most onsets are beyond the run's end, while a thousandth of each is in the run and the last of them in its later part:
 * events of a longer session, in s, are not so. */
static struct error *look_for_milliseconds(const struct events *e, const struct places *p)
{
	double latest_s = p->latest_s / 1000;

	if (2 * p->n_late <= e->n || !(latest_s < p->end_s && latest_s > 0.2 * p->end_s && p->earliest_s >= 0))
		return NULL;
	return error_new(ERR_DATA, "onset is in s; these look like milliseconds: %d of %d events begin after the end of the run at "
	                 "%g s (%s %d: %.10g), a thousandth of each is within it", p->n_late, e->n, p->end_s, e->place,
	                 p->latest_line, p->latest_s);
}

static void tell(const struct events *e, const struct frames *f, const struct places *p, bool keep_early,
                 struct remarks *remarks)
{
	const char *where = 2 * (p->n_late + p->n_early) > e->n ? "events" : NULL;   /* most of them: warn */

	if (p->n_early > 0 && keep_early)
		remark(remarks, where, "%d of %d events are over before %g s (min_onset): as with nilearn each makes an impulse there",
		       p->n_early, e->n, f->first_s);
	else if (p->n_early > 0)
		remark(remarks, where, "%d of %d events are over before %g s (min_onset) and are left out", p->n_early, e->n, f->first_s);
	if (p->n_cut > 0)
		remark(remarks, NULL, "%d of %d events begin before %g s (min_onset) and count from there on", p->n_cut, e->n, f->first_s);
	if (p->n_late > 0)
		remark(remarks, where, "%d of %d events begin after the end of the run at %g s (the last at %.10g s, %s %d) and have no "
		       "effect", p->n_late, e->n, p->end_s, p->latest_s, e->place, p->latest_line);
}

struct error *events_place(struct events *e, const struct frames *f, bool keep_early, struct remarks *remarks)
{
	struct places p = look(e, f);
	int n = 0;

	TRY(look_for_milliseconds(e, &p));
	tell(e, f, &p, keep_early, remarks);
	for (int k = 0; k < e->n; k++)
		if (keep_early || !is_early(&e->event[k], f))
			e->event[n++] = e->event[k];
	e->n = n;
	return NULL;
}
