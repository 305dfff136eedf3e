#include "cli/subject.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/words.h"
#include "plan/outside.h"
#include "store/store.h"

/* ---- outside files ---- */
struct extension { const char *end, *kind; };

/* The first that fits; a kind that this build does not have is a file. */
static const struct extension extensions[] = {
	{ ".nii.gz", "image" }, { ".nii", "image" }, { ".hdr", "image" }, { ".img", "image" }, { ".tsv", "table" },
	{ ".csv", "table" }, { ".txt", "table" }, { ".npy", "matrix" }, { ".json", "record" }, { NULL, "file" },
};

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n > k && strcmp(text + n - k, end) == 0;
}

static const char *guess_kind(const char *path)
{
	const struct extension *x = extensions;

	while (x->end && !ends_with(path, x->end))
		x++;
	return kind_find(x->kind) ? x->kind : "file";
}

void subject_file(struct subject *out, const char *path, struct arena *a)
{
	const char *kind = guess_kind(path);
	const struct kind_decl *d = kind_find(kind);
	struct blob *blob = NEW(a, struct blob);

	*out = (struct subject){ path, { .cell = "", .kind = kind, .n_blob = 1, .blob = blob }, NULL };
	out->import = d && d->import ? node_find(d->import) : NULL;
	*blob = (struct blob){ !out->import && d && d->blob ? d->blob : "file", path };
}

/* ---- results ---- */
bool subject_blobs(struct item *out, const struct store *s, const struct plan *p, const struct artifact *art, struct arena *a)
{
	struct blob *blob = NEW_N(a, struct blob, art->n_blob);

	for (int i = 0; i < art->n_blob; i++) {
		const struct digest *d = &art->blob[i].digest;
		const struct outside_file *from;
		const char *path = p ? plan_blob(p, d, &from, a) : store_has_blob(s, d) ? store_blob_path(s, d, a) : NULL;

		if (!path)
			return false;
		blob[i] = (struct blob){ art->blob[i].name, path };
	}
	out->n_blob = art->n_blob;
	out->blob = blob;
	return true;
}

static int find_port(const struct step *s, const char *name)
{
	for (int i = 0; i < s->n_out; i++)
		if (!name || strcmp(s->out[i].name, name) == 0)
			return i;
	return -1;
}

static const char *port_names(struct arena *a, const struct step *s)
{
	struct buf b = { .arena = a };

	buf_add(&b, "");
	for (int i = 0; i < s->n_out; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", s->out[i].name);
	return b.text;
}

/* "step@cell.port": the port is what follows the last dot, unless all of it names a task. */
static struct error *find_result(struct subject *out, const struct study *s, const char *word)
{
	const char *dot = strrchr(word, '.'), *name = NULL, *port = NULL;
	const struct task *t = study_task(s, word);
	const struct artifact *art;
	int k;

	if (!t && dot) {
		name = arena_strndup(s->arena, word, (size_t)(dot - word));
		port = dot + 1;
		t = study_task(s, name);
	}
	if (!t)
		return study_no_task(s, name ? name : word);
	k = find_port(t->step, port);
	if (k < 0)
		return error_new(ERR_USER, "step '%s' has no output '%s'; it has %s", t->step->name, port ? port : "",
		                 port_names(s->arena, t->step));
	art = task_output(t, k);
	if (!art)
		return error_new(ERR_DATA, "%s has no result for the files as they are now; 'sulcus run %s' makes it",
		                 task_name(s->arena, t), s->file);
	out->item.kind = words_kind(&t->step->out[k]);
	out->item.cell = "";
	if (!subject_blobs(&out->item, s->store, s->plan, art, s->arena))
		return error_new(ERR_DATA, "%s: its bytes are not in the store: they passed to the steps that read them, or were dropped; "
		                 "with keep: always in step '%s', 'sulcus run %s' makes and keeps them", out->name, t->step->name, s->file);
	return NULL;
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

struct error *subject_find(struct subject *out, int *code, const char *word, const struct study_options *o, struct arena *a)
{
	const char *colon = strrchr(word, ':');
	const char *file = colon ? arena_strndup(a, word, (size_t)(colon - word)) : NULL;
	struct study s;
	struct error *e;

	*code = CLI_DONE;
	if (is_file(word)) {
		subject_file(out, word, a);
		return NULL;
	}
	if (!file || !is_file(file))
		return error_new(ERR_USER, "%s: there is no such file, nor a pipeline and step (study.yaml:step@01.image)", word);
	*out = (struct subject){ .name = word };
	e = study_load(&s, code, file, o, a);
	if (!e && *code == CLI_DONE)
		e = find_result(out, &s, colon + 1);
	study_close(&s);
	return e;
}
