#include "glm/design_make.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "fmri/clean_args.h"
#include "fmri/kept.h"
#include "glm/events.h"
#include "glm/remarks.h"
#include "num/design_columns.h"
#include "num/filter.h"

enum { MAX_NUMBERS = 1 << 27 };   /* of a design: 1 GiB */

enum source { FROM_CONDITION, FROM_CONFOUND, FROM_DRIFT };
static const char *const source_words[] = { "a condition's", "a confound's", "a drift's" };

/* What a design is made of; x holds columns [n_col][n_vol] until rows are chosen. */
struct parts {
	const struct design_args *args;
	struct frames frames;
	struct events events;
	struct response response;
	struct confounds confounds;   /* x NULL: names alone */
	int n_drift;                  /* without the constant */
	int n[3], n_col;              /* columns of each source */
	const char **name;            /* [n_col] */
	bool *kept;                   /* [n_vol] */
	int n_kept;
	struct arena *arena;
};

/* ---- what goes into it ---- */
static struct error *set_frames(struct parts *p, const char **where)
{
	const struct design_args *args = p->args;

	*where = "n_volumes";
	if (args->n_vol - args->n_dropped < 2)
		return error_new(ERR_DATA, "there is %d volume, a design needs 2 or more", args->n_vol - args->n_dropped);
	*where = "oversampling";
	if (!frames_make(&p->frames, args->n_vol, args->tr_s, args->slice_time_ref, args->response.oversampling,
	                 args->min_onset_s, p->arena))
		return error_new(ERR_USER, "%d volumes of %g s with oversampling %d and min_onset %g s need more than %d fine times, or have "
		                 "no length", args->n_vol, args->tr_s, args->response.oversampling, args->min_onset_s, FRAMES_MAX_FINE);
	return NULL;
}

static struct error *set_confounds(struct parts *p, const char **where, const struct design_inputs *in)
{
	int n_vol = p->args->n_vol < 0 ? -1 : p->args->n_vol - p->args->n_dropped;

	*where = "confounds";
	p->confounds = (struct confounds){ n_vol, in->n_pending, NULL, in->pending };
	if (!in->confounds)
		return NULL;
	TRY(confounds_read(&p->confounds, in->confounds, p->arena));
	if (p->args->n_vol >= 0 && p->confounds.n_row != n_vol)
		return error_new(ERR_DATA, "confounds have %d rows, the run has %d volumes: they must be as many", p->confounds.n_row,
		                 n_vol);
	return NULL;
}

/* Of all volumes; those that were dropped are not. */
static struct error *set_kept(struct parts *p, const struct item *sample_mask)
{
	int n_dropped = p->args->n_dropped, n_vol = p->args->n_vol - n_dropped;
	bool *kept;

	TRY(kept_read(&kept, &p->n_kept, sample_mask, n_vol, "the run", p->arena));
	p->kept = NEW_N(p->arena, bool, p->args->n_vol);
	memcpy(p->kept + n_dropped, kept, (size_t)n_vol * sizeof *kept);
	return NULL;
}

static struct error *count_drifts(struct parts *p, const char **where)
{
	const struct design_args *args = p->args;
	const double *t = p->frames.time_s;
	double dt_s = args->tr_s;

	p->n_drift = args->drift == DESIGN_DRIFT_POLYNOMIAL ? args->drift_order : 0;
	if (args->drift != DESIGN_DRIFT_COSINE || args->n_vol < 0)
		return NULL;
	*where = "high_pass";
	if (args->high_pass_hz * args->tr_s >= 0.5)
		return error_new(ERR_USER, "high_pass is %g Hz, must be below %g Hz, half the rate of a TR of %g s", args->high_pass_hz,
		                 0.5 / args->tr_s, args->tr_s);
	if (args->compat)   /* nilearn's time between volumes is a quotient that may round to less, and lose a cosine */
		dt_s = (t[args->n_vol - 1] - t[0]) / (args->n_vol - 1);
	p->n_drift = cosine_count(args->n_vol, args->high_pass_hz, dt_s);
	return NULL;
}

