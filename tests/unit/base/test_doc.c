#include "check.h"

#include "base/doc.h"

TEST(a_map_gives_values_and_keys)
{
	struct arena *a = check_arena();
	struct doc *map = doc_new_map(a), *key = doc_new_text(a, "tr", true);

	key->at = (struct mark){ "f.yaml", 3, 5 };
	doc_add(a, map, key, doc_new_text(a, "2.0", true));
	doc_set(a, map, "space", doc_new_text(a, "MNI", false));
	doc_set(a, map, "runs", doc_new_list(a));
	CHECK_TEXT(doc_get(map, "tr")->text, "2.0");
	CHECK_INT(doc_key(map, "tr")->at.line, 3);
	CHECK_TEXT(doc_text(map, "space", "-"), "MNI");
	CHECK_TEXT(doc_text(map, "runs", "no scalar"), "no scalar");
	CHECK_TEXT(doc_text(map, "absent", "none"), "none");
	CHECK(!doc_key(map, "absent"));
	doc_set(a, map, "space", doc_new_text(a, "native", false));
	CHECK_TEXT(doc_text(map, "space", "-"), "native");
	CHECK_INT(map->n, 3);
}

TEST(what_is_no_map_has_no_keys)
{
	struct arena *a = check_arena();
	struct doc *list = doc_new_list(a);

	doc_append(a, list, doc_new_text(a, "x", true));
	CHECK(!doc_get(list, "x") && !doc_get(list->val[0], "x") && !doc_get(NULL, "x"));
	CHECK_TEXT(doc_text(NULL, "x", "y"), "y");
}

TEST(ten_thousand_pairs_are_found_at_once)
{
	enum { N = 10000, ROUNDS = 100 };
	struct arena *a = check_arena();
	struct doc *map = doc_new_map(a);
	const char **key = NEW_N(a, const char *, N);

	for (int i = 0; i < N; i++) {
		key[i] = arena_printf(a, "step_%d", i);
		doc_set(a, map, key[i], doc_new_text(a, key[i], true));
		CHECK(doc_get(map, key[i / 2])->text == key[i / 2]);
	}
	/* a million look-ups: a linear search would take minutes */
	for (int r = 0; r < ROUNDS; r++)
		for (int i = 0; i < N; i++)
			if (doc_get(map, key[i]) != map->val[i])
				fail_msg("pair %d is lost", i);
	CHECK(!doc_get(map, "step_10000"));
	doc_set(a, map, "step_77", doc_new_text(a, "new", true));
	CHECK_TEXT(doc_text(map, "step_77", ""), "new");
	CHECK_INT(map->n, N);
}
