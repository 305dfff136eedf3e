#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

enum { MAX_TESTS = 256 };

static struct CMUnitTest tests[MAX_TESTS];
static void (*runs[MAX_TESTS])(void);
static size_t n_tests;
static struct arena *current;
static char folder[256];
static uint64_t state;

static void run_one(void **which)
{
	size_t k = (size_t)*which;

	current = arena_new();
	state = 1;
	runs[k]();
}

/* Also after a test that failed or was skipped, which does not come back. */
static int end_one(void **which)
{
	(void)which;
	arena_free(current);
	current = NULL;
	return 0;
}

void check_register(const char *name, void (*run)(void))
{
	if (n_tests == MAX_TESTS)
		abort();
	runs[n_tests] = run;
	tests[n_tests] = (struct CMUnitTest){ .name = name, .test_func = run_one, .teardown_func = end_one, .initial_state = (void *)n_tests };
	n_tests++;
}

struct arena *check_arena(void)
{
	return current;
}

const char *check_folder(void)
{
	static int n;

	if (!folder[0]) {
		const char *top = getenv("TMPDIR");

		snprintf(folder, sizeof folder, "%s/sulcus-test-XXXXXX", top ? top : "/tmp");
		if (!mkdtemp(folder))
			abort();
	}
	const char *path = arena_printf(current, "%s/%d", folder, n++);
	CHECK_OK(file_mkdirs(path));
	return path;
}

void check_near(double is, double must, double tol, const char *what, const char *file, int line)
{
	if (fabs(is - must) <= tol || (isnan(is) && isnan(must)))
		return;
	print_error("%s is %.17g, must be %.17g (off by %g, allowed %g)\n", what, is, must, fabs(is - must), tol);
	_fail(file, line);
}

static void print_chain(const struct error *e)
{
	for (; e; e = e->cause)
		print_error("  %s:%d:%d: %s\n", e->at.file ? e->at.file : "-", e->at.line, e->at.col, e->text);
}

void check_ok(struct error *e, const char *file, int line)
{
	if (!e)
		return;
	print_error("unexpected error:\n");
	print_chain(e);
	error_free(e);
	_fail(file, line);
}

void check_error(struct error *e, const char *part, const char *file, int line)
{
	const struct error *k = e;

	while (k && !strstr(k->text, part))
		k = k->cause;
	if (!k) {
		print_error("no error with '%s' in it, but:\n", part);
		print_chain(e);
		error_free(e);
		_fail(file, line);
	}
	error_free(e);
}

double check_random(void)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (double)(state >> 11) * 0x1p-53;
}

int main(void)
{
	int failed = _cmocka_run_group_tests("", tests, n_tests, NULL, NULL);

	if (folder[0])
		error_free(file_remove_tree(folder));
	return failed ? 1 : 0;
}
