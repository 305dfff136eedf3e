#include "ports.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

struct given { const char *port; const struct item *item; struct doc *facts; };
struct ports { int n, n_problem; struct given given[PORTS_MAX]; };

void must(int promise)
{
	if (!promise)
		abort();
}

/* ---- items ---- */
static int n_file;

/* In TMPDIR, which may be a disk in memory; each process has names of its own. */
static const char *file_path(int k, struct arena *a)
{
	const char *folder = getenv("TMPDIR");

	return arena_printf(a, "%s/fuzz_port_%d_%d", folder ? folder : "/tmp", (int)getpid(), k);
}

const struct item *port_item(const char *kind, const char *blob, const void *bytes, size_t n, struct arena *a)
{
	struct blob *b = NEW(a, struct blob);
	struct item *it = NEW(a, struct item);

	*b = (struct blob){ blob, file_path(n_file++, a) };
	*it = (struct item){ .cell = "", .kind = kind, .n_blob = 1, .blob = b };
	must(!file_write(b->path, bytes, n));
	return it;
}

const struct item *port_text(const char *kind, const char *text, size_t n, struct arena *a)
{
	int written = n > 0 && (text[0] == '[' || text[0] == '{');

	return port_item(kind, written ? "literal.json" : "table.tsv", text, n, a);
}

int port_part(const char **part, size_t *n_part, const char **at, const char *end)
{
	const char *zero = *at < end ? memchr(*at, 0, (size_t)(end - *at)) : NULL;

	*part = *at;
	*n_part = (size_t)((zero ? zero : end) - *at);
	*at = zero ? zero + 1 : end;
	return *n_part > 0;
}

void ports_clear(void)
{
	struct arena *a = arena_new();

	while (n_file > 0)
		unlink(file_path(--n_file, a));
	arena_free(a);
}

/* ---- what a check sees ---- */
struct shape *ports_check(struct arena *a)
{
	struct shape *s = NEW(a, struct shape);

	s->arena = a;
	s->run = NEW(a, struct ports);
	return s;
}

void ports_give(struct shape *s, const char *port, const struct item *it, struct doc *facts)
{
	struct ports *p = s->run;

	must(p->n < PORTS_MAX);
	p->given[p->n++] = (struct given){ port, it, facts };
}

int ports_n_problems(const struct shape *s)
{
	return ((const struct ports *)s->run)->n_problem;
}

static const struct given *find(const struct shape *s, const char *port)
{
	static const struct given none;
	const struct ports *p = s->run;

	for (int k = 0; k < p->n; k++)
		if (strcmp(p->given[k].port, port) == 0)
			return &p->given[k];
	return &none;
}

int shape_n(const struct shape *s, const char *port)
{
	return find(s, port)->port != NULL;
}

const struct item *shape_item(const struct shape *s, const char *port)
{
	return find(s, port)->item;
}

const struct doc *shape_in(const struct shape *s, const char *port)
{
	return find(s, port)->facts;
}

/* Every problem has words. */
static void problem(struct shape *s, const char *fmt, va_list ap)
{
	must(arena_vprintf(s->arena, fmt, ap)[0] != '\0');
	((struct ports *)s->run)->n_problem++;
}

void shape_error(struct shape *s, const char *where, const char *fmt, ...)
{
	va_list ap;

	must(where != NULL);
	va_start(ap, fmt);
	problem(s, fmt, ap);
	va_end(ap);
}
