/* Seconds, processor time and the memory peak of one request. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "run/worker.h"

/* A request is light when it was this short and met this few page faults: it cannot have taken much memory, so that
 * the peak of the light one before is its own, too. Reading the peak costs more than a small task's work. */
static const double light_s = 0.005;
enum { LIGHT_FAULTS = 16 };

struct meter {
	int status, reset;          /* /proc/self/status, /proc/self/clear_refs; -1 where there is none */
	double wall, cpu;           /* at the start */
	double children;            /* seconds of ended processes, which come to an end within requests only */
	long faults;                /* at the start */
	int64_t light_peak;         /* bytes, of the last request if that was a light one; 0: it was not */
	bool limited;
};

static double wall_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double usage_seconds(int who, long *faults)
{
	struct rusage u;

	getrusage(who, &u);
	*faults = u.ru_minflt + u.ru_majflt;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* Bytes of a line such as "VmHWM:     1234 kB"; 0 when it is not to be had. */
static int64_t status_bytes(const struct meter *m, const char *name)
{
	char text[2048], *at;
	ssize_t n = m->status < 0 ? -1 : pread(m->status, text, sizeof text - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = 0;
	at = strstr(text, name);
	return at ? 1024 * strtoll(at + strlen(name), NULL, 10) : 0;
}

/* The kernel counts what the worker already has, so the limit is set above it. */
static void limit(struct meter *m, int64_t bytes)
{
	struct rlimit now;

	if ((!bytes && !m->limited) || getrlimit(RLIMIT_DATA, &now) < 0)
		return;
	now.rlim_cur = bytes ? (rlim_t)(bytes + status_bytes(m, "VmData:")) : now.rlim_max;
	m->limited = setrlimit(RLIMIT_DATA, &now) == 0 && bytes;
}

struct meter *meter_new(struct arena *a)
{
	struct meter *m = NEW(a, struct meter);

	m->status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	m->reset = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	return m;
}

void meter_start(struct meter *m, int64_t memory_limit)
{
	if (m->reset >= 0 && pwrite(m->reset, "5", 1, 0) < 0) {   /* sets VmHWM back to what is held now */
		close(m->reset);
		m->reset = -1;
	}
	limit(m, memory_limit);
	m->wall = wall_now();
	m->cpu = usage_seconds(RUSAGE_SELF, &m->faults);
}

static int64_t peak_bytes(struct meter *m, bool light)
{
	int64_t peak = light && m->light_peak ? m->light_peak : status_bytes(m, "VmHWM:");

	m->light_peak = light ? peak : 0;
	return peak;
}

void meter_stop(struct meter *m, struct reply *r)
{
	double children = m->children;
	long faults, none;

	r->seconds = wall_now() - m->wall;
	r->cpu = usage_seconds(RUSAGE_SELF, &faults) - m->cpu;
	m->children = usage_seconds(RUSAGE_CHILDREN, &none);
	r->cpu += m->children - children;
	r->peak = peak_bytes(m, r->seconds < light_s && faults - m->faults < LIGHT_FAULTS);
	if (m->limited)
		limit(m, 0);
}
