/* Names in formulas: images, constants and calls. A reduction takes the steps of its argument away into a program of its
 * own and leaves a single step that reads what it makes. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "img/expression_parser.h"

struct args {
	int n;
	struct value value[EXPRESSION_ARGS];
	bool axis, ddof;             /* axis=-1 and ddof=1 were written */
};

/* ---- names that are not called ---- */
/* Which image has the name; -1: none. */
static int find_image(const struct parser *p, const char *name)
{
	for (int k = 0; k < p->images->n; k++)
		if (strcmp(p->images->name[k], name) == 0)
			return k;
	return -1;
}

static const char *image_names(const struct parser *p)
{
	struct buf b = { .arena = p->arena };

	for (int k = 0; k < p->images->n; k++)
		buf_printf(&b, "%s%s", k == 0 ? "" : k + 1 < p->images->n ? ", " : " and ", p->images->name[k]);
	return b.text ? b.text : "";
}

static bool parse_image(struct parser *p, const struct token *t, int image, struct value *out)
{
	int n_vol = p->images->n_vol[image];

	if (n_vol > 1 && p->run > 1 && p->run != n_vol)
		return parser_fail(p, t->at, t->len, "%s has %d volumes, what stands before it %d: they must have as many, or one",
		                   t->name, n_vol, p->run);
	if (n_vol > 1)
		p->run = n_vol;
	p->unknown |= n_vol < 0;
	p->made->uses[image] = true;
	p->made->one_volume[image] = n_vol == 1;
	parser_push(p, (struct step){ .kind = STEP_IMAGE, .index = image });
	*out = (struct value){ p->code.n - 1, n_vol == 1 ? RANK_VOLUME : RANK_RUN };
	return true;
}

/* mean_t is mean over time. */
static const struct expression_reducer *find_reducer(const char *name, bool *over_time, struct arena *a)
{
	size_t n = strlen(name);

	*over_time = n > 2 && strcmp(name + n - 2, "_t") == 0;
	return expression_reducer(*over_time ? arena_strndup(a, name, n - 2) : name);
}

static bool parse_word(struct parser *p, const struct token *t, struct value *out)
{
	int image = find_image(p, t->name);
	bool over_time;
	double x;

	if (image >= 0)
		return parse_image(p, t, image, out);
	if (expression_function(t->name) || find_reducer(t->name, &over_time, p->arena))
		return parser_fail(p, t->at, t->len, "%s is a function: what it takes must follow in parentheses", t->name);
	if (!expression_constant(t->name, &x))
		return parser_fail(p, t->at, t->len, "'%s' is unknown%s; the image%s called %s", t->name,
		                   expression_nearest(t->name, false, p->arena), p->images->n == 1 ? " is" : "s are", image_names(p));
	parser_push(p, (struct step){ .kind = STEP_NUMBER, .number = x });
	*out = (struct value){ p->code.n - 1, RANK_NUMBER };
	return true;
}

/* ---- arguments ---- */
/* A number that stands last is taken back from the program. */
static bool pop_number(struct parser *p, const struct value *v, double *x)
{
	if (p->code.n != v->first + 1 || p->code.step[v->first].kind != STEP_NUMBER)
		return false;
	*x = p->code.step[--p->code.n].number;
	return true;
}

/* word=value; the parser is at the value. */
static bool parse_keyword(struct parser *p, const struct token *word, struct args *args)
{
	struct value v;
	double x;
	bool axis = strcmp(word->name, "axis") == 0;

	if (!axis && strcmp(word->name, "ddof") != 0)
		return parser_fail(p, word->at, word->len, "'%s=' is unknown, only axis= and ddof= may stand here", word->name);
	if (axis && parser_at(p, "None"))
		return parser_next(p);
	if (!parser_parse(p, POWER_OR, &v))
		return false;
	if (!pop_number(p, &v, &x) || (axis ? x != -1 && x != 3 : x != 0 && x != 1))
		return parser_fail(p, word->at, word->len, axis ? "axis must be -1 or 3, which is time, or None for everything"
		                                                : "ddof must be 0 or 1");
	*(axis ? &args->axis : &args->ddof) = axis || x == 1;
	return true;
}

static bool parse_arg(struct parser *p, struct args *args)
{
	struct token word = p->token;

	if (word.kind == TOKEN_NAME) {
		struct token then = expression_token(p->formula, word.at + word.len, p->arena);

		if (token_is(&then, p->formula, "="))
			return parser_next(p) && parser_next(p) && parse_keyword(p, &word, args);
	}
	if (args->n == EXPRESSION_ARGS)
		return parser_fail(p, word.at, word.len, "no function takes more than %d arguments", EXPRESSION_ARGS);
	return parser_parse(p, POWER_OR, &args->value[args->n++]);
}

static bool parse_args(struct parser *p, struct args *args)
{
	int open = p->token.at;

	if (!parser_next(p))
		return false;
	while (!parser_at(p, ")")) {
		if (p->token.kind != TOKEN_END && !parse_arg(p, args))
			return false;
		if (p->token.kind == TOKEN_END)
			return parser_fail(p, open, 1, "this parenthesis is not closed");
		if (!parser_at(p, ",") && !parser_at(p, ")"))
			return parser_fail_token(p, "an operator, ',' or ')'");
		if (parser_at(p, ",") && !parser_next(p))
			return false;
	}
	return parser_next(p);
}

