#include "confounds/moved.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "confounds.select.node.h"
#include "img/table.h"

static bool is_used(const struct strategy *s)
{
	return s->params->motion_filter != CONFOUNDS_SELECT_MOTION_FILTER_NONE &&
	       (s->takes[PART_MOTION] || s->takes[PART_SCRUB]);
}

static const char *design(struct filter *f, const struct strategy *s, int n_vol, struct arena *a)
{
	const struct confounds_select_params *p = s->params;
	bool notch = p->motion_filter == CONFOUNDS_SELECT_MOTION_FILTER_NOTCH;
	struct motion_filter m = { p->motion_filter_band_hz[0], notch ? p->motion_filter_band_hz[1] : (double)INFINITY,
	                           p->motion_filter_order, p->tr_s };

	return motion_filter_design(f, &m, n_vol, a);
}

struct problem moved_check(const struct strategy *s, int n_vol, struct arena *a)
{
	struct filter f;

	return (struct problem){ "motion_filter_band", is_used(s) ? design(&f, s, n_vol, a) : NULL };
}

/* One parameter and what is made of it, in the order of expansion_names(). */
static void expand(struct moved *m, const char *name, const double *x, int n_row, struct arena *a)
{
	const char *names[EXPANSION_MAX];
	double *made[EXPANSION_MAX];

	expansion_names(names, name, EXPAND_FULL, a);
	for (int k = 0; k < EXPANSION_MAX; k++)
		made[k] = NEW_N(a, double, n_row);
	motion_difference(n_row, x, made[1]);
	for (int t = 0; t < n_row; t++) {
		made[0][t] = x[t];
		made[2][t] = x[t] * x[t];
		made[3][t] = made[1][t] * made[1][t];
	}
	for (int k = 0; k < EXPANSION_MAX; k++) {
		m->name[m->n] = names[k];
		m->x[m->n++] = made[k];
	}
}

static struct error *filtered(const double **out, const struct table *t, const char *name, const struct filter *f,
                              struct arena *a)
{
	const double *from;
	double *x = NEW_N(a, double, t->n_row);
	int col;

	TRY(table_need(&col, t, name));
	TRY(table_numbers(&from, t, col, a));
	for (int r = 0; r < t->n_row; r++)
		if (!isfinite(from[r]))
			return table_error(t, r, col, "%s has no finite value here, and the filter of motion needs all", name);
	memcpy(x, from, (size_t)t->n_row * sizeof *x);
	motion_filter_run(f, t->n_row, x, a);
	*out = x;
	return NULL;
}

struct error *moved_make(struct moved *out, const struct strategy *s, const struct table *t, struct arena *a)
{
	const double *par[MOTION_N];
	double *fd_mm = NEW_N(a, double, t->n_row);
	const char *problem;
	struct filter f;

	*out = (struct moved){ 0 };
	if (!is_used(s))
		return NULL;
	problem = design(&f, s, t->n_row, a);
	if (problem)
		return error_new(ERR_USER, "motion_filter_band: %s", problem);
	for (int k = 0; k < MOTION_N; k++) {
		TRY(filtered(&par[k], t, motion_names[k], &f, a));
		expand(out, motion_names[k], par[k], t->n_row, a);
	}
	motion_displacement(t->n_row, par, s->params->head_radius_mm, fd_mm);
	out->fd_mm = fd_mm;
	return NULL;
}

const double *moved_column(const struct moved *m, const char *name)
{
	for (int k = 0; k < m->n; k++)
		if (strcmp(m->name[k], name) == 0)
			return m->x[k];
	return NULL;
}