/* ---- names ---- */
static void set_names(struct parts *p)
{
	struct arena *a = p->arena;
	int n = 0;

	p->n[FROM_CONDITION] = p->events.n_condition * p->response.n;
	p->n[FROM_CONFOUND] = p->confounds.n_col;
	p->n[FROM_DRIFT] = p->n_drift + 1;
	p->n_col = p->n[0] + p->n[1] + p->n[2];
	p->name = NEW_N(a, const char *, p->n_col);
	for (int c = 0; c < p->events.n_condition; c++)
		for (int k = 0; k < p->response.n; k++)
			p->name[n++] = arena_printf(a, "%s%s", p->events.condition[c], p->response.kernel[k].suffix);
	for (int k = 0; k < p->confounds.n_col; k++)
		p->name[n++] = p->confounds.name[k];
	for (int k = 1; k <= p->n_drift; k++)
		p->name[n++] = arena_printf(a, "drift_%d", k);
	p->name[n] = "constant";
}

static enum source source_of(const struct parts *p, int col)
{
	return col < p->n[0] ? FROM_CONDITION : col < p->n[0] + p->n[1] ? FROM_CONFOUND : FROM_DRIFT;
}

static struct error *check_names(const struct parts *p, const char **where)
{
	struct map *seen = map_new(p->arena);

	*where = p->n[FROM_CONFOUND] > 0 ? "confounds" : "events";
	for (int k = 0; k < p->n_col; k++) {
		const char **other = map_put(seen, p->name[k], &p->name[k]);

		if (other)
			return error_new(ERR_DATA, "two columns would be called '%s', %s and %s: names must differ (`columns:` and `drop:` at an "
			                 "input choose its columns)", p->name[k], source_words[source_of(p, (int)(other - p->name))],
			                 source_words[source_of(p, k)]);
	}
	return NULL;
}

static struct error *check_counts(const struct parts *p, const char **where)
{
	static const char *const port[] = { "events", "confounds", "high_pass" };
	int most = FROM_CONDITION;

	for (int k = 1; k < 3; k++)
		most = p->n[k] > p->n[most] ? k : most;
	*where = most == FROM_DRIFT && p->args->drift != DESIGN_DRIFT_COSINE ? "drift_order" : port[most];
	if (p->n_col > p->n_kept)
		return error_new(ERR_DATA, "the design has %d columns (%d of conditions, %d of confounds, %d of drifts), but there are %d "
		                 "volumes%s: must be fewer columns", p->n_col, p->n[0], p->n[1], p->n[2], p->n_kept,
		                 p->n_kept < p->args->n_vol - p->args->n_dropped ? " left" : "");
	if ((double)p->n_col * p->args->n_vol > MAX_NUMBERS)
		return error_new(ERR_DATA, "the design has %d columns and %d rows, must have at most %d numbers", p->n_col, p->args->n_vol,
		                 MAX_NUMBERS);
	return NULL;
}

/* ---- values ---- */
static void fill_conditions(const struct parts *p, double *x)
{
	struct box *box = NEW_N(p->arena, struct box, p->events.n + 1);
	const struct response *r = &p->response;
	size_t n_vol = (size_t)p->args->n_vol;

	for (int c = 0, from = 0, to; c < p->events.n_condition; c++, from = to, x += (size_t)r->n * n_vol) {
		for (to = from; to < p->events.n && p->events.event[to].condition == c; to++) {
			const struct event *e = &p->events.event[to];

			box[to - from] = box_of(&p->frames, e->onset_s, e->duration_s, e->modulation);
		}
		for (int k = 0; k < r->n && r->kernel[k].total; k++)
			boxes_respond(&p->frames, to - from, box, r->kernel[k].n, r->kernel[k].total, r->ahead, x + (size_t)k * n_vol);
		if (r->orthogonal)
			columns_orthogonal(p->args->n_vol, r->n, x);
	}
}

static void fill_confounds(const struct parts *p, double *x)
{
	const struct confounds *c = &p->confounds;
	size_t n_vol = (size_t)p->args->n_vol, first = (size_t)p->args->n_dropped;

	for (int k = 0; k < c->n_col && c->x; k++)
		for (int t = 0; t < c->n_row; t++)
			x[(size_t)k * n_vol + first + (size_t)t] = c->x[(size_t)t * (size_t)c->n_col + (size_t)k];
}

