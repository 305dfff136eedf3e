#include "glm/response.h"

#include <math.h>

#include "base/arena.h"
#include "img/table.h"
#include "num/design_columns.h"
#include "num/hrf.h"

enum { MAX_SAMPLES = 1 << 24 };   /* of a kernel */

/* ---- SPM's and Glover's ---- */
static const char *const part_suffix[] = {
	[HRF_RESPONSE] = "", [HRF_DERIVATIVE] = "_derivative", [HRF_DISPERSION] = "_dispersion",
};

static struct error *make_canonical(struct response *out, enum response_model model, double dt_s, struct arena *a)
{
	enum hrf_shape shape = model >= RESPONSE_GLOVER ? HRF_GLOVER : HRF_SPM;
	int n = hrf_samples(dt_s);
	struct kernel *kernel = NEW_N(a, struct kernel, out->n);

	if (dt_s > 0 && (n < HRF_MIN_SAMPLES || n > MAX_SAMPLES))
		return error_new(ERR_USER, "tr / oversampling is %g s, must be between %g and %g s: a response of %d s is sampled at it",
		                 dt_s, (double)HRF_LENGTH_S / MAX_SAMPLES, (double)HRF_LENGTH_S / HRF_MIN_SAMPLES, HRF_LENGTH_S);
	for (int k = 0; k < out->n; k++) {
		double *h = dt_s > 0 ? arena_alloc(a, (size_t)n, sizeof *h) : NULL;

		if (h) {
			hrf_kernel(shape, (enum hrf_part)k, dt_s, n, h, arena_alloc(a, (size_t)n, sizeof *h));
			kernel_totals(n, h);
		}
		kernel[k] = (struct kernel){ part_suffix[k], n, h };
	}
	out->kernel = kernel;
	out->orthogonal = true;
	return NULL;
}

/* ---- finite impulse responses: the mean over the volume that begins `delay` volumes later ---- */
static struct error *check_delays(const struct response_args *args)
{
	if (args->n_delay == 0)
		return error_new(ERR_USER, "hrf: fir needs fir_delays, numbers of volumes");
	for (int k = 0; k < args->n_delay; k++) {
		double d = args->delay[k];

		if (!(d >= 0 && d == floor(d)))
			return error_new(ERR_USER, "fir_delays has %g, must be a number of volumes, 0 or more", d);
		if (!((d + 1) * args->oversampling <= MAX_SAMPLES))
			return error_new(ERR_USER, "fir_delays has %g, must be at most %d volumes with oversampling %d", d,
			                 MAX_SAMPLES / args->oversampling - 1, args->oversampling);
		for (int j = 0; j < k; j++)
			if (args->delay[j] == d)
				return error_new(ERR_USER, "fir_delays has %g twice", d);
	}
	return NULL;
}

static struct error *make_fir(struct response *out, const char **where, const struct response_args *args, struct arena *a)
{
	struct kernel *kernel = NEW_N(a, struct kernel, args->n_delay);
	int os = args->oversampling;

	*where = "fir_delays";
	TRY(check_delays(args));
	for (int k = 0; k < args->n_delay; k++) {
		int start = (int)args->delay[k] * os;
		double *h = NEW_N(a, double, start + os);

		for (int i = 0; i < os; i++)
			h[start + i] = 1.0 / os;
		kernel_totals(start + os, h);
		kernel[k] = (struct kernel){ arena_printf(a, "_delay_%d", (int)args->delay[k]), start + os, h };
	}
	*out = (struct response){ args->n_delay, kernel, os - 1, false };
	return NULL;
}

/* ---- a given response ---- */
struct sampled { int n; const double *time_s, *value; };

static struct error *check_times(const struct sampled *s, const struct table *t)
{
	if (s->time_s[0] < 0)
		return table_error(t, 0, 0, "the response begins at %g s, must begin at 0 s (the event's onset) or later", s->time_s[0]);
	for (int k = 1; k < s->n; k++)
		if (!(s->time_s[k] > s->time_s[k - 1]))
			return table_error(t, k, 0, "the response has %g s after %g s: times must ascend", s->time_s[k], s->time_s[k - 1]);
	return NULL;
}

static struct error *read_sampled(struct sampled *out, const char **where, const struct item *it, double step_s,
                                  struct table *t, struct arena *a)
{
	double *time = NULL;

