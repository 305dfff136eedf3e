/* What this process may use of the machine. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/sched.h"

enum { SHARE_PCT = 80 };

static bool read_line(const char *path, char *line, int n)
{
	FILE *f = fopen(path, "re");
	bool good = f && fgets(line, n, f);

	if (f)
		fclose(f);
	return good;
}

/* cpu.max says "quota period" in microseconds, or "max period". */
static int quota_jobs(void)
{
	char line[128];
	double quota, period;

	if (!read_line("/sys/fs/cgroup/cpu.max", line, sizeof line) || sscanf(line, "%lf %lf", &quota, &period) != 2)
		return 0;
	return period > 0 && quota > 0 ? (int)((quota + period - 1) / period) : 0;
}

int machine_jobs(void)
{
	cpu_set_t set;
	int n = 1, quota = quota_jobs();

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		n = CPU_COUNT(&set);
	if (quota > 0 && quota < n)
		n = quota;
	return n < 1 ? 1 : n;
}

int64_t machine_memory(void)
{
	static const char *const limit[] = { "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes" };
	int64_t total = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	char line[128];

	for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
		long long x;

		if (read_line(limit[i], line, sizeof line) && (x = strtoll(line, NULL, 10)) > 0 && x < total)
			total = x;
	}
	return total / 100 * SHARE_PCT;
}
