#include "cli/columns.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"

enum { GAP = 2, NARROWEST = 60, WIDEST = 120, NO_TERMINAL = 100 };

int text_width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

int text_room(FILE *f)
{
	struct winsize w;

	if (!isatty(fileno(f)) || ioctl(fileno(f), TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
		return NO_TERMINAL;
	return w.ws_col < NARROWEST ? NARROWEST : w.ws_col > WIDEST ? WIDEST : w.ws_col;
}

static int word_width(const char *s, size_t n)
{
	int width = 0;

	for (size_t i = 0; i < n; i++)
		width += ((unsigned char)s[i] & 0xc0) != 0x80;
	return width;
}

void text_wrap(FILE *f, const char *s, int indent, int width)
{
	int at = indent;

	while (*s) {
		size_t space = strspn(s, " "), word = strcspn(s + space, " ");
		int w = word_width(s + space, word);

		if (at > indent && at + (int)space + w > width) {
			fprintf(f, "\n%*s", indent, "");
			at = indent;
			space = strspn(s, " ");
			s += space;
			space = 0;
		}
		fwrite(s, 1, space + word, f);
		at += (int)space + w;
		s += space + word;
	}
	fputc('\n', f);
}

void columns_add(struct columns *c, const char *const *text)
{
	for (int k = 0; k < c->n_col; k++)
		PUSH(c->arena, c->cell, c->n_cell, text[k] ? text[k] : "");
}

static void widths(const struct columns *c, int width[COLUMNS_MAX])
{
	for (int i = 0; i < c->n_cell; i++) {
		int w = text_width(c->cell[i]);

		if (w > width[i % c->n_col])
			width[i % c->n_col] = w;
	}
}

void columns_print(const struct columns *c, FILE *f, int indent)
{
	int width[COLUMNS_MAX] = { 0 }, room = text_room(f);

	widths(c, width);
	for (int i = 0; i < c->n_cell; i += c->n_col) {
		int at = indent, last = c->n_col - 1;

		while (last > 0 && !c->cell[i + last][0])
			last--;                              /* no trailing blanks */
		fprintf(f, "%*s", indent, "");
		for (int k = 0; k < last; k++) {
			fprintf(f, "%s%*s", c->cell[i + k], width[k] - text_width(c->cell[i + k]) + GAP, "");
			at += width[k] + GAP;
		}
		if (last < c->n_col - 1)
			fprintf(f, "%s\n", c->cell[i + last]);
		else
			text_wrap(f, c->cell[i + last], at, room > at + 30 ? room : at + 30);
	}
}
