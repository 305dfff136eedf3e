/* diag.h - many problems of a file, kept until all are found, then printed in order:
 *
 * pipelines/faces.yaml:14:14: error: 'fwhm' is -2 mm, must be 0 mm or more
 *   14 |     fwhm: -2 mm
 *      |           ^^^^^
 *   hint: ...
 */
#ifndef SULCUS_DIAG_H
#define SULCUS_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct arena;
struct doc;

enum severity { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag {
	struct arena *arena;
	int n, n_error;
	struct problem *problem;    /* sorted by file, line, column when printed; equal ones once */
	struct map *source;         /* file name -> text, for the quoted lines */
};

struct diag *diag_new(struct arena *a);
/* Remembers a file's text so that its lines can be quoted (else the file is read again). */
void diag_source(struct diag *d, const char *file, const char *text);
/* len: columns to underline, 0 or 1 for a caret only. hint may be NULL. */
void diag_add(struct diag *d, enum severity s, struct mark at, int len, const char *hint,
              const char *fmt, ...) printf_like(6, 7);
/* An error at a node of a tree, underlining a scalar; the hint is printf'd when not NULL. */
void diag_error(struct diag *d, const struct doc *at, const char *fmt, ...) printf_like(3, 4);
void diag_warning(struct diag *d, const struct doc *at, const char *fmt, ...) printf_like(3, 4);
/* Adds a hint to the problem added last. */
void diag_hint(struct diag *d, const char *fmt, ...) printf_like(2, 3);
/* Adds "did you mean 'x'?" to the problem added last, if some candidate (NULL ended) is near. */
void diag_nearest(struct diag *d, const char *word, const char *const *candidates);
/* Takes an error over (with its mark, if any). */
void diag_take(struct diag *d, struct error *e);
void diag_print(struct diag *d, FILE *f, bool colour);

#endif
