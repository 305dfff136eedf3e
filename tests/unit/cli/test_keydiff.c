#include "check.h"

#include <math.h>

#include "cli/keydiff.h"
#include "node/node.h"
#include "plan/plan.h"

static const struct param_decl params[] = {
	{ .name = "fwhm", .unit = "mm", .type = PARAM_NUMBERS }, { .name = "edge", .type = PARAM_TEXT },
};
static const struct port_decl inputs[] = { { .name = "image", .kind = "any" }, { .name = "images", .kind = "any", .many = true } };
static const struct node_decl node = { .name = "image.smooth", .version = 2, .param = params, .n_param = 2, .in = inputs, .n_in = 2 };
static struct setting settings[2];
static struct step step = { .name = "smooth", .node = &node, .setting = settings };

/* Stands for the plan's: what is asked of a task here. */
const char *task_name(struct arena *a, const struct task *t)
{
	(void)a;
	return t->step->name;
}

const char *task_setting(const struct task *t, int i, struct arena *a)
{
	(void)t;
	(void)a;
	return i ? "\"zero\"" : "[8]";
}

static struct changes changes(const char *old, const char *now)
{
	struct task_arg *arg = NEW_N(check_arena(), struct task_arg, 2);
	struct task t = { .step = &step, .arg = arg, .path = "/data/a.nii" };
	struct changes c = { .arena = check_arena() };

	key_changes(&c, &t, old, now);
	return c;
}

TEST(equal_texts_have_no_changes)
{
	CHECK_INT(changes("sulcus key 1\nnode a 1\nparam fwhm [6]\n", "sulcus key 1\nnode a 1\nparam fwhm [6]\n").n, 0);
}

TEST(a_parameter_is_told_with_its_unit_and_origin)
{
	struct changes c = changes("sulcus key 1\nparam fwhm [6]\n", "sulcus key 1\nparam fwhm [8]\n");

	CHECK_INT(c.n, 1);
	CHECK_TEXT(c.text[0], "param fwhm: 6 mm -> 8 mm (the node's default)");
}

TEST(a_new_version_is_told)
{
	struct changes c = changes("k\nnode image.smooth 1\n", "k\nnode image.smooth 2\n");

	CHECK_TEXT(c.text[0], "node image.smooth: version 1 -> 2");
}

TEST(a_changed_file_is_told)
{
	struct changes c = changes("k\nfile 00112233445566778899\n", "k\nfile aabbccddeeff00112233\n");

	CHECK_TEXT(c.text[0], "input file /data/a.nii: digest 001122334455 -> aabbccddeeff");
}

TEST(cells_of_a_list_are_compared_by_key)
{
	struct changes c = changes("k\nin images 01=aa 02=bb 03=cc\n", "k\nin images 01=aa 02=xx 04=dd 05=ee\n");

	CHECK_INT(c.n, 1);
	CHECK_TEXT(c.text[0], "input images: 1 changed: 02; 2 new: 04, 05; 1 gone: 03");
}

TEST(what_came_and_what_went_is_told)
{
	struct changes c = changes("k\nin image aa\nparam old 1\n", "k\nin images 01=aa\n");

	CHECK_INT(c.n, 3);
	CHECK_TEXT(c.text[0], "input images: given now");
	CHECK_TEXT(c.text[1], "input image: no longer given");
	CHECK_TEXT(c.text[2], "param old: 1 -> not given");
}

TEST(without_inputs_node_and_parameters_are_compared)
{
	struct task t = { .step = &step };
	struct changes c = { .arena = check_arena() };

	key_changes_so_far(&c, &t, "k\nnode image.smooth 2\nparam fwhm [6]\nparam edge \"zero\"\nin image aa\n");
	CHECK_INT(c.n, 1);
	CHECK_TEXT(c.text[0], "param fwhm: 6 mm -> 8 mm (the node's default)");
}

TEST(damaged_texts_are_survived)
{
	CHECK_INT(changes("", "").n, 0);
	CHECK_INT(changes("x", "k\n\nin\nparam\n\n\n").n, 2);
}
