#include "confounds/strategy.h"

#include <string.h>

#include "base/arena.h"
#include "confounds.select.node.h"
#include "base/json.h"
#include "base/text.h"

const char *const part_names[PART_N + 1] = {
	"motion", "high_pass", "wm_csf", "global_signal", "compcor", "ica_aroma", "scrub", "non_steady_state", NULL,
};

/* nilearn's presets; the first stands for no strategy at all. */
static const struct preset {
	const char *name;
	bool takes[PART_N];
	enum expansion wm_csf;
} presets[] = {
	{ "none", { [PART_MOTION] = true, [PART_HIGH_PASS] = true, [PART_WM_CSF] = true }, EXPAND_BASIC },
	{ "simple", { [PART_HIGH_PASS] = true, [PART_MOTION] = true, [PART_WM_CSF] = true }, EXPAND_BASIC },
	{ "scrubbing", { [PART_HIGH_PASS] = true, [PART_MOTION] = true, [PART_WM_CSF] = true, [PART_SCRUB] = true },
	  EXPAND_FULL },
	{ "compcor", { [PART_HIGH_PASS] = true, [PART_MOTION] = true, [PART_COMPCOR] = true }, EXPAND_BASIC },
	{ "ica_aroma", { [PART_HIGH_PASS] = true, [PART_WM_CSF] = true, [PART_ICA_AROMA] = true }, EXPAND_BASIC },
};
enum { N_PRESET = sizeof presets / sizeof *presets };

static const struct preset *preset_of(const struct confounds_select_params *p)
{
	for (int k = 1; k < N_PRESET; k++)
		if (p->n_strategy == 1 && strcmp(p->strategy[0], presets[k].name) == 0)
			return &presets[k];
	return &presets[0];
}

static struct problem problem(const char *where, const char *text)
{
	return (struct problem){ where, text };
}

static const char *unknown_word(const char *word, struct arena *a)
{
	const char *all[PART_N + N_PRESET] = { 0 }, *near;
	struct buf list = { .arena = a };

	for (int k = 0; k < PART_N; k++)
		all[k] = part_names[k];
	for (int k = 1; k < N_PRESET; k++)
		all[PART_N + k - 1] = presets[k].name;
	for (int k = 1; k < N_PRESET; k++)
		if (strcmp(word, presets[k].name) == 0)
			return arena_printf(a, "%s stands for several words and must be alone", word);
	near = text_nearest(word, all);
	if (near)
		return arena_printf(a, "there is no '%s', did you mean '%s'?", word, near);
	for (int k = 0; k < PART_N; k++)
		buf_printf(&list, "%s%s", k ? ", " : "", part_names[k]);
	return arena_printf(a, "there is no '%s', there are %s, or one of simple, scrubbing, compcor, ica_aroma alone", word, list.text);
}

static struct problem take_words(struct strategy *s, const struct confounds_select_params *p, struct arena *a)
{
	for (int k = 0; k < p->n_strategy; k++) {
		int part = 0;

		while (part < PART_N && strcmp(p->strategy[k], part_names[part]) != 0)
			part++;
		if (part == PART_N)
			return problem("strategy", unknown_word(p->strategy[k], a));
		if (s->takes[part])
			return problem("strategy", arena_printf(a, "'%s' is there twice", p->strategy[k]));
		s->takes[part] = true;
	}
	return problem(NULL, NULL);
}

static struct problem take_preset(struct strategy *s, const struct confounds_select_params *p, const struct preset *preset)
{
	memcpy(s->takes, preset->takes, sizeof s->takes);
	if (preset == presets)
		return problem(NULL, NULL);
	s->takes[PART_GLOBAL_SIGNAL] = p->global_signal != CONFOUNDS_SELECT_GLOBAL_SIGNAL_FALSE;
	if (s->takes[PART_ICA_AROMA] && p->ica_aroma != CONFOUNDS_SELECT_ICA_AROMA_FULL)
		return problem("ica_aroma", "the preset ica_aroma is for a run that was cleaned already, ica_aroma: full; to take "
		               "the aroma columns say strategy: [high_pass, wm_csf, ica_aroma] and ica_aroma: basic");
	return problem(NULL, NULL);
}

