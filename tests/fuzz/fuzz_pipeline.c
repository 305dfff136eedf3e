/* Any text as a pipeline file: it is read, checked and expanded, or refused with problems; never both silent and empty. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "config/diag.h"
#include "config/pipeline.h"
#include "plan/plan.h"

static void must(int promise)
{
	if (!promise)
		abort();
}

static void try_plan(struct pipeline *p, struct diag *d, struct arena *a)
{
	struct plan *plan = plan_expand(p, NULL, NULL, NULL, 0, true, d, a);

	if (d->n_error)
		return;
	for (int i = 0; i < plan->n_task; i++) {
		must(task_params_json(plan->task[i], a) != NULL);
		must(task_name(a, plan->task[i]) != NULL);
	}
}

static void try_file(const char *path, FILE *sink)
{
	struct arena *a = arena_new();
	struct diag *d = diag_new(a);
	struct pipeline *p = pipeline_read(path, NULL, 0, d, a);

	must(p || d->n_error);
	if (p && !d->n_error)
		try_plan(p, d, a);
	diag_print(d, sink, false);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("pipeline", MFD_CLOEXEC);
	FILE *sink = fopen("/dev/null", "w");
	char path[64];

	must(fd >= 0 && sink);
	if (write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		try_file(path, sink);
	}
	fclose(sink);
	close(fd);
	return 0;
}
