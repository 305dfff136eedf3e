/* Text to cells. The text is copied once and cut in place: a cell is a pointer into the copy, ended by a 0 where its
 * separator was, and a quoted cell is only ever shortened. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/utf8.h"
#include "img/table.h"

enum { TABLE_MAX = 1 << 30 };   /* bytes of a file */

struct cells {
	struct arena *a;
	const char *file;
	char *at, *end;             /* what is left; *end is 0 */
	int line_no;
	char separator;             /* tab, comma, semicolon, or a space for any run of blanks */
	bool comments;              /* lines that begin with # say nothing */
	int n_row, n_col, n_cell;
	const char **cell, **start;
	int *line;
};

static struct error *complain(const struct cells *c, int line, int col, const char *text)
{
	return error_at(error_new(ERR_DATA, "%s", text), (struct mark){ c->file, line, col });
}

/* ---- cells ---- */
static bool is_end(char x)
{
	return x == '\n' || x == '\0';
}

static bool is_separator(const struct cells *c, char x)
{
	return c->separator == ' ' ? x == ' ' || x == '\t' : x == c->separator;
}

static char *skip_blanks(const struct cells *c, char *p)
{
	while (*p == ' ' || (c->separator == ' ' && *p == '\t'))
		p++;
	return p;
}

/* After the opening quote: to the closing one, "" to ". Quoted cells may hold separators and line ends. */
static struct error *cut_quoted(struct cells *c, char **to_end, char *p)
{
	char *to = p;
	int line = c->line_no, col = (int)(p - c->start[c->n_row]);

	for (;; p++) {
		if (p == c->end)
			return complain(c, line, col, "this quote is not closed");
		if (*p == '"' && p[1] != '"')
			break;
		if (*p == '"')
			p++;
		c->line_no += *p == '\n';
		*to++ = *p;
	}
	p = skip_blanks(c, p + 1);
	if (!is_end(*p) && !is_separator(c, *p))
		return complain(c, c->line_no, (int)(p - c->start[c->n_row]) + 1, "text after a closing quote");
	*to_end = p;
	if (to < p)
		*to = '\0';
	return NULL;
}

/* One cell from p on; *to_end is its separator or line end, which the caller still needs to see. */
static struct error *cut_cell(struct cells *c, char **to_end, char **trimmed, char *p)
{
	*trimmed = NULL;
	p = skip_blanks(c, p);
	if (*p == '"') {
		PUSH(c->a, c->cell, c->n_cell, p + 1);
		return cut_quoted(c, to_end, p + 1);
	}
	PUSH(c->a, c->cell, c->n_cell, p);
	char *q = p;

	while (!is_end(*q) && !is_separator(c, *q))
		q++;
	*to_end = q;
	while (q > p && q[-1] == ' ')
		q--;
	*trimmed = q;
	return NULL;
}

/* A line of c->n_col cells, or of as many as the first has. */
static struct error *cut_line(struct cells *c, bool first)
{
	int n = 0;
	char *p = c->at, *end = p, *trimmed;

	for (bool more = true; more; n++) {
		TRY(cut_cell(c, &end, &trimmed, p));
		char stop = *end;

		*end = '\0';
		if (trimmed)
			*trimmed = '\0';
		p = end + (end < c->end);
		if (c->separator == ' ' && !is_end(stop)) {
			p = skip_blanks(c, p);
			more = !is_end(*p);
			if (!more)
				p += p < c->end;
		} else {
			more = is_separator(c, stop);
		}
		if (n == INT_MAX / 2)
			return complain(c, c->line_no, 1, "too many cells in a line");
	}
	c->at = p;
	if (first)
		c->n_col = n;
	if (n == c->n_col)
		return NULL;
	return error_at(error_new(ERR_DATA, "this line has %d cell%s, must have %d as the first", n, n == 1 ? "" : "s",
	                          c->n_col), (struct mark){ c->file, c->line_no, 1 });
}

static bool skippable(const struct cells *c, const char *p)
{
	if (c->comments && *p == '#')
		return true;
	while (*p == ' ' || (*p == '\t' && c->separator != '\t'))
		p++;
	return is_end(*p);
}

