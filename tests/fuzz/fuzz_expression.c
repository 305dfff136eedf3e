/* Any text is a formula that can be computed, or is refused with words about a place inside it. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "img/expression.h"

enum { MAX = 12000, VOXELS = 5, VOLUMES = 3 };

static void must(int promise)
{
	if (!promise)
		abort();
}

static void load(const void *ctx, int image, int t, long first, long n, double *out)
{
	static const double x[] = { 1, -2.5, 0, 1e300, 7 };

	(void)ctx;
	must(image >= 0 && image < 3 && t >= 0 && t < (image == 1 ? 1 : VOLUMES) && first == 0 && n == VOXELS);
	for (long v = 0; v < n; v++)
		out[v] = image == 2 && v == 2 ? 0.0 / x[2] : x[v] + t * image;
}

static void compute(struct expression *e, struct arena *a)
{
	const struct expression_source s = { VOXELS, NULL, load };
	float out[VOXELS];
	int at, len;
	double x;

	must(expression_volumes(e) == 1 || expression_volumes(e) == VOLUMES);
	must(expression_steps(e) > 0);
	expression_reduce(e, &s, 1, a);
	must(!expression_not_finite(e, &x, &at, &len) || (at >= 0 && len > 0 && x - x != 0));
	for (int t = 0; t < expression_volumes(e); t++)
		expression_volume(e, &s, t, arena_alloc(a, expression_stack(e), sizeof(double)), out);
}

/* A formula may have thousands of reductions; so many are not worth the fuzzer's time. */
static int worth(const struct expression *e)
{
	return expression_steps(e) < 2000;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const name[] = { "a", "b", "c" };
	static const int n_known[] = { VOLUMES, 1, VOLUMES }, n_unknown[] = { VOLUMES, -1, 1 };
	const struct expression_images known = { 3, name, n_known }, unknown = { 3, name, n_unknown };
	struct arena *a = arena_new();
	char *formula = arena_strndup(a, (const char *)bytes, n < MAX ? n : MAX);
	struct expression_problem p;
	struct expression *e;

	if (!expression_compile(&e, formula, &known, &p, a))
		must(p.at >= 0 && p.len >= 1 && (size_t)p.at <= strlen(formula) && p.text[0]);
	else if (worth(e))
		compute(e, a);
	if (!expression_compile(&e, formula, &unknown, &p, a))
		must(p.at >= 0 && (size_t)p.at <= strlen(formula) && p.text[0]);
	arena_free(a);
	return 0;
}
