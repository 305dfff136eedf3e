/* sidecar.h - JSON files beside data files: what BIDS and fMRIPrep say about a run or its confounds. */
#ifndef SULCUS_FMRI_SIDECAR_H
#define SULCUS_FMRI_SIDECAR_H

#include <stddef.h>

#include "base/error.h"

struct arena;
struct doc;

/* The map in a file. Python's NaN and Infinity, which are no JSON, are read as null; a byte-order mark is skipped. */
must_check struct error *sidecar_read(const struct doc **out, const char *path, struct arena *a);
must_check struct error *sidecar_parse(const struct doc **out, const char *text, size_t n, const char *name,
                                       struct arena *a);

/* RepetitionTime in s; 0 when there is none, an error when it is no positive number. */
must_check struct error *sidecar_tr(double *tr_s, const struct doc *sidecar);

/* One CompCor component: the name of a column, and the mask it comes from ("combined", "WM", "CSF"), or NULL. */
struct component { const char *name, *mask; };
/* Components called <prefix>_comp_cor_NN, in the order of their numbers; returns how many. */
int sidecar_components(const struct component **out, const struct doc *sidecar, const char *prefix, struct arena *a);

#endif
