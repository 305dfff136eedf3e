#include "made_confounds.h"

#include <math.h>

#include "base/file.h"
#include "base/json.h"
#include "fmri/motion.h"
#include "img/table.h"

static double wave(int k, int t)
{
	return sin(0.37 * k + 0.11 * (k % 7 + 1) * t) + 0.01 * ((t * (k + 3)) % 11);
}

static double *column(struct made *m, const char *name)
{
	m->name[m->n_col] = name;
	return m->x[m->n_col++];
}

static void expanded(struct made *m, const char *name, double level, double scale, int k)
{
	double *x = column(m, name), *d = column(m, arena_printf(check_arena(), "%s_derivative1", name));
	double *p = column(m, arena_printf(check_arena(), "%s_power2", name));
	double *q = column(m, arena_printf(check_arena(), "%s_derivative1_power2", name));

	for (int t = 0; t < m->n_vol; t++) {
		x[t] = level > 0 ? level + wave(k, t) : scale * wave(k, t);
		d[t] = t ? x[t] - x[t - 1] : NAN;
		p[t] = x[t] * x[t];
		q[t] = d[t] * d[t];
	}
}

static void made_motion(struct made *m)
{
	int first = m->n_col;

	for (int k = 0; k < MOTION_N; k++)
		expanded(m, motion_names[k], 0, k < 3 ? 0.05 : 0.001, 5 + k);
	double *fd = column(m, "framewise_displacement"), *dvars = column(m, "std_dvars");

	for (int t = 0; t < m->n_vol; t++) {
		dvars[t] = t ? 1 + fabs(wave(20, t)) + (t % 13 == 5 ? 2.5 : 0) : NAN;
		fd[t] = t ? 0 : NAN;
		for (int k = 0; t && k < MOTION_N; k++)
			fd[t] += fabs(m->x[first + 4 * k][t] - m->x[first + 4 * k][t - 1]) * (k < 3 ? 1 : 50);
	}
}

struct made *made_confounds(int n_vol, int n_non_steady)
{
	static const char *const signals[] = { "global_signal", "csf", "white_matter" };
	struct made *m = NEW(check_arena(), struct made);

	m->n_vol = n_vol;
	for (int k = 0; k < 3; k++)
		expanded(m, signals[k], 100 * (k + 1), 1, k);
	made_motion(m);
	for (int k = 0; k < 3; k++) {
		double *x = column(m, arena_printf(check_arena(), "cosine%02d", k));

		for (int t = 0; t < n_vol; t++)
			x[t] = cos(M_PI / n_vol * (t + 0.5) * (k + 1));
	}
	for (int k = 0; k < 16; k++) {
		double *x = column(m, arena_printf(check_arena(), "%c_comp_cor_%02d", k < 4 ? 't' : 'a', k < 4 ? k : k - 4));

		for (int t = 0; t < n_vol; t++)
			x[t] = wave(k < 4 ? 50 + k : 56 + k, t) / 3;
	}
	for (int k = 0; k < n_non_steady; k++)
		column(m, arena_printf(check_arena(), "non_steady_state_outlier%02d", k))[k] = 1;
	column(m, "motion_outlier00")[7] = 1;
	for (int t = 0; t < n_vol; t++) {
		if (t == 0)
			column(m, "aroma_motion_01");
		m->x[m->n_col - 1][t] = wave(71, t);
	}
	return m;
}

const struct item *made_table(const struct made *m)
{
	struct out *o = h_out();
	double *x = NEW_N(check_arena(), double, m->n_vol * m->n_col);

	for (int t = 0; t < m->n_vol; t++)
		for (int k = 0; k < m->n_col; k++)
			x[t * m->n_col + k] = m->x[k][t];
	CHECK_OK(table_write_numbers(out_blob(o, "table.tsv"), m->n_vol, m->n_col, m->name, x, check_arena()));
	return h_item(o, "table");
}

const struct item *made_sidecar(void)
{
	const char *path = arena_printf(check_arena(), "%s/confounds.json", check_folder());
	struct buf b = { .arena = check_arena() };

	buf_add(&b, "{\"dropped_0\": {\"Method\": \"aCompCor\", \"Mask\": \"combined\", \"VarianceExplained\": NaN}");
	for (int k = 0; k < 4; k++)
		buf_printf(&b, ",\n \"t_comp_cor_%02d\": {\"Method\": \"tCompCor\"}", k);
	for (int k = 11; k >= 0; k--)
		buf_printf(&b, ",\n \"a_comp_cor_%02d\": {\"Mask\": \"%s\"}", k, k < 5 ? "combined" : k < 8 ? "CSF" : "WM");
	buf_add(&b, "}\n");
	CHECK_OK(file_write(path, b.text, b.n));
	return h_file("file", "file", path);
}
