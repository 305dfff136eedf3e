/* arena.h - memory that lives exactly as long as one piece of work.
 *
 * Everything taken from an arena is freed together by arena_free().
 * There is no per-object free, and allocation never returns NULL:
 * running out of memory ends the process, which its parent reports. */
#ifndef SULCUS_ARENA_H
#define SULCUS_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;
struct arena_mark { void *block; size_t used; };

struct arena *arena_new(void);
void arena_free(struct arena *a);

/* n objects of the given size, zeroed; 64-byte aligned from 64 bytes on, else 16. */
void *arena_calloc(struct arena *a, size_t n, size_t size);
/* The same without zeroing, for large arrays that are written whole. */
void *arena_alloc(struct arena *a, size_t n, size_t size);
/* A mapping that the caller made with mmap() for this work: it is unmapped when what is taken now is given back. */
void arena_map(struct arena *a, void *map, size_t size);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);

/* What was taken after the mark is given back by the reset. */
struct arena_mark arena_mark(struct arena *a);
void arena_reset(struct arena *a, struct arena_mark m);
/* Bytes taken from the system so far. */
size_t arena_size(const struct arena *a);

#define NEW(a, T)      ((T *)arena_calloc((a), 1, sizeof(T)))
#define NEW_N(a, T, n) ((T *)arena_calloc((a), (size_t)(n), sizeof(T)))
/* Room for one more item at the end of a list that grows in powers of two. */
#define PUSH(a, list, n, item) \
	((list) = arena_grow((a), (list), (size_t)(n), sizeof *(list)), (list)[(n)++] = (item))
/* Copies list to twice its room when n is 0 or a power of two; used by PUSH. */
void *arena_grow(struct arena *a, void *list, size_t n, size_t size);

#endif
