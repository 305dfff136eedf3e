/* made_confounds.h - a table and a sidecar as fMRIPrep writes them, of made-up values. */
#ifndef SULCUS_MADE_CONFOUNDS_H
#define SULCUS_MADE_CONFOUNDS_H

#include "harness.h"

enum { MADE_COL = 80, MADE_VOL = 64 };

/* Columns: 0 to 11 the global signal, csf, white_matter and their expansions, 12 to 35 motion, then displacement, DVARS,
 * 3 cosines, 4 temporal and 12 anatomical components, non-steady state, an outlier and an aroma component. */
struct made { int n_vol, n_col; const char *name[MADE_COL]; double x[MADE_COL][MADE_VOL]; };

struct made *made_confounds(int n_vol, int n_non_steady);
const struct item *made_table(const struct made *m);
/* Components 0 to 4 are combined, 5 to 7 of CSF, 8 to 11 of white matter. */
const struct item *made_sidecar(void);

#endif
