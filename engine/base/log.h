/* log.h - one place where messages for people go (stderr by default). */
#ifndef SULCUS_LOG_H
#define SULCUS_LOG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* The one mutable global: who gets each finished line (without its newline). NULL: stderr. */
void log_sink(void (*sink)(void *ctx, const char *line), void *ctx);
void log_line(const char *fmt, ...) printf_like(1, 2);
/* True when f is a terminal that takes colours: not NO_COLOR, not TERM=dumb, not a pipe. */
bool log_colour(FILE *f);

#endif