	TRY(table_of(t, it, a));
	if (t->n_col > 2)
		return error_new(ERR_DATA, "response has %d columns, must have one (values) or two (time in s, value)", t->n_col);
	*where = "response_step";
	if (t->n_col == 1 && isnan(step_s))
		return error_new(ERR_USER, "response has one column, so response_step must say how many s lie between its rows");
	if (t->n_col == 2 && !isnan(step_s))
		return error_new(ERR_USER, "response has a column of times, so response_step must be left out");
	*where = "response";
	*out = (struct sampled){ .n = t->n_row };
	for (int k = 0; k < t->n_col; k++) {
		TRY(table_numbers(k == t->n_col - 1 ? &out->value : &out->time_s, t, k, a));
		for (int r = 0; r < t->n_row; r++)
			if (!isfinite((k == t->n_col - 1 ? out->value : out->time_s)[r]))
				return table_error(t, r, k, "response is '%s' here, must be a number", table_cell(t, r, k));
	}
	if (t->n_col == 2)
		return check_times(out, t);
	out->time_s = time = NEW_N(a, double, t->n_row);
	for (int r = 0; r < t->n_row; r++)
		time[r] = r * step_s;
	return NULL;
}

/* On the fine steps by linear interpolation; 0 before its first time and after its last. */
static double *onto_steps(const struct sampled *s, double dt_s, int n, struct arena *a)
{
	double *h = NEW_N(a, double, n);

	for (int i = 0, k = 0; i < n; i++) {
		double t = i * dt_s;

		while (k < s->n - 1 && s->time_s[k + 1] <= t)
			k++;
		if (t < s->time_s[k] || (k == s->n - 1 && t > s->time_s[k] + 1e-9 * dt_s))
			continue;
		h[i] = s->value[k];
		if (k < s->n - 1)
			h[i] += (s->value[k + 1] - s->value[k]) * ((t - s->time_s[k]) / (s->time_s[k + 1] - s->time_s[k]));
	}
	return h;
}

static struct error *scale_to_area(double *h, int n)
{
	double sum = 0, size = 0;

	for (int i = 0; i < n; i++) {
		sum += h[i];
		size += fabs(h[i]);
	}
	if (!(fabs(sum) > 1e-3 * size))
		return error_new(ERR_DATA, "the response has next to no area (a sum of %g, of sizes %g), so it cannot be divided by it: "
		                 "`response_scale: none` takes it as it is", sum, size);
	for (int i = 0; i < n; i++)
		h[i] /= sum;
	return NULL;
}

static struct error *make_given(struct response *out, const char **where, const struct response_args *args,
                                const struct item *table, const struct frames *f, struct arena *a)
{
	struct kernel *kernel = NEW(a, struct kernel);
	double dt_s = f ? f->tr_s / args->oversampling : 0, n;
	struct sampled s;
	struct table t;

	*where = "response";
	*out = (struct response){ 1, kernel, 0, false };
	*kernel = (struct kernel){ .suffix = "" };
	TRY(read_sampled(&s, where, table, args->step_s, &t, a));
	if (!f)
		return NULL;
	n = floor(s.time_s[s.n - 1] / dt_s + 1e-9) + 1;
	if (n > MAX_SAMPLES)
		return error_new(ERR_DATA, "the response ends at %g s, which is more than %d steps of tr / oversampling", s.time_s[s.n - 1],
		                 MAX_SAMPLES);
	double *h = onto_steps(&s, dt_s, (int)n, a);

	if (args->unit_area)
		TRY(scale_to_area(h, (int)n));
	kernel_totals((int)n, h);
	*kernel = (struct kernel){ "", (int)n, h };
	return NULL;
}

/* ---- any ---- */
static const double once[] = { 1 };
static const struct kernel event_itself = { "", 1, once };

struct error *response_make(struct response *out, const char **where, const struct response_args *args,
                            const struct item *table, const struct frames *f, struct arena *a)
{
	*where = "hrf";
	if (table)
		return make_given(out, where, args, table, f, a);
	if (args->model == RESPONSE_FIR)
		return make_fir(out, where, args, a);
	*out = (struct response){ 1, &event_itself, 0, false };
	if (args->model == RESPONSE_NONE)
		return NULL;
	*where = "oversampling";
	out->n = (int)args->model % 3 + 1;
	return make_canonical(out, args->model, f ? f->tr_s / args->oversampling : 0, a);
}
