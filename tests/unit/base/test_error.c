#include "check.h"

#include <stdio.h>
#include <stdlib.h>

static char *printed(const struct error *e)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	error_print(e, f);
	fclose(f);
	return text;
}

TEST(a_chain_prints_places_and_causes)
{
	struct error *e = error_at(error_new(ERR_DATA, "%d rows", 3), (struct mark){ "x.tsv", 4, 1 });
	char *text;

	e = error_at(error_wrap(e, "step '%s'", "glm"), (struct mark){ "p.yaml", 2, 3 });
	CHECK_INT(e->code, ERR_DATA);
	text = printed(e);
	CHECK_TEXT(text, "p.yaml:2:3: error: step 'glm'\nx.tsv:4:1:   because: 3 rows\n");
	free(text);
	error_free(e);
}

TEST(the_first_place_stays)
{
	struct error *e = error_at(error_new(ERR_USER, "x"), (struct mark){ "a", 1, 2 });

	e = error_at(e, (struct mark){ "b", 3, 4 });
	CHECK_TEXT(e->at.file, "a");
	CHECK_INT(e->at.line, 1);
	error_free(e);
}

TEST(a_place_without_a_file)
{
	struct error *e = error_at(error_new(ERR_USER, "x"), (struct mark){ NULL, 1, 2 });
	char *text = printed(e);

	CHECK_TEXT(text, "line 1:2: error: x\n");
	free(text);
	error_free(e);
	e = error_at(error_new(ERR_USER, "y"), (struct mark){ 0 });
	text = printed(e);
	CHECK_TEXT(text, "error: y\n");
	free(text);
	error_free(e);
	error_free(NULL);
}

TEST(codes_have_names)
{
	CHECK_TEXT(error_code_name(ERR_USER), "user");
	CHECK_TEXT(error_code_name(ERR_WORKER), "worker");
}

TEST(of_many_errors_the_first_is_left)
{
	struct error *list[] = { NULL, error_new(ERR_DATA, "one"), NULL, error_new(ERR_USER, "two") };
	struct error *first = error_first(4, list);

	CHECK(first == list[1] && first->code == ERR_DATA);
	error_free(first);
	CHECK(error_first(1, list) == NULL && error_first(0, list) == NULL);
}
