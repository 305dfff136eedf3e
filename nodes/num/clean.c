/* What is the same for all columns of a run: rows, filters, trend, and how many degrees of freedom they take. */
#include "num/clean.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/clean_basis.h"
#include "num/clean_block.h"
#include "num/despike.h"

static void set_cutoffs(struct clean *c)
{
	const struct clean_options *o = &c->options;

	c->cutoffs = filter_cutoffs(o->high_pass_hz, o->low_pass_hz, o->tr_s, o->order);
	if (o->stop_hz[1] > 0)
		c->stop = filter_stop_cutoffs(o->stop_hz[0], o->stop_hz[1], o->tr_s, o->order);
}

static void set_filters(struct clean *c)
{
	const struct clean_options *o = &c->options;
	const struct filter_cutoffs *cut[2] = { &c->cutoffs, &c->stop };

	for (int k = 0; k < 2 && o->way == CLEAN_BUTTERWORTH; k++)
		if (cut[k]->band != FILTER_NONE) {
			struct filter *f = &c->filter[c->n_filter++];

			filter_design(f, cut[k], o->tr_s, o->order);
			filter_set_ends(f, o->ends, o->has_pad ? o->pad : -1);
			c->pad = f->pad > c->pad ? f->pad : c->pad;
		}
}

int clean_pad_needed(const struct clean_options *o)
{
	struct clean c = { .options = *o };

	set_cutoffs(&c);
	if (!((c.cutoffs.facts | c.stop.facts) & FILTER_FACT_IMPOSSIBLE))
		set_filters(&c);
	return c.pad;
}

/* ---- which volumes ---- */

static bool *marks(int n_vol, int n_keep, const int *keep, struct arena *a)
{
	bool *kept = NEW_N(a, bool, n_vol);

	for (int k = 0; k < n_keep; k++)
		kept[keep[k]] = true;
	return kept;
}

/* Volumes that get a value of the fit through the kept ones, if they lie between them or may be extrapolated. */
static bool is_filled(const struct clean *c, const bool *kept, int t)
{
	return !kept[t] && (!c->options.mirror || kept[c->n_vol - 1 - t]);
}

static bool at_end(const struct clean *c, int t)
{
	return t < c->keep[0] || t > c->keep[c->n_keep - 1];
}

/* Before a Butterworth filter: all volumes, or all but those that would have to be extrapolated. */
static void set_filled(struct clean *c, struct arena *a)
{
	bool *kept = marks(c->n_vol, c->n_keep, c->keep, a);
	int *filled = NEW_N(a, int, c->n_vol), *span = NEW_N(a, int, c->n_vol), *place = NEW_N(a, int, c->n_vol);
	int *pick = NEW_N(a, int, c->n_keep);

	for (int t = 0; t < c->n_vol; t++) {
		bool dropped = c->options.drop_ends && at_end(c, t) && (!c->options.mirror || is_filled(c, kept, t));

		place[t] = c->n_span;
		if (!dropped)
			span[c->n_span++] = t;
		if (!dropped && is_filled(c, kept, t))
			filled[c->n_fill++] = t;
	}
	for (int k = 0; k < c->n_keep; k++)
		pick[k] = c->options.mirror && c->options.drop_ends ? c->keep[k] - c->keep[0] : place[c->keep[k]];
	c->span = c->n_span < c->n_vol ? span : NULL;
	c->pick = pick;
	c->filled = filled;
}

static void set_rows(struct clean *c, int n_keep, const int *keep, struct arena *a)
{
	c->n_keep = c->n_vol;
	c->n_span = c->n_vol;
	if (!keep || n_keep == c->n_vol)
		return;
	c->n_keep = n_keep;
	c->keep = keep;
	c->n_span = 0;
	if (c->n_filter > 0) {
		set_filled(c, a);
	} else {
		c->n_span = n_keep;
		c->span = keep;
	}
}

