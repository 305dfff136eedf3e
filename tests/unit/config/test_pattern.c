#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "config/pattern.h"

/* A folder with these empty files; a name that ends in a slash is a folder. */
static const char *tree(const char *const *names)
{
	struct arena *a = check_arena();
	const char *top = check_folder();

	for (; *names; names++) {
		const char *path = path_join(a, top, *names);

		if (path[strlen(path) - 1] == '/') {
			CHECK_OK(file_mkdirs(path));
			continue;
		}
		CHECK_OK(file_mkdirs(path_folder(a, path)));
		CHECK_OK(file_write(path, "", 0));
	}
	return top;
}

#define TREE(...) tree((const char *const[]){ __VA_ARGS__, NULL })

/* "path:capture,capture path:capture", paths without the folder; else how far it led. */
static const char *found(const char *pattern, const char *folder)
{
	struct buf b = { .arena = check_arena() };
	struct pattern_match *m;
	const char *const *names, *near;
	int n, n_name;

	CHECK_OK(pattern_names(&names, &n_name, pattern, b.arena));
	CHECK_OK(pattern_glob(&m, &n, &near, pattern, folder, b.arena));
	buf_add(&b, "");
	if (!n) {
		const char *at = strstr(near, folder);

		buf_printf(&b, "%.*s%s", at ? (int)(at - near) : 0, near, at ? at + strlen(folder) : near);
	}
	for (int i = 0; i < n; i++) {
		CHECK(!strncmp(m[i].path, folder, strlen(folder)));
		buf_printf(&b, "%s%s", i ? " " : "", m[i].path + strlen(folder) + 1);
		for (int k = 0; k < n_name; k++)
			buf_printf(&b, "%s%s", k ? "," : ":", m[i].capture[k]);
	}
	return b.text;
}

static struct error *glob_of(const char *pattern, const char *folder)
{
	struct pattern_match *m;
	const char *near;
	int n;

	return pattern_glob(&m, &n, &near, pattern, folder, check_arena());
}

/* What captures do not take is told, and not taken. */
TEST(a_key_with_other_characters_is_told)
{
	const char *top = TREE("sub-01/a_1.nii", "sub-0-2/a_1.nii", "sub-x_y/a_1.nii", "sub-01/a_1.5.nii", "sub-01/a_b_c.nii");
	struct pattern_match *m;
	const char *near;
	int n;

	CHECK_OK(pattern_glob(&m, &n, &near, "sub-{sub}/a_{n}.nii", top, check_arena()));
	CHECK(n == 1 && near && strstr(near, "is left out") && strstr(near, "; and 2 more"));
	CHECK_OK(pattern_glob(&m, &n, &near, "sub-01/a_{n}.nii", top, check_arena()));
	CHECK(n == 1 && near && strstr(near, "a_1.5.nii is left out: '1.5'"));
	CHECK_OK(pattern_glob(&m, &n, &near, "sub-01/{n}_b_c.nii", top, check_arena()));
	CHECK(n == 1 && !near);
}

TEST(names_stand_once_in_order_of_first_use)
{
	const char *const *names;
	int n;

	CHECK_OK(pattern_names(&names, &n, "sub-{sub}/ses-{ses_1}/sub-{sub}_run-{run}.nii", check_arena()));
	CHECK_INT(n, 3);
	CHECK_TEXT(names[0], "sub");
	CHECK_TEXT(names[1], "ses_1");
	CHECK_TEXT(names[2], "run");
	CHECK_OK(pattern_names(&names, &n, "a/b.nii", check_arena()));
	CHECK_INT(n, 0);
}

TEST(bad_patterns_say_where)
{
	static const char *const cases[][2] = {
		{ "sub-{sub/x", "pattern 'sub-{sub/x', character 5: the '{' is never closed" },
		{ "a/sub}", "pattern 'a/sub}', character 6: a '}' without '{'" },
		{ "x{}", "pattern 'x{}', character 2: the braces have no name" },
		{ "{a-b}", "pattern '{a-b}', character 1: a name in braces has letters, digits and _ only" },
		{ "{2a}", "pattern '{2a}', character 1: a name in braces begins with a letter" },
		{ "{a}{b}", "pattern '{a}{b}', character 4: something must stand between two names in braces" },
		{ "{a}-{b}-{a}-{b}", "pattern '{a}-{b}-{a}-{b}', character 13: only one name may stand twice in one file "
		  "name" },
		{ "a/b**/c", "pattern 'a/b**/c', character 4: '**' must be a whole folder name" },
		{ "a/", "pattern 'a/' must end in the name of a file" },
		{ "", "pattern '' must end in the name of a file" },
		{ "a/**", "pattern 'a/**' must end in the name of a file" },
		{ "a/..", "pattern 'a/..' must end in the name of a file" },
		{ "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a", "character 33: more than 16 stars and names in one file name" },
	};
	const char *const *names;
	int n;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		CHECK_ERROR(pattern_names(&names, &n, cases[i][0], check_arena()), cases[i][1]);
		CHECK_ERROR(glob_of(cases[i][0], "."), cases[i][1]);
	}
}

