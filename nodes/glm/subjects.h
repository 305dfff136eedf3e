/* subjects.h - the rows of tables that belong to the subjects of a group, in the order of the subjects.
 *
 * Either one table with a row for each subject, found by its label (sub-01 and 01 both are the cell 01); or, where the
 * table was gathered, a table of one row for each cell. */
#ifndef SULCUS_GLM_SUBJECTS_H
#define SULCUS_GLM_SUBJECTS_H

#include "base/error.h"
#include "img/table.h"

struct arena;

/* Tables with the keys of their cells, "" where there is none. */
struct keyed_tables { int n; const struct table *table; const char *const *key; };

struct subjects {
	int n;
	const char *const *key;            /* [n] of the images' cells; all "" in a written list */
	const struct table *const *table;  /* [n] where each subject's row is; NULL: no table was given */
	const int *row;                    /* [n] */
	int n_extra;                       /* rows (or tables) of subjects without an image */
};

/* label: the column with the subjects, or NULL: the first usual one that there is. */
must_check struct error *subjects_find(struct subjects *out, int n, const char *const *key,
                                       const struct keyed_tables *tables, const char *label, struct arena *a);
/* "subject 01", "image number 0" */
const char *subjects_name(const struct subjects *s, int subject, struct arena *a);
/* The column's place in a subject's table; each has it once subjects_need() says so. */
must_check struct error *subjects_need(const struct subjects *s, const char *column, struct arena *a);
const char *subjects_cell(const struct subjects *s, int subject, const char *column);
/* An error at that cell. */
struct error *subjects_error(const struct subjects *s, int subject, const char *column, const char *fmt,
                             ...) printf_like(4, 5);

#endif