static struct error *cut_lines(struct cells *c)
{
	for (; c->at < c->end; c->line_no++) {
		if (skippable(c, c->at)) {
			char *stop = memchr(c->at, '\n', (size_t)(c->end - c->at));

			c->at = stop ? stop + 1 : c->end;
			continue;
		}
		int line = c->line_no, n = c->n_row;

		PUSH(c->a, c->start, n, c->at);
		TRY(cut_line(c, c->n_row == 0));
		PUSH(c->a, c->line, c->n_row, line);
		if (c->n_cell > INT_MAX / 2)
			return complain(c, line, 1, "the table has too many cells");
	}
	if (c->n_row == 0)
		return error_new(ERR_DATA, "%s is empty, must be a table", c->file);
	return NULL;
}

/* ---- what kind of text it is ---- */
static bool ends_with(const char *file, const char *ext)
{
	size_t n = strlen(file), m = strlen(ext);

	return n >= m && strcasecmp(file + n - m, ext) == 0;
}

/* From the first line that is not blank; what is inside quotes does not count. */
static char separator_of(const char *file, const char *text)
{
	bool tab = false, comma = false, semicolon = false, quoted = false;

	if (ends_with(file, ".tsv"))
		return '\t';
	for (const char *p = text; (p = strchr(p, '\n')) && strspn(text, " \t") == (size_t)(p - text); text = ++p)
		;
	for (; *text && (quoted || *text != '\n'); text++) {
		quoted ^= *text == '"';
		tab |= !quoted && *text == '\t';
		comma |= !quoted && *text == ',';
		semicolon |= !quoted && *text == ';';
	}
	if (comma && (!tab || ends_with(file, ".csv")))
		return ',';
	return tab ? '\t' : semicolon ? ';' : ' ';
}

/* FSL's matrices: lines of /Words, then /Matrix and rows of numbers. Returns where the rows begin, or NULL. */
static char *vest_rows(struct cells *c)
{
	char *rows = c->at[0] == '/' ? strstr(c->at, "/Matrix") : NULL;

	if (!rows)
		return NULL;
	rows += strcspn(rows, "\n");
	for (char *p = c->at; p < rows; p++)
		c->line_no += *p == '\n';
	return rows;
}

/* What such a file says of itself must be so: a cut one has fewer rows. */
static struct error *check_vest(const struct cells *c, const char *text)
{
	static const char *const word[] = { "/NumPoints", "/NumWaves" };
	const int is[] = { c->n_row, c->n_col };

	for (int k = 0; k < 2; k++) {
		const char *p = strstr(text, word[k]);
		long must = p ? strtol(p + strlen(word[k]), NULL, 10) : 0;

		if (must > 0 && must != is[k])
			return error_new(ERR_DATA, "%s has %d %s, but %s says %ld", c->file, is[k], k == 0 ? "rows" : "columns",
			                 word[k], must);
	}
	return NULL;
}

/* CR LF and CR to LF, in place. */
static char *unix_lines(char *text, char *end)
{
	char *to = text;

	for (char *p = text; p < end; p++) {
		if (*p == '\r' && p + 1 < end && p[1] == '\n')
			continue;
		*to++ = *p == '\r' ? '\n' : *p;
	}
	*to = '\0';
	return to;
}

static struct error *check_text(const struct cells *c)
{
	int line = 1;
	size_t n;

	if (c->end - c->at >= 2 && (memcmp(c->at, "\xff\xfe", 2) == 0 || memcmp(c->at, "\xfe\xff", 2) == 0))
		return error_new(ERR_DATA, "%s is UTF-16 text, must be UTF-8", c->file);
	for (const char *p = c->at; p < c->end; p += n) {
		n = *p ? (size_t)utf8_len(p, (size_t)(c->end - p)) : 0;
		if (n == 0)
			return complain(c, line, 1, *p ? "this line is not UTF-8 text" : "this line has a 0 byte, must be text");
		line += *p == '\n';
	}
	return NULL;
}

