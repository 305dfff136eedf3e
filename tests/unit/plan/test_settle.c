/* What becomes of tasks: excluded, given something else, dropped from a gather, found later. */
#include "study.h"

#include <unistd.h>

#include "config/diag.h"

#define NUMBERS "params: {n: {each: [1, 2, 3]}}\nsteps:\n  qc: {do: test.number, value: $n}\n"

TEST(a_second_run_does_nothing)
{
	STUDY(s);
	const char *yaml = NUMBERS "  a: {do: test.echo, record: $qc.record}\n";

	study_run(&s, yaml);
	CHECK_INT(s.n_ran, 6);
	study_run(&s, yaml);
	CHECK_INT(s.n_ran, 6);
	CHECK_INT(s.plan->n_count[TASK_HIT], 6);
}

TEST(when_on_a_record_with_else)
{
	STUDY(s);

	study_run(&s, NUMBERS "  plain: {do: test.echo, text: plain}\n"
	              "  a: {do: test.echo, record: $qc.record, when: {lt: [$qc.record.value, 2.5]}}\n"
	              "  b: {do: test.echo, record: $a.record}\n"
	              "  c: {do: test.echo, record: $qc.record, when: {not: {in: [$qc.record.value, [1, 3]]}}, else: {record: $plain.record}}\n"
	              "  d: {do: test.echo, record: $c.record, text: d}\n"
	              "  drop: {do: test.echo, records: $b.record, gather: n, missing: drop}\n"
	              "  all: {do: test.echo, records: $c.record, gather: n}\n");
	CHECK_TEXT(study_states(&s, "a"), "a@1 done, a@2 done, a@3 excluded");
	CHECK_TEXT(study_states(&s, "b"), "b@1 done, b@2 hit, b@3 excluded");
	CHECK_TEXT(study_states(&s, "c"), "c@1 excluded, c@2 hit, c@3 excluded");
	CHECK_TEXT(study_states(&s, "d"), "d@1 done, d@2 done, d@3 hit");
	CHECK_TEXT(study_given(&s, "drop"), "1=b@1, 2=b@2");
	CHECK_TEXT(study_given(&s, "all"), "1=c@1, 2=c@2, 3=c@3");
}

TEST(missing_fail_and_at_least)
{
	STUDY(s);

	study_run(&s, NUMBERS "  a: {do: test.echo, record: $qc.record, when: {ge: [$qc.record.value, 2]}}\n"
	              "  x: {do: test.echo, records: $a.record, gather: n, missing: fail}\n"
	              "  y: {do: test.echo, records: $a.record, gather: n, missing: at_least 2}\n"
	              "  z: {do: test.echo, records: $a.record, gather: n, missing: at_least 3}\n");
	CHECK_TEXT(study_states(&s, "x"), "x failed");
	CHECK_TEXT(study_states(&s, "y"), "y done");
	CHECK_TEXT(study_states(&s, "z"), "z failed");
	CHECK_ERROR(study_task(&s, "x")->error, "'records' lacks 1 of 3 cells (the first is 1), which were excluded");
	CHECK_ERROR(study_task(&s, "z")->error, "'records' has 2 cells, must have at least 3");
}

TEST(an_empty_gather_is_excluded)
{
	STUDY(s);

	study_run(&s, NUMBERS "  a: {do: test.echo, record: $qc.record, when: {gt: [$qc.record.value, 9]}}\n"
	              "  x: {do: test.echo, records: $a.record, gather: n, missing: drop}\n"
	              "  none: {do: test.list, items: []}\n"
	              "  y: {do: test.echo, records: $none.records, gather: item}\n"
	              "  z: {do: test.echo, record: $y.record}\n");
	CHECK_TEXT(study_states(&s, "x"), "x excluded");
	CHECK_TEXT(study_states(&s, "y"), "y excluded");
	CHECK_TEXT(study_states(&s, "z"), "z excluded");
}

static bool qc_2_fails(const struct task *t)
{
	return strcmp(t->step->name, "qc") == 0 && strcmp(task_cell(t, 0), "2") == 0;
}

