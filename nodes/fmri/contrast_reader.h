/* contrast_reader.h - a formula of columns as words; for contrast_words.c and contrast_parse.c alone. */
#ifndef SULCUS_FMRI_CONTRAST_READER_H
#define SULCUS_FMRI_CONTRAST_READER_H

#include "fmri/contrast_inside.h"

enum contrast_word_kind { WORD_END, WORD_NUMBER, WORD_NAME, WORD_SIGN };
struct contrast_word { enum contrast_word_kind kind; int at, len; double number; const char *name; };

struct contrast_reader {
	const char *text;
	int n_col;
	const char *const *column;
	bool *named;                /* [n_col] */
	struct contrast_word word;  /* the next */
	int nesting;
	struct contrast_problem *problem;
	struct arena *arena;
};

/* All of these return false when something is wrong, which the reader's problem tells. */
bool reader_fail(struct contrast_reader *r, int at, int len, const char *fmt, ...) printf_like(4, 5);
/* The word that is next stands where something else must be. */
bool reader_fail_word(struct contrast_reader *r, const char *must);
bool reader_next(struct contrast_reader *r);
bool reader_at(const struct contrast_reader *r, char sign);
/* The column of a name. */
bool reader_column(int *col, struct contrast_reader *r, const struct contrast_word *name);
/* The same of a whole text; -1: there is none. */
int reader_find(const struct contrast_reader *r, const char *name);

#endif
