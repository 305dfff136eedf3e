/* regions.h - labels and maps on F4, and the nodes of regions run on them. */
#ifndef SULCUS_TEST_REGIONS_H
#define SULCUS_TEST_REGIONS_H

#include "harness.h"

#include "signals.labels.node.h"
#include "signals.maps.node.h"

/* i < 2: 3, i in 2..3 and j < 3: 1, the last voxel 7. */
const struct item *labels_image(enum image_type type);
/* exp(-((i-1)^2 + (j-2)^2) / 4), exp(-((i-4)^2 + (k-2)^2) / 3), and twice the first. */
double map_at(int k, int i, int j, int l);
float *map_weights(int n, double sign);
const struct item *maps_image(int n);

const struct item *mask_where(bool (*inside)(const int at[3]));
bool first_three(const int at[3]);   /* i < 3 */
bool corner(const int at[3]);        /* the last voxel */
bool narrow(const int at[3]);        /* i neither first nor last */
/* F4 with NaN in voxel (2, 0, 0) at one time, and never a number in the last voxel. */
const struct item *broken_bold(void);

struct made { struct out *signals, *coverage, *used, *record; struct error *error; int n_row, n_col; const float *x; };
struct made run_labels(struct signals_labels_params p, const struct item *bold, const struct item *labels,
                       const struct item *mask, const struct item *names, int threads);
struct made run_maps(struct signals_maps_params p, const struct item *bold, const struct item *maps,
                     const struct item *mask, int threads);
/* The first row has these n numbers, to 1e-5. */
void expect_row(struct made m, int n, const double must[]);
/* A cell of the table of coverage. */
const char *cell(const struct out *coverage, int row, const char *column);

#endif
