/* spare.h: who may have a processor. The tests go on from each other, as a process joins once. */
#include "check.h"

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

TEST(a_seat_that_is_none_joins_nothing)
{
	spare_join(-1, -1);
	CHECK_INT(spare_any(), false);
	spare_join(0, SPARE_SEATS);
	CHECK_INT(spare_any(), false);
}
