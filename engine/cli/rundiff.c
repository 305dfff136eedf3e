#include "cli/rundiff.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/map.h"
#include "cli/looker.h"
#include "cli/subject.h"
#include "cli/taskdiff.h"
#include "run/sched.h"

enum { MOST_DEPTH = 16 };

/* What sulcus itself writes beside the results. */
static const char *const own[] = { "run.json", "manifest.json", "summary.html", "summary.txt", "logs", NULL };


struct comparing {
	struct looker *looker;
	struct arena *arena;
	bool all;
	const char *folder[2];
	struct totals files;
};

/* ---- exports, by file ---- */
struct names { int n; const char **name; };   /* below the folder */

static bool is_own(const char *name)
{
	for (int i = 0; own[i]; i++)
		if (strcmp(own[i], name) == 0)
			return true;
	return name[0] == '.';
}

static struct error *walk(struct names *out, const char *top, const char *below, int depth, struct arena *a)
{
	char **name;
	int n;

	if (depth > MOST_DEPTH)
		return error_new(ERR_DATA, "%s/%s: folders are nested too deep", top, below);
	TRY(file_list(&name, &n, *below ? path_join(a, top, below) : top, a));
	for (int i = 0; i < n; i++) {
		const char *path = *below ? path_join(a, below, name[i]) : name[i];
		struct stat st;

		if ((!*below && is_own(name[i])) || stat(path_join(a, top, path), &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			TRY(walk(out, top, path, depth + 1, a));
		else if (S_ISREG(st.st_mode))
			PUSH(a, out->name, out->n, path);
	}
	return NULL;
}

/* Equal bytes need no worker. */
static struct error *same_bytes(bool *same, const char *x, const char *y)
{
	struct digest d[2];
	int64_t size[2];

	TRY(digest_file(&d[0], &size[0], x, machine_jobs()));
	TRY(digest_file(&d[1], &size[1], y, machine_jobs()));
	*same = size[0] == size[1] && digest_equal(&d[0], &d[1]);
	return NULL;
}

static struct error *compare_file(struct comparing *c, const char *name)
{
	struct arena *a = c->arena;
	struct subject s[2];
	struct difference d;

	for (int i = 0; i < 2; i++)
		subject_file(&s[i], path_join(a, c->folder[i], name), a);
	TRY(same_bytes(&d.same, s[0].name, s[1].name));
	d.text = "the same bytes";
	if (!d.same)
		TRY(looker_diff(&d, c->looker, &s[0], &s[1]));
	c->files.n_same += d.same;
	c->files.n_differ += !d.same;
	if (!d.same || c->all)
		printf("%s: %s%s%s\n", name, d.same ? "same" : "differs", *d.text ? ": " : "", d.text);
	return NULL;
}

static struct error *compare_files(struct comparing *c)
{
	struct arena *a = c->arena;
	struct names list[2] = { { 0 } };
	struct map *in_b = map_new(a), *in_a = map_new(a);

	for (int i = 0; i < 2; i++)
		TRY(walk(&list[i], c->folder[i], "", 0, a));
	for (int i = 0; i < list[1].n; i++)
		map_put(in_b, list[1].name[i], list);
	for (int i = 0; i < list[0].n; i++) {
		map_put(in_a, list[0].name[i], list);
		if (map_get(in_b, list[0].name[i])) {
			TRY(compare_file(c, list[0].name[i]));
			continue;
		}
		printf("%s: only in %s\n", list[0].name[i], c->folder[0]);
		c->files.n_only[0]++;
	}
	for (int i = 0; i < list[1].n; i++)
		if (!map_get(in_a, list[1].name[i])) {
			printf("%s: only in %s\n", list[1].name[i], c->folder[1]);
			c->files.n_only[1]++;
		}
	return NULL;
}

static const char *folder_of(struct arena *a, const char *run)
{
	return strcmp(path_base(run), "run.json") == 0 ? path_folder(a, run) : run;
}

static bool print_totals(const char *what, const struct totals *t)
{
	printf("%s: %d same, %d differ, %d only in the first, %d only in the second\n", what, t->n_same, t->n_differ,
	       t->n_only[0], t->n_only[1]);
	return !t->n_differ && !t->n_only[0] && !t->n_only[1];
}

struct error *rundiff(bool *same, const char *const run[2], struct looker *l, struct store *store, bool all)
{
	struct comparing c = { .looker = l, .arena = l->arena, .all = all };
	struct totals tasks = { 0 };

	for (int i = 0; i < 2; i++)
		c.folder[i] = folder_of(l->arena, run[i]);
	TRY(taskdiff(&tasks, c.folder, l, store, all));
	TRY(compare_files(&c));
	*same = print_totals("results of tasks", &tasks);
	*same &= print_totals("exported files", &c.files);
	return NULL;
}
