#include "golden.h"

#include <stdio.h>

#include "base/file.h"
#include "phantom.study.node.h"

const char *golden_text(void)
{
	char *text;
	size_t n;

	CHECK_OK(file_read(&text, &n, GOLDEN, 1 << 20, check_arena()));
	return text;
}

void golden_expect(const char *node, const struct out *o, const char *blob)
{
	const char *line = arena_printf(check_arena(), "%s %d %s %s\n", node, node_find(node)->version, blob,
	                                h_digest(o, blob));

	if (strstr(golden_text(), line))
		return;
	fprintf(stderr, "not in %s:\n%s", GOLDEN, line);
	fail_msg("%s", node);
}

void golden_study(struct out **bold, struct out **confounds)
{
	struct phantom_study_params p = { .subjects = (const char *const[]){ "01" }, .n_subjects = 1, .run = 1,
	                                  .rng_seed = 1, .n_volumes = 40, .has_n_volumes = true };

	*bold = h_out();
	*confounds = h_out();
	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ .bold = *bold, .confounds = *confounds }));
}
