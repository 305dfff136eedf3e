#include "config/pattern.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "config/pattern_parts.h"

enum {
	WILD_MAX = 16,            /* stars and captures in one part */
	TOKEN_MAX = 2 * WILD_MAX + 1,
	NAME_BYTES = 256,         /* longest file name and one more */
};

/* ---- taking a pattern apart ---- */

struct parser {
	struct pattern *out;
	const char *text;         /* the whole pattern */
	struct arena *a;
};

static struct error *bad(const struct parser *ps, const char *at, const char *what)
{
	return error_new(ERR_USER, "pattern '%s', character %d: %s", ps->text, (int)(at - ps->text) + 1, what);
}

/* No more than isalnum() of the C locale, whatever the user's is. */
static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int name_index(struct parser *ps, const char *name, size_t n)
{
	struct pattern *p = ps->out;

	for (int i = 0; i < p->n_name; i++)
		if (strlen(p->name[i]) == n && !memcmp(p->name[i], name, n))
			return i;
	const char *copy = arena_strndup(ps->a, name, n);

	PUSH(ps->a, p->name, p->n_name, copy);
	return p->n_name - 1;
}

/* What follows a name that comes again depends on its text, which multiplies the ways to try: one such name is
 * allowed. */
static struct error *note_twice(struct parser *ps, struct part *p, int capture, const char *at)
{
	const char *name = ps->out->name[capture];

	for (int i = 0; i < p->n_token; i++) {
		if (p->token[i].kind != TOKEN_CAPTURE || p->token[i].capture != capture)
			continue;
		if (p->twice && p->twice != name)
			return bad(ps, at, "only one name may stand twice in one file name");
		p->twice = name;
		p->token[i].twice = true;
	}
	return NULL;
}

static struct error *add_capture(struct parser *ps, struct part *p, const char **at)
{
	const char *s = *at, *name = s + 1, *end = name;
	struct token t = { .kind = TOKEN_CAPTURE };

	while (is_word(*end) || *end == '_')
		end++;
	if (*end != '}')
		return bad(ps, s, strchr(s, '}') ? "a name in braces has letters, digits and _ only"
		                                 : "the '{' is never closed");
	if (end == name || (*name >= '0' && *name <= '9'))
		return bad(ps, s, end == name ? "the braces have no name" : "a name in braces begins with a letter");
	if (p->n_token && p->token[p->n_token - 1].kind == TOKEN_CAPTURE)
		return bad(ps, s, "something must stand between two names in braces");
	t.capture = name_index(ps, name, (size_t)(end - name));
	TRY(note_twice(ps, p, t.capture, s));
	PUSH(ps->a, p->token, p->n_token, t);
	*at = end + 1;
	return NULL;
}

static struct error *add_token(struct parser *ps, struct part *p, const char **at, const char *end)
{
	const char *s = *at;
	struct token t = { .kind = TOKEN_TEXT, .text = s };

	if (*s == '*' || *s == '{') {
		if (++p->n_wild > WILD_MAX)
			return bad(ps, s, "more than 16 stars and names in one file name");
		if (*s == '{')
			return add_capture(ps, p, at);
		t.kind = TOKEN_STAR;
		t.n = 1;
	} else {
		while (s + t.n < end && !strchr("*{}", s[t.n]))
			t.n++;
		if (!t.n)
			return bad(ps, s, "a '}' without '{'");
	}
	PUSH(ps->a, p->token, p->n_token, t);
	*at += t.n;
	return NULL;
}

static struct error *add_part(struct parser *ps, const char *s, size_t n)
{
	struct part p = { .text = arena_strndup(ps->a, s, n) };
	const char *stars = strstr(p.text, "**");

	if (!n || !strcmp(p.text, "."))
		return NULL;
	p.any_depth = !strcmp(p.text, "**");
	if (stars && !p.any_depth)
		return bad(ps, s + (stars - p.text), "'**' must be a whole folder name");
	for (const char *at = s; !p.any_depth && at < s + n;)
		TRY(add_token(ps, &p, &at, s + n));
	PUSH(ps->a, ps->out->part, ps->out->n_part, p);
	return NULL;
}

struct error *pattern_parse(struct pattern *out, const char *text, struct arena *a)
{
	struct parser ps = { out, text, a };
	const char *s = text, *last;

	*out = (struct pattern){ .absolute = text[0] == '/' };
	for (;; s++) {
		size_t n = strcspn(s, "/");

		TRY(add_part(&ps, s, n));
		s += n;
		if (!*s)
			break;
	}
	last = out->n_part ? out->part[out->n_part - 1].text : "";
	if (!out->n_part || text[strlen(text) - 1] == '/' || !strcmp(last, "**") || !strcmp(last, ".."))
		return error_new(ERR_USER, "pattern '%s' must end in the name of a file", text);
	return NULL;
}

