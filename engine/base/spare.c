#include "base/spare.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

struct spare {
	int processors;
	atomic_int used;                 /* promised and taken */
	atomic_int taken[SPARE_SEATS];   /* by each process */
};

/* A process serves one run all its life. */
static struct {
	struct spare *page;      /* NULL: alone */
	int seat;
	atomic_int promised;     /* to the task at hand, its own thread included */
	atomic_int helpers;      /* that are within the promise */
} here = { .promised = INT_MAX };

struct spare *spare_new(int processors, int *fd)
{
	struct spare *s;

	*fd = memfd_create("spare", MFD_CLOEXEC);
	if (*fd < 0)
		return NULL;
	s = ftruncate(*fd, sizeof *s) < 0 ? MAP_FAILED : mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (s == MAP_FAILED) {
		close(*fd);
		*fd = -1;
		return NULL;
	}
	s->processors = processors;
	return s;
}

void spare_free(struct spare *s, int fd)
{
	if (!s)
		return;
	munmap(s, sizeof *s);
	close(fd);
}

void spare_promised(struct spare *s, int n)
{
	if (s)
		atomic_fetch_add(&s->used, n);
}

void spare_ended(struct spare *s, int seat)
{
	if (s && seat < SPARE_SEATS)
		atomic_fetch_sub(&s->used, atomic_exchange(&s->taken[seat], 0));
}

void spare_join(int fd, int seat)
{
	void *page = seat < 0 || seat >= SPARE_SEATS ? MAP_FAILED
	                                             : mmap(NULL, sizeof *here.page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	here.page = page == MAP_FAILED ? NULL : page;
	here.seat = seat;
}

int spare_begin(int n_threads, int most)
{
	if (!here.page)
		return n_threads;
	atomic_store(&here.promised, n_threads);
	return most > n_threads ? most : n_threads;
}

enum spare_kind spare_take(void)
{
	if (atomic_fetch_add(&here.helpers, 1) + 1 < atomic_load(&here.promised))
		return SPARE_PROMISED;
	atomic_fetch_sub(&here.helpers, 1);
	if (!here.page)
		return SPARE_NONE;
	if (atomic_fetch_add(&here.page->used, 1) < here.page->processors) {
		atomic_fetch_add(&here.page->taken[here.seat], 1);
		return SPARE_TAKEN;
	}
	atomic_fetch_sub(&here.page->used, 1);
	return SPARE_NONE;
}

void spare_give(enum spare_kind how)
{
	if (how == SPARE_PROMISED)
		atomic_fetch_sub(&here.helpers, 1);
	if (how == SPARE_TAKEN) {
		atomic_fetch_sub(&here.page->taken[here.seat], 1);
		atomic_fetch_sub(&here.page->used, 1);
	}
}

/* What rests is taken from what the process has taken, so that who is killed at rest leaves no processor over. */
static void count(int n)
{
	if (!here.page)
		return;
	atomic_fetch_add(&here.page->taken[here.seat], n);
	atomic_fetch_add(&here.page->used, n);
}

void spare_rest(void)
{
	count(-1);
}

void spare_go_on(void)
{
	count(1);
}

int spare_processors(void)
{
	return here.page ? here.page->processors : 0;
}

bool spare_any(void)
{
	return here.page && atomic_load_explicit(&here.page->used, memory_order_relaxed) < here.page->processors;
}

bool spare_wanted(void)
{
	return atomic_load_explicit(&here.page->used, memory_order_relaxed) > here.page->processors;
}
