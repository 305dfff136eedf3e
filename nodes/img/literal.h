/* literal.h - written lists and maps (the blob literal.json), where a file of the kind could stand. */
#ifndef SULCUS_LITERAL_H
#define SULCUS_LITERAL_H

#include "base/error.h"

struct arena;
struct doc;
struct item;

/* The tree of an artifact's literal.json; *out is NULL when it has none. */
must_check struct error *literal_read(const struct doc **out, const struct item *it, struct arena *a);
/* A list of exactly n_col numbers, or of any number of them when *n_col is 0, which is then set. what: "a point". */
must_check struct error *literal_numbers(const double **out, int *n_col, const struct doc *list, const char *what,
                                         struct arena *a);

#endif
