/* An input of one table with a row for each subject, such as participants.tsv: each cell has the row of its own.
 *
 * The cells are the subjects that other inputs have, each of which must have one row; rows of others do no harm. When nothing
 * else has the axis, they are those of the table. The row is chosen by the import node's parameter `subject`, so a row that
 * did not change gives the same bytes again, and nothing behind it runs. */
#include "plan/inside.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "config/diag.h"
#include "config/pattern.h"

enum { TABLE_MAX = 256 << 20 };

/* One subject of the table, and the lines that it has. */
struct row { const char *key; int line, again; };

struct rows {
	struct expansion *x;
	struct step *st;
	const char *path;
	int n;
	struct row **row;              /* as in the file, each subject once */
	struct map *index;             /* key -> struct row */
};

/* Cell `at` of a line of tab-separated cells; NULL: the line has fewer. */
static const char *cell(const char *line, int at, struct arena *a)
{
	for (; at > 0; at--) {
		line += strcspn(line, "\t");
		if (!*line++)
			return NULL;
	}
	return arena_strndup(a, line, strcspn(line, "\t"));
}

static int find_column(const char *header, const char *name, struct arena *a)
{
	const char *one;

	for (int at = 0; (one = cell(header, at, a)) != NULL; at++)
		if (strcmp(one, name) == 0)
			return at;
	return -1;
}

static void add_row(struct rows *r, const char *name, int line)
{
	struct arena *a = r->x->a;
	const char *key = strncmp(name, "sub-", 4) == 0 ? name + 4 : name;
	struct row *row = map_get(r->index, key);

	if (row) {
		row->again = row->again ? row->again : line;
		return;
	}
	row = NEW(a, struct row);
	*row = (struct row){ key, line, 0 };
	map_put(r->index, key, row);
	PUSH(a, r->row, r->n, row);
}

/* The next line without its end; *text goes on behind it. */
static const char *next_line(const char **text, struct arena *a)
{
	size_t n = strcspn(*text, "\n");
	const char *line = arena_strndup(a, *text, n > 0 && (*text)[n - 1] == '\r' ? n - 1 : n);

	*text += n + ((*text)[n] == '\n');
	return line;
}

static struct error *read_rows(struct rows *r)
{
	struct arena *a = r->x->a;
	const char *text, *header;
	char *bytes;
	size_t n;
	int col;

	TRY(file_read(&bytes, &n, r->path, TABLE_MAX, a));
	text = bytes + (strncmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
	header = next_line(&text, a);
	col = find_column(header, r->st->row_column, a);
	if (col < 0)
		return error_new(ERR_DATA, "%s has no column '%s', which says whose row it is", r->path, r->st->row_column);
	for (int line = 2; *text; line++) {
		const char *name = cell(next_line(&text, a), col, a);

		if (name && *name)
			add_row(r, name, line);
	}
	return NULL;
}

/* Nobody else has the axis: all rows that can be cells. */
static void keys_of_rows(const struct rows *r, struct axis *axis)
{
	for (int i = 0; i < r->n; i++)
		if (text_is_word(r->row[i]->key))
			axis_key(axis, r->row[i]->key, r->x->a);
		else
			diag_error(r->x->d, r->st->at, "input '%s': '%s' in line %d of %s cannot be a cell's key: letters and digits only",
			           r->st->name, r->row[i]->key, r->row[i]->line, r->path);
}

static void check_row(const struct rows *r, const char *key)
{
	const struct row *row = map_get(r->index, key);

	if (!row)
		diag_error(r->x->d, r->st->at, "input '%s': %s has no row of sub-%s", r->st->name, r->path, key);
	else if (row->again)
		diag_error(r->x->d, r->st->at, "input '%s': %s has two rows of sub-%s, in lines %d and %d", r->st->name, r->path, key,
		           row->line, row->again);
}

static void make_cells(const struct rows *r)
{
	struct axis *axis = r->st->axis[0];
	struct setting *s = &r->st->setting[setting_find(r->st, "subject")];
	struct arena *a = r->x->a;
	struct cells *c;

	if (axis->n == 0)
		keys_of_rows(r, axis);
	c = cells_axis(axis, NULL, 0, a);
	c->path = NEW_N(a, const char *, c->n + 1);
	s->axis = axis;
	s->n_value = c->n;
	s->value = NEW_N(a, struct sweep_value, c->n + 1);
	for (int i = 0; i < c->n; i++) {
		check_row(r, axis->key[i]);
		c->path[i] = r->path;
		s->value[i] = (struct sweep_value){ axis->key[i], arena_printf(a, "\"%s\"", axis->key[i]) };
	}
	if (!c->n)
		diag_error(r->x->d, r->st->at, "input '%s': %s has no rows", r->st->name, r->path);
	r->st->plan = c;
}

void subject_rows(struct expansion *x, struct step *st)
{
	struct rows r = { .x = x, .st = st, .index = map_new(x->a) };
	struct pattern_match *match;
	const char *near;
	struct error *e;
	int n;

	if (!input_files(x, st, &match, &n, &near))
		return;
	r.path = n ? match[0].path : NULL;
	e = n == 1 ? read_rows(&r) : NULL;
	if (e)
		diag_take(x->d, error_at(e, st->at->at));
	else if (n == 1)
		make_cells(&r);
	else
		diag_error(x->d, st->at, n ? "input '%s': several files match %s" : "input '%s': no file matches %s", st->name, st->pattern);
	if (near)
		diag_hint(x->d, "%s", near);
}
