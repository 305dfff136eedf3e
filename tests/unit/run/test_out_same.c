/* out_same(): whose bytes may stand for a result, and with which digest. */
#include "check.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "run/worker.h"
#include "store/store.h"

/* A task that was given a result `image` and a person's file with another beside it. */
struct task {
	struct store *store;
	struct digest stored, person;
	const char *stored_path, *file, *beside;
	struct blob image[1], files[2];
	struct wire_item item[2];
	struct wire_port in[2];
	struct request request;
	struct reply reply;
	struct worker worker;
	struct job job;
	struct out out;
};

static const char *file_with(const char *name, const char *text)
{
	const char *path = path_join(check_arena(), check_folder(), name);

	CHECK_OK(file_write(path, text, strlen(text)));
	return path;
}

static struct task *task_new(void)
{
	struct arena *a = check_arena();
	struct task *t = NEW(a, struct task);

	CHECK_OK(store_open(&t->store, path_join(a, check_folder(), "store"), a));
	CHECK_OK(store_put_bytes(t->store, "stored", 6, &t->stored));
	t->person = digest_blob("a person's", 10, 1);
	t->stored_path = store_blob_path(t->store, &t->stored, a);
	t->file = file_with("bold.nii", "a person's");
	t->beside = file_with("bold.json", "a person's");
	t->image[0] = (struct blob){ "image.nii", t->stored_path };
	t->files[0] = (struct blob){ "file", t->file };
	t->files[1] = (struct blob){ "beside.0", t->beside };
	t->item[0] = (struct wire_item){ .item = { "", "bold", 1, t->image } };
	t->item[1] = (struct wire_item){ .item = { "", "file", 2, t->files }, .same = &t->person };
	t->in[0] = (struct wire_port){ .port = "image", .n = 1, .item = &t->item[0] };
	t->in[1] = (struct wire_port){ .port = "file", .n = 1, .item = &t->item[1] };
	t->request = (struct request){ .n_in = 2, .in = t->in, .threads = 1 };
	t->worker = (struct worker){ .store = t->store };
	t->job = (struct job){ &t->worker, &t->request, &t->reply, a, 1 };
	t->out = (struct out){ .job = &t->job, .port = "image", .kind = "bold" };
	return t;
}

/* The one output of what was done. */
static const struct store_blob *finish(struct task *t)
{
	CHECK_OK(out_finish(&t->out, false));
	CHECK_INT(t->reply.n_out, 1);
	CHECK_INT(t->reply.out[0].artifact.n_blob, 1);
	return &t->reply.out[0].artifact.blob[0];
}

TEST(a_result_that_it_was_given)
{
	struct task *t = task_new();
	const struct store_blob *done;

	CHECK(out_same(&t->out, "image.nii", t->stored_path));
	done = finish(t);
	CHECK_TEXT(done->name, "image.nii");
	CHECK(digest_equal(&done->digest, &t->stored));
	CHECK_INT(done->size, 6);
	CHECK_INT(t->reply.bytes, 0);   /* nothing was written */
	store_close(t->store);
}

TEST(a_persons_file_whose_digest_was_told)
{
	struct task *t = task_new();
	const struct store_blob *done;

	CHECK(out_same(&t->out, "image.nii", t->file));
	done = finish(t);
	CHECK(digest_equal(&done->digest, &t->person));
	CHECK_INT(done->size, 10);
	CHECK(!store_has_blob(t->store, &t->person));
	store_close(t->store);
}

TEST(a_persons_file_of_which_nothing_was_told)
{
	struct task *t = task_new();

	t->item[1].same = NULL;
	CHECK(!out_same(&t->out, "image.nii", t->file));
	CHECK_INT(t->out.n, 0);
	store_close(t->store);
}

TEST(what_lies_beside_is_not_the_file)
{
	struct task *t = task_new();

	CHECK(!out_same(&t->out, "image.nii", t->beside));
	store_close(t->store);
}

/* Not even with the bytes of what was given, or where results are. */
TEST(files_that_it_was_not_given)
{
	struct task *t = task_new(), *other = task_new();
	struct digest d;

	CHECK(!out_same(&t->out, "image.nii", file_with("bold.nii", "a person's")));
	CHECK_OK(store_put_bytes(t->store, "another", 7, &d));
	CHECK(!out_same(&t->out, "image.nii", store_blob_path(t->store, &d, check_arena())));
	t->image[0].path = other->stored_path;   /* given, but the result of another store */
	CHECK(!out_same(&t->out, "image.nii", other->stored_path));
	CHECK(!out_same(&t->out, "image.nii", t->stored_path));
	store_close(t->store);
	store_close(other->store);
}

TEST(a_file_that_is_gone)
{
	struct task *t = task_new();

	CHECK_INT(unlink(t->file), 0);
	CHECK(!out_same(&t->out, "image.nii", t->file));
	CHECK_INT(t->out.n, 0);
	store_close(t->store);
}

/* A refusal after all: the node writes the file, and that is what counts. */
TEST(what_is_written_instead_is_hashed)
{
	struct task *t = task_new();
	struct digest must = digest_blob("written", 7, 1);
	const struct store_blob *done;

	CHECK(!out_same(&t->out, "image.nii", t->beside));
	CHECK_OK(file_write(out_blob(&t->out, "image.nii"), "written", 7));
	done = finish(t);
	CHECK(digest_equal(&done->digest, &must) && store_has_blob(t->store, &must));
	CHECK_INT(t->reply.bytes, 7);
	store_close(t->store);
}

TEST(a_digest_that_was_told_is_believed_of_a_file_of_that_size)
{
	struct task *t = task_new();

	CHECK_OK(file_write(out_blob(&t->out, "image.nii"), "written", 7));
	out_digest(&t->out, "other.nii", &t->stored, 6);   /* of no output */
	out_digest(&t->out, "image.nii", &t->stored, 6);
	CHECK_ERROR(out_finish(&t->out, false), "does not have the 6 bytes that were hashed");
	out_digest(&t->out, "image.nii", &t->stored, 7);
	CHECK(digest_equal(&finish(t)->digest, &t->stored));
	store_close(t->store);
}
