/* region_series.h - what becomes of the signals of regions: cleaning, then a series. */
#ifndef SULCUS_FMRI_REGION_SERIES_H
#define SULCUS_FMRI_REGION_SERIES_H

#include "base/error.h"

struct cleaning;
struct node_env;
struct out;

/* Cleans x [n_vol][n_col] where it lies and writes what is left, columns called name [n_col], as float32. */
must_check struct error *region_series_write(struct cleaning *c, struct node_env *env, int n_col, double *x,
                                             const char *const *name, double tr_s, struct out *signals,
                                             struct out *record);

#endif
