/* yaml_text.h - the text below libyaml: is it text at all, where is a character, and what a syntax error means. */
#ifndef SULCUS_YAML_TEXT_H
#define SULCUS_YAML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct diag;
struct doc;

struct yaml_text {
	const char *text;         /* 0-ended, without byte order mark */
	size_t n;                 /* bytes */
	const char *file;
	bool ascii;               /* one byte a character throughout */
	bool tabs;                /* there is a tab somewhere */
	size_t index, byte;       /* the character looked up last: places are mostly asked for in order */
};

/* A place as libyaml has it: all count characters from 0. */
struct yaml_place { size_t index, line, column; };

struct yaml_fault {
	const char *problem, *context;      /* libyaml's words; context may be "" */
	struct yaml_place at, begin;        /* begin: of what was being read */
	struct yaml_place last, last_end;   /* the scalar read before */
	bool last_plain;
};

/* False after telling d that the bytes are no text: UTF-16, invalid UTF-8, NUL or control characters. */
bool yaml_text_check(struct yaml_text *t, struct diag *d);
/* Where a character is; the end of the text when there is none. */
const char *yaml_text_at(struct yaml_text *t, size_t index);
/* Where the first tab in the white space that begins p's line is, at or before p; NULL if there is none. */
const char *yaml_text_tab(const struct yaml_text *t, const char *p);
struct mark yaml_text_mark(const struct yaml_text *t, struct yaml_place p);

/* Tells d in plain words why libyaml could not go on. */
void yaml_explain(struct diag *d, struct yaml_text *t, const struct yaml_fault *f);

#endif
