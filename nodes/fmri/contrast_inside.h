/* contrast_inside.h - contrasts on their way to rows; for contrast*.c alone. */
#ifndef SULCUS_FMRI_CONTRAST_INSIDE_H
#define SULCUS_FMRI_CONTRAST_INSIDE_H

#include "fmri/contrast.h"

/* contrast_parse, and which columns the formula names; named [n_col] is only added to. */
bool contrast_read(double *weight, bool *named, const char *text, int n_col, const char *const *column,
                   struct contrast_problem *problem, struct arena *a);

/* What is wrong: a parameter, the item of its list (-1: all of it), and a stretch of that item's text (len 0: all). */
struct contrast_fault { const char *param; int item, at, len; const char *quote, *text; };

/* Rows of one run that cannot be tested: not finite, all 0, not to be estimated, dependent on each other. False: *row
 * is the one, *text says why. run_words: " in run 2", or "". */
struct contrast_judged { int row; const char *text; };
bool contrast_judge(struct contrast_judged *out, const struct contrast *c, const struct design_facts *design,
                    const char *run_words, struct arena *a);

/* What contrasts_make and contrasts_check have in common: out [facts->n_run]. False: *fault says what is wrong. */
struct contrast_numbers { int n_row, n_col; const double *x; };
bool contrasts_find(struct contrast **out, struct contrast_fault *fault, const struct contrast_args *args,
                    const struct contrast_numbers *matrix, const struct glm_facts *facts, struct arena *a);
/* NULL when exactly one way of asking was used, else what is wrong. */
const char *contrast_not_one(const struct contrast_args *args, bool matrix, struct arena *a);

/* "a", "a and b", "a, b and 12 more" */
const char *contrast_names(int n, const char *const *name, struct arena *a);

#endif
