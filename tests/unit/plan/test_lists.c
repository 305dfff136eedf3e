/* Lists whose cells are known only when they were made. */
#include "golden.h"
#include "study.h"

/* A list's cells are known when it was made; a gather of it waits for that. */
TEST(axes_known_later)
{
	STUDY(s);
	const char *yaml = "steps:\n  l: {do: test.list, items: [b, a10, a9]}\n  m: {do: test.echo, record: $l.records}\n"
	                   "  g: {do: test.echo, records: $m.record, gather: item}\n  h: {do: test.echo, record: $g.record}\n";

	study_read(&s, yaml);
	CHECK(s.plan->open);
	CHECK_TEXT(study_states(&s, "g"), "");
	study_run(&s, yaml);
	CHECK(!s.plan->open);
	CHECK_TEXT(study_given(&s, "m@a9"), "l/a9");
	CHECK_TEXT(study_given(&s, "g"), "a9=m@a9, a10=m@a10, b=m@b");
	CHECK_TEXT(study_states(&s, "h"), "h done");
	CHECK_INT(s.n_ran, 6);
}

TEST(keys_of_items_are_as_ever)
{
	STUDY(s);
	int n_wrong = 0;

	study_run(&s, "steps:\n  list: {do: test.list, items: [p, q]}\n  item: {do: test.echo, record: $list.records}\n"
	              "  both: {do: test.echo, records: $item.record, gather: item}\n");
	for (int i = 0; i < s.plan->n_task; i++) {
		const char *name = task_name(check_arena(), s.plan->task[i]);

		n_wrong += in_golden(arena_printf(check_arena(), "form %s %s", name, study_key(&s, name)));
	}
	CHECK_INT(n_wrong, 0);
}
