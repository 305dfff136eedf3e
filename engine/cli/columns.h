/* columns.h - rows of text under each other, the last column wrapped. */
#ifndef SULCUS_COLUMNS_H
#define SULCUS_COLUMNS_H

#include <stdio.h>

enum { COLUMNS_MAX = 8 };

struct arena;

struct columns {
	struct arena *arena;
	int n_col;                  /* at most COLUMNS_MAX */
	int n_cell;                 /* rows times columns */
	const char **cell;
};

/* Adds a row of n_col texts (borrowed; NULL is empty); the macro counts nothing, so give exactly n_col. */
void columns_add(struct columns *c, const char *const *text);
#define columns_row(c, ...) columns_add((c), (const char *const []){ __VA_ARGS__ })
/* Each row behind `indent` spaces; the last column is wrapped at the terminal's width (100 when f is none). */
void columns_print(const struct columns *c, FILE *f, int indent);
/* Characters of UTF-8 text. */
int text_width(const char *s);
/* Words wrapped at width, every line but the first behind `indent` spaces; ends the line. */
void text_wrap(FILE *f, const char *s, int indent, int width);
/* The width to wrap at. */
int text_room(FILE *f);

#endif