int clean_span(const struct clean_options *o, int n_vol, int n_keep, const int *keep)
{
	struct clean c = { .options = *o, .n_vol = n_vol };
	struct arena *a = arena_new();

	set_cutoffs(&c);
	set_filters(&c);
	set_rows(&c, n_keep, keep, a);
	arena_free(a);
	return c.n_span;
}

/* ---- trend and degrees of freedom ---- */

/* Time with mean 0 and length 1; volumes left out leave no gap, as nilearn's, but for the projection; NULL for a single
 * volume, which nilearn leaves as it is. */
static const double *time_line(const struct clean *c, struct arena *a)
{
	double *line = NEW_N(a, double, c->n_span), mean = (c->n_span - 1) / 2.0, square = 0;
	bool gaps = c->options.way == CLEAN_PROJECTION && c->span;

	if (c->n_span == 1)
		return NULL;
	if (gaps) {
		mean = 0;
		for (int t = 0; t < c->n_span; t++)
			mean += (double)c->span[t] / c->n_span;
	}
	for (int t = 0; t < c->n_span; t++) {
		line[t] = (gaps ? c->span[t] : t) - mean;
		square += line[t] * line[t];
	}
	for (int t = 0; t < c->n_span; t++)
		line[t] /= sqrt(square);
	return line;
}

static void set_trend(struct clean *c, struct arena *a)
{
	bool slow = c->options.way == CLEAN_PROJECTION && c->cutoffs.band != FILTER_NONE && c->cutoffs.band != FILTER_LOW;

	if (c->options.detrend)
		c->line = time_line(c, a);
	c->centre = c->line || (slow && c->n_span > 1);
	c->n_trend = (c->line != NULL) + c->centre;
}

/* What of the n_span degrees of freedom the filters leave: the trace of the projection that they nearly are. */
static double passed(const struct clean *c)
{
	double dof = 0;

	for (int k = 0; k < c->n_span; k++) {
		double gain = 1;

		for (int f = 0; f < c->n_filter; f++)
			gain *= filter_gain(&c->filter[f], k / (c->n_span * c->options.tr_s));
		dof += gain * gain;
	}
	return dof;
}

static void set_dof(struct clean *c)
{
	if (c->n_filter > 0) {
		bool slow = c->cutoffs.band == FILTER_HIGH || c->cutoffs.band == FILTER_BAND;
		double lost = (c->n_span - passed(c)) * c->n_keep / c->n_span;

		c->filter_dof = slow ? fmax(lost - c->n_trend, 0) : lost;
	} else {
		c->filter_dof = c->band.n;
	}
	c->dof = c->n_keep - c->n_trend - c->filter_dof - (c->confounds.n > 0 ? c->confounds.n : 0);
}

struct clean *clean_new_kept(const struct clean_options *o, int n_vol, int n_keep, const int *keep, int n_conf,
                             const double *conf, struct arena *a)
{
	struct clean *c = NEW(a, struct clean);

	c->options = *o;
	c->n_vol = n_vol;
	set_cutoffs(c);
	if ((c->cutoffs.facts | c->stop.facts) & FILTER_FACT_IMPOSSIBLE)
		return c;
	set_filters(c);
	set_rows(c, n_keep, keep, a);
	if (c->n_fill > 0)
		c->fill = fill_new(o->fill, n_vol, n_keep, keep, c->n_fill, c->filled, !o->drop_ends, o->tr_s, a);
	if (o->despike && n_vol >= DESPIKE_MIN_VOLUMES)
		c->despike = despike_new(n_vol, 2.5, 4, a);
	set_trend(c, a);
	clean_set_band(c, a);
	if (n_conf > 0)
		clean_set_confounds(c, n_conf, conf, a);
	set_dof(c);
	return c;
}

struct clean *clean_new(const struct clean_options *o, int n_vol, int n_conf, const double *conf, struct arena *a)
{
	return clean_new_kept(o, n_vol, n_vol, NULL, n_conf, conf, a);
}