/* ---- rows to a table ---- */
static bool all_numbers(const struct cells *c)
{
	double x;

	for (int k = 0; k < c->n_col; k++)
		if (!table_number(&x, c->cell[k]))
			return false;
	return true;
}

/* A first line with a number in it ("rest 0") that has numbers and texts where the second one has them is a row, not names. */
static bool is_like_second(const struct cells *c)
{
	bool any = false;

	for (int k = 0; k < c->n_col && c->n_row > 1; k++) {
		double x, y;
		bool first = table_number(&x, c->cell[k]);

		if (first != table_number(&y, c->cell[c->n_col + k]))
			return false;
		any |= first && !isnan(x);
	}
	return any;
}

/* A separator at the end of every line makes no column. */
static void drop_empty_last(struct cells *c)
{
	int n = 0;

	if (c->n_col < 2)
		return;
	for (int r = 0; r < c->n_row; r++)
		if (c->cell[(r + 1) * c->n_col - 1][0])
			return;
	for (int k = 0; k < c->n_cell; k++)
		if (k % c->n_col != c->n_col - 1)
			c->cell[n++] = c->cell[k];
	c->n_cell = n;
	c->n_col--;
}

static struct error *name_columns(struct table *t, const struct cells *c)
{
	struct map *seen = map_new(c->a);
	const char **name = NEW_N(c->a, const char *, t->n_col);

	for (int k = 0; k < t->n_col; k++) {
		name[k] = t->header && c->cell[k][0] ? c->cell[k] : arena_printf(c->a, "c%d", k);
		if (map_put(seen, name[k], (void *)c))
			return error_at(error_new(ERR_DATA, "there are two columns called '%s'", name[k]),
			                (struct mark){ c->file, c->line[0], (int)(c->cell[k] - c->start[0]) + 1 });
	}
	t->column = name;
	return NULL;
}

static struct error *build(struct table *t, struct cells *c, enum table_header header, bool may_be_empty)
{
	drop_empty_last(c);
	*t = (struct table){ .n_col = c->n_col, .file = c->file };
	t->header = header == TABLE_HEADER_AUTO ? !all_numbers(c) && !is_like_second(c) : header != TABLE_HEADER_NO;
	TRY(name_columns(t, c));
	t->n_row = c->n_row - t->header;
	t->cell = c->cell + (t->header ? c->n_col : 0);
	t->line = c->line + t->header;
	t->start = c->start + t->header;
	if (t->n_row == 0 && !may_be_empty)
		return error_new(ERR_DATA, "%s has a header but no rows", c->file);
	return NULL;
}

struct error *table_parse(struct table *out, const char *text, size_t n, const char *file, enum table_header header,
                          struct arena *a)
{
	struct cells c = { .a = a, .file = arena_strdup(a, file), .line_no = 1 };
	const bool may_be_empty = header & TABLE_MAY_BE_EMPTY, canonical = (header & ~TABLE_MAY_BE_EMPTY) == TABLE_CANONICAL;
	size_t bom = !canonical && n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	char *rows;

	c.at = arena_alloc(a, n - bom + 1, 1);
	memcpy(c.at, text + bom, n - bom);
	c.end = c.at + (n - bom);
	*c.end = '\0';
	TRY(check_text(&c));
	c.end = unix_lines(c.at, c.end);
	rows = canonical ? NULL : vest_rows(&c);
	c.separator = canonical ? '\t' : rows ? ' ' : separator_of(file, c.at);
	c.comments = c.separator == ' ';
	header &= ~TABLE_MAY_BE_EMPTY;
	if (rows) {
		c.at = rows;
		header = TABLE_HEADER_NO;
	}
	TRY(cut_lines(&c));
	if (rows)
		TRY(check_vest(&c, arena_strndup(a, text, n)));
	return build(out, &c, header, may_be_empty);
}

struct error *table_read(struct table *out, const char *path, enum table_header header, struct arena *a)
{
	char *text;
	size_t n;

	TRY(file_read(&text, &n, path, TABLE_MAX, a));
	return table_parse(out, text, n, path, header, a);
}
