/* Blocks grow from 64 KiB to 4 MiB and are used from the front; a request that does not fit such a block well gets
 * a mapping of its own, listed by a small header that lies among the ordinary pieces, so that a mark covers both.
 * Fresh mappings are zero already: only what was used before a reset is cleared again. */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sanitizer/asan_interface.h>

enum {
	FIRST_BLOCK = 64 << 10,
	LAST_BLOCK = 4 << 20,
	HUGE_PAGE = 2 << 20,
	OWN_FROM = 64 << 10,      /* a larger piece gets a mapping of its own, unless many would fit into the block */
	FIT_MANY = 8,
	HEAD = 64,                /* room for struct block, and keeps pieces 64-byte aligned */
	EXIT_NO_MEMORY = 71,      /* EX_OSERR of sysexits.h */
#if __has_feature(address_sanitizer) || defined(__SANITIZE_ADDRESS__)
	RED_ZONE = 16,            /* bytes nobody may touch between two pieces */
	WATCHED = 1,
#else
	RED_ZONE = 0,
	WATCHED = 0,
#endif
};

struct block {
	struct block *below;
	size_t size;              /* bytes, this header included */
	size_t used;
	size_t touched;           /* from here to the end all is still zero */
};

struct large {
	struct large *below;
	void *p;
	size_t size;
	int mapped;               /* by the caller */
};

struct arena {
	struct block *top;
	struct block *spare;      /* one block given back by a reset, so that loops do not map and unmap */
	struct large *large;      /* newest first; the structs lie in the blocks */
	size_t size;              /* bytes taken from the system */
};

_Static_assert(sizeof(struct block) <= HEAD, "a block's header must fit before its first piece");

__attribute__((noreturn)) static void no_memory(size_t n, size_t size)
{
	dprintf(STDERR_FILENO, "out of memory: %zu x %zu more bytes were asked for\n", n, size);
	_exit(EXIT_NO_MEMORY);
}

/* Zeroed and at least 64-byte aligned. The watched build takes it from malloc, which finds overruns and leaks. */
static void *system_take(struct arena *a, size_t size)
{
	void *p = NULL;

	if (WATCHED) {
		if (posix_memalign(&p, 64, size))
			no_memory(1, size);
		memset(p, 0, size);
	} else {
		p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			no_memory(1, size);
		if (size >= HUGE_PAGE)
			madvise(p, size, MADV_HUGEPAGE);   /* a wish: first touches cost a quarter, a refusal changes nothing */
	}
	a->size += size;
	return p;
}

static void system_give(struct arena *a, void *p, size_t size)
{
	a->size -= size;
	if (WATCHED) {
		ASAN_UNPOISON_MEMORY_REGION(p, size);
		free(p);
	} else {
		munmap(p, size);
	}
}

static struct block *block_push(struct arena *a, size_t size)
{
	struct block *b = a->spare;

	if (b && b->size >= size) {
		a->spare = NULL;
	} else {
		b = system_take(a, size);
		b->size = size;
		b->touched = HEAD;
		ASAN_POISON_MEMORY_REGION((char *)b + HEAD, size - HEAD);
	}
	b->used = HEAD;
	b->below = a->top;
	a->top = b;
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof *a);

	if (!a)
		no_memory(1, sizeof *a);
	block_push(a, FIRST_BLOCK);
	return a;
}

/* Gives back the large pieces whose header lies in b at or after offset `from`. They were listed in the order of
 * their headers, so the first that lies elsewhere ends the search. */
static void large_drop(struct arena *a, const struct block *b, size_t from)
{
	const char *lo = (const char *)b + from, *hi = (const char *)b + b->size;

	while (a->large && (const char *)a->large >= lo && (const char *)a->large < hi) {
		struct large *l = a->large;

		a->large = l->below;
		if (l->mapped)
			munmap(l->p, l->size);
		else
			system_give(a, l->p, l->size);
	}
}

static void block_pop(struct arena *a)
{
	struct block *b = a->top;

	large_drop(a, b, 0);
	a->top = b->below;
	if (!a->spare || a->spare->size < b->size) {
		struct block *old = a->spare;

		ASAN_POISON_MEMORY_REGION((char *)b + HEAD, b->size - HEAD);
		a->spare = b;
		b = old;
	}
	if (b)
		system_give(a, b, b->size);
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->top)
		block_pop(a);
	if (a->spare)
		system_give(a, a->spare, a->spare->size);
	free(a);
}

/* A piece from the top block, or NULL when it is full. */
static void *piece(struct block *b, size_t size, int zero)
{
	size_t align = size < 64 ? 16 : 64;
	size_t from = (b->used + RED_ZONE + align - 1) & ~(align - 1);
	char *p = (char *)b + from;

	if (from > b->size || size > b->size - from)
		return NULL;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	if (zero && from < b->touched)
		memset(p, 0, size < b->touched - from ? size : b->touched - from);
	b->used = from + size;
	if (b->touched < b->used)
		b->touched = b->used;
	return p;
}

static void *small_take(struct arena *a, size_t size, int zero)
{
	void *p = piece(a->top, size, zero);

	if (!p) {
		size_t next = a->top->size < LAST_BLOCK ? 2 * a->top->size : LAST_BLOCK;

		while (next < 2 * size)
			next *= 2;
		p = piece(block_push(a, next), size, zero);
		assert(p);
	}
	return p;
}

static struct large *large_push(struct arena *a, size_t size)
{
	struct large *l = small_take(a, sizeof *l, 1);

	l->size = size;
	l->below = a->large;
	a->large = l;
	return l;
}

static void *large_take(struct arena *a, size_t size)
{
	struct large *l = large_push(a, size);

	l->p = system_take(a, size);
	return l->p;
}

void arena_map(struct arena *a, void *map, size_t size)
{
	struct large *l = large_push(a, size);

	l->p = map;
	l->mapped = 1;
}

static void *take(struct arena *a, size_t n, size_t size, int zero)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX - 4096)
		no_memory(n, size);
	if (bytes > OWN_FROM && bytes > a->top->size / FIT_MANY)
		return large_take(a, bytes);
	return small_take(a, bytes ? bytes : 1, zero);
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
	return take(a, n, size, 1);
}

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
	return take(a, n, size, 0);
}

struct arena_mark arena_mark(struct arena *a)
{
	return (struct arena_mark){ a->top, a->top->used };
}

void arena_reset(struct arena *a, struct arena_mark m)
{
	while (a->top != m.block)
		block_pop(a);
	large_drop(a, a->top, m.used);
	a->top->used = m.used;
	ASAN_POISON_MEMORY_REGION((char *)a->top + m.used, a->top->size - m.used);
}

size_t arena_size(const struct arena *a)
{
	return a->size;
}

void *arena_grow(struct arena *a, void *list, size_t n, size_t size)
{
	size_t room = n ? 2 * n : 4;
	void *bigger;

	if (n && (n < 4 || (n & (n - 1))))
		return list;
	bigger = arena_calloc(a, room, size);
	if (n)
		memcpy(bigger, list, n * size);
	return bigger;
}

static char *copy_text(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1, 1);

	memcpy(copy, s, n);
	copy[n] = 0;
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return copy_text(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	return copy_text(a, s, strnlen(s, n));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	char first[256], *text;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(first, sizeof first, fmt, again);
	va_end(again);
	if (n < 0)
		no_memory(1, 0);
	text = arena_alloc(a, (size_t)n + 1, 1);
	if ((size_t)n < sizeof first)
		memcpy(text, first, (size_t)n + 1);
	else
		vsnprintf(text, (size_t)n + 1, fmt, ap);
	return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}
