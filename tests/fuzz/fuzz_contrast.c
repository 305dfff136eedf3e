/* Any text is a sum of columns with finite weights, or is refused with words about a place inside it. */
#include "fuzz.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/contrast.h"

enum { MAX = 12000, N = 6 };

static void must(int promise)
{
	if (!promise)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const name[N] = { "a", "b", "face-famous", "group[not x]", "2back", "10" };
	double weight[N];
	struct arena *a = arena_new();
	char *text = arena_strndup(a, (const char *)bytes, n < MAX ? n : MAX);
	struct contrast_problem p;

	if (contrast_parse(weight, text, N, name, &p, a))
		for (int k = 0; k < N; k++)
			must(isfinite(weight[k]));
	else
		must(p.at >= 0 && p.len >= 1 && (size_t)p.at <= strlen(text) && p.text[0]);
	must(!contrast_parse(weight, text, 0, name, &p, a) && p.text[0]);
	arena_free(a);
	return 0;
}
