/* Any bytes beside a mask say why it is empty, line by line, or nothing. */
#include "fuzz.h"
#include "ports.h"

#include <string.h>

#include "base/arena.h"
#include "img/empty.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct arena *a = arena_new();
	const struct item *it = port_item("mask", EMPTY_BLOB, bytes, n, a);
	const struct item *other = port_item("mask", "image.nii", bytes, n, a);
	const char *lines = empty_lines(it, a), *text = empty_of(it, a);

	must(!lines || (lines[0] && strlen(lines) <= n));
	must(!text || (lines && text[0] && !strchr(text, '\n')));
	must(text || !lines || strspn(lines, "\n") == strlen(lines));
	must(!empty_lines(other, a) && !empty_of(other, a) && !empty_of(NULL, a));
	ports_clear();
	arena_free(a);
	return 0;
}
