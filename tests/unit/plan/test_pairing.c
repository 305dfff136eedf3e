/* Axes pair by key, multiply, and are gathered in natural order. */
#include "study.h"

#include "config/diag.h"

static const char two[] =
	"inputs:\n"
	"  x: {kind: file, files: \"x/{sub}.txt\"}\n"
	"  y: {kind: file, files: \"y/{sub}.txt\"}\n"
	"steps:\n"
	"  j: {do: command, reads: {a: $x, b: $y}, writes: {o: record}, argv: [cat, $a]}\n";

TEST(cells_pair_by_key_and_not_by_position)
{
	STUDY(s);

	for (int i = 3; i > 0; i--) {
		study_file(&s, arena_printf(check_arena(), "x/%d.txt", i == 3 ? 10 : i), "x");
		study_file(&s, arena_printf(check_arena(), "y/%d.txt", i == 1 ? 10 : 4 - i == 1 ? 1 : 2), "y");
	}
	study_read(&s, two);
	CHECK_TEXT(study_given(&s, "j@1"), "x@1, y@1");
	CHECK_TEXT(study_given(&s, "j@2"), "x@2, y@2");
	CHECK_TEXT(study_given(&s, "j@10"), "x@10, y@10");
	CHECK_INT(s.plan->n_task, 9);
}

TEST(keys_are_texts)
{
	STUDY(s);

	study_file(&s, "x/01.txt", "x");
	study_file(&s, "y/1.txt", "y");
	study_plan(&s, two);
	CHECK(strstr(study_problems(&s), "$y has no partner for the cell sub-01"));
}

static const char ragged[] =
	"inputs:\n"
	"  x: {kind: file, per: [sub, run], files: \"{sub}_{run}.txt\"}\n"
	"  y: {kind: file, per: [sub], files: \"{sub}.dat\"}\n"
	"  z: {kind: file, per: [run], files: \"run{run}.z\"}\n"
	"steps:\n"
	"  j: {do: command, reads: {c: $z, b: $y, a: $x}, writes: {o: record}, argv: [cat, $a]}\n"
	"  one: {do: test.echo, records: $j.o, gather: run}\n"
	"  all: {do: test.echo, records: $j.o, gather: [run, sub]}\n"
	"  last: {do: test.echo, records: $one.record, gather: sub}\n";

TEST(ragged_axes_and_gathers_of_one_and_two)
{
	STUDY(s);
	static const char *const files[] = { "b_1.txt", "b_2.txt", "b_10.txt", "a_2.txt", "a.dat", "b.dat", "run1.z", "run2.z", "run10.z" };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		study_file(&s, files[i], files[i]);
	study_read(&s, ragged);
	CHECK_INT(s.diag->n, 0);
	CHECK_TEXT(study_given(&s, "j@2,a"), "z@2, y@a, x@a,2");
	CHECK_TEXT(study_given(&s, "j@10,b"), "z@10, y@b, x@b,10");
	CHECK_TEXT(study_given(&s, "one@a"), "2=j@2,a");
	CHECK_TEXT(study_given(&s, "one@b"), "1=j@1,b, 2=j@2,b, 10=j@10,b");
	CHECK_TEXT(study_given(&s, "all"), "1,b=j@1,b, 2,a=j@2,a, 2,b=j@2,b, 10,b=j@10,b");
	CHECK_TEXT(study_given(&s, "last"), "a=one@a, b=one@b");
}

TEST(sweeps_multiply_freely_and_follow_through)
{
	STUDY(s);

	study_read(&s, "params:\n  n: {each: [1, 2]}\n  t: {each: [p, q]}\n"
	               "steps:\n  a: {do: test.number, value: $n}\n  b: {do: test.echo, record: $a.record, text: $t}\n"
	               "  c: {do: test.echo, record: $b.record, text: $n}\n  d: {do: test.echo, records: $c.record, gather: t}\n");
	CHECK_TEXT(study_given(&s, "b@1,q"), "a@1");
	CHECK_TEXT(study_given(&s, "c@2,p"), "b@2,p");
	CHECK_TEXT(study_given(&s, "d@2"), "p=c@2,p, q=c@2,q");
	CHECK_TEXT(task_params_json(study_task(&s, "c@2,p"), check_arena()), "{\"text\":\"2\",\"mute\":false,\"bytes\":0}");
	CHECK_INT(s.plan->n_task, 2 + 4 + 4 + 2);
}

/* Two pipelines may sweep one name over other values: they pair by key like anything else. */
TEST(sweeps_of_one_name_pair_by_key)
{
	STUDY(s);

	study_file(&s, "low.yaml", "sulcus: 1\nparams: {n: {each: [1, 2]}}\nsteps:\n  a: {do: test.number, value: $n}\nexport: {r: $a.record}\n");
	study_file(&s, "high.yaml", "sulcus: 1\nparams: {n: {each: [2, 3]}}\nsteps:\n  a: {do: test.number, value: $n}\nexport: {r: $a.record}\n");
	study_read(&s, "use: {low: low.yaml, high: high.yaml}\nsteps:\n  l: {do: low}\n  h: {do: high}\n");
	CHECK_INT(s.plan->n_task, 4);
	study_plan(&s, "use: {low: low.yaml, high: high.yaml}\nsteps:\n  l: {do: low}\n  h: {do: high}\n"
	               "  b: {do: test.echo, records: [$l.r, $h.r]}\n");
	CHECK(strstr(study_problems(&s), "has no partner for the cell n-1"));
}

TEST(data_axes_multiply_when_each_says_so)
{
	STUDY(s);

	for (int i = 0; i < 4; i++)
		study_file(&s, arena_printf(check_arena(), "%c/%d.txt", i < 2 ? 'x' : 'y', i % 2), "t");
	study_read(&s, "inputs:\n  x: {kind: file, files: \"x/{sub}.txt\"}\n  y: {kind: file, files: \"y/{roi}.txt\"}\n"
	               "steps:\n  j: {do: command, each: [sub, roi], reads: {a: $x, b: $y}, writes: {o: record}, argv: [cat, $a]}\n");
	CHECK_TEXT(study_given(&s, "j@1,0"), "x@1, y@0");
	CHECK_INT(s.plan->n_task, 8);
}
