/* Eviction. What to lose first: blobs that no record names, then decoded copies of outside files, then by the
 * seconds that each byte saves. Victims are moved to tmp/ a batch at a time under the exclusive gate (inside.h), after
 * looking again at what running studies use, and removed outside it, since removing large files takes long. */
#include "store/gc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "store/inside.h"
#include "store/scan.h"

enum { BATCH = 128, GRACE_S = 2 };

/* "20 GB", "512MiB", "1.5T", "1000000": powers of 1000, with an i of 1024. */
bool gc_parse_size(const char *text, int64_t *bytes)
{
	static const char unit[] = "KMGTP";
	char *end;
	double x = strtod(text, &end);
	const char *u;
	double base = 1000;

	if (end == text || !(x >= 0))
		return false;
	end += strspn(end, " ");
	u = *end ? strchr(unit, *end == 'k' ? 'K' : *end) : NULL;
	if (u) {
		end++;
		if (*end == 'i') {
			base = 1024;
			end++;
		}
		for (const char *p = unit; p <= u; p++)
			x *= base;
	}
	end += *end == 'B';
	if (*end || !(x < 9e18))
		return false;
	*bytes = (int64_t)x;
	return true;
}

int64_t gc_bound(const struct store *s)
{
	const char *text = getenv("SULCUS_CACHE_SIZE");
	struct statvfs v;
	int64_t bytes;

	if (text && gc_parse_size(text, &bytes))
		return bytes;
	return fstatvfs(s->fd, &v) ? INT64_MAX : (int64_t)v.f_blocks / 4 * (int64_t)v.f_frsize;
}

struct sweep {
	struct store *s;
	struct scan scan;
	struct in_use use;
	int n_seen;                 /* keys of use that were marked */
	int n_order;
	int *order;                 /* blobs, the one to go first first */
	bool own, dry;
	const struct digest *key;   /* [n_key] the records whose blobs alone may go, or NULL: all */
	int n_key;
	struct gc_price *price;
	unsigned char *evicted;     /* [n_blob] */
};

static int class_of(const struct scan_blob *b)
{
	return !b->named ? 0 : b->import_only ? 1 : 2;
}

static int by_worth(const void *pa, const void *pb, void *ctx)
{
	const struct scan *c = ctx;
	const struct scan_blob *a = &c->blob[*(const int *)pa], *b = &c->blob[*(const int *)pb];
	double wa = a->seconds / (double)(a->size + 1), wb = b->seconds / (double)(b->size + 1);

	if (class_of(a) != class_of(b))
		return class_of(a) - class_of(b);
	if (wa < wb || wa > wb)
		return wa < wb ? -1 : 1;
	if (a->changed_ns != b->changed_ns)
		return a->changed_ns < b->changed_ns ? -1 : 1;
	return memcmp(&a->digest, &b->digest, DIGEST_SIZE);
}

static struct error *look_who_runs(struct sweep *w)
{
	TRY(in_use_read(&w->use, w->s, w->own));
	for (; w->n_seen < w->use.n_key; w->n_seen++)
		scan_keep(&w->scan, &w->use.key[w->n_seen]);
	return NULL;
}

/* Two seconds of grace: file times are as coarse as that on some disks. */
static bool may_go(const struct sweep *w, const struct scan_blob *b)
{
	int64_t grace_ns = w->use.oldest_ns == INT64_MAX ? 0 : GRACE_S * INT64_C(1000000000);

	return !b->kept && b->changed_ns < w->use.oldest_ns - grace_ns;
}

