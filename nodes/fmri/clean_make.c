/* Parameters and ports become a cleaning, run by run. */
#include "base/arena.h"
#include "base/text.h"
#include "fmri/clean_inside.h"
#include "img/series.h"
#include "num/despike.h"

/* What is made, and what it is made of. */
struct making {
	struct cleaning *c;
	const struct clean_volumes *volumes;
	const struct confounds *confounds;   /* of all volumes */
	const char **where, *what;
	struct arena *arena;
};

/* A remark, with the run's name when there are several. */
static void add_note(struct making *m, int run, const char *text)
{
	struct cleaning *c = m->c;

	if (text && c->n_note < CLEAN_MAX_NOTES)
		c->note[c->n_note++] = c->label ? arena_printf(m->arena, "run '%s': %s", c->label[run], text) : text;
}

static struct error *in_run(const struct cleaning *c, int run, struct error *e)
{
	return e && c->label ? error_wrap(e, "cleaning run '%s'", c->label[run]) : e;
}

struct error *cleaning_check_dof(const struct cleaning *c, int run, int n_more)
{
	const struct clean *r = c->run[run];
	double dof = r->dof - n_more;

	if (dof > 0)
		return NULL;
	return error_new(ERR_NUMERIC, "nothing would be left of the signals: %d volumes, less %d censored, %d of the trend, %.1f "
	                 "that the filter takes and %d of the confounds, leave %.1f degrees of freedom, must be more than 0",
	                 r->n_vol, r->n_vol - r->n_keep, r->n_trend, r->filter_dof, r->confounds.n + n_more, dof);
}

/* The confounds of one run's volumes. */
static struct confounds rows_of(const struct making *m, int run)
{
	const struct confounds *all = m->confounds;
	int n_row = m->volumes->n_row[run];
	double *x = arena_alloc(m->arena, (size_t)n_row * (size_t)all->n_col + 1, sizeof *x);

	for (int t = 0; t < n_row; t++)
		for (int k = 0; k < all->n_col; k++)
			x[(size_t)t * (size_t)all->n_col + (size_t)k] =
				all->x[(size_t)m->volumes->row[run][t] * (size_t)all->n_col + (size_t)k];
	return (struct confounds){ n_row, all->n_col, x, all->name };
}

/* The kept volumes of one run, counted within it. */
static int kept_of(const struct making *m, int run, int **keep)
{
	const struct clean_volumes *v = m->volumes;
	int n = 0;

	*keep = NEW_N(m->arena, int, v->n_row[run]);
	for (int i = 0; i < v->n_row[run]; i++)
		if (v->kept[v->row[run][i]])
			(*keep)[n++] = i;
	return n;
}

static struct error *check_length(const struct making *m, const struct clean_options *o, int n_vol, int n_span)
{
	int need = clean_pad_needed(o);

	*m->where = isnan(o->high_pass_hz) ? isnan(o->low_pass_hz) ? "band_stop" : "low_pass" : "high_pass";
	if (n_span <= need && n_span == n_vol)
		return error_new(ERR_DATA, "there %s %d volume%s, the filter needs more than %d (its padding at either end)",
		                 n_vol == 1 ? "is" : "are", n_vol, PLURAL(n_vol), need);
	if (n_span <= need)
		return error_new(ERR_DATA, "without the censored volumes at its ends there are %d volumes, the filter needs more "
		                 "than %d (its padding at either end)", n_span, need);
	return NULL;
}

/* A cubic through noise is soon far from all that was measured: one volume on, white noise has grown 8 times, two volumes
 * on 27 times. */
static void note_ends(struct making *m, int run)
{
	const struct clean *r = m->c->run[run];
	int n = 0, longest = 0;

	if (!r->fill || r->options.drop_ends || r->options.fill != FILL_SPLINE)
		return;
	for (int k = 0; k < r->n_fill; k++) {
		int t = r->filled[k], first = r->keep[0], last = r->keep[r->n_keep - 1];
		int away = t < first ? first - t : t - last;

		n += away > 0;
		longest = away > longest ? away : longest;
	}
	if (longest > 0)
		add_note(m, run, arena_printf(m->arena, "%d censored volumes at the ends were extrapolated for the filter, the farthest "
		                              "by %d, where a cubic may run away: extrapolate: false leaves them out", n, longest));
}

static void add_notes(struct making *m, int run, const struct confounds *conf)
{
	const struct clean *r = m->c->run[run];

	note_ends(m, run);
	if (r->options.despike && !r->despike)
		add_note(m, run, arena_printf(m->arena, "there are %d volumes, despiking needs at least %d: nothing was moved",
		                              r->n_vol, DESPIKE_MIN_VOLUMES));
	if (r->confounds.n < conf->n_col && r->dof > 0)
		add_note(m, run, clean_dependent(conf, r->confounds.n, m->arena));
}

