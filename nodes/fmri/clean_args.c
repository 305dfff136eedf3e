#include "fmri/clean_args.h"

#include "fmri/clean_inside.h"

double clean_tr(const struct clean_args *args, double header_tr_s)
{
	return isnan(args->tr_s) ? header_tr_s : args->tr_s;
}

struct clean_options clean_options_of(const struct clean_args *args, double tr_s, bool with_runs)
{
	static const enum clean_scale scale[] = {
		[CLEAN_STANDARDIZE_FALSE] = CLEAN_SCALE_NONE, [CLEAN_STANDARDIZE_ZSCORE_SAMPLE] = CLEAN_SCALE_ZSCORE_SAMPLE,
		[CLEAN_STANDARDIZE_ZSCORE] = CLEAN_SCALE_ZSCORE, [CLEAN_STANDARDIZE_PSC] = CLEAN_SCALE_PSC,
	};
	bool cosine = args->filter == CLEAN_FILTER_COSINE, forgets = args->compat && with_runs;

	return (struct clean_options){
		.detrend = args->detrend, .scale = scale[args->standardize],
		.standardize_confounds = args->standardize_confounds || forgets,
		.high_pass_hz = cosine ? (double)NAN : args->high_pass_hz,
		.low_pass_hz = cosine ? (double)NAN : args->low_pass_hz, .stop_hz = { args->stop_hz[0], args->stop_hz[1] },
		.tr_s = tr_s, .order = forgets || args->filter_order == 0 ? 5 : args->filter_order,
		.ends = forgets ? FILTER_ENDS_ODD : args->ends, .has_pad = args->pad >= 0 && !forgets, .pad = args->pad,
		.way = args->filter == CLEAN_FILTER_PROJECTION ? CLEAN_PROJECTION : CLEAN_BUTTERWORTH,
		.fill = args->fill == CLEAN_FILL_SPLINE ? FILL_SPLINE : FILL_LOMB_SCARGLE,
		.drop_ends = !args->extrapolate && !forgets, .mirror = args->compat, .despike = args->despike,
		.make_finite = args->ensure_finite,
	};
}

static struct error *check_cosine(const struct clean_args *args, const char **where, double tr_s)
{
	*where = "filter";
	if (isnan(args->high_pass_hz))
		return error_new(ERR_USER, "filter: cosine needs high_pass, the frequency below which cosines are taken out");
	if (!isnan(args->low_pass_hz))
		return error_new(ERR_USER, "filter: cosine cannot do low_pass; use filter: butterworth");
	if (args->stop_hz[1] > 0)
		return error_new(ERR_USER, "filter: cosine cannot do band_stop; use filter: butterworth or projection");
	*where = "high_pass";
	if (!(args->high_pass_hz < 0.5 / tr_s))
		return error_new(ERR_USER, "high_pass is %g Hz, must be below %g Hz, half the rate of a TR of %g s",
		                 args->high_pass_hz, 0.5 / tr_s, tr_s);
	return NULL;
}

static struct error *check_band(const struct clean_options *o, const char **where)
{
	struct filter_cutoffs cut = filter_cutoffs(o->high_pass_hz, o->low_pass_hz, o->tr_s, o->order);

	*where = isnan(o->high_pass_hz) ? "low_pass" : "high_pass";
	if (cut.facts & FILTER_FACT_CROSSED)
		return error_new(ERR_USER, "high_pass is %g Hz and low_pass %g Hz: high_pass must be the lower one",
		                 o->high_pass_hz, o->low_pass_hz);
	if (cut.facts & FILTER_FACT_HIGH_CLIPPED)
		return error_new(ERR_USER, "high_pass is %g Hz, must be below %g Hz, half the rate of a TR of %g s",
		                 o->high_pass_hz, 0.5 / o->tr_s, o->tr_s);
	if (cut.facts & FILTER_FACT_IMPOSSIBLE)
		return error_new(ERR_USER, "there is no filter with high_pass %g Hz, low_pass %g Hz and a TR of %g s",
		                 o->high_pass_hz, o->low_pass_hz, o->tr_s);
	return NULL;
}

static struct error *check_stop(const struct clean_options *o, const char **where)
{
	struct filter_cutoffs cut;

	if (!(o->stop_hz[1] > 0))
		return NULL;
	*where = "band_stop";
	if (!(o->stop_hz[0] < o->stop_hz[1]))
		return error_new(ERR_USER, "band_stop is %g to %g Hz: the first must be the lower one", o->stop_hz[0],
		                 o->stop_hz[1]);
	if (!(o->stop_hz[0] < 0.5 / o->tr_s))
		return error_new(ERR_USER, "band_stop begins at %g Hz, must be below %g Hz, half the rate of a TR of %g s",
		                 o->stop_hz[0], 0.5 / o->tr_s, o->tr_s);
	cut = filter_stop_cutoffs(o->stop_hz[0], o->stop_hz[1], o->tr_s, o->order);
	if (cut.facts & FILTER_FACT_IMPOSSIBLE)
		return error_new(ERR_USER, "there is no filter with band_stop %g to %g Hz and a TR of %g s", o->stop_hz[0],
		                 o->stop_hz[1], o->tr_s);
	return NULL;
}

struct error *clean_check_args(const struct clean_args *args, const char **where, double tr_s)
{
	struct clean_options o = clean_options_of(args, tr_s, false);
	bool cosine = args->filter == CLEAN_FILTER_COSINE;

	if (!cosine && isnan(args->low_pass_hz) && isnan(args->high_pass_hz) && !(args->stop_hz[1] > 0))
		return NULL;
	*where = args->stop_hz[1] > 0 ? "band_stop" : isnan(args->high_pass_hz) ? "low_pass" : "high_pass";
	if (!(tr_s > 0 && isfinite(tr_s)))
		return error_new(ERR_USER,
		                 "a filter needs the time between volumes, which the data do not tell: give tr: 2 s");
	if (cosine)
		return check_cosine(args, where, tr_s);
	TRY(check_band(&o, where));
	return check_stop(&o, where);
}
