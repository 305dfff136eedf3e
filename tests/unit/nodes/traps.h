/* traps.h - one head, stored in every way that a NIfTI file has to store it; written byte by byte, without the code
 * under test. */
#ifndef SULCUS_TRAPS_H
#define SULCUS_TRAPS_H

#include "harness.h"

enum { TRAP_WAYS = 48, TRAP_VOLUMES = 6 };
enum trap_form { TRAP_SFORM, TRAP_QFORM, TRAP_BOTH, TRAP_NEITHER };   /* BOTH: a qform that says something else */

struct trap {
	int way;                  /* 0 up to TRAP_WAYS - 1: order and direction of the stored axes; 0 as they are */
	enum trap_form form;
	int version;              /* 1 or 2 */
	bool pair, big_endian, gz;
	enum image_type type;
	double slope, inter;      /* stored 0 to 100; 0 and 0: no scaling */
};

/* The file, in a fresh folder: x.nii, x.nii.gz, or x.hdr of a pair. */
const char *trap_file(const struct trap *t);
/* The same, imported. */
const struct item *trap_import(const struct trap *t);
/* The head's grid in the order it is stored in; where voxel (i, j, k) of way 0 is there. */
struct grid trap_grid(int way);
long trap_index(int way, int i, int j, int k);
/* Stored value of voxel (i, j, k) of way 0. */
int trap_value(int i, int j, int k, int t);

#endif
