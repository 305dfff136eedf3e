#include "check.h"

#include "run/command.h"

TEST(words_that_name_a_port_become_its_files)
{
	const char *two[] = { "/w/a-0.nii", "/w/a-1.nii" }, *one[] = { "/w/out.nii" };
	struct command_port port[] = { { "a", "image", 2, two }, { "out", "image", 1, one } };
	const char *arg[] = { "prog", "$a", "-o", "$out", "$b", "x$a", "$" };
	const char *const *v = command_argv(7, arg, 2, port, check_arena());
	static const char *const must[] = { "prog", "/w/a-0.nii", "/w/a-1.nii", "-o", "/w/out.nii", "$b", "x$a", "$" };

	for (int i = 0; i < 8; i++)
		CHECK_TEXT(v[i], must[i]);
	CHECK(v[8] == NULL);
}

TEST(a_kind_has_the_extension_of_what_it_is)
{
	CHECK_TEXT(kind_ext("bold"), "nii");
	CHECK_TEXT(kind_ext("record"), "json");
	CHECK_TEXT(kind_ext("nothing"), "dat");
}
