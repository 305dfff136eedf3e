/* golden.h - lines that must stand in the file of golden keys. */
#ifndef SULCUS_TEST_GOLDEN_H
#define SULCUS_TEST_GOLDEN_H

#include <stdio.h>

#include "base/file.h"
#include "check.h"

static inline const char *golden(void)
{
	static char text[1 << 18];
	char *read;
	size_t n;

	if (!text[0]) {
		CHECK_OK(file_read(&read, &n, GOLDEN, sizeof text - 2, check_arena()));
		text[0] = '\n';
		memcpy(text + 1, read, n + 1);
	}
	return text;
}

/* 1, after printing the line, when it does not. */
static inline int in_golden(const char *line)
{
	if (strstr(golden(), arena_printf(check_arena(), "\n%s\n", line)))
		return 0;
	fprintf(stderr, "not in %s:\n%s\n", GOLDEN, line);
	return 1;
}

#endif
