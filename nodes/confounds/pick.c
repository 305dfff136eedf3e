#include "confounds/pick.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "confounds.select.node.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/text.h"
#include "fmri/motion.h"
#include "fmri/sidecar.h"

struct picking {
	struct picks *out;
	const struct strategy *s;
	int n_col;
	const char *const *column;
	const struct doc *sidecar;
	int n_missing;            /* columns asked for in vain by the part that is picked now */
	const char **missing;
	struct arena *a;
};

static int find(const struct picking *p, const char *name)
{
	for (int k = 0; k < p->n_col; k++)
		if (strcmp(p->column[k], name) == 0)
			return k;
	return -1;
}

static void complain(struct picking *p, const char *text)
{
	PUSH(p->a, p->out->problem, p->out->n_problem, text);
}

/* Notes that a column must be there. */
static int need(struct picking *p, const char *name)
{
	int k = find(p, name);

	if (k < 0)
		PUSH(p->a, p->missing, p->n_missing, name);
	return k;
}

static void pick(struct picking *p, const char *name, enum part part)
{
	struct pick one = { name, part, need(p, name) };

	PUSH(p->a, p->out->pick, p->out->n, one);
}

/* ---- what is missing, in words ---- */
static bool is_listed(const char *name, const char *const *list, int n)
{
	for (int k = 0; k < n; k++)
		if (strcmp(list[k], name) == 0)
			return true;
	return false;
}

/* The nearest column that is not itself one of the wanted. */
static const char *nearest(const struct picking *p, const char *name)
{
	const char **others = NEW_N(p->a, const char *, p->n_col + 1);
	int n = 0;

	for (int k = 0; k < p->n_col; k++) {
		bool wanted = false;

		for (int i = 0; i < p->out->n && !wanted; i++)
			wanted = strcmp(p->out->pick[i].name, p->column[k]) == 0;
		if (!wanted)
			others[n++] = p->column[k];
	}
	return text_nearest(name, others);
}

/* Says what the part that was just asked for lacks. */
static void tell_missing(struct picking *p, const char *what)
{
	struct buf b = { .arena = p->a };

	for (int k = 0; k < p->n_missing; k++) {
		const char *near = nearest(p, p->missing[k]);

		if (is_listed(p->missing[k], p->missing, k))
			continue;
		buf_printf(&b, "%s'%s'", b.n ? ", " : "", p->missing[k]);
		if (near)
			buf_printf(&b, " (did you mean '%s'?)", near);
	}
	if (p->n_missing > 0)
		complain(p, arena_printf(p->a, "%s needs columns that the table has not: %s", what, b.text));
	p->n_missing = 0;
}

/* fMRIPrep 1.0 and 1.1 wrote WhiteMatter and FramewiseDisplacement. */
static bool tell_old(struct picking *p)
{
	for (int k = 0; k < p->n_col; k++) {
		const char *c = p->column[k];

		if (!isupper((unsigned char)c[0]) || strchr(c, '_') || strpbrk(c, "abcdefghijklmnopqrstuvwxyz") == NULL)
			continue;
		complain(p, arena_printf(p->a, "the table has columns such as '%s', as fMRIPrep before 1.2 wrote them; must "
		                         "be of 1.2 or later", c));
		return true;
	}
	return false;
}

/* ---- each part ---- */
int expansion_names(const char *name[EXPANSION_MAX], const char *base, enum expansion e, struct arena *a)
{
	int n = 0;

	name[n++] = base;
	if (e == EXPAND_DERIVATIVES || e == EXPAND_FULL)
		name[n++] = arena_printf(a, "%s_derivative1", base);
	if (e == EXPAND_POWER2 || e == EXPAND_FULL)
		name[n++] = arena_printf(a, "%s_power2", base);
	if (e == EXPAND_FULL)
		name[n++] = arena_printf(a, "%s_derivative1_power2", base);
	return n;
}

static void pick_expanded(struct picking *p, enum part part, const char *const *base, int n_base, enum expansion e)
{
	const char *name[EXPANSION_MAX];

	for (int k = 0; k < n_base; k++) {
		int n = expansion_names(name, base[k], e, p->a);

		for (int i = 0; i < n; i++)
			pick(p, name[i], part);
	}
}

/* With a filter only the six parameters have to be there, their expansions are made. */
static void pick_motion(struct picking *p)
{
	const struct confounds_select_params *q = p->s->params;
	bool filter = q->motion_filter != CONFOUNDS_SELECT_MOTION_FILTER_NONE;

	if (p->s->takes[PART_MOTION])
		pick_expanded(p, PART_MOTION, motion_names, MOTION_N, (enum expansion)q->motion);
	if (filter && (p->s->takes[PART_MOTION] || p->s->takes[PART_SCRUB])) {
		p->n_missing = 0;
		for (int k = 0; k < MOTION_N; k++)
			need(p, motion_names[k]);
	}
	tell_missing(p, filter ? "motion_filter" : "motion");
}

