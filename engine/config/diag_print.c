/* Prints what diag.c collected. Texts may come from hostile files: whatever could steer a terminal is shown as '?'. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/utf8.h"
#include "config/problem.h"

enum {
	MAX_PRINTED = 100,
	WINDOW = 120,             /* columns shown of a longer line */
	SOURCE_MAX = 16 << 20,    /* bytes of a file that is read again to quote it */
};

static const char *const severity_name[] = { "error", "warning", "note" };
static const char *const severity_colour[] = { "\033[1;31m", "\033[1;33m", "\033[1;36m" };

struct printer {
	struct diag *d;
	FILE *f;
	bool colour;
};

static void paint(const struct printer *p, const char *code)
{
	if (p->colour)
		fputs(code, p->f);
}

/* One character of n readable bytes; returns how many it took. C1 controls steer terminals too. */
static size_t put_char(FILE *f, const char *s, size_t n)
{
	int len = utf8_len(s, n);
	unsigned char c = (unsigned char)s[0];
	bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && len == 2 && (unsigned char)s[1] < 0xa0);

	if (c == '\t' || c == '\n')
		fputc(' ', f);
	else if (!len || control)
		fputc('?', f);
	else
		fwrite(s, 1, (size_t)len, f);
	return len ? (size_t)len : 1;
}

static void put_text(FILE *f, const char *s)
{
	for (size_t n = strlen(s), k; n; s += k, n -= k)
		k = put_char(f, s, n);
}

static const char *source_of(struct diag *d, const char *file)
{
	const char *text = map_get(d->source, file);

	if (!text) {
		char *again = NULL;
		size_t n;
		struct error *e = file_read(&again, &n, file, SOURCE_MAX, d->arena);

		text = e ? "" : again;
		error_free(e);
		map_put(d->source, file, (void *)text);
	}
	return text;
}

/* The line's first byte, and its length without the line's end; NULL when there is none of that number. */
static const char *line_find(const char *text, int line, size_t *len)
{
	for (; line > 1; line--) {
		text += strcspn(text, "\r\n");
		if (!*text)
			return NULL;
		text += text[0] == '\r' && text[1] == '\n' ? 2 : 1;
	}
	*len = strcspn(text, "\r\n");
	return text;
}

static size_t step(const char *s, size_t n)
{
	int len = utf8_len(s, n);

	return len ? (size_t)len : 1;
}

static int columns_of(const char *s, size_t n)
{
	int col = 0;

	for (size_t k; n; s += k, n -= k, col++)
		k = step(s, n);
	return col;
}

/* Columns [from, to) of the line, counted in characters from 0. */
static void put_columns(FILE *f, const char *s, size_t n, int from, int to)
{
	for (int col = 0; n && col < to; col++) {
		size_t k = col < from ? step(s, n) : put_char(f, s, n);

		s += k;
		n -= k;
	}
}

static void put_caret(const struct printer *p, enum severity s, int before, int len)
{
	fprintf(p->f, "%*s", before, "");
	paint(p, severity_colour[s]);
	for (int k = 0; k < len; k++)
		fputc('^', p->f);
	paint(p, "\033[0m");
	fputc('\n', p->f);
}

/* The line with a caret below; of a long line only a window around the caret. */
static void put_quote(const struct printer *p, const struct problem *q)
{
	size_t n = 0;
	const char *line = line_find(source_of(p->d, q->at.file), q->at.line, &n);
	int total = line ? columns_of(line, n) : 0, col = q->at.col - 1;
	int from = 0, to = total, len = q->len, gutter;

	if (!line || col < 0 || col > total)
		return;
	if (total > WINDOW) {
		from = col < WINDOW / 2 ? 0 : col - WINDOW / 2;
		from = from > total - WINDOW ? total - WINDOW : from;
		to = from + WINDOW;
	}
	if (len > to - col)
		len = to - col;
	gutter = fprintf(p->f, "  %d", q->at.line);
	fputs(from ? " | ..." : " | ", p->f);
	put_columns(p->f, line, n, from, to);
	fprintf(p->f, "%s\n%*s | ", to < total ? "..." : "", gutter, "");
	put_caret(p, q->severity, col - from + (from ? 3 : 0), len > 1 ? len : 1);
}

static void put_problem(const struct printer *p, const struct problem *q)
{
	if (q->at.file) {
		paint(p, "\033[1m");
		put_text(p->f, q->at.file);
		if (q->at.line)
			fprintf(p->f, ":%d:%d", q->at.line, q->at.col);
		fputs(": ", p->f);
		paint(p, "\033[0m");
	}
	paint(p, severity_colour[q->severity]);
	fprintf(p->f, "%s: ", severity_name[q->severity]);
	paint(p, "\033[0m");
	put_text(p->f, q->text);
	fputc('\n', p->f);
	if (q->at.file && q->at.line)
		put_quote(p, q);
	if (q->hint) {
		fputs("  hint: ", p->f);
		put_text(p->f, q->hint);
		fputc('\n', p->f);
	}
}

static int compare(const void *x, const void *y)
{
	const struct problem *a = x, *b = y;

	if (a->file != b->file)
		return a->file - b->file;
	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	if (a->at.col != b->at.col)
		return a->at.col < b->at.col ? -1 : 1;
	return a->order - b->order;
}

static void sort(struct diag *d)
{
	struct map *rank = map_new(d->arena);
	struct problem *p = d->problem;

	for (int i = 0; i < d->n; i++) {
		const char *file = p[i].at.file ? p[i].at.file : "";

		p[i].file = (int)(intptr_t)map_get(rank, file);
		if (!p[i].file) {
			p[i].file = (int)map_size(rank) + 1;
			map_put(rank, file, (void *)(intptr_t)p[i].file);
		}
	}
	if (d->n)
		qsort(p, (size_t)d->n, sizeof *p, compare);
}

static bool same_place(const struct problem *a, const struct problem *b)
{
	return a->file == b->file && a->at.line == b->at.line && a->at.col == b->at.col;
}

/* In sorted order a text's last problem tells whether it was said at this place already. */
static void drop_equal(struct diag *d)
{
	struct map *last = map_new(d->arena);
	struct problem *p = d->problem;
	int n = 0;

	d->n_error = 0;
	for (int i = 0; i < d->n; i++) {
		const struct problem *same = map_get(last, p[i].text);

		if (same && same_place(same, &p[i]))
			continue;
		p[n] = p[i];
		map_put(last, p[n].text, &p[n]);
		d->n_error += p[n++].severity == DIAG_ERROR;
	}
	d->n = n;
}

void diag_print(struct diag *d, FILE *f, bool colour)
{
	struct printer p = { d, f, colour };

	sort(d);
	drop_equal(d);
	for (int i = 0; i < d->n && i < MAX_PRINTED; i++)
		put_problem(&p, &d->problem[i]);
	if (d->n > MAX_PRINTED)
		fprintf(f, "... and %d more\n", d->n - MAX_PRINTED);
}