static void fill_drifts(const struct parts *p, double *x)
{
	size_t n_vol = (size_t)p->args->n_vol, n = (size_t)p->n_drift;
	double *cosine;

	if (p->args->drift == DESIGN_DRIFT_POLYNOMIAL) {
		drift_polynomial(&p->frames, p->n_drift, x);
		return;
	}
	cosine = arena_alloc(p->arena, n_vol * n + 1, sizeof *cosine);
	cosine_basis((int)n_vol, (int)n, (double (*)[n])cosine);
	for (size_t t = 0; t < n_vol; t++) {
		for (size_t k = 0; k < n; k++)
			x[k * n_vol + t] = cosine[t * n + k];
		x[n * n_vol + t] = 1;
	}
}

/* The kept rows [n_kept][n_col] of columns x [n_col][n_vol]. */
static double *rows_of(const struct parts *p, const double *x)
{
	double *out = arena_alloc(p->arena, (size_t)p->n_kept * (size_t)p->n_col, sizeof *out), *to = out;

	for (int t = 0; t < p->args->n_vol; t++)
		for (int k = 0; p->kept[t] && k < p->n_col; k++)
			*to++ = x[(size_t)k * (size_t)p->args->n_vol + (size_t)t];
	return out;
}

static const double *fill(const struct parts *p)
{
	size_t n_vol = (size_t)p->args->n_vol;
	double *x = arena_calloc(p->arena, (size_t)p->n_col * n_vol, sizeof *x);

	fill_conditions(p, x);
	fill_confounds(p, x + (size_t)p->n[FROM_CONDITION] * n_vol);
	fill_drifts(p, x + (size_t)(p->n[FROM_CONDITION] + p->n[FROM_CONFOUND]) * n_vol);
	return rows_of(p, x);
}

/* ---- all of it ---- */
static struct error *gather(struct parts *p, const char **where, const struct design_inputs *in, struct remarks *remarks)
{
	const struct design_args *args = p->args;
	bool known = args->n_vol >= 0;

	if (known)
		TRY(set_frames(p, where));
	TRY(response_make(&p->response, where, &args->response, in->response, known ? &p->frames : NULL, p->arena));
	*where = "events";
	if (in->events)
		TRY(events_read(&p->events, in->events, args->block_s, remarks, p->arena));
	if (in->events && known)
		TRY(events_place(&p->events, &p->frames, args->compat, remarks));
	TRY(set_confounds(p, where, in));
	TRY(count_drifts(p, where));
	set_names(p);
	return check_names(p, where);
}

struct error *design_make(struct design *out, const char **where, const struct design_args *args,
                          const struct design_inputs *in, struct remarks *remarks, struct arena *a)
{
	struct design_args all = *args;
	struct parts p = { .args = &all, .arena = a };

	*where = "dropped";
	if (args->n_vol > INT_MAX - args->n_dropped)
		return error_new(ERR_USER, "dropped is %d, must be less", args->n_dropped);
	all.n_vol += args->n_vol < 0 ? 0 : args->n_dropped;
	*where = "";
	TRY(gather(&p, where, in, remarks));
	*out = (struct design){ 0, p.n_col, p.name, NULL };
	if (args->n_vol < 0)
		return NULL;
	*where = "sample_mask";
	TRY(set_kept(&p, in->sample_mask));
	if (p.n_kept == 0)
		return error_new(ERR_DATA, "sample_mask keeps no volume");
	TRY(check_counts(&p, where));
	out->n_row = p.n_kept;
	out->x = fill(&p);
	return NULL;
}

void design_tell_rank(const struct design *d, struct remarks *remarks)
{
	int rank;
	const char *dependent = design_dependent(&rank, d, remarks->arena);

	if (dependent)
		remark(remarks, "", "the design has %d columns but rank %d: %s", d->n_col, rank, dependent);
	if (rank >= d->n_row)
		remark(remarks, "", "no degrees of freedom are left: the design has rank %d and %d rows", rank, d->n_row);
}