/* Moves the blob to tmp/ unless it was brought again since the scan. False: it stays. */
static bool move_out(struct sweep *w, const struct scan_blob *b, char tmp[128])
{
	char rel[STORE_PATH];
	struct stat st;

	store_rel(rel, "cas", &b->digest);
	if (fstatat(w->s->fd, rel, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	if (stat_ns(&st.st_ctim) > b->changed_ns || stat_ns(&st.st_mtim) > b->changed_ns)
		return false;
	snprintf(tmp, 128, "tmp/%s.%u.gc", w->s->tag, atomic_fetch_add(&w->s->n_tmp, 1));
	return !renameat(w->s->fd, rel, w->s->fd, tmp);
}

static void count(struct sweep *w, int i)
{
	w->evicted[i] = 1;
	w->price->n_blob++;
	w->price->bytes += w->scan.blob[i].size;
	w->scan.bytes -= w->scan.blob[i].size;
}

/* Evicts up to BATCH blobs from *next on; under the gate, but for the removing. */
static struct error *sweep_batch(struct sweep *w, int *next, int64_t to)
{
	char tmp[BATCH][128];
	int n = 0;
	struct error *e;

	pthread_mutex_lock(&w->s->lock);
	store_lock_byte(w->s, LOCK_GATE, F_WRLCK, true);
	e = look_who_runs(w);
	for (; !e && *next < w->n_order && n < BATCH && w->scan.bytes > to; ++*next) {
		const struct scan_blob *b = &w->scan.blob[w->order[*next]];

		if (may_go(w, b) && (w->dry || move_out(w, b, tmp[n]))) {
			count(w, w->order[*next]);
			n++;
		}
	}
	store_lock_byte(w->s, LOCK_GATE, F_UNLCK, false);
	pthread_mutex_unlock(&w->s->lock);
	for (int i = 0; i < n && !w->dry; i++)
		unlinkat(w->s->fd, tmp[i], 0);
	return e;
}

/* The seconds of each record of which something went. */
static void add_seconds(struct sweep *w)
{
	for (int i = 0; i < w->scan.n_record; i++) {
		const struct scan_record *r = &w->scan.record[i];
		bool lost = false;

		for (int k = 0; k < r->n_blob && !lost; k++)
			lost = w->evicted[r->blob[k]];
		w->price->seconds += lost ? r->seconds : 0;
	}
}

static void order_all(struct sweep *w)
{
	for (w->n_order = 0; w->n_order < w->scan.n_blob; w->n_order++)
		w->order[w->n_order] = w->n_order;
	qsort_r(w->order, (size_t)w->n_order, sizeof *w->order, by_worth, &w->scan);
}

/* Only the blobs that the given records alone name. */
static void order_given(struct sweep *w, struct arena *a)
{
	int *users = NEW_N(a, int, w->scan.n_blob + 1);

	for (int i = 0; i < w->scan.n_record; i++)
		for (int k = 0; k < w->scan.record[i].n_blob; k++)
			users[w->scan.record[i].blob[k]]++;
	for (int i = 0; i < w->n_key; i++) {
		const struct scan_record *r = map_get_n(w->scan.by_key, &w->key[i], DIGEST_SIZE);

		for (int k = 0; r && k < r->n_blob; k++)
			if (--users[r->blob[k]] == 0)
				w->order[w->n_order++] = r->blob[k];
	}
}

static struct error *sweep(struct sweep *w, int64_t to, struct arena *a)
{
	int next = 0;

	TRY(scan_store(&w->scan, w->s, a));
	w->order = NEW_N(a, int, w->scan.n_blob + 1);
	w->evicted = NEW_N(a, unsigned char, w->scan.n_blob + 1);
	if (w->key)
		order_given(w, a);
	else
		order_all(w);
	in_use_start(&w->use, a);
	/* Both before and after: a memo opened or saved meanwhile must not outlive the eviction, even when we are killed. */
	if (!w->dry && w->scan.bytes > to)
		counter_add(w->s, "generation", 1, true);
	while (next < w->n_order && w->scan.bytes > to)
		TRY(sweep_batch(w, &next, to));
	add_seconds(w);
	if (w->dry)
		return NULL;
	counter_set(w->s, "usage", w->scan.bytes);
	if (w->price->n_blob)
		counter_add(w->s, "generation", 1, true);
	return NULL;
}

static struct error *run_sweep(struct sweep *w, int64_t to)
{
	struct arena *a;
	struct error *e;

	*w->price = (struct gc_price){ 0 };
	if (!w->dry)
		TRY(store_writable(w->s));
	a = arena_new();
	usage_flush(w->s);
	e = sweep(w, to, a);
	arena_free(a);
	return e;
}

static struct error *run(struct gc_price *out, struct store *s, int64_t to, bool dry, bool own)
{
	return run_sweep(&(struct sweep){ .s = s, .own = own, .dry = dry, .price = out }, to);
}

struct error *gc_drop(struct store *s, const struct digest *key, int n)
{
	struct gc_price gone;
	struct error *e;

	if (!n)
		return NULL;
	store_lock_byte(s, LOCK_GC, F_WRLCK, true);
	e = run_sweep(&(struct sweep){ .s = s, .key = key, .n_key = n, .price = &gone }, 0);
	store_lock_byte(s, LOCK_GC, F_UNLCK, false);
	return e;
}

struct error *gc_run(struct gc_price *out, struct store *s, int64_t to, bool dry)
{
	struct error *e;

	store_lock_byte(s, LOCK_GC, F_WRLCK, true);
	e = run(out, s, to, dry, true);
	store_lock_byte(s, LOCK_GC, F_UNLCK, false);
	return e;
}

/* This process's own study is over, so its results count like any other; its usage decides whether to look at all. */
struct error *gc_auto(struct store *s, FILE *say)
{
	int64_t bound = gc_bound(s), usage;
	struct arena *a;
	struct gc_price gone;
	struct error *e;

	if (s->why_not)
		return NULL;
	usage_flush(s);
	usage = counter_get(s, "usage");
	if ((usage >= 0 && usage <= bound) || !store_lock_byte(s, LOCK_GC, F_WRLCK, false))
		return NULL;   /* in bounds, or another gc is at it */
	e = run(&gone, s, usage < 0 ? INT64_MAX : bound / 10 * 9, false, false);
	if (!e && usage < 0 && counter_get(s, "usage") > bound)   /* the first look at a store without a count */
		e = run(&gone, s, bound / 10 * 9, false, false);
	store_lock_byte(s, LOCK_GC, F_UNLCK, false);
	a = arena_new();
	if (!e && gone.n_blob && say)
		fprintf(say, "store over its bound of %s: %" PRId64 " results (%s) were dropped; making them again takes %s\n",
		        text_bytes(a, bound), gone.n_blob, text_bytes(a, gone.bytes), text_seconds(a, gone.seconds));
	arena_free(a);
	return e;
}
