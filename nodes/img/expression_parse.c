/* A formula to a program, in one pass: operators by precedence climbing, straight into postfix steps. */
#include "img/expression_parser.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"

enum { MAX_LENGTH = 10000, MAX_NESTING = 64 };   /* characters, levels */

static const struct { const char *text; enum power power; } binary[] = {
	{ "or", POWER_OR }, { "and", POWER_AND }, { "<", POWER_COMPARE }, { "<=", POWER_COMPARE }, { ">", POWER_COMPARE },
	{ ">=", POWER_COMPARE }, { "==", POWER_COMPARE }, { "!=", POWER_COMPARE }, { "|", POWER_BIT_OR },
	{ "&", POWER_BIT_AND }, { "+", POWER_SUM }, { "-", POWER_SUM }, { "*", POWER_PRODUCT }, { "/", POWER_PRODUCT },
	{ "//", POWER_PRODUCT }, { "%", POWER_PRODUCT }, { "**", POWER_POWER },
};
static const struct { const char *text; enum power power; const char *op; } prefix[] = {
	{ "-", POWER_SIGN, "-x" }, { "+", POWER_SIGN, NULL }, { "~", POWER_SIGN, "not" }, { "not", POWER_NOT, "not" },
};

/* ---- tokens ---- */
bool parser_fail(struct parser *p, int at, int len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*p->problem = (struct expression_problem){ at, len, arena_vprintf(p->arena, fmt, ap) };
	va_end(ap);
	return false;
}

bool parser_fail_token(struct parser *p, const char *must)
{
	const struct token *t = &p->token;

	if (t->kind == TOKEN_END)
		return parser_fail(p, t->at, 1, "the formula ends where %s must be", must);
	return parser_fail(p, t->at, t->len, "'%.*s' stands where %s must be%s", t->len, p->formula + t->at, must,
	                   t->len == 1 && p->formula[t->at] == '=' ? ": write '==' to compare" : "");
}

bool parser_next(struct parser *p)
{
	p->end = p->token.at + p->token.len;
	p->token = expression_token(p->formula, p->end, p->arena);
	return p->token.kind != TOKEN_BAD || parser_fail(p, p->token.at, p->token.len, "%s", p->token.why);
}

bool parser_at(const struct parser *p, const char *text)
{
	return token_is(&p->token, p->formula, text);
}

/* ---- steps ---- */
void parser_push(struct parser *p, struct step s)
{
	PUSH(p->arena, p->code.step, p->code.n, s);
}

void parser_push_call(struct parser *p, const struct expression_op *op)
{
	struct step *arg = p->code.step + p->code.n - op->n_arg;
	double x[EXPRESSION_ARGS] = { 0 };

	for (int k = 0; k < op->n_arg; k++) {
		if (arg[k].kind != STEP_NUMBER) {
			parser_push(p, (struct step){ .kind = STEP_CALL, .op = op });
			return;
		}
		x[k] = arg[k].number;
	}
	op->run(1, &x[0], &x[1], &x[2]);
	arg[0].number = x[0];
	p->code.n -= op->n_arg - 1;
}

void program_measure(struct program *code)
{
	int depth = 0;

	for (int k = 0; k < code->n; k++) {
		depth += code->step[k].kind == STEP_CALL ? 1 - code->step[k].op->n_arg : 1;
		code->depth = depth > code->depth ? depth : code->depth;
	}
}

/* ---- operators ---- */
static bool parse_group(struct parser *p, struct value *out)
{
	int open = p->token.at;

	if (!parser_next(p) || !parser_parse(p, POWER_OR, out))
		return false;
	if (parser_at(p, ")"))
		return parser_next(p);
	if (p->token.kind == TOKEN_END)
		return parser_fail(p, open, 1, "this parenthesis is not closed");
	return parser_fail_token(p, "an operator or ')'");
}

static bool parse_prefix(struct parser *p, int k, struct value *out)
{
	if (!parser_next(p) || !parser_parse(p, prefix[k].power, out))
		return false;
	if (prefix[k].op)
		parser_push_call(p, expression_operator(prefix[k].op));
	return true;
}

