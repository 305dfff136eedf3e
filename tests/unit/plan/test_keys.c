/* Keys: what they depend on, and that their form never changes by accident.
 *
 * GOLDEN has a line for the defaults of every node and for each canonical form. A changed line with the same version
 * means that all results in all stores would be made again: bump the node's version if that is meant. */
#include "golden.h"
#include "study.h"

#include <math.h>

#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"

/* ---- the defaults of every node ---- */
static void add_value(struct buf *b, const struct param_decl *p)
{
	double x = isfinite(p->min) ? p->min + p->above_min : 1;
	bool many = p->type == PARAM_NUMBERS || p->type == PARAM_TEXTS;

	buf_printf(b, ", %s: %s", p->name, many ? "[" : "");
	for (int i = 0; i < (many && p->min_n > 1 ? p->min_n : 1); i++) {
		buf_add(b, i ? ", " : "");
		if (p->type == PARAM_TEXT || p->type == PARAM_TEXTS)
			buf_printf(b, "x%d", i);
		else if (p->type == PARAM_CHOICE)
			buf_add(b, p->choice[0]);
		else if (p->type == PARAM_BOOL)
			buf_add(b, "true");
		else
			json_number(b, x);
	}
	buf_add(b, many ? "]" : "");
}

/* A step of the node, and commands that make what its ports want. */
static const char *node_yaml(const struct node_decl *node)
{
	struct buf b = { .arena = check_arena() };

	buf_add(&b, "steps:\n");
	for (int i = 0; i < node->n_in; i++)
		if (!node->in[i].optional)
			buf_printf(&b, "  s%d: {do: command, argv: [cat], writes: {o: %s}}\n", i, node->in[i].kind);
	buf_printf(&b, "  it: {do: %s", node->name);
	for (int i = 0; i < node->n_in; i++)
		if (!node->in[i].optional)
			buf_printf(&b, node->in[i].many ? ", %s: [$s%d.o]" : ", %s: $s%d.o", node->in[i].name, i);
	for (int i = 0; i < node->n_param; i++)
		if (!node->param[i].fallback && !node->param[i].optional)
			add_value(&b, &node->param[i]);
	buf_add(&b, "}\n");
	return b.text;
}

TEST(the_keys_of_all_nodes_are_as_ever)
{
	int n_wrong = 0;

	for (int i = 0; node_table[i]; i++) {
		const struct node_decl *node = node_table[i];
		STUDY(s);

		if (strncmp(node->name, "import.", 7) == 0)
			continue;  /* inputs, below */
		study_run(&s, node_yaml(node));
		for (int k = 0; k < s.plan->n_task; k++)
			if (strcmp(s.plan->task[k]->step->name, "it") == 0 && s.plan->task[k]->want < 0) {
				n_wrong += in_golden(arena_printf(check_arena(), "%s %d %s", node->name, node->version,
				                                  study_key(&s, task_name(check_arena(), s.plan->task[k]))));
				break;
			}
	}
	CHECK_INT(n_wrong, 0);
}

/* ---- every form that a key's text can have ---- */
static const char forms[] =
	"params:\n  n: {each: [0.5, 2 mm]}\n"
	"inputs:\n  bold: {kind: bold, files: \"bold_{sub}.nii\"}\n  table: {kind: table, files: table.tsv, columns: [b, a]}\n"
	"steps:\n"
	"  smooth: {do: image.smooth, image: $bold, fwhm: [1 cm, 2, 0.1]}\n"
	"  mean: {do: image.mean_of, images: $smooth.image, gather: sub}\n"
	"  spheres: {do: signals.spheres, bold: $bold, confounds: $table, seeds: [[0, -52, 18], [1e-3, 0.10, +4]], radius: $n}\n"
	"  item: {do: test.echo, text: \"say \\\"hi\\\" \\u00e9\"}\n"
	"  items: {do: test.echo, records: [$item.record, $item.extra]}\n";