struct error *pattern_names(const char *const **names, int *n, const char *pattern, struct arena *a)
{
	struct pattern p;

	TRY(pattern_parse(&p, pattern, a));
	*names = p.name;
	*n = p.n_name;
	return NULL;
}

/* ---- one name against one part ---- */

struct matching {
	const struct part *p;
	const char *name;
	size_t n;
	struct span *cap;
	unsigned char (*failed)[NAME_BYTES];  /* [token][byte]: known not to lead to a match; NULL: not worth it */
	bool wide;                /* captures take more than letters and digits */
	bool folder;              /* wide: the name is a folder's */
};

static bool takes(const struct matching *m, int t, size_t first, size_t at)
{
	char c = m->name[at];

	if (!m->wide || at == first)
		return is_word(c);
	return c && (c != '_' || (m->folder && t == m->p->n_token - 1));
}

static bool match(struct matching *m, int t, size_t at);

static bool fits(const struct matching *m, size_t at, const char *text, size_t n)
{
	return n <= m->n - at && !memcmp(m->name + at, text, n);
}

/* As long as possible first. What was learned behind a name that comes again held for one text of it only. */
static bool match_capture(struct matching *m, int t, size_t at)
{
	struct span *c = &m->cap[m->p->token[t].capture];
	size_t n = 0;

	if (c->text)
		return fits(m, at, c->text, c->n) && match(m, t + 1, at + c->n);
	while (takes(m, t, at, at + n))
		n++;
	for (; n > 0; n--) {
		*c = (struct span){ m->name + at, n };
		if (match(m, t + 1, at + n))
			return true;
		if (m->failed && m->p->token[t].twice)
			memset(m->failed[t + 1], 0, (size_t)(m->p->n_token - t - 1) * NAME_BYTES);
	}
	c->text = NULL;
	return false;
}

/* As short as possible first. */
static bool match_star(struct matching *m, int t, size_t at)
{
	for (; at <= m->n; at++)
		if (match(m, t + 1, at))
			return true;
	return false;
}

static bool match(struct matching *m, int t, size_t at)
{
	const struct token *k = &m->p->token[t];
	bool ok;

	if (t == m->p->n_token)
		return at == m->n;
	if (m->failed && m->failed[t][at])
		return false;
	if (k->kind == TOKEN_TEXT)
		ok = fits(m, at, k->text, k->n) && match(m, t + 1, at + k->n);
	else
		ok = k->kind == TOKEN_STAR ? match_star(m, t, at) : match_capture(m, t, at);
	if (m->failed && !ok)
		m->failed[t][at] = 1;
	return ok;
}

static bool match_whole(struct matching m)
{
	unsigned char failed[TOKEN_MAX][NAME_BYTES];
	const struct token *first = &m.p->token[0];

	if (m.n >= NAME_BYTES || (m.name[0] == '.' && first->kind != TOKEN_TEXT))
		return false;
	if (first->kind == TOKEN_TEXT && !fits(&m, 0, first->text, first->n))
		return false;
	if (m.p->n_wild > 2) {
		memset(failed, 0, (size_t)m.p->n_token * NAME_BYTES);
		m.failed = failed;
	}
	return match(&m, 0, 0);
}

bool part_match(const struct part *p, const char *name, struct span *cap)
{
	struct matching m = { .p = p, .name = name, .n = strlen(name), .cap = cap };

	return match_whole(m);
}

const char *part_almost(const struct part *p, const char *name, const struct span *cap, int n_name, bool is_folder, struct arena *a)
{
	struct span *mine = n_name ? NEW_N(a, struct span, n_name) : NULL;
	struct matching m = { .p = p, .name = name, .n = strlen(name), .cap = mine, .wide = true, .folder = is_folder };

	if (!n_name)
		return NULL;
	memcpy(mine, cap, sizeof *mine * (size_t)n_name);
	if (!match_whole(m))
		return NULL;
	for (int i = 0; i < n_name; i++)
		for (size_t k = 0; mine[i].text && k < mine[i].n; k++)
			if (!is_word(mine[i].text[k]))
				return arena_strndup(a, mine[i].text, mine[i].n);
	return NULL;
}

const char *part_name(const struct part *p, const struct span *cap, struct arena *a)
{
	struct buf b = { .arena = a };

	if (!p->n_wild)
		return p->text;
	for (int i = 0; i < p->n_token; i++)
		if (p->token[i].kind == TOKEN_STAR || (p->token[i].kind == TOKEN_CAPTURE && !cap[p->token[i].capture].text))
			return NULL;
	for (int i = 0; i < p->n_token; i++) {
		const struct token *t = &p->token[i];

		if (t->kind == TOKEN_TEXT)
			buf_add_n(&b, t->text, t->n);
		else
			buf_add_n(&b, cap[t->capture].text, cap[t->capture].n);
	}
	return b.text;
}