static int pick_containing(struct picking *p, enum part part, const char *word)
{
	int n = 0;

	for (int k = 0; k < p->n_col; k++)
		if (strstr(p->column[k], word)) {
			pick(p, p->column[k], part);
			n++;
		}
	return n;
}

static void pick_signals(struct picking *p)
{
	static const char *const tissue[] = { "csf", "white_matter" }, *const whole[] = { "global_signal" };

	if (p->s->takes[PART_WM_CSF])
		pick_expanded(p, PART_WM_CSF, tissue, 2, p->s->wm_csf);
	tell_missing(p, "wm_csf");
	if (p->s->takes[PART_GLOBAL_SIGNAL])
		pick_expanded(p, PART_GLOBAL_SIGNAL, whole, 1, p->s->global_signal);
	tell_missing(p, "global_signal");
}

/* The first components of a mask (NULL: whatever mask); returns how many. */
static int pick_components(struct picking *p, const char *prefix, const char *mask)
{
	const struct component *c;
	int n = sidecar_components(&c, p->sidecar, prefix, p->a), taken = 0, most = p->s->params->n_compcor;

	for (int k = 0; k < n && (most == 0 || taken < most); k++) {
		if (mask && (!c[k].mask || strcmp(c[k].mask, mask) != 0))
			continue;
		pick(p, c[k].name, PART_COMPCOR);
		taken++;
	}
	return taken;
}

static void pick_compcor(struct picking *p)
{
	static const struct { bool temporal, combined, separated; } sort[] = {
		[CONFOUNDS_SELECT_COMPCOR_ANAT_COMBINED] = { false, true, false },
		[CONFOUNDS_SELECT_COMPCOR_ANAT_SEPARATED] = { false, false, true },
		[CONFOUNDS_SELECT_COMPCOR_TEMPORAL] = { true, false, false },
		[CONFOUNDS_SELECT_COMPCOR_TEMPORAL_ANAT_COMBINED] = { true, true, false },
		[CONFOUNDS_SELECT_COMPCOR_TEMPORAL_ANAT_SEPARATED] = { true, false, true },
	};
	bool temporal = sort[p->s->params->compcor].temporal, combined = sort[p->s->params->compcor].combined;
	bool separated = sort[p->s->params->compcor].separated;

	if (!p->sidecar)
		return;
	if (temporal && pick_components(p, "t", NULL) == 0)
		complain(p, "the sidecar has no temporal component (t_comp_cor_00)");
	if (combined && pick_components(p, "a", "combined") == 0)
		complain(p, "the sidecar has no component a_comp_cor_00 with Mask combined");
	if (separated && pick_components(p, "a", "WM") + pick_components(p, "w", NULL) == 0)
		complain(p, "the sidecar has no component of white matter (w_comp_cor_00, or a_comp_cor_00 with Mask WM)");
	if (separated && pick_components(p, "a", "CSF") + pick_components(p, "c", NULL) == 0)
		complain(p, "the sidecar has no component of CSF (c_comp_cor_00, or a_comp_cor_00 with Mask CSF)");
	tell_missing(p, "compcor (by the sidecar)");
}

static void pick_aroma(struct picking *p)
{
	if (pick_containing(p, PART_ICA_AROMA, "aroma") == 0)
		complain(p, "ica_aroma: basic needs columns such as aroma_motion_01, the table has none");
}

static void need_scrub(struct picking *p)
{
	if (p->s->params->motion_filter == CONFOUNDS_SELECT_MOTION_FILTER_NONE)
		need(p, "framewise_displacement");
	need(p, "std_dvars");
	tell_missing(p, "scrub");
}

static int by_name(const void *p, const void *q)
{
	return strcmp(((const struct pick *)p)->name, ((const struct pick *)q)->name);
}

/* By name; a column that two parts want is taken once. */
static void sort_picks(struct picks *out)
{
	int n = 0;

	if (out->n > 1)
		qsort(out->pick, (size_t)out->n, sizeof *out->pick, by_name);
	for (int k = 0; k < out->n; k++)
		if (k == 0 || strcmp(out->pick[k].name, out->pick[n - 1].name) != 0)
			out->pick[n++] = out->pick[k];
	out->n = n;
}

void picks_make(struct picks *out, const struct strategy *s, int n_col, const char *const *column,
                const struct doc *sidecar, struct arena *a)
{
	struct picking p = { .out = out, .s = s, .n_col = n_col, .column = column, .sidecar = sidecar, .a = a };

	*out = (struct picks){ 0 };
	if (tell_old(&p))
		return;
	pick_motion(&p);
	if (s->takes[PART_HIGH_PASS])
		pick_containing(&p, PART_HIGH_PASS, "cosine");
	pick_signals(&p);
	if (s->takes[PART_COMPCOR])
		pick_compcor(&p);
	if (s->takes[PART_ICA_AROMA] && s->params->ica_aroma == CONFOUNDS_SELECT_ICA_AROMA_BASIC)
		pick_aroma(&p);
	if (s->takes[PART_SCRUB])
		need_scrub(&p);
	sort_picks(out);
}
