#include "phantom/fmriprep.h"

#include <math.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "fmri/motion.h"
#include "img/table.h"
#include "num/filter.h"

static const double high_pass_hz = 1 / 128.0;   /* of fMRIPrep's cosines */

/* A table that grows by columns [n_vol]; without x only names are collected. */
struct columns {
	int n_vol, n;
	const char **name;
	double **x;
	struct arena *a;
};

static double *column(struct columns *c, const char *name)
{
	double *x = NEW_N(c->a, double, c->n_vol);
	int n = c->n;

	PUSH(c->a, c->name, n, name);
	PUSH(c->a, c->x, c->n, x);
	return x;
}

/* A signal, its difference, and the squares of both. */
static const double *expanded(struct columns *c, const char *name, const double *from, double level, double scale)
{
	double *x = column(c, name), *d = column(c, arena_printf(c->a, "%s_derivative1", name));
	double *p = column(c, arena_printf(c->a, "%s_power2", name));
	double *q = column(c, arena_printf(c->a, "%s_derivative1_power2", name));

	for (int t = 0; t < c->n_vol; t++)
		x[t] = level + scale * from[t];
	motion_difference(c->n_vol, x, d);
	for (int t = 0; t < c->n_vol; t++) {
		p[t] = x[t] * x[t];
		q[t] = d[t] * d[t];
	}
	return x;
}

/* Standardized DVARS follows motion, as it does in runs. */
static void add_motion(struct columns *c, const struct courses *from)
{
	const double *par[MOTION_N];
	double *fd = column(c, "framewise_displacement"), *dvars = column(c, "std_dvars"), mean = 0;

	for (int k = 0; k < MOTION_N; k++)
		par[k] = expanded(c, motion_names[k], from->x[COURSE_MOTION + k], 0, 1);
	motion_displacement(c->n_vol, par, 50, fd);
	for (int t = 1; t < c->n_vol; t++)
		mean += fd[t] / (c->n_vol - 1);
	dvars[0] = NAN;
	for (int t = 1; t < c->n_vol; t++)
		dvars[t] = mean > 0 ? 0.7 + 0.3 * fd[t] / mean : 1;
}

static void add_cosines(struct columns *c, double tr_s)
{
	int n = cosine_count(c->n_vol, high_pass_hz, tr_s);

	for (int k = 1; k <= n; k++) {
		double *x = column(c, arena_printf(c->a, "cosine%02d", k - 1));

		for (int t = 0; t < c->n_vol; t++)
			x[t] = course_sine(0.25 + (t + 0.5) * k / (2.0 * c->n_vol)) * sqrt(2.0 / c->n_vol);
	}
}

static void make(struct columns *c, const struct courses *from)
{
	expanded(c, "global_signal", from->x[COURSE_WHITE], 1000, 5);
	expanded(c, "csf", from->x[COURSE_CSF], 1250, 30);
	expanded(c, "white_matter", from->x[COURSE_WHITE], 820, 8);
	add_motion(c, from);
	for (int k = 0; k < N_ACOMP; k++) {
		double *x = column(c, arena_printf(c->a, "a_comp_cor_%02d", k));

		for (int t = 0; t < c->n_vol; t++)
			x[t] = from->x[COURSE_ACOMP + k][t] / sqrt(c->n_vol);
	}
	add_cosines(c, from->tr_s);
	column(c, "non_steady_state_outlier00")[0] = 1;
}

int fmriprep_names(const char *const **name, int n_vol, double tr_s, struct arena *a)
{
	struct columns c = { .n_vol = n_vol, .a = a };
	struct courses still = { .n_vol = n_vol, .tr_s = tr_s };

	for (int k = 0; k < N_COURSE; k++)
		still.x[k] = NEW_N(a, double, n_vol);
	make(&c, &still);
	*name = c.name;
	return c.n;
}

struct error *fmriprep_write(const struct courses *from, const char *path, struct arena *a)
{
	struct columns c = { .n_vol = from->n_vol, .a = a };

	make(&c, from);
	double *x = NEW_N(a, double, (long)c.n_vol * c.n);

	for (int t = 0; t < c.n_vol; t++)
		for (int k = 0; k < c.n; k++)
			x[(long)t * c.n + k] = c.x[k][t];
	return table_write_numbers(path, c.n_vol, c.n, c.name, x, a);
}

struct error *fmriprep_write_sidecar(const char *path, struct arena *a)
{
	struct buf b = { .arena = a };

	for (int k = 0; k < N_ACOMP; k++)
		buf_printf(&b, "%s\"a_comp_cor_%02d\": {\"Mask\": \"combined\", \"Method\": \"aCompCor\", \"Retained\": true}",
		           k ? ",\n " : "{", k);
	buf_add(&b, "}\n");
	return file_write(path, b.text, b.n);
}
