#include <math.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "confounds.select.node.h"
#include "confounds/selection.h"

int selection_count(const struct picks *p, enum part part)
{
	int n = 0;

	for (int k = 0; k < p->n; k++)
		n += p->pick[k].part == part;
	return n;
}

struct error *selection_write_mask(const struct selection *s, const char *path)
{
	static const char *const name[] = { "volume" };
	double *x = NEW_N(s->a, double, s->n_keep);

	for (int k = 0; k < s->n_keep; k++)
		x[k] = s->keep[k];
	return table_write_numbers(path, s->n_keep, 1, name, x, s->a);
}

/* Mean and maximum of the values that there are. */
static void add_displacement(struct buf *b, const struct selection *s)
{
	double sum = 0, kept = 0, most = 0;
	int n = 0, n_kept = 0;

	for (int t = 0; t < s->table.n_row; t++) {
		if (!s->fd_mm || !isfinite(s->fd_mm[t]))
			continue;
		sum += s->fd_mm[t];
		most = fmax(most, s->fd_mm[t]);
		n++;
		if (!s->censoring.why[t]) {
			kept += s->fd_mm[t];
			n_kept++;
		}
	}
	if (n == 0)
		return;
	json_field(b, "mean_fd", sum / n);
	json_field(b, "max_fd", most);
	if (n_kept > 0)
		json_field(b, "mean_fd_kept", kept / n_kept);
}

struct error *selection_write_record(const struct selection *s, const char *path)
{
	static const struct { const char *name; int bits; } counts[] = {
		{ "non_steady_state", WHY_NON_STEADY }, { "censored_fd", WHY_FD }, { "censored_dvars", WHY_DVARS },
		{ "censored_segments", WHY_SEGMENT | WHY_SHORT },
	};
	const struct confounds_select_params *p = s->strategy.params;
	struct buf b = { .arena = s->a };

	json_field_text(&b, "preset", s->strategy.preset);
	json_field_text(&b, "strategy", s->strategy.words);
	json_field(&b, "volumes", s->table.n_row);
	json_field(&b, "kept", s->n_keep);
	json_field(&b, "censored", s->table.n_row - s->n_keep);
	for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
		json_field(&b, counts[k].name, censor_count(&s->censoring, counts[k].bits));
	if (s->strategy.takes[PART_SCRUB]) {
		json_field(&b, "fd_threshold", p->fd_threshold_mm);
		json_field(&b, "std_dvars_threshold", p->std_dvars_threshold);
	}
	add_displacement(&b, s);
	json_field(&b, "columns", s->picks.n);
	for (int part = 0; part < PART_SCRUB; part++)
		json_field(&b, arena_printf(s->a, "columns_%s", part_names[part]), selection_count(&s->picks, (enum part)part));
	buf_add(&b, "}\n");
	return file_write(path, b.text, b.n);
}
