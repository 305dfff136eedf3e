/* export_name.h - what the file of an export is called.
 *
 * Plain: the cell's axes and the export's name, sub-01_run-2_z.nii.gz, all in one folder. The layout of BIDS derivatives:
 * sub-01/func/sub-01_run-2_contrast-facesMinusHouses_stat-z_statmap.nii.gz, from the words that schemas give to ports,
 * parameters and kinds (`bids:`) and those written at the export. */
#ifndef SULCUS_EXPORT_NAME_H
#define SULCUS_EXPORT_NAME_H

#include "config/pipeline.h"

struct arena;
struct diag;
struct kind_decl;
struct plan;
struct task;

/* The extension of a kind's exports. */
const char *export_ext(const struct kind_decl *kind);
/* Below the folder of results; item: the one of a list output, else NULL. */
const char *export_file_name(enum layout layout, const struct export *ex, const struct task *t, const char *item, const char *ext,
                             struct arena *a);
/* "faces - 0.5*houses" -> facesMinus0p5Houses; "" when there is no letter or digit. */
const char *export_camel(const char *text, struct arena *a);
/* Tells of exports that would have one name, and of names that are too long for a file. */
void exports_check(const struct plan *p, struct diag *d);

#endif
