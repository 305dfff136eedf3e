#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

enum { WORD_MAX = 64 };   /* longer words have no near names */

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Compares the runs of digits at *a and *b by value and steps over them. */
static int run_cmp(const char **a, const char **b)
{
	size_t na, nb;
	int c;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	na = strspn(*a, "0123456789");
	nb = strspn(*b, "0123456789");
	c = na != nb ? (na < nb ? -1 : 1) : memcmp(*a, *b, na);
	*a += na;
	*b += nb;
	return c;
}

int text_natural_cmp(const char *a, const char *b)
{
	const char *p = a, *q = b;

	while (*p && *q) {
		if (is_digit(*p) && is_digit(*q)) {
			int c = run_cmp(&p, &q);

			if (c)
				return c;
		} else if (*p != *q) {
			return (unsigned char)*p < (unsigned char)*q ? -1 : 1;
		} else {
			p++;
			q++;
		}
	}
	if (*p || *q)
		return *p ? 1 : -1;
	return strcmp(a, b);
}

/* Letters that differ in case only are the same: a wrong case is the smallest of mistakes. */
static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static int min(int a, int b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that lead from a to b, both of at most WORD_MAX bytes. */
static int edit_distance(const char *a, int na, const char *b, int nb)
{
	int row[3][WORD_MAX + 1];

	for (int j = 0; j <= nb; j++)
		row[0][j] = j;
	for (int i = 1; i <= na; i++) {
		int *now = row[i % 3], *up = row[(i + 2) % 3], *two_up = row[(i + 1) % 3];

		now[0] = i;
		for (int j = 1; j <= nb; j++) {
			now[j] = min(min(up[j], now[j - 1]) + 1, up[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				now[j] = min(now[j], two_up[j - 2] + 1);
		}
	}
	return row[na % 3][nb];
}

/* One is the beginning of the other, and at least half of it: equal_variance and equal_var. */
static bool begins(const char *a, size_t na, const char *b, size_t nb)
{
	size_t less = na < nb ? na : nb, more = na < nb ? nb : na;

	return less >= 4 && 2 * less >= more && strncasecmp(a, b, less) == 0;
}

const char *text_nearest(const char *word, const char *const *candidates)
{
	size_t n = strlen(word);
	const char *best = NULL, *begun = NULL;
	int least = WORD_MAX + 1;

	for (; n <= WORD_MAX && *candidates; candidates++) {
		size_t m = strlen(*candidates);

		if (m > WORD_MAX)
			continue;
		int d = edit_distance(word, (int)n, *candidates, (int)m);

		if (d < least && 3 * d <= (int)(n > m ? n : m)) {
			least = d;
			best = *candidates;
		}
		if (!begun && begins(word, n, *candidates, m))
			begun = *candidates;
	}
	return best ? best : begun;
}

const char *text_bytes(struct arena *a, int64_t bytes)
{
	static const char *const unit[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	double x = fabs((double)bytes);
	int u = 0;

	/* 999.5 would be rounded to 1000 of a unit that goes to 999 */
	while (x >= 999.5 && u < 6) {
		x /= 1000;
		u++;
	}
	return arena_printf(a, "%s%.*f %s", bytes < 0 ? "-" : "", u && x < 99.95 ? 1 : 0, x, unit[u]);
}

const char *text_seconds(struct arena *a, double seconds)
{
	long s;

	if (!(seconds >= 0 && seconds < 1e15))
		return "?";
	if (seconds < 0.0095)
		return arena_printf(a, "%.1f ms", seconds * 1e3);
	if (seconds < 0.9995)
		return arena_printf(a, "%.0f ms", seconds * 1e3);
	if (seconds < 59.95)
		return arena_printf(a, "%.1f s", seconds);
	s = lround(seconds);
	if (s < 3600)
		return arena_printf(a, "%ld min %02ld s", s / 60, s % 60);
	if (s < 86400)
		return arena_printf(a, "%ld h %02ld min", s / 3600, s / 60 % 60);
	return arena_printf(a, "%ld d %02ld h", s / 86400, s / 3600 % 24);
}

bool text_is_word(const char *s)
{
	const char *c = s;

	while ((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z'))
		c++;
	return c > s && *c == '\0';
}
