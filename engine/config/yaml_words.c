/* libyaml says "did not find expected key"; a person wants to know which line does not line up with what. Each rule
 * knows one of libyaml's problems; the first whose words are found in problem and context tells it. */
#include <stdarg.h>
#include <string.h>

#include "config/diag.h"
#include "config/yaml_text.h"

struct telling {
	struct diag *d;
	struct yaml_text *t;
	const struct yaml_fault *f;
	const char *p;            /* the character at the fault; at the end of the text its 0 */
};

static struct mark here(const struct telling *k)
{
	return yaml_text_mark(k->t, k->f->at);
}

static struct mark begin(const struct telling *k)
{
	return yaml_text_mark(k->t, k->f->begin);
}

static int line_of(struct yaml_place p)
{
	return (int)p.line + 1;
}

static char before(const struct telling *k)
{
	return k->p > k->t->text ? k->p[-1] : 0;
}

static bool first_on_line(const struct telling *k)
{
	const char *s = k->p;

	while (s > k->t->text && (s[-1] == ' ' || s[-1] == '\t'))
		s--;
	return s == k->t->text || s[-1] == '\n' || s[-1] == '\r';
}

static void say(const struct telling *k, struct mark at, const char *hint, const char *fmt, ...) printf_like(4, 5);
static void say(const struct telling *k, struct mark at, const char *hint, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	diag_add(k->d, DIAG_ERROR, at, 1, hint, "%s", text);
}

static void at_end(const struct telling *k, char open)
{
	say(k, begin(k), NULL, "this '%c' is never closed", open);
}

/* The scalar before the fault began on an earlier line, so it swallowed what was meant to follow. */
static bool swallowed(const struct telling *k)
{
	const struct yaml_fault *f = k->f;

	if (f->last.line == f->last_end.line || f->last_end.line != f->at.line)
		return false;
	if (f->last_plain)
		say(k, begin(k), NULL, "this '%c' is not closed before line %d, where a new key begins",
		    *yaml_text_at(k->t, f->begin.index), line_of(f->at));
	else
		say(k, yaml_text_mark(k->t, f->last), "is its closing quote missing?",
		    "the text in quotes that begins here ends only on line %d", line_of(f->last_end));
	return true;
}

static void tell_flow(const struct telling *k)
{
	char open = *yaml_text_at(k->t, k->f->begin.index), close = open == '{' ? '}' : ']', c = *k->p;

	if (!c)
		at_end(k, open);
	else if (swallowed(k))
		return;
	else if ((c == '[' || c == '{') && before(k) != ' ' && k->f->last_plain)
		say(k, here(k), NULL, "an unquoted value with a %s ends at '%c'; put quotes around it",
		    c == '[' ? "bracket" : "brace", c);
	else if (c == ':')
		say(k, here(k), NULL, "an unquoted value with ': ' in it ends there; put quotes around it");
	else if (c == '}' || c == ']')
		say(k, here(k), NULL, "the '%c' of line %d, column %d must be closed by '%c', not '%c'", open,
		    begin(k).line, begin(k).col, close, c);
	else
		say(k, here(k), NULL, "a ',' or '%c' is missing here (the '%c' is on line %d)", close, open,
		    line_of(k->f->begin));
}

static void tell_key(const struct telling *k)
{
	int line = line_of(k->f->begin);
	char b = before(k), c = *k->p;

	if (c == '}' || c == ']')
		say(k, here(k), NULL, "one '%c' too many", c);
	else if (first_on_line(k) && c == '-' && (k->p[1] == ' ' || k->p[1] == '\n'))
		say(k, here(k), NULL, "a list item stands where a key of the map that begins on line %d must be",
		    line);
	else if (first_on_line(k) && c == ':')
		say(k, here(k), NULL, "a key is missing before the ':'");
	else if (first_on_line(k))
		say(k, here(k), "the keys of one map begin in the same column",
		    "this line does not line up with the map that begins on line %d", line);
	else if (b == '}' || b == ']')
		say(k, here(k), "a value with a brace, a bracket or a comma in it needs quotes",
		    "text stands after the closing '%c'", b);
	else
		say(k, here(k), "put quotes around all of it; a quote inside single quotes is written twice",
		    "text stands after a value that has ended");
}

static void tell_item(const struct telling *k)
{
	say(k, here(k), "the items of one list begin with '-' in the same column",
	    "this line does not line up with the list that begins on line %d", line_of(k->f->begin));
}

static void tell_colon(const struct telling *k)
{
	const struct yaml_fault *f = k->f;

	if (f->last.line != f->last_end.line && f->last_end.line == f->at.line)
		say(k, here(k), "check the indentation, or whether that line lacks a ':'",
		    "this ':' stands inside the text that begins on line %d", line_of(f->last));
	else
		say(k, here(k), NULL, "a value with ': ' in it needs quotes");
}

static void tell_no_colon(const struct telling *k)
{
	const char *p = yaml_text_at(k->t, k->f->begin.index);
	int len = (int)strcspn(p, "\r\n"), to = len < 40 ? len : 40;
	const char *colon = memchr(p, ':', (size_t)len);

	while (to < len && ((unsigned char)p[to] & 0xc0) == 0x80)
		to++;
	diag_add(k->d, DIAG_ERROR, begin(k), len, colon ? "a space must follow the ':'" : NULL,
	         "'%.*s%s' is not 'key: value'", to, p, to < len ? "..." : "");
}

