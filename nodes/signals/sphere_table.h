/* sphere_table.h - spheres over a run: the voxels of all together, what they lack, and the table that says so. */
#ifndef SULCUS_SIGNALS_SPHERE_TABLE_H
#define SULCUS_SIGNALS_SPHERE_TABLE_H

#include "img/facts.h"
#include "signals/sphere.h"

struct image;
struct node_env;

/* Each voxel that some sphere has, once; *placed has the spheres with places in that list instead of in a volume. */
int *spheres_voxels(int *n_voxel, const struct sphere **placed, const struct sphere *s, int n, const struct grid *g,
                    struct arena *a);
/* Takes voxels out that are NaN or infinite at some time, and says so; or, when count_as_0, only says so. An error when
 * a sphere has no other voxel. */
must_check struct error *spheres_leave_out(struct sphere *s, const struct spheres *o, const struct coords *c,
                                           const struct image *im, bool count_as_0, struct node_env *env);
/* Says which spheres are not whole. */
void spheres_note(const struct sphere *s, const struct spheres *o, const struct coords *c, struct node_env *env);
/* name, x, y, z, voxels, voxels_whole, coverage: a row a seed. */
must_check struct error *spheres_write(const char *path, const struct sphere *s, const struct spheres *o,
                                       const struct coords *c, struct arena *a);
struct table_facts spheres_table_facts(int n);

#endif
