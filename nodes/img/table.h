/* table.h - tables of text cells: TSV, CSV, space-separated text, FSL's VEST matrices.
 *
 * Errors carry line and column. n/a, NaN and empty cells are NaN in a column of numbers. */
#ifndef SULCUS_TABLE_H
#define SULCUS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct arena;
struct item;

enum table_header {
	TABLE_HEADER_AUTO,     /* the first line is a header unless all its cells are numbers, or some are and the second is alike */
	TABLE_HEADER_YES,
	TABLE_HEADER_NO,
	TABLE_CANONICAL,       /* as table_write makes them: a header, and tabs whatever the file is called */
	TABLE_MAY_BE_EMPTY = 16,   /* with one of the others: there may be a header and no rows */
};

struct table {
	int n_row, n_col;            /* both at least 1; n_row may be 0 where that was asked for */
	const char *const *column;   /* [n_col] names, all different; "c0", "c1", ... where the file has none */
	bool header;                 /* the file had names */
	const char *const *cell;     /* [n_row][n_col] */
	const int *line;             /* [n_row] where each row stood; NULL when the table was not read from text */
	const char *const *start;    /* [n_row] where each row's text begins in memory, for columns in messages; or NULL */
	const char *file;            /* for messages */
};

/* path: .tsv .csv .txt .mat .1D ...; in a .tsv tabs separate cells, else the first line shows what does. */
must_check struct error *table_read(struct table *out, const char *path, enum table_header header, struct arena *a);
must_check struct error *table_parse(struct table *out, const char *text, size_t n, const char *file,
                                     enum table_header header, struct arena *a);
/* The table.tsv of an artifact, or a written table (literal.json): a list of maps, a map of lists, a list of
 * lists, or a list of values (one column). */
must_check struct error *table_of(struct table *out, const struct item *it, struct arena *a);
/* The same; the artifact may have no rows. */
must_check struct error *table_of_any(struct table *out, const struct item *it, struct arena *a);

static inline const char *table_cell(const struct table *t, int row, int col)
{
	return t->cell[(size_t)row * (size_t)t->n_col + (size_t)col];
}
int table_find(const struct table *t, const char *column);            /* -1: there is none */
/* The same, with an error that names what there is and the nearest. */
must_check struct error *table_need(int *col, const struct table *t, const char *column);
bool table_is_numeric(const struct table *t, int col);                /* each cell a number or missing */
/* The values of a column [n_row]; an error at the first cell that is no number. */
must_check struct error *table_numbers(const double **out, const struct table *t, int col, struct arena *a);
/* All columns as numbers [n_row][n_col]. */
must_check struct error *table_all_numbers(const double **out, const struct table *t, struct arena *a);
/* A number as tables have it (decimal, inf; NaN for n/a, NaN, empty); false for other text. */
bool table_number(double *x, const char *text);
/* An error at a cell. */
struct error *table_error(const struct table *t, int row, int col, const char *fmt, ...) printf_like(4, 5);

/* Canonical TSV: header, tabs, LF, missing cells n/a. */
must_check struct error *table_write(const char *path, const struct table *t, struct arena *a);
/* A table of numbers [n_row][n_col], shortest decimals that read back the same, NaN as n/a. */
must_check struct error *table_write_numbers(const char *path, int n_row, int n_col, const char *const *column,
                                             const double *x, struct arena *a);
/* The same of floats. */
must_check struct error *table_write_floats(const char *path, int n_row, int n_col, const char *const *column,
                                            const float *x, struct arena *a);
/* The text of a number in a table. */
const char *table_number_text(double x, struct arena *a);

#endif
