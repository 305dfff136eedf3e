/* Files that many threads write volumes into: their bytes, the digest that is told of them, disks that are full. */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "img/image.h"

enum { N_VOL = 23, MAX_THREADS = 5 };

/* An image that is written, volume order[k] as the k-th. */
struct writing {
	const char *path;
	struct image_writer *w;
	struct grid grid;
	size_t volume;                  /* bytes */
	int n_vol, order[N_VOL];
	unsigned char *bytes;           /* [n_vol][volume] */
	atomic_int next, n_bad;
	const char *bad;                /* what the last error said */
	int n_told;
	struct digest digest;
	int64_t size;
};

static void hashed(void *ctx, const struct digest *d, int64_t size)
{
	struct writing *x = ctx;

	x->n_told++;
	x->digest = *d;
	x->size = size;
}

static void set_volume(struct writing *x, int t)
{
	for (size_t i = 0; i < x->volume; i++)
		x->bytes[(size_t)t * x->volume + i] = (unsigned char)(check_random() * 256);
}

static void set_order(struct writing *x)
{
	for (int k = 0; k < x->n_vol; k++) {
		int at = (int)(check_random() * (k + 1));

		x->order[k] = x->order[at];
		x->order[at] = k;
	}
}

static struct writing *writing_in(const char *folder, int nx, int ny, int nz, enum image_type type, int n_vol)
{
	struct writing *x = NEW(check_arena(), struct writing);

	x->path = path_join(check_arena(), folder, "image.nii");
	x->grid = (struct grid){ .n = { nx, ny, nz }, .affine = { { 2, 0, 0, 0 }, { 0, 2, 0, 0 }, { 0, 0, 2, 0 } } };
	x->volume = (size_t)nx * (size_t)ny * (size_t)nz * (size_t)image_type_bytes(type);
	x->n_vol = n_vol;
	x->bytes = arena_alloc(check_arena(), (size_t)n_vol, x->volume);
	for (int t = 0; t < n_vol; t++)
		set_volume(x, t);
	set_order(x);
	CHECK_OK(image_create(&x->w, x->path, &x->grid, n_vol, 2, type, check_arena()));
	image_hash(x->w, hashed, x, check_arena());
	return x;
}

static void *put_some(void *arg)
{
	struct writing *x = arg;
	int k;

	while ((k = atomic_fetch_add(&x->next, 1)) < x->n_vol) {
		int t = x->order[k];
		struct error *e = image_put_raw(x->w, t, x->bytes + (size_t)t * x->volume);

		if (e && atomic_fetch_add(&x->n_bad, 1) == 0)
			x->bad = arena_strdup(check_arena(), e->text);
		error_free(e);
	}
	return NULL;
}

static void put_all(struct writing *x, int n_threads)
{
	pthread_t thread[MAX_THREADS];

	for (int k = 1; k < n_threads; k++)
		CHECK(pthread_create(&thread[k], NULL, put_some, x) == 0);
	put_some(x);
	for (int k = 1; k < n_threads; k++)
		pthread_join(thread[k], NULL);
}

/* The file has the volumes' bytes in their places. */
static void check_bytes(const struct writing *x)
{
	size_t n, all = x->volume * (size_t)x->n_vol;
	char *text;

	CHECK_OK(file_read(&text, &n, x->path, 1 << 30, check_arena()));
	CHECK(n > all && memcmp(text + (n - all), x->bytes, all) == 0);
}

static void check_file(struct writing *x, int n_told)
{
	struct digest must;
	int64_t size;

	CHECK_INT(x->n_bad, 0);
	CHECK_OK(image_finish(x->w));
	CHECK_INT(x->n_told, n_told);
	check_bytes(x);
	CHECK_OK(digest_file(&must, &size, x->path, 1));
	if (!n_told)
		return;
	CHECK_INT(x->size, size);
	CHECK(digest_equal(&x->digest, &must));
}

/* ---- digests ---- */
TEST(the_digest_is_the_files)
{
	static const int threads[] = { 1, 2, 5 };

	for (int k = 0; k < 3; k++)
		for (int round = 0; round < 3; round++) {
			struct writing *x = writing_in(check_folder(), 41, 40, 20 + round, IMAGE_FLOAT32, N_VOL);

			put_all(x, threads[k]);
			check_file(x, 1);
		}
}

