/* Any bytes are numbers of rows or refused; what was read is written and read as the same. A check says what a run says, and with
 * less to look at no more. */
#include "fuzz.h"
#include "ports.h"

#include <string.h>

#include "base/arena.h"
#include "fmri/row_list.h"
#include "img/facts.h"
#include "img/table.h"

static void check_again(const struct row_list *rows, long total, const char *column, struct arena *a)
{
	const struct item *it = port_item("table", "table.tsv", "", 0, a);
	struct row_list again;

	must(!row_list_write(it->blob[0].path, rows, column, a));
	must(!row_list_read(&again, it, "index", total, "image", "volumes", a));
	must(again.n == rows->n && memcmp(again.row, rows->row, (size_t)rows->n * sizeof *rows->row) == 0);
}

static void check_told(const struct item *it, long total, const struct row_list *rows, struct arena *a)
{
	struct shape *s = ports_check(a), *less = ports_check(a);
	struct row_list told;
	struct table_facts f;
	struct table t;
	struct error *e = table_of(&t, it, a);

	ports_give(s, "index", it, NULL);
	must(row_list_check(&told, s, "index", total, "image", "volumes") == (rows != NULL) && ports_n_problems(s) == !rows);
	must(!rows || (told.n == rows->n && memcmp(told.row, rows->row, (size_t)rows->n * sizeof *rows->row) == 0));
	if (!e) {
		table_facts_of(&f, &t, a);
		ports_give(less, "index", NULL, table_facts_to(&f, a));
		must(!row_list_check(&told, less, "index", total, "image", "volumes") || (rows && told.n == rows->n));
		must(!rows || ports_n_problems(less) == 0);
	}
	error_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const long total[] = { 1, 20, 2147483647 };
	struct arena *a = arena_new();
	const struct item *it = port_text("table", (const char *)bytes, n, a);
	long n_row = -1;

	for (int k = 2; k >= 0; k--) {
		struct row_list rows;
		struct error *e = row_list_read(&rows, it, "index", total[k], "image", "volumes", a);

		if (!e) {
			must(rows.n >= 1 && (k == 2 || rows.n == n_row));
			for (long r = 0; r < rows.n; r++)
				must(rows.row[r] >= 0 && rows.row[r] < total[k]);
			check_again(&rows, total[k], k ? "volume" : "row", a);
			n_row = rows.n;
		}
		must(!e || e->text[0]);
		check_told(it, total[k], e ? NULL : &rows, a);
		error_free(e);
	}
	ports_clear();
	arena_free(a);
	return 0;
}
