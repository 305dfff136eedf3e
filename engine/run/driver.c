#include "run/driver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/map.h"
#include "base/text.h"
#include "config/diag.h"
#include "plan/outside.h"
#include "run/export_name.h"
#include "run/headers.h"
#include "run/keep.h"
#include "run/pool.h"
#include "run/progress.h"
#include "run/work.h"
#include "store/gc.h"
#include "store/memo.h"

enum { FIRST_WORKERS = 2 };   /* they look at headers side by side */

bool driver_failed(const struct driver *d)
{
	return d->report.result.n_failed || d->exports.n_failed;
}

void driver_free(struct driver *d)
{
	for (int i = 0; d->plan && i < d->plan->n_task; i++)
		error_free(d->plan->task[i]->error);
	for (int i = 0; i < d->exports.n; i++)
		error_free(d->exports.file[i].error);
}

/* ---- planning ---- */
/* What an earlier round of this run did stays told: done tasks are found as hits now, failed ones fail again. */
static struct error *carry_over(struct driver *d, const struct plan *old)
{
	struct map *now = map_new(d->arena);
	bool failed = false;

	for (int i = 0; i < d->plan->n_task; i++)
		map_put(now, task_name(d->arena, d->plan->task[i]), d->plan->task[i]);
	for (int i = 0; i < old->n_task; i++) {
		const struct task *was = old->task[i];
		struct task *t = map_get(now, task_name(d->arena, was));

		if (!t)
			continue;
		if (was->state == TASK_DONE && t->state == TASK_HIT) {
			t->state = TASK_DONE;
			t->why = was->why;
			t->record = was->record;
			t->run = was->run;
		} else if (was->state == TASK_FAILED && t->state == TASK_READY) {
			t->state = TASK_FAILED;
			t->why = was->why;
			t->error = was->error;
			t->run = was->run;
			failed = true;
			for (int k = 0; k < t->n_reader; k++)
				t->reader[k]->n_wait--;
		}
	}
	return failed ? plan_settle(d->plan) : NULL;   /* what needs them is skipped */
}

static struct error *need_pool(struct driver *d)
{
	if (d->pool)
		return NULL;
	if (d->offline && setenv("SULCUS_OFFLINE", "1", 1) != 0)
		return error_new(ERR_SYSTEM, "cannot set SULCUS_OFFLINE");
	d->pool = pool_new(d->store, d->jobs, d->arena);
	return NULL;
}

/* Their start takes as long as hashing a file of 20 MB. */
static void start_workers(void *ctx)
{
	struct driver *d = ctx;
	struct error *e = need_pool(d);

	if (!e)
		pool_start(d->pool, FIRST_WORKERS);
	error_free(e);
}

static struct error *make_plan(struct driver *d)
{
	const struct plan *old = d->plan;

	d->plan = plan_expand(d->pipeline, d->store, d->memo, d->only, d->n_only, false, d->diag, d->arena);
	if (!d->diag->n_error)
		exports_check(d->plan, d->diag);
	if (d->diag->n_error)
		return NULL;
	d->plan->new_files = start_workers;
	d->plan->new_files_ctx = d;
	TRY(plan_settle(d->plan));
	if (old)
		TRY(carry_over(d, old));
	d->exports.plan = d->plan;
	TRY(exports_list(&d->exports));
	if (d->exports.n_fresh < d->exports.n)
		exports_want_bytes(&d->exports);
	keep_want_bytes(d->plan);
	return NULL;
}

static int count_todo(const struct plan *p)
{
	int n = 0;

	for (int i = 0; i < p->n_task; i++)
		n += (p->task[i]->state == TASK_READY && !p->task[i]->error) || p->task[i]->need_bytes;
	return n;
}

/* ---- running ---- */
/* Bytes that headers promise, but for those of a file that is read where it lies. */
static int64_t bytes_promised(struct plan *p, const struct task *t)
{
	const struct outside_file *same = task_stands_in(p, t);
	const struct work *w = t->run;
	int64_t need = 0;

	for (int k = 0; w && t->state == TASK_READY && k < t->step->n_out; k++) {
		double bytes = strtod(doc_text(w->facts[k], "bytes", "0"), NULL);

		if (bytes > 0 && bytes < 0x1p60 && !(same && bytes <= (double)same->was.st_size))
			need += (int64_t)bytes;
	}
	return need;
}

static struct error *check_space(const struct driver *d)
{
	int64_t need = 0, have = store_free_bytes(d->store);

	for (int i = 0; i < d->plan->n_task; i++)
		need += bytes_promised(d->plan, d->plan->task[i]);
	if (need <= have)
		return NULL;
	return error_new(ERR_SYSTEM, "the results will need %s, the disk of the store %s has %s left: free some (sulcus cache "
	                 "gc) or choose another with --cache", text_bytes(d->arena, need), store_root(d->store),
	                 text_bytes(d->arena, have));
}

/* A folder that cannot be written is told before hours of computing: it, or the nearest above it that is there. */
static struct error *check_folder(const struct driver *d)
{
	char *there = arena_strdup(d->arena, d->folder), *slash;
	const char *path = there, *why = NULL;
	struct stat st;

