/* Any bytes are a JSON file beside confounds or refused; a strategy picks columns of it, each once, in the order of names. Behind
 * a 0 byte: the table. */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "confounds.select.node.h"
#include "confounds/pick.h"
#include "confounds/strategy.h"
#include "fmri/sidecar.h"
#include "img/table.h"

static void must(int promise)
{
	if (!promise)
		abort();
}

static void check_parts(const struct doc *json, struct arena *a)
{
	static const char *const prefix[] = { "t", "a", "w", "c" };
	const struct component *c;
	double tr_s = -1;
	struct error *e = sidecar_tr(&tr_s, json);

	must(e || tr_s == 0 || (tr_s > 0 && isfinite(tr_s)));
	error_free(e);
	for (int k = 0; k < 4; k++) {
		int n = sidecar_components(&c, json, prefix[k], a);

		for (int i = 0; i < n; i++)
			must(c[i].name && c[i].name[0] == prefix[k][0]);
	}
}

static void check_picks(const struct strategy *s, const struct table *t, const struct doc *json, struct arena *a)
{
	struct picks p;

	picks_make(&p, s, t->n_col, t->column, json, a);
	for (int k = 0; k < p.n; k++) {
		must(k == 0 || strcmp(p.pick[k - 1].name, p.pick[k].name) < 0);
		must(p.n_problem > 0 || (p.pick[k].column >= 0 && strcmp(t->column[p.pick[k].column], p.pick[k].name) == 0));
	}
	for (int k = 0; k < p.n_problem; k++)
		must(p.problem[k] && p.problem[k][0]);
}

static void check_strategies(const struct table *t, const struct doc *json, struct arena *a)
{
	static const char *const name[] = { "simple", "scrubbing", "compcor", "ica_aroma" };

	for (int preset = 0; preset < 4; preset++)
		for (int sort = CONFOUNDS_SELECT_COMPCOR_ANAT_COMBINED; sort <= CONFOUNDS_SELECT_COMPCOR_TEMPORAL_ANAT_SEPARATED; sort++) {
			const struct confounds_select_params params = {
				.strategy = &name[preset], .n_strategy = 1, .compcor = (enum confounds_select_compcor)sort,
				.n_compcor = sort, .motion = CONFOUNDS_SELECT_MOTION_FULL, .global_signal = CONFOUNDS_SELECT_GLOBAL_SIGNAL_TRUE,
			};
			struct strategy s;

			must(!strategy_of(&s, &params, a).text);
			check_picks(&s, t, json, a);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char none[] = "trans_x\n1\n";
	const uint8_t *zero = n ? memchr(bytes, 0, n) : NULL;
	size_t n_json = zero ? (size_t)(zero - bytes) : n;
	struct arena *a = arena_new();
	const struct doc *json;
	struct table t;
	struct error *e = sidecar_parse(&json, (const char *)bytes, n_json, "fuzz.json", a);
	struct error *f = zero ? table_parse(&t, (const char *)zero + 1, n - n_json - 1, "fuzz.tsv", TABLE_HEADER_YES, a)
	                       : table_parse(&t, none, sizeof none - 1, "none.tsv", TABLE_HEADER_YES, a);

	if (!e)
		check_parts(json, a);
	if (!e && !f)
		check_strategies(&t, json, a);
	error_free(e);
	error_free(f);
	arena_free(a);
	return 0;
}
