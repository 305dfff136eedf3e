/* spare.h: who may have a processor. The tests go on from each other, as a process joins once. */
#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spare.h"

TEST(alone_a_process_has_what_it_was_promised)
{
	CHECK_INT(spare_begin(3, 8), 3);
	CHECK_INT(spare_take(), SPARE_PROMISED);
	CHECK_INT(spare_any(), false);
	spare_give(SPARE_PROMISED);
}

TEST(what_is_not_promised_can_be_taken_and_is_wanted_back)
{
	int fd;
	struct spare *page = spare_new(2, &fd);

	CHECK_INT(page != NULL, true);
	spare_join(fd, 0);
	spare_promised(page, 1);
	CHECK_INT(spare_begin(1, 2), 2);
	CHECK_INT(spare_any(), true);
	CHECK_INT(spare_take(), SPARE_TAKEN);
	CHECK_INT(spare_any(), false);
	CHECK_INT(spare_take(), SPARE_NONE);
	CHECK_INT(spare_wanted(), false);
	spare_promised(page, 1);               /* another task starts */
	CHECK_INT(spare_wanted(), true);
	spare_give(SPARE_TAKEN);
	CHECK_INT(spare_wanted(), false);
	CHECK_INT(spare_take(), SPARE_NONE);
	spare_promised(page, -1);
	CHECK_INT(spare_take(), SPARE_TAKEN);
	spare_ended(page, 0);                  /* as if we had died with it */
	CHECK_INT(spare_any(), true);
	CHECK_INT(spare_begin(2, 0), 2);
	CHECK_INT(spare_take(), SPARE_PROMISED);
	CHECK_INT(spare_take(), SPARE_TAKEN);
	CHECK_INT(spare_take(), SPARE_NONE);
	spare_give(SPARE_TAKEN);
	spare_give(SPARE_PROMISED);
	spare_free(page, fd);
}

/* How many could be taken now, by a process that was promised nothing but its own thread. */
static int n_spare(void)
{
	int n = 0;

	spare_begin(1, 1);
	while (spare_take() == SPARE_TAKEN)
		n++;
	for (int k = 0; k < n; k++)
		spare_give(SPARE_TAKEN);
	return n;
}

TEST(who_rests_leaves_its_processor)
{
	int fd;
	struct spare *page = spare_new(3, &fd);

	CHECK(page);
	spare_join(fd, 0);
	CHECK_INT(spare_processors(), 3);
	spare_promised(page, 2);
	CHECK_INT(n_spare(), 1);
	spare_rest();
	CHECK_INT(n_spare(), 2);
	spare_rest();
	CHECK_INT(n_spare(), 3);
	spare_go_on();
	spare_go_on();
	CHECK_INT(n_spare(), 1);
	spare_go_on();                         /* a thread more than was promised */
	CHECK_INT(n_spare(), 0);
	CHECK_INT(spare_wanted(), false);
	spare_go_on();
	CHECK_INT(spare_wanted(), true);
	spare_rest();
	spare_rest();
	spare_promised(page, -2);
	CHECK_INT(n_spare(), 3);
	spare_free(page, fd);
}

/* Rests `rests` threads and takes `takes` processors, tells that it did, and waits to be killed. */
static void wait_to_be_killed(int fd, int seat, int rests, int takes, int tell)
{
	spare_join(fd, seat);
	spare_begin(1, 4);
	for (int k = 0; k < rests; k++)
		spare_rest();
	for (int k = 0; k < takes; k++)
		if (spare_take() != SPARE_TAKEN)
			_exit(1);
	if (write(tell, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void kill_one(struct spare *page, int fd, int rests, int takes)
{
	int tells[2], status;
	char byte;
	pid_t child;

	CHECK(pipe(tells) == 0);
	spare_promised(page, 2);
	child = fork();
	if (!child)
		wait_to_be_killed(fd, 7, rests, takes, tells[1]);
	close(tells[1]);
	CHECK_INT(read(tells[0], &byte, 1), 1);
	close(tells[0]);
	CHECK_INT(n_spare(), 4 - 2 + rests - takes);
	CHECK_INT(kill(child, SIGKILL), 0);
	CHECK_INT(waitpid(child, &status, 0), child);
	spare_ended(page, 7);
	CHECK_INT(n_spare(), 2);               /* it has what it was promised, no more and no less */
	spare_promised(page, -2);
	CHECK_INT(n_spare(), 4);
	spare_ended(page, 7);                  /* is forgotten then */
	CHECK_INT(n_spare(), 4);
}

TEST(who_is_killed_at_rest_leaves_the_count_right)
{
	int fd;
	struct spare *page = spare_new(4, &fd);

	CHECK(page);
	spare_join(fd, 0);
	for (int rests = 0; rests <= 2; rests++)
		for (int takes = 0; takes <= 2; takes++)
			kill_one(page, fd, rests, takes);
	spare_free(page, fd);
}

TEST(a_seat_that_is_none_joins_nothing)
{
	spare_join(-1, -1);
	CHECK_INT(spare_any(), false);
	spare_join(0, SPARE_SEATS);
	CHECK_INT(spare_any(), false);
	CHECK_INT(spare_processors(), 0);
	spare_rest();
	spare_go_on();
	spare_ended(NULL, 0);
	spare_promised(NULL, 1);
	spare_free(NULL, -1);
}