TEST(failures_skip_what_depends_on_them)
{
	STUDY(s);

	s.fails = qc_2_fails;
	study_run(&s, NUMBERS "  a: {do: test.echo, record: $qc.record}\n"
	              "  x: {do: test.echo, records: $a.record, gather: n}\n"
	              "  y: {do: test.echo, records: $a.record, gather: n, missing: drop}\n");
	CHECK_TEXT(study_states(&s, "a"), "a@1 done, a@2 skipped, a@3 done");
	CHECK_TEXT(study_states(&s, "x"), "x skipped");
	CHECK_TEXT(study_given(&s, "y"), "1=a@1, 3=a@3");
}

TEST(when_on_a_param_and_a_swept_bound)
{
	STUDY(s);

	study_run(&s, "params:\n  on: false\n  n: {each: [1, 2, 3]}\n  low: {each: [1.5, 2.5]}\n"
	              "steps:\n  a: {do: test.echo, when: $on}\n  b: {do: test.echo, record: $a.record}\n"
	              "  c: {do: test.echo, text: $n, when: {ge: [$n, 2]}}\n"
	              "  qc: {do: test.number, value: 2}\n"
	              "  d: {do: test.number, value: $low, when: {lt: [$qc.record.value, $low]}}\n");
	CHECK_TEXT(study_states(&s, "a"), "a excluded");
	CHECK_TEXT(study_states(&s, "b"), "b excluded");
	CHECK_TEXT(study_states(&s, "c"), "c@1 excluded, c@2 done, c@3 done");
	CHECK_TEXT(study_states(&s, "d"), "d@1p5 excluded, d@2p5 done");
}

TEST(pick_takes_one_cell)
{
	STUDY(s);

	study_run(&s, NUMBERS "  p: {do: pick, item: $qc.record, cell: {n: 2}}\n  a: {do: test.echo, record: $p.item}\n");
	CHECK_TEXT(study_given(&s, "p"), "qc@2");
	CHECK_TEXT(study_states(&s, "a"), "a done");
	CHECK(digest_equal(&task_output(study_task(&s, "p"), 0)->digest, &task_output(study_task(&s, "qc@2"), 0)->digest));
}

TEST(a_port_on_request_is_a_task_of_its_own)
{
	STUDY(s);

	study_run(&s, NUMBERS "  a: {do: test.echo, record: $qc.record}\n");
	CHECK_INT(s.n_ran, 6);
	study_run(&s, NUMBERS "  a: {do: test.echo, record: $qc.record}\n  b: {do: test.echo, record: $a.extra}\n");
	CHECK_INT(s.n_ran, 6 + 3 + 1);  /* the extras are equal, so b runs once */
	CHECK_TEXT(study_given(&s, "b@2"), "a.extra@2");
	CHECK(strcmp(study_key(&s, "a@2"), study_key(&s, "a.extra@2")) != 0);
}

TEST(equal_outputs_cut_off_what_follows)
{
	STUDY(s);

	study_run(&s, "steps:\n  a: {do: test.echo, text: same, bytes: 1}\n  b: {do: test.echo, record: $a.record}\n");
	study_run(&s, "steps:\n  a: {do: test.echo, text: same, bytes: 2}\n  b: {do: test.echo, record: $a.record}\n");
	CHECK_INT(s.n_ran, 3);
}

TEST(a_command_whose_program_is_not_there_is_told)
{
	STUDY(s);

	study_read(&s, "steps:\n  a: {do: command, argv: [no_such_program_at_all], writes: {o: record}}\n");
	CHECK_ERROR(plan_settle(s.plan), "there is no program 'no_such_program_at_all' in PATH");
}

TEST(a_file_that_vanished_is_told)
{
	STUDY(s);

	study_file(&s, "x.txt", "x");
	study_read(&s, "inputs:\n  x: {kind: file, files: x.txt}\nsteps:\n"
	               "  a: {do: command, reads: {i: $x}, argv: [cat, $i], writes: {o: record}}\n");
	CHECK(unlink(arena_printf(check_arena(), "%s/x.txt", s.folder)) == 0);
	CHECK_ERROR(plan_settle(s.plan), "x.txt");
}
