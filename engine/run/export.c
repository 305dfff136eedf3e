#include "run/export.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "node/node.h"
#include "plan/outside.h"
#include "run/export_name.h"
#include "run/manifest.h"
#include "run/pool.h"
#include "run/sched.h"
#include "run/work.h"
#include "store/store.h"

/* The blob that people get in a file of its own beside the main one, such as the names of labels; NULL: none. */
static const struct artifact *also_exported(const char **ext, const struct artifact *art, const struct kind_decl *kind,
                                            struct arena *a)
{
	while (kind && !kind->also[0])
		kind = kind->is ? kind_find(kind->is) : NULL;
	for (int i = 0; kind && i < art->n_blob; i++) {
		struct artifact *one;

		if (strcmp(art->blob[i].name, kind->also[0]) != 0)
			continue;
		one = NEW(a, struct artifact);
		one->n_blob = 1;
		one->blob = NEW(a, struct store_blob);
		*one->blob = art->blob[i];
		one->blob->name = "file";
		artifact_seal(one);
		*ext = kind->also[1];
		return one;
	}
	return NULL;
}

static void push_file(struct exports *x, struct export_file f)
{
	f.fresh = manifest_is_fresh(x, &f);
	x->n_fresh += f.fresh;
	PUSH(x->arena, x->file, x->n, f);
}

static void add_file(struct exports *x, const struct export *ex, struct task *t, const char *item)
{
	const struct step_out *out = &ex->source.step->out[ex->source.port];
	enum layout layout = x->plan->pipeline->layout;
	struct export_file f = { .step = t->step->name, .task = t, .from = { t, ex->source.port, item } };
	const char *ext;

	f.artifact = dep_output(x->plan, &f.from);
	if (!f.artifact)
		return;
	f.kind = out->kind ? out->kind->name : "file";
	f.name = export_file_name(layout, ex, t, item, export_ext(out->kind), x->arena);
	push_file(x, f);
	f.artifact = also_exported(&ext, f.artifact, out->kind, x->arena);
	if (f.artifact) {
		f.kind = "file";
		f.name = export_file_name(layout, ex, t, item, ext, x->arena);
		push_file(x, f);
	}
}

/* A list output is one file an item. */
static void add_items(struct exports *x, const struct export *ex, struct task *t)
{
	const struct artifact *art = task_output(t, ex->source.port);
	const char *last = "";

	for (int i = 0; art && i < art->n_blob; i++) {
		const char *name = art->blob[i].name, *slash = strchr(name, '/'), *item;

		if (!slash)
			continue;
		item = arena_strndup(x->arena, name, (size_t)(slash - name));
		if (strcmp(item, last) != 0)
			add_file(x, ex, t, item);
		last = item;
	}
}

/* What a folder of BIDS derivatives says of itself. One that somebody else wrote stays. */
static void add_description(struct exports *x)
{
	static const char name[] = "dataset_description.json";
	const char *title = x->plan->pipeline->title;
	struct artifact *art = NEW(x->arena, struct artifact);
	struct buf b = { .arena = x->arena };

	if (!map_get(x->recorded, name) && file_exists(path_join(x->arena, x->folder, name)))
		return;
	buf_add(&b, "{\n  \"Name\": ");
	json_text(&b, title && *title ? title : "results");
	buf_add(&b, ",\n  \"BIDSVersion\": \"1.10.0\",\n  \"DatasetType\": \"derivative\",\n  \"GeneratedBy\": [{\"Name\": \"sulcus\", \"Version\": ");
	json_text(&b, x->version ? x->version : "");
	buf_add(&b, "}]\n}\n");
	*art = (struct artifact){ .n_blob = 1, .blob = NEW(x->arena, struct store_blob) };
	art->blob[0] = (struct store_blob){ "file", digest_bytes(b.text, b.n), (int64_t)b.n };
	artifact_seal(art);
	push_file(x, (struct export_file){ .name = name, .kind = "file", .step = "", .artifact = art, .text = b.text });
}

struct error *exports_list(struct exports *x)
{
	x->n = x->n_fresh = 0;
	x->file = NULL;
	if (!x->read)
		TRY(manifest_read(x));
	x->read = true;
	for (int i = 0; i < x->plan->pipeline->n_export; i++) {
		const struct export *ex = &x->plan->pipeline->export[i];
		struct task *const *task;
		int n = plan_tasks(ex->source.step, ex->source.port, &task);

		for (int k = 0; k < n; k++) {
			if (ex->source.step->out[ex->source.port].port->axis)
				add_items(x, ex, task[k]);
			else
				add_file(x, ex, task[k], NULL);
		}
	}
	if (x->n && x->plan->pipeline->layout == LAYOUT_BIDS)
		add_description(x);
	return NULL;
}

void exports_want_bytes(struct exports *x)
{
	for (int i = 0; i < x->n; i++)
		if (!x->file[i].fresh && !x->file[i].text)
			sched_want_bytes(x->plan, dep_maker(&x->file[i].from));
}

static struct error *send_file(struct exports *x, struct pool *pool, struct export_file *f)
{
	struct arena *a = arena_new();
	struct wire_item item = { .item = { .cell = "", .kind = f->kind, .n_blob = f->artifact->n_blob } };
	struct wire_port in = { .port = "artifact", .n = 1, .item = &item };
	struct blob *blob = NEW_N(a, struct blob, f->artifact->n_blob);
	struct request r = { .what = WIRE_WRITE, .name = f->name, .n_in = 1, .in = &in, .threads = 1 };

