#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest_lanes.h"

enum {
	AHEAD = 1 << 20,       /* from this size on the kernel is told to read ahead */
	EACH = 1 << 20,        /* bytes that are worth a thread */
	THREADS_MAX = 64,
};

/* A blob whose leaves are hashed by several threads; each takes the next that nobody has, width of them. */
struct blob {
	const unsigned char *p;   /* NULL: read from fd */
	int fd;
	int64_t n;                /* bytes */
	int64_t n_leaf, next;     /* next is atomic */
	int width;
	struct digest *leaf;      /* [n_leaf] */
	int failed;               /* atomic: errno of a failed read, or -1 when the file ended early */
};

/* Chooses libsodium's fastest code for this machine once; it has a lock of its own. */
static void ready(void)
{
	if (sodium_init() < 0)
		abort();
}

struct digest digest_bytes(const void *p, size_t n)
{
	struct digest d;

	ready();
	crypto_generichash(d.b, DIGEST_SIZE, p, n, NULL, 0);
	return d;
}

/* Exactly n bytes of the file; false when they cannot be had. */
static bool read_piece(struct blob *b, unsigned char *to, int64_t from, int64_t n)
{
	while (n > 0) {
		ssize_t r = pread(b->fd, to, (size_t)n, from);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			__atomic_store_n(&b->failed, r < 0 ? errno : -1, __ATOMIC_RELAXED);
			return false;
		}
		to += r;
		from += r;
		n -= r;
	}
	return true;
}

static int64_t leaf_end(const struct blob *b, int64_t i)
{
	return i < b->n_leaf - 1 ? (i + 1) * DIGEST_LEAF : b->n;
}

static void hash_leaf(struct blob *b, int64_t i)
{
	unsigned char piece[DIGEST_LEAF];
	int64_t from = i * DIGEST_LEAF, n = leaf_end(b, i) - from;

	if (b->p || read_piece(b, piece, from, n))
		b->leaf[i] = digest_bytes(b->p ? b->p + from : piece, (size_t)n);
}

/* Whole leaves side by side; lanes without a leaf do the first again. */
static void hash_abreast(struct blob *b, int64_t i, int n)
{
	unsigned char piece[DIGEST_LANES * DIGEST_LEAF];
	const unsigned char *at[DIGEST_LANES];
	struct digest_lanes l;

	if (!b->p && !read_piece(b, piece, i * DIGEST_LEAF, n * DIGEST_LEAF))
		return;
	digest_lanes_start(&l);
	for (int k = 0; k < DIGEST_LANES; k++)
		at[k] = (b->p ? b->p + i * DIGEST_LEAF : piece) + (k < n ? k : 0) * DIGEST_LEAF;
	digest_lanes_add(&l, at, DIGEST_LEAF, true);
	for (int k = 0; k < n; k++)
		b->leaf[i + k] = digest_lanes_end(&l, k);
}

/* Leaves i to end - 1, at most DIGEST_LANES; only the last of a blob may be short. */
static void hash_some(struct blob *b, int64_t i, int64_t end)
{
	int64_t whole = end;

	end = end < b->n_leaf ? end : b->n_leaf;
	while (whole > i && whole * DIGEST_LEAF > b->n)
		whole--;
	if (whole - i > 1)
		hash_abreast(b, i, (int)(whole - i));
	else
		whole = i;
	for (; whole < end; whole++)
		hash_leaf(b, whole);
}

static void *hash_leaves(void *arg)
{
	struct blob *b = arg;
	int64_t i;

	while ((i = __atomic_fetch_add(&b->next, b->width, __ATOMIC_RELAXED)) < b->n_leaf
	       && !__atomic_load_n(&b->failed, __ATOMIC_RELAXED))
		hash_some(b, i, i + b->width);
	return NULL;
}

/* Leaves abreast take nearly twice the time of one, so threads come first. */
static int leaves_at_once(int64_t n_leaf, int64_t n_threads)
{
	int64_t each = n_leaf / n_threads;

	if (each < 2 || !digest_lanes_fast())
		return 1;
	return each < DIGEST_LANES ? (int)each : DIGEST_LANES;
}

/* The calling thread takes part, so a thread that cannot be made costs time only. */
static void hash_on_threads(struct blob *b, int n_threads)
{
	pthread_t thread[THREADS_MAX];
	int64_t n = n_threads < THREADS_MAX ? n_threads : THREADS_MAX;
	int made = 0;

	if (n > b->n / EACH)
		n = b->n / EACH;
	b->width = leaves_at_once(b->n_leaf, n > 1 ? n : 1);
	while (made < n - 1 && !pthread_create(&thread[made], NULL, hash_leaves, b))
		made++;
	hash_leaves(b);
	while (made > 0)
		pthread_join(thread[--made], NULL);
}

static int64_t leaves_of(int64_t n)
{
	return n / DIGEST_LEAF + (n % DIGEST_LEAF != 0);
}

static void start_blob(struct blob *b)
{
	ready();
	b->n_leaf = leaves_of(b->n);
	b->leaf = calloc((size_t)b->n_leaf + 1, sizeof *b->leaf);
	if (!b->leaf)
		abort();
}

struct digest digest_of_leaves(int64_t size, const struct digest *leaf, int64_t n_leaf)
{
	crypto_generichash_state h;
	unsigned char bytes[8];
	struct digest d;

