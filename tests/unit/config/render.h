/* render.h - what a diag prints, as text. */
#ifndef SULCUS_TEST_RENDER_H
#define SULCUS_TEST_RENDER_H

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "config/diag.h"

static inline const char *render(struct diag *d, bool colour)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	diag_print(d, f, colour);
	fclose(f);
	const char *copy = arena_strdup(check_arena(), text);

	free(text);
	return copy;
}

#endif
