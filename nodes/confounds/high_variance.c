/* confounds.high_variance - the time courses that the most variable voxels share. nilearn's high_variance_confounds. */
#include "confounds.high_variance.node.h"

#include "base/arena.h"
#include "fmri/high_variance.h"
#include "fmri/mask_facts.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"
#include "img/series.h"
#include "img/table.h"

static const char *const *names(int n, struct arena *a)
{
	const char **name = NEW_N(a, const char *, n);

	for (int k = 0; k < n; k++)
		name[k] = arena_printf(a, "high_variance_%d", k);
	return name;
}

static struct error *of_image(double **x, int *n_vol, struct node_env *env, const struct item *image,
                              const struct item *mask, const struct confounds_high_variance_params *p)
{
	struct image im;
	struct mask m;

	TRY(image_of(&im, image, env->arena));
	TRY(image_need_4d(&im, "image"));
	if (mask)
		TRY(mask_read(&m, mask, &im.grid, "image", env->arena));
	TRY(high_variance_in(&im, mask ? &m : NULL, p->n, p->percentile_pct, p->detrend, x, env->n_threads, env->arena));
	*n_vol = im.n_vol;
	image_close(&im);
	return NULL;
}

static struct error *of_signals(double **x, int *n_vol, struct node_env *env, const struct item *signals,
                                const struct confounds_high_variance_params *p)
{
	struct series s;

	TRY(series_read(&s, signals, env->arena));
	TRY(high_variance_of_series(&s, p->n, p->percentile_pct, p->detrend, x, env->n_threads, env->arena));
	*n_vol = s.n_row;
	series_close(&s);
	return NULL;
}

/* What is wrong with the ports that were given, or NULL. */
static const char *port_problem(bool image, bool signals, bool mask)
{
	if (image && signals)
		return "image and signals were both given, must be one of them";
	if (!image && !signals)
		return "neither image nor signals was given, must be one of them";
	return mask && signals ? "a mask goes with image, not with signals" : NULL;
}

struct error *confounds_high_variance_run(struct node_env *env, const struct confounds_high_variance_params *params,
                                          const struct confounds_high_variance_inputs *in,
                                          const struct confounds_high_variance_outputs *out)
{
	const char *problem = port_problem(in->image, in->signals, in->mask);
	double *x;
	int n_vol;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(in->image ? of_image(&x, &n_vol, env, in->image, in->mask, params)
	              : of_signals(&x, &n_vol, env, in->signals, params));
	return table_write_numbers(out_blob(out->confounds, "table.tsv"), n_vol, params->n, names(params->n, env->arena), x,
	                           env->arena);
}

static void shape_for(struct shape *s, const struct confounds_high_variance_params *p, const char *port, int n_vol,
                      int64_t n_col, int64_t bytes)
{
	int most = n_vol - 2 * p->detrend;

	if (n_vol < 2)
		shape_error(s, port, "%s has one volume, must have a run of them", port);
	else if (p->n > most)
		shape_error(s, "n", "%d confounds were asked for, %d volumes%s have at most %d", p->n, n_vol,
		            p->detrend ? " without their trend" : "", most);
	else if (n_col >= 0 && (double)n_col * p->percentile_pct / 100 < p->n)
		shape_error(s, "n", "%d confounds were asked for, but %g%% of %lld columns are fewer", p->n, p->percentile_pct,
		            (long long)n_col);
	s->memory = bytes + 40 * (n_col < 0 ? 0 : n_col) + 24 * (int64_t)n_vol * n_vol + 1024 * (int64_t)n_vol + (16 << 20);
	s->seconds = 0.01 + 4e-9 * (double)n_vol * (double)(n_col < 0 ? 0 : n_col) + 1e-9 * (double)n_vol * n_vol * n_vol;
	shape_out(s, "confounds", table_facts_to(&(struct table_facts){ n_vol, p->n, names(p->n, s->arena) }, s->arena));
}

struct error *confounds_high_variance_shape(struct shape *s, const struct confounds_high_variance_params *params)
{
	const char *problem = port_problem(shape_n(s, "image"), shape_n(s, "signals"), shape_n(s, "mask"));
	struct series_facts series;
	struct image_facts im;

	if (problem)
		shape_error(s, "", "%s", problem);
	else if (series_facts_from(&series, shape_in(s, "signals"), s->arena))
		shape_for(s, params, "signals", series.n_row, series.n_col, 0);
	else if (image_facts_from(&im, shape_in(s, "image"), s->arena))
		shape_for(s, params, "image", im.n_vol,
		          shape_n(s, "mask") ? mask_facts_check(s, "mask", &im.grid, "image") : grid_size(&im.grid), im.bytes);
	return NULL;
}
