/* Any text is a condition on the rows of a table, or is refused with words. Rows that it means and rows that it does not are all
 * rows; a check says what a run says. Behind a 0 byte: the table, else one that is always there. */
#include "fuzz.h"
#include "ports.h"

#include <string.h>

#include "base/arena.h"
#include "fmri/row_list.h"
#include "img/facts.h"
#include "img/table.h"
#include "table/where.h"

static const char usual[] = "labels\tchunks\tscore\nrest\t0\t1.5\nface\t0\t2\nface\t1\tn/a\nhouse\t1\t4\nrest\t2\tinf\nhouse\t2\tx\n";

/* The number of rows; 0: refused, with words. */
static long rows_of(struct row_list *out, const struct table *t, const struct item *where, const struct item *not, struct arena *a)
{
	const char *note = NULL;
	struct error *e = where_rows(out, &note, t, where, not, a);

	must(!e || e->text[0]);
	must(!note || note[0]);
	for (long k = 0; !e && k < out->n; k++)
		must(out->row[k] >= 0 && out->row[k] < t->n_row && (k == 0 || out->row[k] > out->row[k - 1]));
	must(e || out->n > 0);
	long n = e ? 0 : out->n;

	error_free(e);
	return n;
}

/* Those of the text, and all but those; each row is one or the other. Refused: both or, where all or none are meant, one of them. */
static void check_both(const struct table *t, const struct item *x, struct arena *a)
{
	struct row_list with, without;
	long n = rows_of(&with, t, x, NULL, a), m = rows_of(&without, t, NULL, x, a);

	must(n + m == t->n_row || n + m == 0);
	for (long i = 0; i < n; i++)
		for (long k = 0; k < m; k++)
			must(with.row[i] != without.row[k]);
	must(n == 0 || rows_of(&with, t, x, x, a) == 0);
}

/* With the table's bytes at hand, and with its facts alone, which may know less. */
static void check_told(const struct table *t, const struct item *table, const struct item *x, struct arena *a)
{
	struct row_list rows, told;
	long n = rows_of(&rows, t, x, NULL, a);
	struct shape *s = ports_check(a), *less = ports_check(a);
	struct table_facts f;

	ports_give(s, "table", table, NULL);
	ports_give(s, "where", x, NULL);
	must(where_check(&told, s) == (n > 0) && ports_n_problems(s) == (n == 0));
	must(n == 0 || (told.n == n && memcmp(told.row, rows.row, (size_t)n * sizeof *rows.row) == 0));
	table_facts_of(&f, t, a);
	ports_give(less, "table", NULL, table_facts_to(&f, a));
	ports_give(less, "where", x, NULL);
	must(!where_check(&told, less) || (n > 0 && told.n == n));
	must(n == 0 || ports_n_problems(less) == 0);
}

/* A table as a condition on itself: every row is meant. A written one would be read as a map. */
static void check_itself(const struct table *t, const struct item *table, struct arena *a)
{
	struct row_list rows;

	if (item_blob(table, "table.tsv"))
		must(rows_of(&rows, t, table, NULL, a) == t->n_row);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *at = (const char *)bytes, *end = at + n, *where, *text;
	struct arena *a = arena_new();
	size_t n_where, n_text;

	port_part(&where, &n_where, &at, end);
	if (!port_part(&text, &n_text, &at, end)) {
		text = usual;
		n_text = sizeof usual - 1;
	}
	const struct item *table = port_text("table", text, n_text, a), *x = port_text("any", where, n_where, a);
	struct table t;
	struct error *e = table_of(&t, table, a);

	if (!e) {
		check_both(&t, x, a);
		check_told(&t, table, x, a);
		check_itself(&t, table, a);
	}
	error_free(e);
	ports_clear();
	arena_free(a);
	return 0;
}
