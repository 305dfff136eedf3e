/* Runs a fuzz target over every file of the folders given as arguments, as a plain test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "fuzz.h"

enum { FILE_MAX = 64 << 20 };

/* In memory that ends where the file ends, so that a sanitizer sees a read behind it. */
static struct error *run_file(const char *path, struct arena *a)
{
	char *text = NULL;
	uint8_t *exact;
	size_t n = 0;

	TRY(file_read(&text, &n, path, FILE_MAX, a));
	exact = malloc(n + !n);
	if (!exact)
		abort();
	memcpy(exact, text, n);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return NULL;
}

static struct error *run_folder(int *n_run, const char *folder, struct arena *a)
{
	char **names;
	int n;

	TRY(file_list(&names, &n, folder, a));
	for (int i = 0; i < n; i++) {
		TRY(run_file(path_join(a, folder, names[i]), a));
		++*n_run;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct error *e = NULL;
	int n_run = 0, status;

	for (int i = 1; i < argc && !e; i++)
		e = run_folder(&n_run, argv[i], a);
	if (!e && !n_run)
		e = error_new(ERR_USER, "no files to run were given");
	if (e)
		error_print(e, stderr);
	else
		printf("%d files\n", n_run);
	status = e ? 1 : 0;
	error_free(e);
	arena_free(a);
	return status;
}
