/* mask_facts.h - what can be said about a mask before anything is computed. */
#ifndef SULCUS_FMRI_MASK_FACTS_H
#define SULCUS_FMRI_MASK_FACTS_H

#include "img/mask.h"

struct grid;
struct shape;

/* For shape functions. Problems of the mask at this input: it is on another grid than g (what names g's image: "bold"; g
 * NULL: any grid will do), has more than one volume, or no voxel inside. Returns how many voxels it has, or -1 when that is
 * not known yet: the input is not given, its bytes do not exist, or there is a problem. */
int mask_facts_check(struct shape *s, const char *port, const struct grid *g, const char *what);
/* The same; *out is the mask when the number is known. */
int mask_facts_read(struct mask *out, struct shape *s, const char *port, const struct grid *g, const char *what);

/* Of a volume that may hold anything: whether it is one, and on the grid, as far as headers tell. */
void volume_facts_check(struct shape *s, const char *port, const struct grid *g, const char *what);

#endif