TEST(captures_in_natural_order)
{
	const char *top = TREE("s/sub-10/f_bold.nii.gz", "s/sub-2/f_bold.nii.gz", "s/sub-2/g_bold.nii.gz",
		"s/sub-01/f_bold.nii.gz",
	                       "s/sub-x_y/f_bold.nii.gz", "s/sub-/f_bold.nii.gz", "s/sub-3/f_bold.nii", "s/sub-4");

	CHECK_TEXT(found("s/sub-{sub}/*_bold.nii.gz", top), "s/sub-01/f_bold.nii.gz:01 s/sub-2/f_bold.nii.gz:2 "
	                                                    "s/sub-2/g_bold.nii.gz:2 s/sub-10/f_bold.nii.gz:10");
	CHECK_TEXT(found("./s//sub-{sub}/./g_bold.nii.gz", top), "s/sub-2/g_bold.nii.gz:2");
	CHECK_TEXT(found("s/sub-{sub}/{f}_*.nii", top), "s/sub-3/f_bold.nii:3,f");
}

TEST(a_name_twice_must_agree)
{
	const char *top = TREE("sub-1/sub-1_run-2.nii", "sub-1/sub-2_run-1.nii", "sub-2/sub-2_run-1.nii",
		"sub-2/sub-2_run-2.nii",
	                       "12-12-3", "1-2-3", "ab-ab-c", "xaxbxb");

	CHECK_TEXT(found("sub-{sub}/sub-{sub}_run-{run}.nii", top),
	           "sub-1/sub-1_run-2.nii:1,2 sub-2/sub-2_run-1.nii:2,1 sub-2/sub-2_run-2.nii:2,2");
	CHECK_TEXT(found("sub-{sub}/sub-{sub}_run-1.nii", top), "sub-2/sub-2_run-1.nii:2");
	CHECK_TEXT(found("{x}-{x}-{y}", top), "12-12-3:12,3 ab-ab-c:ab,c");
	CHECK_TEXT(found("*x{a}x{a}", top), "xaxbxb:b");
}

TEST(captures_are_long_and_stars_short)
{
	const char *top = TREE("run12_bold", "prefix_run3bold", "a-b");

	CHECK_TEXT(found("*{run}_bold", top), "run12_bold:run12");
	CHECK_TEXT(found("*run{run}bold", top), "prefix_run3bold:3");
	CHECK_TEXT(found("{a}*", top), "a-b:a prefix_run3bold:prefix run12_bold:run12");
}

TEST(special_characters_of_shells_are_literal)
{
	const char *top = TREE("a?[b].nii", "aX[b].nii", "a\\b", "~x", "$y");

	CHECK_TEXT(found("a?[b].nii", top), "a?[b].nii");
	CHECK_TEXT(found("a?[*].nii", top), "a?[b].nii");
	CHECK_TEXT(found("a\\*", top), "a\\b");
	CHECK_TEXT(found("~*", top), "~x");
	CHECK_TEXT(found("$*", top), "$y");
}

TEST(hidden_files_need_a_written_dot)
{
	const char *top = TREE(".git/x", ".hid", "a/x", "b/.x");

	CHECK_TEXT(found("*/x", top), "a/x");
	CHECK_TEXT(found("**/x", top), "a/x");
	CHECK_TEXT(found(".*", top), ".hid");
	CHECK_TEXT(found(".git/*", top), ".git/x");
}

TEST(two_stars_match_any_number_of_folders)
{
	const char *top = TREE("f1", "a/f2", "a/b/f3", "a/b/c/d/f4", "a/b/g");

	CHECK_TEXT(found("**/f{n}", top), "f1:1 a/f2:2 a/b/f3:3 a/b/c/d/f4:4");
	CHECK_TEXT(found("a/**/b/**/f{n}", top), "a/b/f3:3 a/b/c/d/f4:4");
	CHECK_TEXT(found("**/**/f{n}", top), "f1:1 a/f2:2 a/b/f3:3 a/b/c/d/f4:4");
	CHECK_TEXT(found("a/**/{d}/f{n}", top), "a/b/f3:b,3 a/b/c/d/f4:d,4");
}

TEST(links_are_followed_but_not_in_circles)
{
	struct arena *a = check_arena();
	const char *top = TREE("real/f", "d/x");

	CHECK(!symlink("real", path_join(a, top, "link")));
	CHECK(!symlink("..", path_join(a, top, "real/up")));
	CHECK(!symlink(".", path_join(a, top, "real/self")));
	CHECK(!symlink("self2", path_join(a, top, "real/self2")));
	CHECK(!symlink("nowhere", path_join(a, top, "d/gone")));
	CHECK_TEXT(found("{d}/f", top), "link/f:link real/f:real");
	CHECK_TEXT(found("**/f", top), "link/f real/f");
	CHECK_TEXT(found("real/self/self/f", top), "real/self/self/f");
	CHECK_TEXT(found("d/*", top), "d/gone d/x");
	CHECK_TEXT(found("d/gone", top), "d/gone");
	CHECK_TEXT(found("real/self2/f", top), "/real/self2 is not a folder");
}

