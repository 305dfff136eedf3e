/* made_glm.h - fitted models made by the definition, and contrasts of them. */
#ifndef SULCUS_TEST_MADE_GLM_H
#define SULCUS_TEST_MADE_GLM_H

#include "glm.contrast.node.h"

#include "harness.h"
#include "img/glm.h"

/* Numerics 7.14: rows, columns, voxels, and where these are in a volume of 4 x 3 x 2. */
enum { T = 24, P = 3, V = 3, MADE_VOLUME = 24 };
extern const int made_place[V];
extern const double made_rho[V];
extern const char *const made_two_rows[2];   /* x0 and x1, an F test */

struct model { struct glm g; struct glm_run run[3]; };
/* Columns x0, x1 and constant. */
void made_design(double x[T][P]);
/* In percent of the mean. */
void made_data(double y[V][T]);
/* n_run runs that have the design, and nothing else yet. */
struct model *made_model(int n_run);
/* Fits run r; rho NULL: ordinary least squares. */
void made_fit(struct model *m, int r, const double y[V][T], const double *rho);
/* Numerics 7.14 with rho .42, .44, -.52; two runs, the second of the same data later and waving. */
const struct item *made_worked(bool ar);
struct model *made_two_runs(void);
const struct item *made_stored(const struct model *m);

/* What glm.contrast makes of a model. */
struct tested { float *effect, *variance, *stat, *z, *log10p; double p[MADE_VOLUME]; struct glm_contrast_outputs out; };
struct tested made_test(struct glm_contrast_params params, const struct item *glm, const struct item *matrix);
struct glm_contrast_params t_of(const char *text);
struct glm_contrast_params f_of(int n, const char *const *text);
/* The voxels have these values, the others 0. */
void expect_map(const float *map, const double must[V]);
#define EXPECT(map, ...) expect_map(map, (const double[V]){ __VA_ARGS__ })

#endif