TEST(volumes_of_whole_leaves)
{
	struct writing *x = writing_in(check_folder(), 64, 64, 32, IMAGE_UINT8, N_VOL);

	CHECK_INT(x->volume, 2 * DIGEST_LEAF);
	put_all(x, 2);
	check_file(x, 1);
}

TEST(volumes_that_were_replaced)
{
	for (int threads = 1; threads <= 5; threads += 2) {
		struct writing *x = writing_in(check_folder(), 41, 41, 41, IMAGE_INT16, N_VOL);
		unsigned char *back = arena_alloc(check_arena(), x->volume, 1);

		put_all(x, threads);
		for (int t = 0; t < N_VOL; t += 1 + (int)(check_random() * 5)) {
			CHECK_OK(image_get_raw(x->w, t, back));
			CHECK(memcmp(back, x->bytes + (size_t)t * x->volume, x->volume) == 0);
			set_volume(x, t);
			CHECK_OK(image_replace_raw(x->w, t, x->bytes + (size_t)t * x->volume));
		}
		check_file(x, 1);
	}
}

static void *replace_some(void *arg)
{
	struct writing *x = arg;
	int k;

	while ((k = atomic_fetch_add(&x->next, 1)) < x->n_vol)
		if (x->order[k] % 3) {
			unsigned char *volume = x->bytes + (size_t)x->order[k] * x->volume;

			memset(volume, k, x->volume);
			error_free(image_replace_raw(x->w, x->order[k], volume));
		}
	return NULL;
}

TEST(volumes_that_many_threads_replace)
{
	struct writing *x = writing_in(check_folder(), 41, 41, 41, IMAGE_INT16, N_VOL);
	pthread_t thread[MAX_THREADS];

	put_all(x, MAX_THREADS);
	atomic_store(&x->next, 0);
	for (int k = 1; k < MAX_THREADS; k++)
		CHECK(pthread_create(&thread[k], NULL, replace_some, x) == 0);
	replace_some(x);
	for (int k = 1; k < MAX_THREADS; k++)
		pthread_join(thread[k], NULL);
	check_file(x, 1);
}

TEST(a_header_of_nifti_2)
{
	struct writing *x = writing_in(check_folder(), 40000, 2, 1, IMAGE_FLOAT32, N_VOL);

	put_all(x, 5);
	check_file(x, 1);
	CHECK(x->size - (int64_t)x->volume * x->n_vol > 540);
}

TEST(small_images_are_not_worth_it)
{
	struct writing *small = writing_in(check_folder(), 64, 64, 31, IMAGE_UINT8, N_VOL);
	struct writing *one = writing_in(check_folder(), 64, 64, 64, IMAGE_UINT8, 1);
	struct writing *tiny = writing_in(check_folder(), 5, 4, 3, IMAGE_UINT8, N_VOL);

	put_all(small, 5);
	check_file(small, 0);
	put_all(one, 1);
	check_file(one, 0);
	put_all(tiny, 5);
	check_file(tiny, 0);
}

TEST(nothing_is_told_of_what_is_not_whole)
{
	struct writing *x = writing_in(check_folder(), 41, 40, 30, IMAGE_FLOAT32, N_VOL);

	atomic_store(&x->next, 1);
	put_all(x, 2);
	CHECK_ERROR(image_finish(x->w), "22 volumes of");
	CHECK_INT(x->n_told, 0);
	x = writing_in(check_folder(), 41, 40, 30, IMAGE_FLOAT32, N_VOL);
	put_all(x, 2);
	CHECK_INT(truncate(x->path, 100000), 0);
	CHECK_ERROR(image_finish(x->w), "image.nii: it was cut off");
	CHECK_INT(x->n_told, 0);
}

static int n_mapped(const char *path)
{
	size_t n;
	char *text;
	int found = 0;

	CHECK_OK(file_read(&text, &n, "/proc/self/maps", 1 << 30, check_arena()));
	for (const char *at = text; (at = strstr(at, path)); at++)
		found++;
	return found;
}