	for (int i = 0; i < f->artifact->n_blob; i++) {
		const struct outside_file *from;
		const struct digest *d = &f->artifact->blob[i].digest;
		const char *path = plan_blob(x->plan, d, &from, a);

		if (from)
			PUSH(x->arena, f->outside, f->n_outside, from);
		blob[i] = (struct blob){ f->artifact->blob[i].name, path ? path : store_blob_path(x->plan->store, d, a) };
	}
	item.item.blob = blob;
	r.path = arena_printf(a, "%s/%s", x->folder, f->name);
	struct error *e = strchr(f->name, '/') ? file_mkdirs(path_folder(a, r.path)) : NULL;

	if (!e)
		e = pool_send(pool, &r, f);

	arena_free(a);
	return e;
}

/* What was written of a file that changed meanwhile is no result, whatever else went wrong. */
static struct error *files_stayed(const struct exports *x, const struct export_file *f, struct error *e)
{
	struct error *changed = outside_check_all(f->n_outside, f->outside);

	if (!changed)
		return e;
	if (!e)
		unlink(path_join(x->arena, x->folder, f->name));
	error_free(e);
	return changed;
}

static void take_file(struct exports *x, struct export_file *f, struct error *e)
{
	f->error = files_stayed(x, f, e);
	if (!f->error && !manifest_stat(x, f))
		f->error = error_new(ERR_SYSTEM, "%s/%s vanished while it was written", x->folder, f->name);
	x->n_failed += f->error != NULL;
	x->n_written += !f->error;
}

static void write_text(struct exports *x, struct export_file *f)
{
	const char *path = path_join(x->arena, x->folder, f->name);

	take_file(x, f, file_write_by(arena_printf(x->arena, "%s/.%d-%s", x->folder, (int)getpid(), f->name), path, f->text, strlen(f->text)));
}

static struct error *write_files(struct exports *x, struct pool *pool)
{
	int next = 0;

	while (next < x->n || pool_busy(pool)) {
		struct pool_event ev;

		while (next < x->n && (x->file[next].fresh || pool_busy(pool) < pool_max(pool))) {
			if (!x->file[next].fresh && x->file[next].text)
				write_text(x, &x->file[next]);
			else if (!x->file[next].fresh)
				TRY(send_file(x, pool, &x->file[next]));
			next++;
		}
		if (!pool_busy(pool))
			continue;
		TRY(pool_wait(pool, &ev, -1, -1, x->arena));
		if (ev.ctx)
			take_file(x, ev.ctx, ev.death ? ev.death : ev.reply->error);
	}
	return NULL;
}

/* Two exports of one name would overwrite each other for ever. */
static struct error *check_names(const struct exports *x)
{
	struct map *seen = map_new(x->arena);

	for (int i = 0; i < x->n; i++) {
		struct export_file *other = map_put(seen, x->file[i].name, &x->file[i]);

		if (other)
			return error_new(ERR_USER, "two exports are called %s: one of step '%s', one of step '%s'", other->name,
			                 other->step, x->file[i].step);
	}
	return NULL;
}

static bool is_export(const struct exports *x, const char *name)
{
	for (int i = 0; i < x->n; i++)
		if (strcmp(x->file[i].name, name) == 0)
			return true;
	return strcmp(name, manifest_name) == 0;
}

/* ".PID-NAME" of an export or the manifest and ".run.json.PID" are halves that a killed run left behind. below: "" or
 * "sub-01/func/". */
static bool is_left_over(const struct exports *x, const char *below, const char *name, double age_s)
{
	static const char report[] = ".run.json.";
	bool of_report = strncmp(name, report, sizeof report - 1) == 0;
	const char *digits = of_report ? name + sizeof report - 1 : name + 1;
	char *end;
	long pid = *name == '.' && *digits >= '1' && *digits <= '9' ? strtol(digits, &end, 10) : 0;

	if (pid < 1 || pid > INT_MAX
	    || (of_report ? *end != '\0' : *end != '-' || !is_export(x, arena_printf(x->arena, "%s%s", below, end + 1))))
		return false;
	return process_is_gone(pid, age_s);
}

static void clean_folder(const struct exports *x, const char *below)
{
	DIR *dir = opendir(path_join(x->arena, x->folder, below));

	for (const struct dirent *e; dir && (e = readdir(dir));) {
		struct timespec now;
		struct stat st;

		clock_gettime(CLOCK_REALTIME, &now);
		if (*e->d_name == '.' && fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0
		    && is_left_over(x, below, e->d_name, (double)(now.tv_sec - st.st_mtim.tv_sec) + 1e-9 * (double)(now.tv_nsec - st.st_mtim.tv_nsec)))
			unlinkat(dirfd(dir), e->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

static void remove_left_overs(const struct exports *x)
{
	struct map *seen = NULL;

	if (x->n)
		clean_folder(x, "");
	for (int i = 0; i < x->n; i++) {
		const char *slash = strrchr(x->file[i].name, '/');

		if (!slash)
			continue;
		seen = seen ? seen : map_new(x->arena);
		const char *below = arena_strndup(x->arena, x->file[i].name, (size_t)(slash - x->file[i].name) + 1);

		if (!map_put(seen, below, seen))
			clean_folder(x, below);
	}
}

struct error *exports_write(struct exports *x, struct pool *pool, bool whole)
{
	remove_left_overs(x);
	if (x->n_fresh < x->n) {
		TRY(check_names(x));
		TRY(write_files(x, pool));
	}
	if (whole)
		manifest_clean(x);
	return x->n_written || x->n_removed ? manifest_write(x, whole) : NULL;
}
