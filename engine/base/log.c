#include "base/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Set once when the program starts, before there are threads. */
static struct {
	void (*line)(void *ctx, const char *line);
	void *ctx;
} sink;

void log_sink(void (*line)(void *ctx, const char *line), void *ctx)
{
	sink.line = line;
	sink.ctx = ctx;
}

void log_line(const char *fmt, ...)
{
	va_list ap;
	char *line;

	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (sink.line)
		sink.line(sink.ctx, line);
	else
		fprintf(stderr, "%s\n", line);   /* one call, so that lines of two threads do not mix */
	free(line);
}

bool log_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if ((no && *no) || !term || !strcmp(term, "dumb"))
		return false;
	return isatty(fileno(f)) == 1;
}