TEST(the_forms_of_keys_are_as_ever)
{
	STUDY(s);
	int n_wrong = 0;

	study_file(&s, "bold_01.nii", "one");
	study_file(&s, "bold_02.nii", "two");
	study_file(&s, "table.tsv", "a\tb\n1\t2\n");
	study_run(&s, forms);
	for (int i = 0; i < s.plan->n_task; i++) {
		const char *name = task_name(check_arena(), s.plan->task[i]);

		n_wrong += in_golden(arena_printf(check_arena(), "form %s %s", name, study_key(&s, name)));
	}
	CHECK_INT(n_wrong, 0);
}

TEST(a_key_text_reads_as_documented)
{
	STUDY(s);

	study_file(&s, "bold_01.nii", "one");
	study_file(&s, "bold_02.nii", "two");
	study_file(&s, "table.tsv", "a\tb\n1\t2\n");
	study_run(&s, forms);
	const char *text = task_key_text(s.plan, study_task(&s, "smooth@01"), check_arena());

	const char *begin = "sulcus key 1\nnode image.smooth 1\nparam kernel \"gaussian\"\nparam fwhm [10,2,0.1]\nparam compat \"none\"\nin image ";
	CHECK(strncmp(text, begin, strlen(begin)) == 0);
	text = task_key_text(s.plan, study_task(&s, "mean"), check_arena());
	CHECK(strstr(text, "\nin images 01=") && strstr(text, " 02="));
	text = task_key_text(s.plan, study_task(&s, "item.extra"), check_arena());
	CHECK(strstr(text, "\nwant extra\n"));
}

/* ---- what a key does not depend on ---- */
static const char *key_with(const char *yaml, const char *task, const char *file)
{
	STUDY(s);
	const char *key;

	study_file(&s, file, "one");
	study_run(&s, yaml);
	key = study_key(&s, task);
	return key;
}

/* Items that a written map names have these names as cells, in whatever order the lines stand. */
TEST(a_written_map_names_its_items)
{
	const char *start = "inputs:\n  x: {kind: bold, files: x.nii}\n  y: {kind: bold, files: x.nii}\nsteps:\n";
	const char *key = key_with(arena_printf(check_arena(), "%s  m: {do: image.mean_of, images: {p: $x, q: $y}}\n", start), "m", "x.nii");

	CHECK_TEXT(key_with(arena_printf(check_arena(), "%s  m: {do: image.mean_of, images: {q: $x, p: $y}}\n", start), "m", "x.nii"), key);
	CHECK(strcmp(key_with(arena_printf(check_arena(), "%s  m: {do: image.mean_of, images: {p: $x, r: $y}}\n", start), "m", "x.nii"), key) != 0);
	CHECK(strcmp(key_with(arena_printf(check_arena(), "%s  m: {do: image.mean_of, images: [$x, $y]}\n", start), "m", "x.nii"), key) != 0);
}

TEST(names_order_paths_and_units_do_not_matter)
{
	const char *key = key_with("inputs:\n  bold: {kind: bold, files: \"{sub}.nii\"}\nsteps:\n"
	                           "  a: {do: image.smooth, image: $bold, fwhm: 6 mm}\n", "a@01", "01.nii");

	CHECK_TEXT(key_with("params: {w: 0.6 cm}\ninputs:\n  x: {files: \"d/s{who}.nii\", kind: bold}\nsteps:\n"
	                    "  other: {fwhm: $w, image: $x, do: image.smooth, note: hello, keep: never, retry: 3, need: {threads: 2}}\n",
	                    "other@zz", "d/szz.nii"), key);
	CHECK_TEXT(key_with("inputs:\n  bold: {kind: bold, files: \"{sub}.nii\"}\ndefaults: {fwhm: [6000 um]}\nsteps:\n"
	                    "  a: {do: image.smooth, image: $bold}\n", "a@01", "01.nii"), key);
	CHECK_TEXT(key_with("params: {w: {each: [4, 6]}}\ninputs:\n  bold: {kind: bold, files: \"{sub}.nii\"}\nsteps:\n"
	                    "  a: {do: image.smooth, image: $bold, fwhm: $w}\n", "a@01,6", "01.nii"), key);
	CHECK(strcmp(key_with("inputs:\n  bold: {kind: bold, files: \"{sub}.nii\"}\nsteps:\n"
	                      "  a: {do: image.smooth, image: $bold, fwhm: 6.5}\n", "a@01", "01.nii"), key) != 0);
}
