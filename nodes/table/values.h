/* values.h - cells by what they say rather than how it is written: 3 is 3.0, and what is missing is missing. */
#ifndef SULCUS_TABLE_VALUES_H
#define SULCUS_TABLE_VALUES_H

#include <stdbool.h>

struct arena;
struct table;

/* The one text of all that are the same value. */
const char *value_of(const char *text, struct arena *a);
/* Some cells as one text, which no other cells make. */
const char *row_key(int n, const char *const cell[], struct arena *a);

/* A table seen so; what is asked for is kept. */
struct values;
struct values *values_new(const struct table *t, struct arena *a);
/* The cells of a column as value_of() has them: [n_row]. */
const char *const *values_column(struct values *v, int col);
/* Has any row this value (of value_of()) there? */
bool values_has(struct values *v, int col, const char *value);
/* The row_key() of n columns of a row; col NULL: the first n. */
const char *values_key(struct values *v, int row, int n, const int col[], struct arena *a);

#endif
