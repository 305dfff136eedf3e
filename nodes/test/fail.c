/* test.fail - fails in all the ways in which a node, or the machine under it, can. */
#include "test.fail.node.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

enum { BITE = 1 << 20 };

static struct error *fail_error(const struct test_fail_params *p)
{
	(void)p;
	return error_wrap(error_new(ERR_DATA, "it was told to fail"), "looking at the data");
}

static struct error *fail_system(const struct test_fail_params *p)
{
	(void)p;
	return error_new(ERR_SYSTEM, "the disk was told to be full");
}

static struct error *fail_abort(const struct test_fail_params *p)
{
	(void)p;
	fprintf(stderr, "these are its last words\n");
	abort();
}

static struct error *fail_segv(const struct test_fail_params *p)
{
	(void)p;
	raise(SIGSEGV);   /* writing to nowhere is told otherwise where sanitizers watch */
	return NULL;
}

static struct error *fail_exit(const struct test_fail_params *p)
{
	(void)p;
	exit(5);
}

static struct error *fail_hang(const struct test_fail_params *p)
{
	while (p)
		pause();
	return NULL;
}

/* Takes and fills memory until there is none. */
static struct error *fail_memory(const struct test_fail_params *p)
{
	struct arena *a = arena_new();

	while (p)
		memset(arena_alloc(a, BITE, 1), 1, BITE);
	arena_free(a);
	return NULL;
}

static struct error *fail_flag(const struct test_fail_params *p)
{
	if (!p->has_flag)
		return error_new(ERR_USER, "how: flag needs flag");
	if (file_exists(p->flag))
		return NULL;
	TRY(file_write(p->flag, "", 0));
	abort();
}

static struct error *fail_not(const struct test_fail_params *p)
{
	(void)p;
	return NULL;
}

static struct error *(*const fail[])(const struct test_fail_params *) = {
	[TEST_FAIL_HOW_ERROR] = fail_error, [TEST_FAIL_HOW_SYSTEM] = fail_system, [TEST_FAIL_HOW_ABORT] = fail_abort,
	[TEST_FAIL_HOW_SEGV] = fail_segv, [TEST_FAIL_HOW_EXIT] = fail_exit, [TEST_FAIL_HOW_HANG] = fail_hang,
	[TEST_FAIL_HOW_MEMORY] = fail_memory, [TEST_FAIL_HOW_NOOUTPUT] = fail_not, [TEST_FAIL_HOW_FLAG] = fail_flag,
	[TEST_FAIL_HOW_NONE] = fail_not,
};

struct error *test_fail_run(struct node_env *env, const struct test_fail_params *p, const struct test_fail_inputs *in,
                            const struct test_fail_outputs *out)
{
	(void)env;
	(void)in;
	TRY(fail[p->how](p));
	if (p->how == TEST_FAIL_HOW_NOOUTPUT)
		return NULL;
	return file_write(out_blob(out->record, "record.json"), "{\"text\": \"well\"}\n", 17);
}
