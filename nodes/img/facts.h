/* facts.h - facts (headers as maps, docs/engine.md) to structs and back, the same for peeks and shapes.
 *
 * The _from functions return false when facts is NULL or lacks what they need: then nothing is known yet. */
#ifndef SULCUS_FACTS_H
#define SULCUS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "img/grid.h"

struct arena;
struct doc;
struct image;

struct image_facts {
	struct grid grid;
	int n_vol;
	double tr_s;          /* 0: unknown */
	const char *type;     /* "int16" as stored */
	int64_t bytes;        /* of the voxels as stored */
	const char *space;    /* "MNI152NLin6Asym" when known, else "" */
};
/* column: names or NULL; n_row, n_col -1: not known; n_vol: volumes of the run that the rows are from, 0: as many */
struct series_facts { int n_row, n_col; double tr_s; const char *const *column; int n_vol; };
/* text, missing: [n_col], the first cell that is no number, or that has no value, in words with its place; NULL: there is
 * none. Both arrays are NULL when nobody looked. */
struct table_facts {
	int n_row, n_col;
	const char *const *column, *const *text, *const *missing;
	const char *const *cell;     /* [n_row][n_col] of tables of subjects, events or conditions, whose cells are names; else NULL */
	const char *file;            /* with cells: where they stood, the first row on line first_line (0: rows not on lines that */
	int first_line;              /* follow each other); NULL: a written table */
};
struct coords_facts { int n; const double (*xyz)[3]; };                              /* xyz: NULL when not known */

bool image_facts_from(struct image_facts *out, const struct doc *facts, struct arena *a);
struct doc *image_facts_to(const struct image_facts *f, struct arena *a);
/* Facts of a new image on the grid: type "float32" unless given. */
struct image_facts image_facts_new(const struct grid *g, int n_vol, double tr_s, const char *type);
void image_facts_of(struct image_facts *out, const struct image *im);

bool series_facts_from(struct series_facts *out, const struct doc *facts, struct arena *a);
struct doc *series_facts_to(const struct series_facts *f, struct arena *a);
bool table_facts_from(struct table_facts *out, const struct doc *facts, struct arena *a);
struct doc *table_facts_to(const struct table_facts *f, struct arena *a);
struct table;
/* What columns with the labels of subjects are called, the first that there is; NULL ended. */
extern const char *const subject_columns[];
/* All facts of a table that was read. */
void table_facts_of(struct table_facts *out, const struct table *t, struct arena *a);
/* The table that facts with cells tell of, with places as near as they are known; false: there are no cells. */
bool table_of_facts(struct table *out, const struct table_facts *f, struct arena *a);
bool coords_facts_from(struct coords_facts *out, const struct doc *facts, struct arena *a);
struct doc *coords_facts_to(const struct coords_facts *f, struct arena *a);
/* matrices: {rows, columns} as numbers */
bool matrix_facts_from(int *n_row, int *n_col, const struct doc *facts);
struct doc *matrix_facts_to(int n_row, int n_col, struct arena *a);

#endif