	for (int k = 0; k < 8; k++)
		bytes[k] = (unsigned char)((uint64_t)size >> 8 * k);
	crypto_generichash_init(&h, NULL, 0, DIGEST_SIZE);
	crypto_generichash_update(&h, bytes, sizeof bytes);
	crypto_generichash_update(&h, (const unsigned char *)leaf, (size_t)n_leaf * sizeof *leaf);
	crypto_generichash_final(&h, d.b, DIGEST_SIZE);
	return d;
}

static struct digest end_blob(struct blob *b)
{
	struct digest d = digest_of_leaves(b->n, b->leaf, b->n_leaf);

	free(b->leaf);
	return d;
}

static struct digest hash_blob(struct blob *b, int n_threads)
{
	start_blob(b);
	hash_on_threads(b, n_threads);
	return end_blob(b);
}

struct digest digest_blob(const void *p, size_t n, int n_threads)
{
	struct blob b = { .p = p ? p : (const void *)"", .n = (int64_t)n };

	return hash_blob(&b, n_threads);
}

void digest_leaves(struct digest *leaf, const void *p, size_t n)
{
	struct blob b = { .p = p, .n = (int64_t)n, .n_leaf = leaves_of((int64_t)n), .leaf = leaf };

	ready();
	b.width = leaves_at_once(b.n_leaf, 1);
	hash_leaves(&b);
}

/* ---- while it is being made ---- */
struct digest_ahead {
	struct blob blob;
	pthread_mutex_t lock;
	pthread_cond_t more;
	int64_t ready;            /* bytes; these two under the lock */
	bool stopped;
};

struct digest_ahead *digest_ahead_new(const void *p, size_t n)
{
	struct digest_ahead *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	a->blob = (struct blob){ .p = p, .n = (int64_t)n };
	start_blob(&a->blob);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->more, NULL);
	return a;
}

static void tell(struct digest_ahead *a, int64_t ready, bool stopped)
{
	pthread_mutex_lock(&a->lock);
	if (ready > a->ready)
		a->ready = ready;
	a->stopped |= stopped;
	pthread_cond_broadcast(&a->more);
	pthread_mutex_unlock(&a->lock);
}

void digest_ahead_ready(struct digest_ahead *a, size_t upto)
{
	tell(a, (int64_t)upto, false);
}

void digest_ahead_stop(struct digest_ahead *a)
{
	tell(a, 0, true);
}

static bool wait_for(struct digest_ahead *a, int64_t upto)
{
	bool stopped;

	pthread_mutex_lock(&a->lock);
	while (a->ready < upto && !a->stopped)
		pthread_cond_wait(&a->more, &a->lock);
	stopped = a->stopped;
	pthread_mutex_unlock(&a->lock);
	return !stopped;
}

/* False when it was stopped. */
static bool hash_leaf_ahead(struct digest_ahead *a, int64_t i)
{
	struct blob *b = &a->blob;
	int64_t from = i * DIGEST_LEAF, end = leaf_end(b, i);

	if (!wait_for(a, end))
		return false;
	b->leaf[i] = digest_bytes(b->p + from, (size_t)(end - from));
	return true;
}

/* The next leaf, or as many abreast as are ready; none are left: false. */
static bool take_leaves(struct digest_ahead *a, int64_t *i, int64_t *end)
{
	struct blob *b = &a->blob;
	int64_t whole;

	pthread_mutex_lock(&a->lock);
	whole = a->ready / DIGEST_LEAF;
	*i = b->next;
	*end = *i + 1;
	if (digest_lanes_fast() && whole - *i > 1)
		*end = whole - *i < DIGEST_LANES ? whole : *i + DIGEST_LANES;
	b->next = *end;
	pthread_mutex_unlock(&a->lock);
	return *i < b->n_leaf;
}

void digest_ahead_work(struct digest_ahead *a)
{
	int64_t i, end;

	while (take_leaves(a, &i, &end))
		if (end - i > 1)
			hash_some(&a->blob, i, end);
		else if (!hash_leaf_ahead(a, i))
			break;
}

struct digest digest_ahead_end(struct digest_ahead *a)
{
	struct digest d = end_blob(&a->blob);

	pthread_cond_destroy(&a->more);
	pthread_mutex_destroy(&a->lock);
	free(a);
	return d;
}

/* ---- files ---- */
static struct error *hash_fd(struct digest *out, int64_t *size, int fd, const char *path, int n_threads)
{
	struct stat st, after;
	struct blob b = { .fd = fd };

	if (fstat(fd, &st))
		return error_new(ERR_SYSTEM, "cannot read %s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_new(ERR_USER, "%s is not a regular file", path);
	*size = b.n = st.st_size;
	if (b.n >= AHEAD)
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*out = hash_blob(&b, n_threads);
	if (b.failed > 0)
		return error_new(ERR_SYSTEM, "cannot read %s: %s", path, strerror(b.failed));
	if (b.failed || fstat(fd, &after) || after.st_size != st.st_size || after.st_mtim.tv_sec != st.st_mtim.tv_sec
	    || after.st_mtim.tv_nsec != st.st_mtim.tv_nsec)
		return error_new(ERR_SYSTEM, "%s changed while it was read", path);
	return NULL;
}

struct error *digest_file(struct digest *out, int64_t *size, const char *path, int n_threads)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct error *e;

	if (fd < 0)
		return error_new(errno == EMFILE || errno == ENFILE || errno == EIO ? ERR_SYSTEM : ERR_USER, "cannot open %s: %s",
		                 path, strerror(errno));
	e = hash_fd(out, size, fd, path, n_threads);
	close(fd);
	return e;
}
