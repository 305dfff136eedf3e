/* harness.h - nodes called directly: what the worker does for them, in a test's own folder. */
#ifndef SULCUS_HARNESS_H
#define SULCUS_HARNESS_H

#include "check.h"
#include "img/grid.h"
#include "img/image.h"
#include "node/node.h"
#include "node/shape.h"

struct doc;

/* An output: where its blobs went, and a file that was offered instead of one of them. */
struct out { const char *folder, *kind; int n_blob; struct blob blob[16]; struct stream *stream; struct blob offered; };

struct out *h_out(void);
/* With this many threads; its notes are at h_notes(), one a line. */
struct node_env *h_env(int threads);
const char *h_notes(void);

/* What a node wrote, as an input of another. */
const struct item *h_item(const struct out *o, const char *kind);
/* A file as an artifact; a written list. */
const struct item *h_file(const char *kind, const char *blob, const char *path);
const struct item *h_literal(const char *kind, const char *json);
/* A table of numbers from text. */
const struct item *h_table(const char *text);
/* An image of floats, or rounded to int16. */
const struct item *h_image(const struct grid *g, int n_vol, double tr_s, enum image_type type, const float *voxel);
/* Digest of a blob, in hexadecimal. */
const char *h_digest(const struct out *o, const char *blob);
/* All voxels of what a node wrote as floats; series likewise [row][column]. */
float *h_voxels(const struct out *o);
const float *h_series(const struct out *o, int *n_row, int *n_col);

/* ---- shapes ---- */
struct shape *h_shape(void);
void h_given(struct shape *s, const char *port, struct doc *facts, const struct item *it);
/* The kind that the output has in this step; of a run it is out->kind. */
void h_kind(struct shape *s, const char *kind);
/* "error port: text" or "warning ...", one a line. */
const char *h_problems(const struct shape *s);

/* numerics' test image F4: (6, 7, 5), affine diag(2, 3, 4) at (-10, 5, 2). */
struct grid h_f4_grid(void);
const struct item *h_f4(int n_vol, enum image_type type);

#endif
