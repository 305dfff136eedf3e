#include "check.h"

#include "cli/columns.h"
#include "cli/options.h"

struct some {
	bool quiet;
	int jobs;
	double rtol;
	int64_t mem;
	const char *out;
	struct texts only;
	struct sets set;
};

static const struct opt opts[] = {
	{ "quiet", 'q', OPT_FLAG, NULL, "Less.", offsetof(struct some, quiet) },
	{ "jobs", 'j', OPT_INT, "N", "At a time.", offsetof(struct some, jobs) },
	{ "rtol", 0, OPT_NUMBER, "R", "Relative.", offsetof(struct some, rtol) },
	{ "mem", 0, OPT_BYTES, "SIZE", "Memory.", offsetof(struct some, mem) },
	{ "out", 'o', OPT_TEXT, "DIR", "Where.", offsetof(struct some, out) },
	{ "only", 0, OPT_TEXTS, "STEP", "Only.", offsetof(struct some, only) },
	{ "set", 0, OPT_SETS, "NAME=VALUE", "Other.", offsetof(struct some, set) },
	{ 0 },
};

static struct error *parse(struct some *s, struct texts *rest, const char *const *word)
{
	char *argv[16] = { arena_strdup(check_arena(), "run") };
	int n = 1;

	for (; *word; word++)
		argv[n++] = arena_strdup(check_arena(), *word);
	*s = (struct some){ 0 };
	*rest = (struct texts){ 0 };
	return options_parse(s, opts, rest, n, argv, check_arena());
}

#define WORDS(...) (const char *const []){ __VA_ARGS__, NULL }

TEST(every_kind_of_value_is_taken)
{
	struct some s;
	struct texts rest;

	CHECK_OK(parse(&s, &rest, WORDS("a.yaml", "-qj3", "--rtol=1e-3", "--mem", "2 MiB", "-o", "x", "--only", "p", "--only=q@01",
	                                "--set", "a=b=c", "b.yaml")));
	CHECK(s.quiet);
	CHECK_INT(s.jobs, 3);
	CHECK_NEAR(s.rtol, 1e-3, 0);
	CHECK_INT(s.mem, 2 << 20);
	CHECK_TEXT(s.out, "x");
	CHECK_INT(s.only.n, 2);
	CHECK_TEXT(s.only.text[1], "q@01");
	CHECK_TEXT(s.set.item[0].name, "a");
	CHECK_TEXT(s.set.item[0].value, "b=c");
	CHECK_INT(rest.n, 2);
	CHECK_TEXT(rest.text[1], "b.yaml");
}

TEST(after_two_dashes_nothing_is_an_option)
{
	struct some s;
	struct texts rest;

	CHECK_OK(parse(&s, &rest, WORDS("--", "--quiet", "-q")));
	CHECK(!s.quiet);
	CHECK_INT(rest.n, 2);
	CHECK_TEXT(rest.text[0], "--quiet");
}

TEST(wrong_calls_are_told_in_words)
{
	struct some s;
	struct texts rest;

	CHECK_ERROR(parse(&s, &rest, WORDS("--quite")), "did you mean '--quiet'?");
	CHECK_ERROR(parse(&s, &rest, WORDS("-z")), "there is no option '-z'");
	CHECK_ERROR(parse(&s, &rest, WORDS("-qz")), "there is no option '-z'");
	CHECK_ERROR(parse(&s, &rest, WORDS("--quiet=1")), "--quiet takes no value");
	CHECK_ERROR(parse(&s, &rest, WORDS("--out")), "--out needs a value");
	CHECK_ERROR(parse(&s, &rest, WORDS("--set", "a")), "must be name=value");
	CHECK_ERROR(parse(&s, &rest, WORDS("--set", "=a")), "must be name=value");
}

TEST(values_are_checked)
{
	struct some s;
	struct texts rest;

	CHECK_ERROR(parse(&s, &rest, WORDS("--jobs", "0")), "--jobs is '0', must be a whole number");
	CHECK_ERROR(parse(&s, &rest, WORDS("--jobs", "2x")), "must be a whole number");
	CHECK_ERROR(parse(&s, &rest, WORDS("--jobs", "99999999999")), "must be a whole number");
	CHECK_ERROR(parse(&s, &rest, WORDS("--rtol", "nan")), "must be a number, 0 or more");
	CHECK_ERROR(parse(&s, &rest, WORDS("--rtol", "-1")), "must be a number, 0 or more");
	CHECK_ERROR(parse(&s, &rest, WORDS("--mem", "2 mm")), "must be a size");
	CHECK_ERROR(parse(&s, &rest, WORDS("--mem", "0")), "from 1 byte");
}

TEST(the_help_lists_all)
{
	struct columns c = { .arena = check_arena(), .n_col = 2 };

	options_list(&c, opts);
	CHECK_INT(c.n_cell, 14);
	CHECK_TEXT(c.cell[0], "-q, --quiet");
	CHECK_TEXT(c.cell[4], "    --rtol R");
	CHECK_TEXT(c.cell[5], "Relative.");
}
