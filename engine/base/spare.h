/* spare.h - processors that nobody uses just now, told among the processes of one run.
 *
 * A task is promised a number of threads when it starts. As others end, some of the run's processors have nothing to do
 * until the next task is ready: a loop that still goes on may take them one by one, and gives them back between two turns
 * when a task is started that was promised them. Who takes them never changes a result, only its time. */
#ifndef SULCUS_SPARE_H
#define SULCUS_SPARE_H

#include <stdbool.h>

enum { SPARE_SEATS = 256 };   /* processes */

/* ---- for who starts the processes ---- */
struct spare;

/* Memory to be shared by way of fd, of a run with so many processors; NULL where there is none to be had. */
struct spare *spare_new(int processors, int *fd);
void spare_free(struct spare *s, int fd);
/* n more threads are promised, or -n fewer. */
void spare_promised(struct spare *s, int n);
/* The process with this seat has ended, and uses nothing any more. */
void spare_ended(struct spare *s, int seat);

/* ---- for a process that computes; without spare_join() it has what it was promised ---- */
enum spare_kind { SPARE_NONE, SPARE_PROMISED, SPARE_TAKEN };

void spare_join(int fd, int seat);
/* The task at hand was promised n_threads, and may come to use `most`; returns how many it is to reckon with. */
int spare_begin(int n_threads, int most);
/* A thread wants a processor: is there one of the promised ones, or a spare one? To be given back when it ends. */
enum spare_kind spare_take(void);
void spare_give(enum spare_kind how);
/* A thread of the task at hand waits for another, and its processor is spare meanwhile; it goes on. */
void spare_rest(void);
void spare_go_on(void);
/* How many the run has, 0: not known. */
int spare_processors(void);
/* Is one to be had, roughly? */
bool spare_any(void);
/* Must one that was taken be given back? */
bool spare_wanted(void);

#endif
