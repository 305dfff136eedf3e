/* clean_inside.h - what the files clean_*.c share. */
#ifndef SULCUS_FMRI_CLEAN_INSIDE_H
#define SULCUS_FMRI_CLEAN_INSIDE_H

#include "fmri/clean_args.h"
#include "num/clean.h"

struct cleaning {
	struct clean *clean;
	int n_out;            /* volumes left */
};

/* All that clean_float() needs, or an error that says what does not go together. what: "bold", "signals". */
must_check struct error *clean_prepare(struct clean **out, const struct clean_args *args, int n_vol, double header_tr_s,
                                       const struct confounds *confounds, const char *what, struct arena *a);

#endif