static void tell_no_space(const struct telling *k)
{
	say(k, here(k), NULL, "a space must follow the ':'");
}

static void tell_start(const struct telling *k)
{
	say(k, here(k), "put quotes around it", "a value cannot begin with '%c'", *k->p);
}

static void tell_alias(const struct telling *k)
{
	char c = *yaml_text_at(k->t, k->f->begin.index);

	say(k, begin(k), "put quotes around it", "a value that begins with '%c' is read as an %s", c,
	    c == '*' ? "alias" : "anchor");
}

static void tell_open_quote(const struct telling *k)
{
	say(k, begin(k), NULL, "this quote is never closed");
}

static void tell_escape(const struct telling *k)
{
	say(k, here(k), "in double quotes a backslash is written \\\\; in single quotes it stands for itself",
	    "this is not one of YAML's escapes");
}

static void tell_tag(const struct telling *k)
{
	say(k, k->f->context[0] ? begin(k) : here(k), "leave it out; a text that begins with '!' needs quotes",
	    "tags are not used");
}

static void tell_directive(const struct telling *k)
{
	say(k, k->f->context[0] ? begin(k) : here(k), NULL, "directives ('%%...') are not used");
}

static void tell_content(const struct telling *k)
{
	if (*k->p == ':')
		say(k, here(k), NULL, "a key is missing before the ':'");
	else if (*k->p == ',')
		say(k, here(k), NULL, "a value is missing before the ','");
	else
		say(k, here(k), NULL, "a value is missing here");
}

static void tell_after(const struct telling *k)
{
	say(k, here(k), "a file is one map; check the indentation and the braces",
	    "text stands after the end of the file's one value");
}

static void tell_dash(const struct telling *k)
{
	say(k, here(k), "begin the list on the next line, or write it as [a, b]", "a list item cannot stand here");
}

static void tell_question(const struct telling *k)
{
	say(k, here(k), "put quotes around a text that begins with '?'", "a '?' cannot stand here");
}

static void tell_block(const struct telling *k)
{
	say(k, here(k), "after '|' or '>' the text begins on the next line, indented",
	    "this text block is not well formed");
}

/* In order: the first whose words are found. */
static const struct rule {
	const char *context, *problem;
	void (*tell)(const struct telling *);
} rules[] = {
	{ "a tag", "", tell_tag },
	{ "", "tag handle", tell_tag },
	{ "directive", "", tell_directive },
	{ "", "%TAG directive", tell_directive },
	{ "", "%YAML directive", tell_directive },
	{ "", "incompatible YAML", tell_directive },
	{ "flow", "did not find expected ','", tell_flow },
	{ "block mapping", "did not find expected key", tell_key },
	{ "block collection", "did not find expected '-'", tell_item },
	{ "simple key", "could not find expected ':'", tell_no_colon },
	{ "", "mapping values are not allowed", tell_colon },
	{ "", "mapping keys are not allowed", tell_question },
	{ "", "block sequence entries are not allowed", tell_dash },
	{ "", "cannot start any token", tell_start },
	{ "an alias", "", tell_alias },
	{ "an anchor", "", tell_alias },
	{ "quoted scalar", "end of stream", tell_open_quote },
	{ "quoted scalar", "document indicator", tell_open_quote },
	{ "quoted scalar", "", tell_escape },
	{ "block scalar", "", tell_block },
	{ "plain scalar", "unexpected ':'", tell_no_space },
	{ "", "node content", tell_content },
	{ "", "<document start>", tell_after },
};

/* A tab before the fault's place is its cause, whatever libyaml took it for. */
static bool tell_tab(const struct telling *k)
{
	const char *tab = k->t->tabs ? yaml_text_tab(k->t, k->p) : NULL;
	struct mark at = here(k);
	int more = 0;

	if (!tab)
		return false;
	at.col = 1;
	for (const char *s = tab; s > k->t->text && s[-1] == ' '; s--)
		at.col++;
	for (const char *s = strpbrk(tab, "\r\n"); s; s = strpbrk(s, "\r\n")) {
		s += strspn(s, "\r\n");
		s += strspn(s, " ");
		more += *s == '\t';
	}
	diag_add(k->d, DIAG_ERROR, at, 1, NULL, "a tab is used for indentation; use spaces");
	if (more)
		diag_hint(k->d, "%d more line%s a tab there", more, more == 1 ? " has" : "s have");
	return true;
}

void yaml_explain(struct diag *d, struct yaml_text *t, const struct yaml_fault *f)
{
	struct telling k = { d, t, f, yaml_text_at(t, f->at.index) };

	if (tell_tab(&k))
		return;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		if (strstr(f->context, rules[i].context) && strstr(f->problem, rules[i].problem)) {
			rules[i].tell(&k);
			return;
		}
	}
	say(&k, here(&k), NULL, "this is not YAML: %s%s%s", f->problem, f->context[0] ? ", " : "", f->context);
}
