/* Pipelines in pipelines, defaults, --set, and inputs that are results. */
#include "study.h"

#include "config/diag.h"

static const char echo_file[] =
	"sulcus: 1\ninputs:\n  r: {kind: file, files: \"own/{sub}.txt\"}\nparams: {text: own}\ndefaults: {bytes: 3}\nsteps:\n"
	"  e: {do: command, reads: {i: $r}, argv: [cat, $i], writes: {o: record}}\n"
	"  f: {do: test.echo, record: $e.o, text: $text}\nexport: {r: $f.record}\n";

static const char *params(const struct study *s, const char *task)
{
	return task_params_json(study_task(s, task), check_arena());
}

TEST(axes_go_through_a_used_pipeline)
{
	STUDY(s);

	study_file(&s, "lib/echo.yaml", echo_file);
	study_file(&s, "a_1.txt", "x");
	study_file(&s, "a_2.txt", "x");
	study_read(&s, "use: {echo: lib/echo.yaml}\nparams: {t: {each: [p, q]}}\ninputs:\n  x: {kind: file, files: \"{sub}_{run}.txt\"}\n"
	               "defaults: {mute: true}\nsteps:\n  u: {do: echo, r: $x, text: $t}\n"
	               "  g: {do: test.echo, records: $u.r, gather: [run, t]}\nexport: {r: $u.r}\n");
	CHECK_TEXT(study_given(&s, "u/e@a,2"), "x@a,2");
	CHECK_TEXT(study_given(&s, "u/f@a,2,q"), "u/e@a,2");
	CHECK_TEXT(study_given(&s, "g@a"), "1,p=u/f@a,1,p, 1,q=u/f@a,1,q, 2,p=u/f@a,2,p, 2,q=u/f@a,2,q");
	/* Defaults stay in their own file, both ways. */
	CHECK_TEXT(params(&s, "u/f@a,1,q"), "{\"text\":\"q\",\"mute\":false,\"bytes\":3}");
	CHECK_TEXT(params(&s, "g@a"), "{\"text\":\"\",\"mute\":true,\"bytes\":0}");
}

TEST(a_used_pipeline_can_be_given_files)
{
	STUDY(s);

	study_file(&s, "lib/echo.yaml", echo_file);
	study_file(&s, "lib/own/1.txt", "x");
	study_file(&s, "mine/2.txt", "x");
	study_read(&s, "use: {echo: lib/echo.yaml}\nsteps:\n  own: {do: echo}\n  mine: {do: echo, r: \"mine/{sub}.txt\", text: $$x}\n");
	CHECK_TEXT(study_given(&s, "own/e@1"), "own/r@1");
	CHECK_TEXT(study_given(&s, "mine/e@2"), "mine/r@2");
	CHECK_TEXT(params(&s, "mine/f@2"), "{\"text\":\"$x\",\"mute\":false,\"bytes\":3}");
}

TEST(set_replaces_params_and_inputs)
{
	STUDY(s);

	study_file(&s, "own/1.txt", "x");
	study_file(&s, "other/s3.txt", "x");
	study_file(&s, "other/s4.txt", "x");
	s.set[0] = (struct override){ "r", "other/s{who}.txt" };
	s.set[1] = (struct override){ "text", "{each: [a, b c]}" };
	s.n_set = 2;
	study_read(&s, echo_file + strlen("sulcus: 1\n"));
	CHECK_TEXT(study_given(&s, "e@4"), "r@4");
	CHECK_TEXT(params(&s, "f@3,bc"), "{\"text\":\"b c\",\"mute\":false,\"bytes\":3}");
	CHECK_INT(s.plan->n_task, 2 + 2 + 4);
}

TEST(inputs_may_be_results)
{
	STUDY(s);

	study_read(&s, "inputs:\n  x: {kind: bold, per: [sub], from: $study.bold}\nsteps:\n"
	               "  study: {do: phantom.study, subjects: [\"01\", \"02\"]}\n  m: {do: image.mean, image: $x}\n"
	               "  all: {do: image.mean_of, images: [$m.image, $study.mask], gather: sub}\n");
	CHECK_TEXT(study_given(&s, "m@02"), "study@02");
	CHECK_TEXT(study_given(&s, "all"), "01=m@01, 02=m@02, 01=study@01, 02=study@02");
}

TEST(written_lists_and_literals)
{
	STUDY(s);

	study_read(&s, "params: {seed: {each: [[0, -52, 18], [1, 2, 3]]}, more: [4, 5.50, 6]}\nsteps:\n  study: {do: phantom.study}\n"
	               "  s: {do: signals.spheres, bold: $study.bold, seeds: [$seed, $more]}\n"
	               "  two: {do: image.mean_of, images: [$study.mask, $study.bold]}\n");
	CHECK_TEXT(task_literal(study_task(&s, "s@01,0xm52x18"), 1), "[[0,-52,18],[4,5.5,6]]");
	CHECK_TEXT(task_literal(study_task(&s, "s@01,1x2x3"), 1), "[[1,2,3],[4,5.5,6]]");
	CHECK_TEXT(study_given(&s, "two@01"), "study@01, study@01");
}

TEST(nothing_is_looked_up_without_data)
{
	STUDY(s);

	s.no_data = true;
	study_read(&s, "inputs:\n  x: {kind: bold, files: \"no/{sub}.nii\"}\nsteps:\n  study: {do: phantom.study, subjects: [a, b]}\n"
	               "  m: {do: signals.voxels, bold: $x, mask: $study.mask}\n  p: {do: pick, item: $x, cell: {sub: \"01\"}}\n"
	               "  g: {do: image.mean_of, images: $x, gather: sub}\n");
	CHECK_INT(s.diag->n, 0);
	CHECK_TEXT(study_given(&s, "g"), "*=x@*");
}
