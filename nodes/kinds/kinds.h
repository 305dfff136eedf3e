/* kinds.h - what each kind can do with its bytes (struct kind_calls of node/node.h); list.c has them all. */
#ifndef SULCUS_KINDS_H
#define SULCUS_KINDS_H

#include "base/error.h"
#include "node/node.h"

struct error *kind_image_peek(struct doc **facts, const struct item *it, struct arena *a);
struct error *kind_image_show(FILE *f, const struct item *it, struct arena *a);
struct error *kind_image_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                              struct arena *a);
struct error *kind_image_write(const char *path, const struct item *it, struct arena *a);
/* Masks and label images are also compared by Dice's coefficient; labels and maps are shown with their names. */
struct error *kind_mask_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                             struct arena *a);
struct error *kind_labels_show(FILE *f, const struct item *it, struct arena *a);
struct error *kind_maps_show(FILE *f, const struct item *it, struct arena *a);

struct error *kind_series_peek(struct doc **facts, const struct item *it, struct arena *a);
struct error *kind_series_show(FILE *f, const struct item *it, struct arena *a);
struct error *kind_series_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                               struct arena *a);
struct error *kind_series_write(const char *path, const struct item *it, struct arena *a);

struct error *kind_table_peek(struct doc **facts, const struct item *it, struct arena *a);
struct error *kind_table_show(FILE *f, const struct item *it, struct arena *a);
struct error *kind_table_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                              struct arena *a);
struct error *kind_table_write(const char *path, const struct item *it, struct arena *a);

/* A table that is also shown with its rank and condition. */
struct error *kind_design_peek(struct doc **facts, const struct item *it, struct arena *a);
struct error *kind_design_show(FILE *f, const struct item *it, struct arena *a);

struct error *kind_matrix_peek(struct doc **facts, const struct item *it, struct arena *a);
struct error *kind_matrix_show(FILE *f, const struct item *it, struct arena *a);
struct error *kind_matrix_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                               struct arena *a);
struct error *kind_matrix_write(const char *path, const struct item *it, struct arena *a);

struct error *kind_coords_peek(struct doc **facts, const struct item *it, struct arena *a);
struct error *kind_coords_show(FILE *f, const struct item *it, struct arena *a);
struct error *kind_coords_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                               struct arena *a);
struct error *kind_coords_write(const char *path, const struct item *it, struct arena *a);

struct error *kind_record_show(FILE *f, const struct item *it, struct arena *a);
struct error *kind_record_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                               struct arena *a);

struct error *kind_glm_peek(struct doc **facts, const struct item *it, struct arena *a);
struct error *kind_glm_show(FILE *f, const struct item *it, struct arena *a);
struct error *kind_glm_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                            struct arena *a);

#endif
