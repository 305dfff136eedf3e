/* When a key meets a file that nobody has hashed, small files of other tasks are hashed with it side by side: the digests wait in the store's memory of
 * files. A large file is hashed by all threads at once when its turn comes. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "plan/inside.h"
#include "store/memo.h"

enum { THREADS_MAX = 64, FEW = 2, SMALL = 8 << 20 };   /* SMALL: bytes */

struct crowd {
	struct store *store;
	const char **path;
	int n, next;              /* next is atomic */
};

static void *hash_next(void *arg)
{
	struct crowd *c = arg;
	int i;

	while ((i = __atomic_fetch_add(&c->next, 1, __ATOMIC_RELAXED)) < c->n) {
		struct digest d;
		int64_t size;

		error_free(store_file_digest(c->store, c->path[i], &d, &size, 1));   /* told when it is its turn */
	}
	return NULL;
}

static bool is_unknown(struct plan *p, const char *path)
{
	struct digest d;
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < SMALL
	       && !(p->memo && memo_file(p->memo, path, &st, &d));
}

void files_ahead(struct plan *p, struct arena *a)
{
	struct crowd c = { .store = p->store };
	pthread_t thread[THREADS_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int made = 0;

	for (int i = 0; i < p->n_task; i++)
		if (p->task[i]->state == TASK_WAITING && p->task[i]->path && p->task[i]->n_wait == 0 && is_unknown(p, p->task[i]->path))
			PUSH(a, c.path, c.n, p->task[i]->path);
	if (c.n < FEW)
		return;
	while (made < cores - 1 && made < c.n - 1 && made < THREADS_MAX && !pthread_create(&thread[made], NULL, hash_next, &c))
		made++;
	hash_next(&c);
	while (made > 0)
		pthread_join(thread[--made], NULL);
}
