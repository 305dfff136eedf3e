/* bench_inflate TURNS FILE... - seconds of each turn in which every file is inflated whole, each on a thread of its
 * own, as a JSON list. Room is touched before the first turn. By libdeflate, which is the fastest at a whole file, as a
 * yardstick that does not move with what sulcus itself inflates by. */
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#include "base/arena.h"
#include "img/gz.h"
#include "img/mapped.h"
#include "num/par.h"

struct file { void *gz, *inside; size_t n, room; bool whole; };

static void inflate_one(void *ctx, long k, int worker)
{
	struct file *f = (struct file *)ctx + k;
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();

	size_t got;

	(void)worker;
	f->whole = d && libdeflate_gzip_decompress(d, f->gz, f->n, f->inside, f->room, &got) == LIBDEFLATE_SUCCESS;
	libdeflate_free_decompressor(d);
}

static struct error *work(int turns, int n, char **path, struct arena *a)
{
	struct file *file = NEW_N(a, struct file, n);

	for (int k = 0; k < n; k++) {
		TRY(mapped_open(&file[k].gz, &file[k].n, path[k]));
		file[k].room = (size_t)gz_claimed_size(file[k].gz, file[k].n) + 1;
		file[k].inside = arena_alloc(a, file[k].room, 1);
		memset(file[k].inside, 1, file[k].room);
	}
	for (int t = 0; t < turns; t++) {
		double start = now_s();

		par_for(n, n, inflate_one, file);
		printf("%s%.6f", t ? ", " : "[", now_s() - start);
		for (int k = 0; k < n; k++)
			if (!file[k].whole)
				return error_new(ERR_DATA, "%s cannot be inflated", path[k]);
	}
	printf("]\n");
	return NULL;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct error *e = argc > 2 ? work(atoi(argv[1]), argc - 2, argv + 2, a)
	                           : error_new(ERR_USER, "bench_inflate TURNS FILE...");

	if (e)
		error_print(e, stderr);
	arena_free(a);
	return e != NULL;
}