static bool wrong_count(struct parser *p, const struct token *t, int must, int is, const char *hint)
{
	return parser_fail(p, t->at, t->len, "%s takes %d argument%s, has %d%s", t->name, must, must == 1 ? "" : "s", is, hint);
}

/* ---- calls ---- */
static bool call_function(struct parser *p, const struct token *t, const struct args *args, struct value *out)
{
	const struct expression_op *op = expression_function(t->name);

	if (args->n != op->n_arg)
		return wrong_count(p, t, op->n_arg, args->n, "");
	if (args->axis || args->ddof)
		return parser_fail(p, t->at, t->len, "%s is made voxel by voxel: it has no axis and no ddof", t->name);
	*out = args->value[0];
	for (int k = 1; k < args->n; k++)
		out->rank = args->value[k].rank > out->rank ? args->value[k].rank : out->rank;
	parser_push_call(p, op);
	return true;
}

/* The argument's steps become a program of their own. */
static void push_reduction(struct parser *p, struct reduction *r, struct value *arg)
{
	r->of.n = p->code.n - arg->first;
	r->of.step = NEW_N(p->arena, struct step, r->of.n);
	memcpy(r->of.step, p->code.step + arg->first, (size_t)r->of.n * sizeof *r->of.step);
	program_measure(&r->of);
	p->code.n = arg->first;
	parser_push(p, (struct step){ .kind = r->over_time ? STEP_VOLUME : STEP_TOTAL, .index = p->made->n_reduction });
	arg->rank = r->over_time ? RANK_VOLUME : RANK_NUMBER;
	PUSH(p->arena, p->made->reduction, p->made->n_reduction, *r);
}

static bool check_reduction(struct parser *p, const struct token *t, const struct args *args, struct reduction *r)
{
	r->rank = args->value[0].rank;
	if (r->rank == RANK_NUMBER)
		return parser_fail(p, t->at, t->len, "%s needs an image, what it is given is one number", t->name);
	if (r->over_time && r->rank == RANK_VOLUME)
		return parser_fail(p, t->at, t->len, "%s is taken over time, but what it is given has one volume", t->name);
	if (args->ddof && r->how != REDUCE_STD && r->how != REDUCE_VAR)
		return parser_fail(p, t->at, t->len, "%s has no ddof", t->name);
	return true;
}

static bool call_reducer(struct parser *p, const struct token *t, const struct args *args, struct value *out)
{
	bool over_time;
	const struct expression_reducer *how = find_reducer(t->name, &over_time, p->arena);
	struct reduction r = { .how = how->how, .over_time = over_time || args->axis, .number = how->number, .n_vol = 1,
	                       .ddof = args->ddof, .at = t->at, .len = p->end - t->at };

	if (args->n != how->n_arg)
		return wrong_count(p, t, how->n_arg, args->n, args->n == how->n_arg + 1 ? " (over time: axis=-1)" : "");
	if (how->n_arg == 2 && (!pop_number(p, &args->value[1], &r.number) || !(r.number >= 0 && r.number <= 100)))
		return parser_fail(p, t->at, t->len, "the second argument of %s must be a number from 0 to 100", t->name);
	*out = args->value[0];
	if (!check_reduction(p, t, args, &r))
		return false;
	push_reduction(p, &r, out);
	return true;
}

/* min and max are functions of two, or reductions of one. */
static bool parse_call(struct parser *p, const struct token *t, struct value *out)
{
	struct args args = { 0 };
	bool over_time;
	const struct expression_op *op = expression_function(t->name);
	const struct expression_reducer *how = find_reducer(t->name, &over_time, p->arena);

	if (find_image(p, t->name) >= 0)
		return parser_fail(p, t->at, t->len, "%s is an image, not a function: is '*' missing?", t->name);
	if (!op && !how)
		return parser_fail(p, t->at, t->len, "there is no function '%s'%s", t->name,
		                   expression_nearest(t->name, true, p->arena));
	if (!parse_args(p, &args))
		return false;
	if (!op || (how && args.n == 1))
		return call_reducer(p, t, &args, out);
	if (how && t->numpy)
		return parser_fail(p, t->at, t->len, "the second argument of np.%s is an axis: write axis=-1 for time, or "
		                   "np.%simum for the %s of two", t->name, t->name, t->name);
	return call_function(p, t, &args, out);
}

/* Words that are operators, or stand before numpy's functions. */
static bool is_sign(const char *name)
{
	static const char *const word[] = { "and", "or", "not", "np", "numpy" };

	for (int k = 0; k < 5; k++)
		if (strcmp(word[k], name) == 0)
			return true;
	return false;
}

bool parser_names_fit(struct parser *p)
{
	bool over_time;
	double x;

	for (int k = 0; k < p->images->n; k++) {
		const char *name = p->images->name[k];

		if (expression_function(name) || find_reducer(name, &over_time, p->arena) || expression_constant(name, &x) || is_sign(name))
			return parser_fail(p, 0, (int)strlen(p->formula), "an image cannot be called '%s', which means something else in formulas", name);
	}
	return true;
}

bool parser_name(struct parser *p, const struct token *name, struct value *out)
{
	return parser_at(p, "(") ? parse_call(p, name, out) : parse_word(p, name, out);
}
