/* expression_parser.h - a formula on its way to a program; for expression_parse.c and expression_call.c alone. */
#ifndef SULCUS_EXPRESSION_PARSER_H
#define SULCUS_EXPRESSION_PARSER_H

#include "img/expression_code.h"

enum { EXPRESSION_ARGS = 3 };     /* that a function has at most */

/* How strongly operators bind, the weakest first. */
enum power { POWER_OR = 1, POWER_AND, POWER_NOT, POWER_COMPARE, POWER_BIT_OR, POWER_BIT_AND, POWER_SUM, POWER_PRODUCT,
             POWER_SIGN, POWER_POWER };

struct value { int first; enum rank rank; };   /* its steps begin at the first */

struct parser {
	struct arena *arena;
	const char *formula;
	const struct expression_images *images;
	struct token token;             /* the next */
	int end;                        /* where the one before it ended */
	struct expression *made;
	struct program code;
	int nesting;
	int run;                        /* volumes of the images over time, 1 when there is none */
	bool unknown;                   /* the volumes of an image are not known yet */
	struct expression_problem *problem;
};

/* All of these return false when something is wrong, which the parser's problem tells. */
bool parser_fail(struct parser *p, int at, int len, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool parser_fail_token(struct parser *p, const char *must);
bool parser_next(struct parser *p);
bool parser_at(const struct parser *p, const char *text);
/* An operand and all operators after it that bind at least so strongly. */
bool parser_parse(struct parser *p, enum power least, struct value *out);
/* None of the images is called as a function is. */
bool parser_names_fit(struct parser *p);
/* What the name stands for; the parser is at the token after it. */
bool parser_name(struct parser *p, const struct token *name, struct value *out);

void parser_push(struct parser *p, struct step s);
/* A call whose operands are numbers is made at once. */
void parser_push_call(struct parser *p, const struct expression_op *op);
void program_measure(struct program *code);

#endif