TEST(only_files_match)
{
	const char *top = TREE("a/x.nii/", "a/y.nii");

	CHECK_TEXT(found("a/*.nii", top), "a/y.nii");
	CHECK_TEXT(found("a/x.nii", top), "/a/x.nii is not a file");
	CHECK_TEXT(found("a/y.nii/z", top), "/a/y.nii is not a folder");
	CHECK(!mkfifo(path_join(check_arena(), top, "a/p.nii"), 0600));
	CHECK_TEXT(found("a/*.nii", top), "a/y.nii");
}

TEST(a_pattern_without_match_says_how_far_it_led)
{
	const char *top = TREE("study/derivatives/sub-01/func/a.nii", "study/derivatives/sub-02/anat/a.nii", "study/raw/x");

	CHECK_TEXT(found("studdy/sub-{sub}/a.nii", top), "/ exists, no folder studdy (did you mean 'study'?)");
	CHECK_TEXT(found("study/sub-*/a.nii", top), "/study/ exists, no folder like sub-*");
	CHECK_TEXT(found("study/derivatives/sub-{sub}/func/*_bold.nii", top),
		"/study/derivatives/sub-01/func/ exists, no file like *_bold.nii");
	CHECK_TEXT(found("study/derivatives/sub-{sub}/func/b.nii", top),
	           "/study/derivatives/sub-01/func/ exists, no file b.nii (did you mean 'a.nii'?)");
	CHECK_TEXT(found("study/derivatives/sub-{sub}/sub-{sub}_bold.nii", top),
		"/study/derivatives/sub-01/ exists, no file sub-01_bold.nii");
	CHECK_TEXT(found("study/**/*.gz", top), "/study/ exists, no file like *.gz in it or below");
	CHECK_TEXT(found("*.nii", "/no/such/folder"), "there is no folder ");
	CHECK_TEXT(found("x.nii", "/no/such/folder"), "there is no folder ");
}

TEST(absolute_patterns_and_the_working_folder)
{
	struct arena *a = check_arena();
	const char *top = TREE("d/f.nii"), *near;
	struct pattern_match *m;
	int n;

	CHECK_OK(pattern_glob(&m, &n, &near, path_join(a, top, "d/{f}.nii"), "/somewhere/else", a));
	CHECK_INT(n, 1);
	CHECK_TEXT(m[0].path, path_join(a, top, "d/f.nii"));
	CHECK(!chdir(top));
	CHECK_OK(pattern_glob(&m, &n, &near, "*/{f}.nii", ".", a));
	CHECK_INT(n, 1);
	CHECK_TEXT(m[0].path, "d/f.nii");
	CHECK_OK(pattern_glob(&m, &n, &near, "../*/d/f.nii", path_join(a, top, "d/.."), a));
	CHECK_OK(pattern_glob(&m, &n, &near, "g.nii", ".", a));
	CHECK_TEXT(near, "./ exists, no file g.nii");
	CHECK(!chdir("/"));
}

TEST(folders_that_cannot_be_read_are_an_error)
{
	const char *top = TREE("a/b/f"), *path = path_join(check_arena(), top, "a");

	if (!geteuid())   /* may read everything */
		return;
	CHECK(!chmod(path, 0));
	CHECK_ERROR(glob_of("a/*", top), "Permission denied");
	CHECK_ERROR(glob_of("a/b/f", top), "Permission denied");
	CHECK(!chmod(path, 0700));
}

TEST(names_that_are_not_utf_8_are_refused_only_when_they_match)
{
	const char *top = TREE("a\xff.nii", "b.nii");

	CHECK_TEXT(found("b*", top), "b.nii");
	CHECK_ERROR(glob_of("*.nii", top), "is not UTF-8");
}

TEST(backtracking_does_not_run_away)
{
	char name[256] = { 0 };
	const char *top;

	memset(name, 'a', 200);
	top = TREE(name);
	CHECK_TEXT(found("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", top), "/ exists, no file like *a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
	CHECK_TEXT(found("{p}a{q}a{r}a{s}a{t}a{u}a{v}a{w}b", top),
		"/ exists, no file like {p}a{q}a{r}a{s}a{t}a{u}a{v}a{w}b");
	CHECK_TEXT(found("{p}a{q}a*{r}a*{s}a{p}b", top), "/ exists, no file like {p}a{q}a*{r}a*{s}a{p}b");
}

TEST(two_thousand_files_are_found)
{
	struct arena *a = check_arena();
	const char *top = check_folder(), *near;
	struct pattern_match *m;
	int n;

	for (int k = 0; k < 2000; k++)
		CHECK_OK(file_write(arena_printf(a, "%s/sub-%d_task-rest_bold.nii.gz", top, k), "", 0));
	CHECK_OK(pattern_glob(&m, &n, &near, "sub-{sub}_task-{task}_*.nii.gz", top, a));
	CHECK_INT(n, 2000);
	for (int k = 0; k < 2000; k++)
		CHECK_TEXT(m[k].capture[0], arena_printf(a, "%d", k));
}
