/* fmriprep.h - the made-up run's confounds as fMRIPrep writes them: its columns, and the sidecar. */
#ifndef SULCUS_PHANTOM_FMRIPREP_H
#define SULCUS_PHANTOM_FMRIPREP_H

#include "base/error.h"
#include "phantom/course.h"

struct arena;

/* Names of the columns of a run; returns how many. */
int fmriprep_names(const char *const **name, int n_vol, double tr_s, struct arena *a);
must_check struct error *fmriprep_write(const struct courses *c, const char *path, struct arena *a);
must_check struct error *fmriprep_write_sidecar(const char *path, struct arena *a);

#endif