static struct error *make_run(struct making *m, int run)
{
	struct cleaning *c = m->c;
	struct clean_options o = clean_options_of(&c->args, c->tr_s, c->label != NULL);
	struct confounds conf = rows_of(m, run);
	int n_vol = conf.n_row, *keep, n_keep = kept_of(m, run, &keep);
	struct clean *r;

	TRY(check_length(m, &o, n_vol, clean_span(&o, n_vol, n_keep, keep)));
	if (c->args.filter == CLEAN_FILTER_COSINE) {
		const char *why;

		c->n_cosines += clean_add_cosines(&conf, &why, &c->args, n_vol, c->tr_s, m->arena);
		add_note(m, run, why);
	}
	r = clean_new_kept(&o, n_vol, n_keep, keep, conf.n_col, conf.x, m->arena);
	c->run[run] = r;
	*m->where = "confounds";
	if (r->confounds.n < 0)
		return error_new(ERR_NUMERIC, "the confounds are too large to compute with");
	add_notes(m, run, &conf);
	*m->where = conf.n_col > 0 ? "confounds" : r->filter_dof > 0 ? "filter" : "detrend";
	return cleaning_check_dof(c, run, 0);
}

/* Where each kept volume goes: in its own order, or (compat) run by run. */
static void set_order(struct making *m)
{
	const struct clean_volumes *v = m->volumes;
	int **to = NEW_N(m->arena, int *, v->n_run), *n = NEW_N(m->arena, int, v->n_run), next = 0;

	for (int k = 0; k < v->n_run; k++)
		to[k] = NEW_N(m->arena, int, v->n_row[k]);
	if (m->c->args.compat)
		for (int k = 0; k < v->n_run; k++)
			for (int i = 0; i < m->c->run[k]->n_keep; i++)
				to[k][i] = next++;
	else
		for (int t = 0; t < v->n_vol; t++)
			if (v->kept[t])
				to[v->run_of[t]][n[v->run_of[t]]++] = next++;
	m->c->runs.out_row = (const int *const *)to;
	m->c->runs.row = v->row;
}

static struct error *make_runs(struct making *m)
{
	const struct clean_volumes *v = m->volumes;
	struct cleaning *c = m->c;

	c->run = NEW_N(m->arena, const struct clean *, v->n_run);
	c->runs = (struct clean_runs){ .n_vol = v->n_vol, .n_run = v->n_run, .run = c->run, .n_out = v->n_kept };
	for (int k = 0; k < v->n_run; k++)
		TRY(in_run(c, k, make_run(m, k)));
	if (v->n_run > 1)
		set_order(m);
	return NULL;
}

struct error *cleaning_make(struct cleaning **out, const char **where, const struct clean_args *args,
                            const struct clean_inputs *in, int n_vol, double header_tr_s, const char *what,
                            struct arena *a)
{
	struct cleaning *c = NEW(a, struct cleaning);
	struct clean_volumes volumes;
	struct confounds confounds;
	struct making m = { .c = c, .volumes = &volumes, .confounds = &confounds, .where = where, .what = what, .arena = a };

	*out = c;
	*where = "";
	c->args = *args;
	c->tr_s = clean_tr(args, header_tr_s);
	TRY(clean_check_args(args, where, c->tr_s));
	TRY(clean_volumes_read(&volumes, where, args, in, n_vol, what, a));
	*where = "confounds";
	TRY(clean_confounds_read(&confounds, in, n_vol, what, a));
	c->label = volumes.label;
	c->n_short = volumes.n_short;
	c->n_confounds = confounds.n_col;
	return make_runs(&m);
}

struct error *cleaning_new(struct cleaning **out, const struct clean_args *args, const struct clean_inputs *in,
                           int n_vol, double header_tr_s, const char *what, struct arena *a)
{
	const char *where;

	return cleaning_make(out, &where, args, in, n_vol, header_tr_s, what, a);
}

int cleaning_rows(const struct cleaning *c)
{
	return c->runs.n_out;
}

void cleaning_volumes(const struct cleaning *c, struct series *s, struct arena *a)
{
	const struct clean_runs *r = &c->runs;
	int *volume = NEW_N(a, int, r->n_out);
	bool all = r->n_out == r->n_vol && !s->volume;

	for (int run = 0; run < r->n_run; run++)
		for (int k = 0; k < r->run[run]->n_keep; k++) {
			int t = r->run[run]->keep ? r->run[run]->keep[k] : k, to = r->out_row ? r->out_row[run][k] : k;

			t = r->row ? r->row[run][t] : t;
			volume[to] = s->volume ? s->volume[t] : t;
			all &= to == t;
		}
	s->n_vol = s->volume ? s->n_vol : r->n_vol;
	s->n_row = r->n_out;
	s->volume = all ? NULL : volume;
}
