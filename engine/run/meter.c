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

struct meter {
	int status, reset;          /* /proc/self/status, /proc/self/clear_refs; -1 where there is none */
	double wall, cpu;           /* at the start */
	bool limited;
};

static double wall_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double usage_seconds(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double cpu_now(void)
{
	return usage_seconds(RUSAGE_SELF) + usage_seconds(RUSAGE_CHILDREN);
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
	m->cpu = cpu_now();
}

void meter_stop(struct meter *m, struct reply *r)
{
	r->seconds = wall_now() - m->wall;
	r->cpu = cpu_now() - m->cpu;
	r->peak = status_bytes(m, "VmHWM:");
	if (m->limited)
		limit(m, 0);
}
