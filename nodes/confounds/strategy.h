/* strategy.h - what a way of cleaning takes from fMRIPrep's confounds, from words or a preset.
 *
 * Words, presets and their defaults are those of nilearn 0.12.1 (load_confounds, load_confounds_strategy). */
#ifndef SULCUS_CONFOUNDS_STRATEGY_H
#define SULCUS_CONFOUNDS_STRATEGY_H

#include <stdbool.h>

struct arena;
struct confounds_select_params;

enum part { PART_MOTION, PART_HIGH_PASS, PART_WM_CSF, PART_GLOBAL_SIGNAL, PART_COMPCOR, PART_ICA_AROMA, PART_SCRUB,
	    PART_NON_STEADY_STATE, PART_N };
extern const char *const part_names[PART_N + 1];   /* NULL ended */

/* How a signal is expanded; the order of the schema. */
enum expansion { EXPAND_BASIC, EXPAND_DERIVATIVES, EXPAND_POWER2, EXPAND_FULL };

struct strategy {
	const struct confounds_select_params *params;
	bool takes[PART_N];
	enum expansion wm_csf, global_signal;
	const char *preset;         /* "none", "simple", ... */
	const char *words;          /* "motion high_pass wm_csf" */
};

/* What is wrong with a parameter; text NULL: nothing. */
struct problem { const char *where, *text; };

struct problem strategy_of(struct strategy *out, const struct confounds_select_params *params, struct arena *a);
/* Parameters that were given and do nothing, one by one: k from 0 on until text is NULL. */
struct problem strategy_idle(const struct strategy *s, int k);

#endif
