/* components.h - connected parts of a volume. */
#ifndef SULCUS_COMPONENTS_H
#define SULCUS_COMPONENTS_H

struct arena;

enum components_touch { COMPONENTS_FACES = 6, COMPONENTS_EDGES = 18, COMPONENTS_CORNERS = 26 };

/* Labels the connected parts of what is not 0 in inside [n[2]][n[1]][n[0]] (first axis fastest): label is 0 outside, else
 * 1, 2, ... in the order of each part's first voxel in C order of (i, j, k), k fastest, as scipy.ndimage.label numbers
 * them. Returns how many there are. inside and label may not overlap. Union-find over runs of voxels. */
int components_label(const unsigned char *inside, const int n[3], enum components_touch touch, int *label,
                     struct arena *scratch);
/* size[k] of parts 0 .. n_part, 0 being the outside. */
void components_sizes(long n, const int *label, int n_part, long *size);

#endif