/* false and true are basic where the signal is taken. */
static enum expansion global_of(const struct confounds_select_params *p)
{
	static const enum expansion how[] = {
		[CONFOUNDS_SELECT_GLOBAL_SIGNAL_FALSE] = EXPAND_BASIC, [CONFOUNDS_SELECT_GLOBAL_SIGNAL_TRUE] = EXPAND_BASIC,
		[CONFOUNDS_SELECT_GLOBAL_SIGNAL_BASIC] = EXPAND_BASIC,
		[CONFOUNDS_SELECT_GLOBAL_SIGNAL_DERIVATIVES] = EXPAND_DERIVATIVES,
		[CONFOUNDS_SELECT_GLOBAL_SIGNAL_POWER2] = EXPAND_POWER2, [CONFOUNDS_SELECT_GLOBAL_SIGNAL_FULL] = EXPAND_FULL,
	};

	return how[p->global_signal];
}

static struct problem check_filter(const struct confounds_select_params *p)
{
	int must = p->motion_filter == CONFOUNDS_SELECT_MOTION_FILTER_NOTCH ? 2 : 1;

	if (p->motion_filter == CONFOUNDS_SELECT_MOTION_FILTER_NONE)
		return problem(NULL, NULL);
	if (p->n_motion_filter_band != must)
		return problem("motion_filter_band", must == 2 ? "a notch needs two numbers, from and to, such as [0.2, 0.3] Hz"
		                                               : "low_pass needs one number, such as 0.1 Hz");
	if (!p->has_tr)
		return problem("tr", "the filter of motion needs the time between volumes: give tr");
	return problem(NULL, NULL);
}

struct problem strategy_of(struct strategy *s, const struct confounds_select_params *p, struct arena *a)
{
	const struct preset *preset = preset_of(p);
	struct buf words = { .arena = a };
	struct problem wrong;

	*s = (struct strategy){ .params = p, .preset = preset->name, .wm_csf = p->has_wm_csf ? (enum expansion)p->wm_csf : preset->wm_csf,
	                        .global_signal = global_of(p) };
	wrong = p->n_strategy > 0 && preset == presets ? take_words(s, p, a) : take_preset(s, p, preset);
	if (!wrong.text)
		wrong = check_filter(p);
	if (wrong.text)
		return wrong;
	s->takes[PART_NON_STEADY_STATE] = true;
	for (int k = 0; k < PART_NON_STEADY_STATE; k++)
		if (s->takes[k])
			buf_printf(&words, "%s%s", words.n ? " " : "", part_names[k]);
	s->words = words.n ? words.text : "";
	if (s->takes[PART_COMPCOR] && !s->takes[PART_HIGH_PASS])
		return problem("strategy", "compcor needs high_pass: fMRIPrep took slow drifts out before it made the components, so "
		               "the cosines must go along");
	return problem(NULL, NULL);
}

struct problem strategy_idle(const struct strategy *s, int k)
{
	const struct confounds_select_params *p = s->params;
	bool filter = p->motion_filter != CONFOUNDS_SELECT_MOTION_FILTER_NONE;
	const struct { bool idle; struct problem what; } all[] = {
		{ p->has_wm_csf && !s->takes[PART_WM_CSF], { "wm_csf", "this does nothing: the strategy has no wm_csf" } },
		{ p->global_signal != CONFOUNDS_SELECT_GLOBAL_SIGNAL_FALSE && !s->takes[PART_GLOBAL_SIGNAL],
		  { "global_signal", "this does nothing: the strategy has no global_signal" } },
		{ p->n_compcor > 0 && !s->takes[PART_COMPCOR], { "n_compcor", "this does nothing: the strategy has no compcor" } },
		{ filter && !s->takes[PART_MOTION] && !s->takes[PART_SCRUB],
		  { "motion_filter", "this does nothing: the strategy has neither motion nor scrub" } },
		{ p->n_motion_filter_band > 0 && !filter,
		  { "motion_filter_band", "this does nothing: motion_filter is none" } },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].idle && k-- == 0)
			return all[i].what;
	return problem(NULL, NULL);
}
