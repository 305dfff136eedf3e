#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/columns.h"
#include "config/value.h"

enum { MAX_OPTIONS = 32, FIRST_LONG = 256 };

static int count(const struct opt *opt)
{
	int n = 0;

	while (opt && opt[n].name)
		n++;
	return n;
}

static struct error *set_int(int *out, const struct opt *o, const char *text)
{
	char *end;

	errno = 0;
	long x = strtol(text, &end, 10);
	if (errno || end == text || *end || x < 1 || x > INT_MAX)
		return error_new(ERR_USER, "--%s is '%s', must be a whole number, 1 or more", o->name, text);
	*out = (int)x;
	return NULL;
}

static struct error *set_number(double *out, const struct opt *o, const char *text)
{
	char *end;
	double x = strtod(text, &end);

	if (end == text || *end || !isfinite(x) || x < 0)
		return error_new(ERR_USER, "--%s is '%s', must be a number, 0 or more", o->name, text);
	*out = x;
	return NULL;
}

static struct error *set_bytes(int64_t *out, const struct opt *o, const char *text, struct arena *a)
{
	const char *why = NULL;
	double x = 0;

	if (!value_quantity(&x, text, "B", &why, a))
		return error_new(ERR_USER, "--%s is '%s', must be a size such as '512 MiB' or '4 GB'%s%s", o->name, text,
		                 why ? ": " : "", why ? why : "");
	if (!(x >= 1 && x < 0x1p62))
		return error_new(ERR_USER, "--%s is '%s', must be from 1 byte to 4 EiB", o->name, text);
	*out = (int64_t)x;
	return NULL;
}

static struct error *add_set(struct sets *s, const char *text, struct arena *a)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text)
		return error_new(ERR_USER, "--set is '%s', must be name=value", text);
	struct override one = { arena_strndup(a, text, (size_t)(equals - text)), arena_strdup(a, equals + 1) };
	PUSH(a, s->item, s->n, one);
	return NULL;
}

static struct error *set_value(void *into, const struct opt *o, const char *text, struct arena *a)
{
	void *at = (char *)into + o->offset;
	struct texts *texts = at;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)at = true;
		return NULL;
	case OPT_TEXT:
		*(const char **)at = text;
		return NULL;
	case OPT_INT:
		return set_int(at, o, text);
	case OPT_NUMBER:
		return set_number(at, o, text);
	case OPT_BYTES:
		return set_bytes(at, o, text, a);
	case OPT_SETS:
		return add_set(at, text, a);
	case OPT_TEXTS:
		PUSH(a, texts->text, texts->n, text);
		return NULL;
	}
	return NULL;
}

/* getopt's long options, and its letters with ':' behind those that take a value. */
static void declare(const struct opt *opt, int n, struct option *out, char *letters)
{
	*letters++ = ':';                            /* a missing value is told apart from an unknown option */
	for (int i = 0; i < n; i++) {
		int has = opt[i].kind != OPT_FLAG;

		out[i] = (struct option){ opt[i].name, has, NULL, FIRST_LONG + i };
		if (opt[i].letter) {
			*letters++ = (char)opt[i].letter;
			if (has)
				*letters++ = ':';
		}
	}
	out[n] = (struct option){ 0 };
	*letters = 0;
}

static struct error *unknown(const struct opt *opt, int n, const char *given, struct arena *a)
{
	const char *name[MAX_OPTIONS + 2], *near;
	char word[64];

	for (int i = 0; i < n; i++)
		name[i] = opt[i].name;
	name[n] = "help";
	name[n + 1] = NULL;
	if (strncmp(given, "--", 2) != 0)
		return error_new(ERR_USER, "there is no option '-%c'", optopt ? optopt : given[1]);
	snprintf(word, sizeof word, "%.*s", (int)strcspn(given + 2, "="), given + 2);
	near = text_nearest(word, name);
	return error_new(ERR_USER, "there is no option '--%s'%s", word,
	                 near ? arena_printf(a, "; did you mean '--%s'?", near) : "");
}

static const struct opt *find(const struct opt *opt, int n, int c)
{
	for (int i = 0; i < n; i++)
		if (c == FIRST_LONG + i || (opt[i].letter && c == opt[i].letter))
			return &opt[i];
	return NULL;
}

struct error *options_parse(void *into, const struct opt *opt, struct texts *rest, int argc, char **argv, struct arena *a)
{
	struct option longs[MAX_OPTIONS + 1];
	char letters[2 * MAX_OPTIONS + 2];
	int n = count(opt), c;

	if (n > MAX_OPTIONS)
		abort();
	declare(opt, n, longs, letters);
	opterr = 0;
	optind = 0;                                  /* glibc: start anew */
	while (optopt = 0, (c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct opt *o = find(opt, n, c);

		if (o)
			TRY(set_value(into, o, optarg, a));
		else if (c == ':')
			return error_new(ERR_USER, "%s needs a value", argv[optind - 1]);
		else if (optopt >= FIRST_LONG)
			return error_new(ERR_USER, "--%s takes no value", opt[optopt - FIRST_LONG].name);
		else
			return unknown(opt, n, argv[optind - 1], a);
	}
	for (; optind < argc; optind++)
		PUSH(a, rest->text, rest->n, argv[optind]);
	return NULL;
}

void options_list(struct columns *out, const struct opt *opt)
{
	for (; opt && opt->name; opt++) {
		char letter[8] = "    ";

		if (opt->letter)
			snprintf(letter, sizeof letter, "-%c, ", opt->letter);
		columns_row(out, arena_printf(out->arena, "%s--%s%s%s", letter, opt->name, opt->word ? " " : "",
		                              opt->word ? opt->word : ""), opt->help);
	}
}
