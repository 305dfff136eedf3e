/* A formula to words, one at a time, and what the names among them mean. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "fmri/contrast_reader.h"

enum { MAX_NAMED = 12 };

bool reader_fail(struct contrast_reader *r, int at, int len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*r->problem = (struct contrast_problem){ at, len < 1 ? 1 : len, arena_vprintf(r->arena, fmt, ap) };
	va_end(ap);
	return false;
}

/* ---- words ---- */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a name may begin with: letters, of any alphabet. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

/* Behind the name that begins at `at`; what is in brackets belongs to it, whatever it is: group[not treated]. -1: a
 * bracket is not closed. */
static int name_end(const char *text, int at)
{
	while (is_letter(text[at]) || is_digit(text[at]) || text[at] == '.' || text[at] == ':' || text[at] == '[') {
		if (text[at] == '[') {
			at += (int)strcspn(text + at, "]");
			if (!text[at])
				return -1;
		}
		at++;
	}
	return at;
}

static int number_end(const char *text, int at)
{
	int end = at + (int)strspn(text + at, "0123456789"), power;

	if (text[end] == '.')
		end += 1 + (int)strspn(text + end + 1, "0123456789");
	if (text[end] != 'e' && text[end] != 'E')
		return end;
	power = end + 1 + (text[end + 1] == '-' || text[end + 1] == '+');
	return is_digit(text[power]) ? power + (int)strspn(text + power, "0123456789") : end;
}

int reader_find(const struct contrast_reader *r, const char *name)
{
	for (int k = 0; k < r->n_col; k++)
		if (strcmp(r->column[k], name) == 0)
			return k;
	return -1;
}

static bool take_name(struct contrast_reader *r, int at)
{
	int end = name_end(r->text, at);

	if (end < 0)
		return reader_fail(r, at, (int)strcspn(r->text + at, " \t"), "a bracket of this name is not closed");
	r->word = (struct contrast_word){ .kind = WORD_NAME, .at = at, .len = end - at,
	                         .name = arena_strndup(r->arena, r->text + at, (size_t)(end - at)) };
	return true;
}

static bool take_quoted(struct contrast_reader *r, int at)
{
	int n = (int)strcspn(r->text + at + 1, "`");

	if (!r->text[at + 1 + n])
		return reader_fail(r, at, 1, "this backquote has no second one");
	r->word = (struct contrast_word){ .kind = WORD_NAME, .at = at, .len = n + 2,
	                         .name = arena_strndup(r->arena, r->text + at + 1, (size_t)n) };
	return true;
}

/* A column may be called 2back. */
static bool take_number(struct contrast_reader *r, int at)
{
	int end = number_end(r->text, at);

	if (is_letter(r->text[end])) {
		int name = name_end(r->text, at);

		if (name > 0 && reader_find(r, arena_strndup(r->arena, r->text + at, (size_t)(name - at))) >= 0)
			return take_name(r, at);
		return reader_fail(r, at, (name < 0 ? end + 1 : name) - at,
		            "no column has this name; between a number and a name stands '*'");
	}
	r->word = (struct contrast_word){ .kind = WORD_NUMBER, .at = at, .len = end - at,
	                         .number = strtod(arena_strndup(r->arena, r->text + at, (size_t)(end - at)), NULL) };
	return isfinite(r->word.number) || reader_fail(r, at, end - at, "this number is too large");
}

bool reader_next(struct contrast_reader *r)
{
	int at = r->word.at + r->word.len;

	at += (int)strspn(r->text + at, " \t\r\n");
	char c = r->text[at];

	if (is_letter(c))
		return take_name(r, at);
	if (c == '`')
		return take_quoted(r, at);
	if (is_digit(c) || (c == '.' && is_digit(r->text[at + 1])))
		return take_number(r, at);
	r->word = (struct contrast_word){ .kind = c ? WORD_SIGN : WORD_END, .at = at, .len = c != 0 };
	if (c && !strchr("+-*/()", c))
		return reader_fail(r, at, 1, "a contrast has names, numbers, + - * / and parentheses; other names are written in "
		                   "backquotes");
	return true;
}

bool reader_at(const struct contrast_reader *r, char sign)
{
	return r->word.kind == WORD_SIGN && r->text[r->word.at] == sign;
}

bool reader_fail_word(struct contrast_reader *r, const char *must)
{
	if (r->word.kind == WORD_END)
		return reader_fail(r, r->word.at, 1, "the contrast ends where %s must be", must);
	return reader_fail(r, r->word.at, r->word.len, "'%.*s' stands where %s must be", r->word.len, r->text + r->word.at, must);
}

/* ---- names ---- */
const char *contrast_names(int n, const char *const *name, struct arena *a)
{
	const char *list = n > 0 ? name[0] : "";
	int shown = n > MAX_NAMED ? MAX_NAMED : n;

	for (int k = 1; k < shown; k++)
		list = arena_printf(a, "%s%s%s", list, k == n - 1 ? " and " : ", ", name[k]);
	return n > shown ? arena_printf(a, "%s and %d more", list, n - shown) : list;
}

/* The column that is written here with signs in its name. */
static const char *longer_column(const struct contrast_reader *r, const struct contrast_word *w)
{
	for (int k = 0; k < r->n_col; k++) {
		size_t n = strlen(r->column[k]);

		if (n > (size_t)w->len && strncmp(r->text + w->at, r->column[k], n) == 0)
			return r->column[k];
	}
	return NULL;
}

static bool fail_name(struct contrast_reader *r, const struct contrast_word *w)
{
	const char *longer = longer_column(r, w), *near;
	const char **names = NEW_N(r->arena, const char *, r->n_col + 1);

	if (longer && r->text[w->at] != '`')
		return reader_fail(r, w->at, (int)strlen(longer), "the column %s has signs in its name: write `%s` in backquotes",
		                   longer, longer);
	if (r->n_col > 0)
		memcpy(names, r->column, (size_t)r->n_col * sizeof *names);
	near = text_nearest(w->name, names);
	if (near)
		return reader_fail(r, w->at, w->len, "there is no column '%s': did you mean '%s'?", w->name, near);
	return reader_fail(r, w->at, w->len, "there is no column '%s'; there is %s", w->name,
	                   contrast_names(r->n_col, r->column, r->arena));
}

bool reader_column(int *col, struct contrast_reader *r, const struct contrast_word *name)
{
	*col = reader_find(r, name->name);
	return *col >= 0 || fail_name(r, name);
}