static bool parse_operand(struct parser *p, struct value *out)
{
	struct token t = p->token;

	for (size_t k = 0; k < sizeof prefix / sizeof *prefix; k++)
		if (parser_at(p, prefix[k].text))
			return parse_prefix(p, (int)k, out);
	if (parser_at(p, "("))
		return parse_group(p, out);
	if (t.kind == TOKEN_NUMBER) {
		parser_push(p, (struct step){ .kind = STEP_NUMBER, .number = t.number });
		*out = (struct value){ p->code.n - 1, RANK_NUMBER };
		return parser_next(p);
	}
	if (t.kind != TOKEN_NAME || parser_at(p, "and") || parser_at(p, "or"))
		return parser_fail_token(p, "an image, a number or a function");
	return parser_next(p) && parser_name(p, &t, out);
}

/* The operator that comes next, or -1. */
static int next_binary(const struct parser *p)
{
	for (size_t k = 0; k < sizeof binary / sizeof *binary; k++)
		if (parser_at(p, binary[k].text))
			return (int)k;
	return -1;
}

static bool parse_binary(struct parser *p, enum power least, struct value *out)
{
	bool compared = false;

	for (int k; (k = next_binary(p)) >= 0 && binary[k].power >= least;) {
		enum power power = binary[k].power;
		struct value right;

		if (compared && power == POWER_COMPARE)
			return parser_fail(p, p->token.at, p->token.len,
			                   "comparisons cannot be chained: write (a > 1) and (a < 2), each in parentheses");
		compared = power == POWER_COMPARE;
		/* To its right a power takes a sign and further powers; the others group to the left. */
		if (!parser_next(p) || !parser_parse(p, power == POWER_POWER ? POWER_SIGN : power + 1, &right))
			return false;
		out->rank = right.rank > out->rank ? right.rank : out->rank;
		parser_push_call(p, expression_operator(binary[k].text));
	}
	return true;
}

bool parser_parse(struct parser *p, enum power least, struct value *out)
{
	bool ok;

	if (p->nesting == MAX_NESTING)
		return parser_fail(p, p->token.at, 1, "the formula is nested more than %d deep", MAX_NESTING);
	p->nesting++;
	ok = parse_operand(p, out) && parse_binary(p, least, out);
	p->nesting--;
	return ok;
}

/* ---- the whole ---- */
static bool parse_all(struct parser *p)
{
	struct value v;
	size_t n = strlen(p->formula);

	if (n > MAX_LENGTH)
		return parser_fail(p, 0, 1, "the formula has %zu characters, must have at most %d", n, MAX_LENGTH);
	if (!parser_next(p) || !parser_parse(p, POWER_OR, &v))
		return false;
	if (parser_at(p, ")"))
		return parser_fail(p, p->token.at, 1, "this parenthesis was not opened");
	if (p->token.kind != TOKEN_END)
		return parser_fail_token(p, "an operator");
	if (v.rank == RANK_NUMBER)
		return parser_fail(p, 0, (int)n, "the formula makes one number, must make an image");
	p->made->n_vol = p->unknown ? 0 : v.rank == RANK_RUN ? p->run : 1;
	return true;
}

bool expression_compile(struct expression **out, const char *formula, const struct expression_images *images,
                        struct expression_problem *problem, struct arena *a)
{
	struct expression *e = *out = NEW(a, struct expression);
	struct parser p = { .arena = a, .formula = formula, .images = images, .run = 1, .made = e, .problem = problem };

	e->uses = NEW_N(a, bool, images->n + 1);
	e->one_volume = NEW_N(a, bool, images->n + 1);
	*problem = (struct expression_problem){ 0 };
	if (!parser_names_fit(&p) || !parse_all(&p))
		return false;
	for (int k = 0; k < e->n_reduction; k++)
		if (e->reduction[k].rank == RANK_RUN)
			e->reduction[k].n_vol = p.run;
	e->result = p.code;
	program_measure(&e->result);
	return true;
}