	if (!d->pipeline->n_export)
		return NULL;
	while (stat(there, &st) != 0 && errno == ENOENT && (slash = strrchr(there, '/')) != NULL && slash > there)
		*slash = '\0';
	if (stat(there, &st) != 0 && errno == ENOENT)
		path = *there == '/' ? "/" : ".";
	if (stat(path, &st) != 0)
		why = strerror(errno);
	else if (!S_ISDIR(st.st_mode))
		why = arena_printf(d->arena, "%s is no folder", path);
	else if (access(path, W_OK | X_OK) != 0)
		why = strerror(errno);
	if (!why)
		return NULL;
	return error_new(ERR_SYSTEM, "cannot write results into %s: %s; choose another folder with --out", d->folder, why);
}

static void add_result(struct sched_result *sum, const struct sched_result *r)
{
	sum->n_ran += r->n_ran;
	sum->n_found += r->n_found;
	sum->n_failed = r->n_failed;       /* failures are carried over */
	sum->interrupted |= r->interrupted;
}

static struct error *run_tasks(struct driver *d, bool *wrong)
{
	struct sched_options o = { d->jobs, d->memory, d->keep_going, path_join(d->arena, d->folder, "logs"), d->progress };
	struct sched_result r;

	TRY(store_writable(d->store));
	TRY(need_pool(d));
	TRY(headers_check(d->plan, d->pool, &(struct headers_options){ .keep_going = d->keep_going }, d->diag));
	*wrong = d->diag->n_error > 0;
	if (*wrong)
		return NULL;
	TRY(check_space(d));
	TRY(check_folder(d));
	progress_plan(d->progress, d->plan, d->jobs);
	TRY(sched_run(&r, d->plan, d->pool, &o));
	add_result(&d->report.result, &r);
	return NULL;
}

/* An open plan has cells that are known only now; it is expanded until nothing new comes. */
static struct error *run_rounds(struct driver *d, bool *wrong)
{
	TRY(make_plan(d));
	*wrong = d->diag->n_error > 0;
	while (!*wrong && count_todo(d->plan)) {
		TRY(run_tasks(d, wrong));
		if (*wrong || !d->plan->open || d->report.result.interrupted || (d->report.result.n_failed && !d->keep_going))
			break;
		TRY(make_plan(d));
		*wrong = d->diag->n_error > 0;
	}
	return NULL;
}

/* A task that failed while planning, in a run that had nothing to do otherwise. */
static void count_planned_failures(struct driver *d)
{
	int n = 0;

	for (int i = 0; i < d->plan->n_task; i++)
		n += d->plan->task[i]->state == TASK_FAILED;
	d->report.result.n_failed = n;
}

/* ---- afterwards ---- */
static bool is_whole(const struct driver *d)
{
	const int *n = d->plan->n_count;

	return !d->n_only && !d->plan->open && !n[TASK_FAILED] && !n[TASK_SKIPPED] && !n[TASK_READY] && !n[TASK_WAITING];
}

static struct error *write_exports(struct driver *d)
{
	TRY(exports_list(&d->exports));
	if (d->exports.n_fresh < d->exports.n && !d->report.result.interrupted) {
		TRY(need_pool(d));
		TRY(file_mkdirs(d->folder));
	} else if (d->report.result.interrupted) {
		return NULL;
	}
	return exports_write(&d->exports, d->pool, is_whole(d));
}

static struct error *remember(struct driver *d)
{
	struct error *e = store_writable(d->store);

	if (e) {   /* nothing to be done about it, and nothing lost */
		error_free(e);
		return NULL;
	}
	for (int i = 0; (d->report.result.n_ran || memo_changed(d->memo)) && i < d->plan->n_task; i++) {
		const struct task *t = d->plan->task[i];

		if (t->keyed && (t->state == TASK_HIT || t->state == TASK_DONE))
			memo_add_task(d->memo, task_name(d->arena, t), &t->key);
	}
	if (d->report.result.n_ran && is_whole(d))
		TRY(keep_apply(d->plan));
	if (d->n_only)
		memo_keep_unused(d->memo);
	TRY(memo_save(d->memo));
	return d->report.result.n_ran ? gc_auto(d->store, d->quiet ? NULL : stderr) : NULL;
}

static struct error *conclude(struct driver *d)
{
	struct report *r = &d->report;

	if (!r->result.interrupted)
		count_planned_failures(d);
	TRY(write_exports(d));
	if (d->pool)
		pool_dismiss(d->pool);   /* they give their memory back while the run is written down */
	TRY(remember(d));
	r->plan = d->plan;
	r->exports = &d->exports;
	r->folder = d->folder;
	r->version = d->version;
	r->arena = d->arena;
	r->seconds = clock_now() - r->seconds;
	return report_write(r);
}

struct error *driver_run(struct driver *d, bool *wrong)
{
	struct error *e;

	if (d->jobs < 1)
		d->jobs = machine_jobs();
	if (d->memory < 1)
		d->memory = machine_memory();
	d->exports.folder = d->folder;
	d->exports.arena = d->arena;
	d->exports.version = d->version;
	d->report.seconds = clock_now();
	d->report.started = time(NULL);
	d->progress = progress_new(stderr, d->quiet, d->events, d->arena);
	e = run_rounds(d, wrong);
	progress_finish(d->progress, &d->report.result);
	if (!e && !*wrong)
		e = conclude(d);
	if (d->pool)
		pool_free(d->pool);
	return e;
}
