/* Any bytes are a table or refused; what was read is written as TSV and read as the same cells. */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "img/table.h"

static void must(int promise)
{
	if (!promise)
		abort();
}

static void same_cell(const char *is, const char *was)
{
	must(strcmp(is, was) == 0 || (*was == '\0' && strcmp(is, "n/a") == 0));
}

static void check_numbers(const struct table *t, struct arena *a)
{
	for (int k = 0; k < t->n_col; k++) {
		const double *x;
		struct error *e = table_numbers(&x, t, k, a);

		must(!e == table_is_numeric(t, k));
		must(table_find(t, t->column[k]) == k);
		if (e)
			must(e->at.line >= 1 && e->at.col >= 1);
		error_free(e);
	}
}

static void check_written(const struct table *t, const char *path, struct arena *a)
{
	struct table again;
	char *text;
	size_t n;

	must(!table_write(path, t, a));
	must(!file_read(&text, &n, path, 1 << 28, a));
	must(!table_parse(&again, text, n, "again", TABLE_CANONICAL, a));
	unlink(path);
	must(again.n_row == t->n_row && again.n_col == t->n_col);
	for (int r = 0; r < t->n_row; r++)
		for (int k = 0; k < t->n_col; k++)
			same_cell(table_cell(&again, r, k), table_cell(t, r, k));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const names[] = { "x.tsv", "x.csv", "x.txt" };
	struct arena *a = arena_new();
	const char *folder = getenv("TMPDIR");
	const char *path = arena_printf(a, "%s/fuzz_table_%d.tsv", folder ? folder : "/tmp", (int)getpid());
	struct table t;

	for (size_t k = 0; k < 3; k++) {
		struct error *e = table_parse(&t, (const char *)bytes, n, names[k], (enum table_header)k, a);

		if (!e) {
			check_numbers(&t, a);
			check_written(&t, path, a);
		}
		error_free(e);
	}
	arena_free(a);
	return 0;
}
