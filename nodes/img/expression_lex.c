/* A formula to tokens, one at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "img/expression_code.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Longer signs first. What Python or C people may write and formulas do not have is told by what to write instead. */
static const struct { const char *text, *why; } signs[] = {
	{ "**", NULL }, { "//", NULL }, { "<=", NULL }, { ">=", NULL }, { "==", NULL }, { "!=", NULL },
	{ "&&", "'&&' is not understood: write 'and'" }, { "||", "'||' is not understood: write 'or'" },
	{ "<<", "bits cannot be shifted" }, { ">>", "bits cannot be shifted" },
	{ "+", NULL }, { "-", NULL }, { "*", NULL }, { "/", NULL }, { "%", NULL }, { "<", NULL }, { ">", NULL },
	{ "(", NULL }, { ")", NULL }, { ",", NULL }, { "&", NULL }, { "|", NULL }, { "~", NULL }, { "=", NULL },
	{ "^", "'^' is not understood: write '**' for a power" }, { "!", "'!' is not understood: write 'not'" },
	{ "[", "parts of an image cannot be taken here" }, { ".", "methods such as a.mean() are not understood: write mean(a)" },
};

static struct token sign_token(const char *formula, int at, struct arena *a)
{
	for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
		size_t n = strlen(signs[k].text);

		if (strncmp(formula + at, signs[k].text, n) == 0)
			return (struct token){ .kind = signs[k].why ? TOKEN_BAD : TOKEN_SIGN, .at = at, .len = (int)n,
			                       .why = signs[k].why };
	}
	unsigned char c = (unsigned char)formula[at];
	const char *why = c < 0x20 || c >= 0x7f ? "a formula has letters, digits and signs of ASCII alone"
	                                         : arena_printf(a, "'%c' has no meaning in a formula", c);

	return (struct token){ .kind = TOKEN_BAD, .at = at, .len = 1, .why = why };
}

static int digits(const char *formula, int at)
{
	while (is_digit(formula[at]))
		at++;
	return at;
}

static struct token number_token(const char *formula, int at, struct arena *a)
{
	int end = digits(formula, at), e;

	if (formula[end] == '.')
		end = digits(formula, end + 1);
	if (formula[end] == 'e' || formula[end] == 'E') {
		e = end + 1 + (formula[end + 1] == '-' || formula[end + 1] == '+');
		if (is_digit(formula[e]))
			end = digits(formula, e);
	}
	struct token t = { .kind = TOKEN_NUMBER, .at = at, .len = end - at };

	t.number = strtod(arena_strndup(a, formula + at, (size_t)t.len), NULL);
	if (is_letter(formula[end])) {
		t.kind = TOKEN_BAD;
		t.why = "a sign is missing between a number and a name: write '*' to multiply";
	}
	return t;
}

static int word(const char *formula, int at)
{
	while (is_letter(formula[at]) || is_digit(formula[at]))
		at++;
	return at;
}

static struct token name_token(const char *formula, int at, struct arena *a)
{
	int start = at, end = word(formula, at);
	size_t n = (size_t)(end - at);
	bool numpy = formula[end] == '.' && is_letter(formula[end + 1])
	             && ((n == 2 && strncmp(formula + at, "np", 2) == 0) || (n == 5 && strncmp(formula + at, "numpy", 5) == 0));

	if (numpy) {
		start = end + 1;
		end = word(formula, start);
	}
	return (struct token){ .kind = TOKEN_NAME, .at = at, .len = end - at, .numpy = numpy,
	                       .name = arena_strndup(a, formula + start, (size_t)(end - start)) };
}

struct token expression_token(const char *formula, int at, struct arena *a)
{
	while (formula[at] == ' ' || formula[at] == '\t' || formula[at] == '\n' || formula[at] == '\r')
		at++;
	if (!formula[at])
		return (struct token){ .kind = TOKEN_END, .at = at };
	if (is_digit(formula[at]) || (formula[at] == '.' && is_digit(formula[at + 1])))
		return number_token(formula, at, a);
	if (is_letter(formula[at]))
		return name_token(formula, at, a);
	return sign_token(formula, at, a);
}

/* Words that are operators count as signs. */
bool token_is(const struct token *t, const char *formula, const char *text)
{
	size_t n = strlen(text);

	return (t->kind == TOKEN_SIGN || t->kind == TOKEN_NAME) && (size_t)t->len == n && strncmp(formula + t->at, text, n) == 0;
}
