/* Files beside an input's file, and in the folders above, are in its key. */
#include "study.h"

#include <string.h>
#include <sys/stat.h>

#include "plan/plan.h"

static const char yaml[] = "inputs: {x: {kind: bold, files: \"data/sub-{sub}/func/*_task-a_bold.nii\"}}\n"
                           "steps: {s: {do: image.mean, image: $x}}\n";

static void folders(const struct study *s)
{
	static const char *const all[] = { "data", "data/sub-01", "data/sub-01/func" };

	for (int k = 0; k < 3; k++)
		mkdir(arena_printf(check_arena(), "%s/%s", s->folder, all[k]), 0700);
	study_file(s, "data/sub-01/func/sub-01_task-a_bold.nii", "x");
}

/* "sub-01_task-a_bold.json task-a_bold.json": what is found for the input, without folders. */
static const char *found(struct study *s)
{
	const char *const *path, *text = "";

	study_plan(s, yaml);
	int n = task_beside(s->plan, study_task(s, "x@01"), &path);

	for (int k = 0; k < n; k++)
		text = arena_printf(check_arena(), "%s%s%s", text, k ? " " : "", strrchr(path[k], '/') + 1);
	return text;
}

TEST(a_file_speaks_for_those_that_have_all_its_words)
{
	STUDY(s);
	folders(&s);
	CHECK_TEXT(found(&s), "");
	study_file(&s, "data/sub-01/func/sub-01_task-a_bold.json", "{}");
	study_file(&s, "data/sub-01/func/sub-01_task-b_bold.json", "{}");
	study_file(&s, "data/sub-01/func/sub-01_task-a_sbref.json", "{}");
	study_file(&s, "data/sub-01/func/sub-01_run-1_bold.json", "{}");
	study_file(&s, "data/sub-01/func/bold.json", "{}");
	CHECK_TEXT(found(&s), "sub-01_task-a_bold.json bold.json");
}

TEST(folders_above_count_up_to_the_root)
{
	STUDY(s);
	folders(&s);
	study_file(&s, "data/sub-01/func/sub-01_bold.json", "{}");
	study_file(&s, "data/sub-01/sub-01_task-a_bold.json", "{}");
	study_file(&s, "data/task-a_bold.json", "{}");
	study_file(&s, "task-a_bold.json", "{}");
	CHECK_TEXT(found(&s), "sub-01_bold.json");
	study_file(&s, "data/dataset_description.json", "{}");
	CHECK_TEXT(found(&s), "sub-01_bold.json sub-01_task-a_bold.json task-a_bold.json");
}

TEST(a_changed_file_beside_changes_the_key)
{
	STUDY(s);
	folders(&s);
	study_run(&s, yaml);
	const char *none = study_key(&s, "x@01");

	study_file(&s, "data/sub-01/func/sub-01_task-a_bold.json", "{\"RepetitionTime\": 2}");
	study_run(&s, yaml);
	const char *two = study_key(&s, "x@01");

	study_file(&s, "data/sub-01/func/sub-01_task-a_bold.json", "{\"RepetitionTime\": 2.5}");
	study_run(&s, yaml);
	CHECK(strcmp(none, two) != 0 && strcmp(two, study_key(&s, "x@01")) != 0);
}
