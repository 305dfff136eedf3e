/* Any text is a formula of a group, or is refused with words about a place inside it; with every name in backquotes it is the
 * same formula. Of subjects that have the columns a design of numbers is made, or an error. */
#include "fuzz.h"
#include "ports.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "glm/coding.h"

enum { MAX = 12000, N = 6 };

/* ---- the text ---- */
static void check_place(struct formula_place p, size_t n)
{
	must(p.at >= 0 && p.len >= 1 && (size_t)p.at + (size_t)p.len <= n);
}

static void check_terms(const struct formula *f, const char *text)
{
	size_t n = strlen(text);

	must(f->n > 0);
	for (int k = 0; k < f->n; k++) {
		const struct formula_term *t = &f->term[k];

		must(t->n >= 0 && t->n <= FORMULA_PARTS && !(t->n == 0 && f->none));
		check_place(t->place, n);
		for (int p = 0; p < t->n; p++) {
			must(t->part[p].name[0] != '\0');
			check_place(t->part[p].place, n);
		}
	}
}

static const char *quoted(const struct formula *f, struct arena *a)
{
	struct buf text = { .arena = a };

	buf_add(&text, f->none ? "0" : "");
	for (int k = 0; k < f->n; k++) {
		buf_add(&text, k > 0 || f->none ? "+" : "");
		buf_add(&text, f->term[k].n == 0 ? "1" : "");
		for (int p = 0; p < f->term[k].n; p++) {
			const struct formula_part *part = &f->term[k].part[p];

			buf_add(&text, arena_printf(a, part->factor ? "%sfactor(`%s`)" : "%s`%s`", p ? ":" : "", part->name));
		}
	}
	return text.text;
}

static void check_again(const struct formula *f, struct arena *a)
{
	struct formula_problem problem;
	struct formula again;

	must(formula_parse(&again, quoted(f, a), &problem, a));
	must(again.n == f->n && again.none == f->none);
	for (int k = 0; k < f->n; k++) {
		must(again.term[k].n == f->term[k].n);
		for (int p = 0; p < f->term[k].n; p++)
			must(strcmp(again.term[k].part[p].name, f->term[k].part[p].name) == 0 &&
			     again.term[k].part[p].factor == f->term[k].part[p].factor);
	}
}

/* ---- the design ---- */
static void check_design(const struct formula *f, struct arena *a)
{
	static const char *const column[] = { "sub", "a", "b", "g", "h", "x" }, *const key[N] = { "1", "2", "3", "4", "5", "6" };
	static const char *const cell[N][N] = { { "1", "3", "0", "p", "1", "n/a" }, { "2", "-1", "1", "q", "2", "1" },
		{ "3", "0.5", "1e300", "p", "1", "1" }, { "4", "7", "0", "r", "2", "1" }, { "5", "2", "1", "q", "1", "y" },
		{ "6", "2", "4", "r", "2", "inf" } };
	const struct table t = { .n_row = N, .n_col = N, .column = column, .cell = cell[0], .file = "people.tsv" };
	const struct keyed_tables tables = { 1, &t, (const char *const[]){ "" } };
	struct formula_place place;
	struct subjects s;
	struct design d;

	must(!subjects_find(&s, N, key, &tables, "sub", a));
	for (int centre = 0; centre < 2; centre++) {
		struct error *e = design_code(&d, f, &s, centre, &place, a);

		must(!e || e->text[0]);
		must(e || (d.n_row == N && d.n_col > 0));
		for (int k = 0; !e && k < d.n_col; k++)
			must(d.column[k][0] != '\0');
		error_free(e);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct arena *a = arena_new();
	char *text = arena_strndup(a, (const char *)bytes, n < MAX ? n : MAX);
	struct formula_problem problem;
	struct formula f;

	if (formula_parse(&f, text, &problem, a)) {
		check_terms(&f, text);
		check_again(&f, a);
		if (f.n < 40)
			check_design(&f, a);
	} else {
		must(problem.place.at >= 0 && problem.place.len >= 1 && (size_t)problem.place.at <= strlen(text) && problem.text[0]);
	}
	arena_free(a);
	return 0;
}