/* Who meets an error returns without a word: a worker that goes on must not hold the room of a file that is gone. */
TEST(nothing_is_held_of_a_file_that_was_given_up)
{
	struct arena *a = arena_new();
	struct writing *x = writing_in(check_folder(), 41, 40, 30, IMAGE_FLOAT32, N_VOL);

	CHECK_OK(image_create(&x->w, x->path, &x->grid, N_VOL, 2, IMAGE_FLOAT32, a));
	atomic_store(&x->next, 2);
	put_all(x, 5);
	CHECK_INT(x->n_bad, 0);
	arena_free(a);
	CHECK_INT(n_mapped(x->path), 1);   /* for the writer that was made first */
	const char *whole = path_join(check_arena(), check_folder(), "whole.nii");
	CHECK_OK(image_write(whole, &x->grid, N_VOL, 2, IMAGE_FLOAT32, x->bytes));
	CHECK_INT(n_mapped("whole.nii"), 0);
}

/* ---- disks of their own, which go with the test ---- */
static bool own_disk(const char *folder, const char *type, const char *options)
{
	static bool own;

	own = own || (!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	return own && !mount("none", folder, type, 0, options);
}

static void need(bool disk)
{
	if (!disk) {
		print_message("cannot mount a disk here: skipped\n");
		skip();
	}
}

/* Does the disk hold room for all of it, before anything was put? */
static bool has_room(const struct writing *x)
{
	struct stat st;

	CHECK_INT(stat(x->path, &st), 0);
	return st.st_blocks * 512 >= (int64_t)x->volume * x->n_vol;
}

/* Who writes into mapped memory that has no place on the disk is ended by a signal. */
TEST(a_full_disk_is_told)
{
	for (int threads = 1; threads <= MAX_THREADS; threads += 2) {
		const char *folder = check_folder();

		need(own_disk(folder, "tmpfs", "size=1m"));
		struct writing *x = writing_in(folder, 41, 40, 30, IMAGE_FLOAT32, N_VOL);

		put_all(x, threads);
		struct error *e = image_finish(x->w);
		CHECK_INT(umount2(folder, MNT_DETACH), 0);
		CHECK(x->n_bad > 0 && x->n_bad < N_VOL);
		CHECK_TEXT(x->bad, arena_printf(check_arena(), "cannot write %s: No space left on device", x->path));
		CHECK_ERROR(e, "must be 23");
		CHECK_INT(x->n_told, 0);
	}
}

static bool fill_disk(const char *folder)
{
	static const char bytes[4096];
	int fd = open(path_join(check_arena(), folder, "filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	while (write(fd, bytes, sizeof bytes) > 0)
		continue;
	close(fd);
	return true;
}

TEST(a_disk_that_fills_up_meanwhile)
{
	const char *folder = check_folder();

	need(own_disk(folder, "tmpfs", "size=6m"));
	struct writing *x = writing_in(folder, 41, 40, 30, IMAGE_FLOAT32, N_VOL);
	bool room = has_room(x), filled = fill_disk(folder);

	put_all(x, MAX_THREADS);
	check_file(x, 1);
	CHECK_INT(umount2(folder, MNT_DETACH), 0);
	CHECK(room && filled);
}

static void check_without_promise(const char *folder)
{
	struct writing *x = writing_in(folder, 41, 40, 30, IMAGE_FLOAT32, N_VOL);
	bool room = has_room(x);

	put_all(x, MAX_THREADS);
	check_file(x, 1);
	CHECK(!room);
}

TEST(a_file_system_in_memory_that_promises_nothing)
{
	const char *folder = check_folder();

	need(own_disk(folder, "ramfs", NULL));
	check_without_promise(folder);
	CHECK_INT(umount2(folder, MNT_DETACH), 0);
}

/* Its files are those of another, which might promise: but to whom? */
TEST(a_file_system_upon_another_that_promises_nothing)
{
	struct arena *a = check_arena();
	const char *disk = check_folder(), *folder = check_folder();
	const char *low = path_join(a, disk, "low"), *up = path_join(a, disk, "up"), *work = path_join(a, disk, "work");

	need(own_disk(disk, "tmpfs", "size=16m"));
	CHECK_OK(file_mkdirs(low));
	CHECK_OK(file_mkdirs(up));
	CHECK_OK(file_mkdirs(work));
	need(own_disk(folder, "overlay", arena_printf(a, "lowerdir=%s,upperdir=%s,workdir=%s", low, up, work)));
	check_without_promise(folder);
	CHECK_INT(umount2(folder, MNT_DETACH), 0);
	CHECK_INT(umount2(disk, MNT_DETACH), 0);
}
